"""Messages per second through the indexer, from sealed segments to a search engine that has them.

OpenSearch itself on this machine. What is ours is in: segments are read, decrypted and checked, every message is looked
up by its rows, folded and turned into a document, indexes and generations are asked for. What is not: the stores' AWS
calls (rows and segments lie in memory, who and which channels there are is worked out and not stored), and the time
until a refresh. The baseline are the same documents, ready, through opensearch-py's ``helpers.bulk``, into indexes made
alike.

*index_segment* takes new segments, of about as many messages as a busy stream hands over at once (up to 6 MB), in the
order they were written: those of one segment go into one month's index, or two. *of six months at once* takes the same
messages in no order, as an import may bring them: each request is then for six indexes. *rebuild* is what
``reindex_tenant`` does between beginning a run and comparing: the segments in order, into a generation that is being
built, when the rows of all messages older than ``ROW_DAYS`` have expired, so that the new index has to be asked what it
holds of them. Whether all of them are in it is compared after the clock has stopped. Each is measured in turns with its
baseline alone, the first before this process did anything else: a function does nothing else either.
"""

import gc
import hashlib
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from opensearchpy import OpenSearch, helpers

from bench.figure import Figure, paired
from bench.search_corpus import BEGAN, ENDED, Corpus
from bench.search_engine import engine
from bench.subject_keys import frames
from quire.archive.entries import entry_of
from quire.archive.segment_reader import SegmentReader, in_memory
from quire.archive.segment_writer import Identity, seal, segment_id
from quire.aws.event_rows import EventRow
from quire.aws.notices import Notice
from quire.domain.events import Event, Observation, event_from_json
from quire.domain.ids import MessageId, TenantId
from quire.domain.time import from_datetime, sort_key
from quire.search.documents import Known
from quire.search.engine import connect
from quire.search.generations import Standing
from quire.search.indexer import Indexer
from quire.search.indexes import Indexes
from quire.search.known import KnownEvents, SegmentEvents
from quire.search.mapping import read_alias
from quire.search.rebuilding.comparing import Comparing
from quire.search.rebuilding.rebuild import Rebuild, Rebuilder
from quire.search.rebuilding.sources import FIRST_DAY, Source, Span
from quire.search.sqs import index_batch
from quire.search.writes import Write, placed
from tests.search_engines import folded

TENANT = TenantId("bench-index")
TARGET = 0.6
ROUNDS = 5
ROW_DAYS = 90
_MESSAGES, _SEGMENT = 20_000, 2_000
"""Ten segments: as many as the queue hands over at once."""
_RAW = b'{"type":"message"}'


@dataclass(frozen=True)
class Workload:
    """``segments`` by key, the ``rows`` of their messages, and each message as it is written in the end."""

    segments: Mapping[str, bytes]
    rows: Mapping[str, Sequence[EventRow]]
    writes: Sequence[Write]


@dataclass(frozen=True)
class Took:
    """``seconds`` by the clock, of which this process computed for ``busy``."""

    seconds: float
    busy: float


_Way = Callable[[OpenSearch, str, Workload], Took]


class _Rows:
    """The table of events, in memory; rows of events ``since`` then."""

    def __init__(self, rows: Mapping[str, Sequence[EventRow]], since: str = "") -> None:
        self._rows = {
            about: [row for row in ours if row.at is not None and row.at >= since] for about, ours in rows.items()
        }

    def of_message(self, _: TenantId, about: MessageId) -> Sequence[EventRow]:
        """Those of a message."""
        return self._rows[about]


class _Archive:
    """Where segments lie: all of them are sealed."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = keys

    def days(self, _: TenantId) -> dict[str, int]:
        """A day of each month."""
        return {(BEGAN + timedelta(days=day)).strftime("%Y-%m-%d"): 1 for day in range(0, (ENDED - BEGAN).days, 28)}

    def unsealed(self, *_: object) -> Iterator[Source]:
        """None."""
        return iter(())

    def sealed(self, _: TenantId, span: Span, after: str = "") -> Iterator[Source]:
        """All, in the first span."""
        return (Source(key, key, "v1") for key in self._keys if span.first == FIRST_DAY and key > after)


class _Taken:
    """Directory, memberships and leases that take everything."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: _


def figures() -> list[Figure]:
    """New segments in order and in none, and a rebuild: messages a second, and processor time a message."""
    with engine() as (url, _):
        in_order, mixed = workload(), workload(mixed=True)
        gc.collect()
        gc.freeze()  # the workload is the benchmark's: no collection should have to look through it
        client = OpenSearch([url], timeout=60)
        ready, indexed = _turns(client, url, in_order, [_ready, _indexed])
        ready_mixed, indexed_mixed = _turns(client, url, mixed, [_ready, _indexed])
        ready_again, rebuilt = _turns(client, url, in_order, [_ready, _rebuilt])
        client.close()
        gc.unfreeze()
    return [
        *_figures("index_segment", indexed, ready, TARGET),
        *_figures("index_segment, of six months at once", indexed_mixed, ready_mixed, None),
        *_figures("rebuild", rebuilt, ready_again, None),
    ]


def workload(*, mixed: bool = False) -> Workload:
    """Segments of messages in the order they were written, or ``mixed``, in no order."""
    told = sorted(Corpus(TENANT, _MESSAGES).messages(), key=lambda each: each.events[0].occurred_at)
    if mixed:
        random.Random(5).shuffle(told)  # noqa: S311 - an order like any other
    segments: dict[str, bytes] = {}
    rows: dict[str, list[EventRow]] = defaultdict(list)
    writes: list[Write] = []
    for start in range(0, _MESSAGES, _SEGMENT):
        key, part = f"s-{start}", told[start : start + _SEGMENT]
        events = [_with_raw(event) for each in part for event in each.events]
        cipher = frames(TENANT)
        cipher.prepare({event.subject_id for event in events})
        sealed, described = seal(
            [entry_of(Observation(event, _RAW)) for event in events],
            Identity(segment_id(TENANT, "s", str(start), str(start + _SEGMENT)), TENANT),
            cipher,
        )
        segments[key] = sealed
        by_message: dict[str, list[Known]] = defaultdict(list)
        for event in events:
            frame = described.frame_of[event.event_id]
            rows[str(event.message_id)].append(_row(event, key, frame))
            by_message[str(event.message_id)].append(Known(event, key, "v1", frame))
        writes += [folded(known) for known in by_message.values()]
    return Workload(segments, rows, writes)


def _turns(client: OpenSearch, url: str, work: Workload, ways: Sequence[_Way]) -> list[list[Took]]:
    """What each way took, in turns; the first, which warms the engine, is left out."""
    turns = [[way(client, url, work) for way in ways] for _ in range(ROUNDS + 1)][1:]
    return [list(took) for took in zip(*turns, strict=True)]


def _with_raw(event: Event) -> Event:
    return event.model_copy(update={"raw_sha256": hashlib.sha256(_RAW).hexdigest()})


def _row(event: Event, key: str, frame: int) -> EventRow:
    encoded = orjson.dumps(event.as_json())
    at = f"{sort_key(event.occurred_at)}#{event.event_id}"
    return EventRow(TENANT, str(event.message_id), event.event_id, encoded, key, "v1", frame, 0, event.channel_id, at)


def _ready(client: OpenSearch, url: str, work: Workload) -> Took:
    """The ready documents, by opensearch-py alone."""
    standing = _empty(client, url, work)
    placed_ = [placed(write, standing.current) for write in work.writes]
    actions = [
        {"_op_type": "index", "_index": write.index, "_id": write.message_id, "_source": write.document}
        for write in placed_
    ]
    return _timed(lambda: int(helpers.bulk(client, actions)[0]))


def _indexed(client: OpenSearch, url: str, work: Workload) -> Took:
    """The segments, as ``index_segment`` takes them."""
    _empty(client, url, work)
    indexer = _indexer(url, work, _Rows(work.rows), 20 * ROW_DAYS)

    notices = [Notice(tenant_id=TENANT, bucket="b", key=key, version_id="v1") for key in work.segments]
    records = [{"messageId": each.key, "body": each.text()} for each in notices]

    return _timed(lambda: sum(each.written for each in index_batch({"Records": records}, indexer.index).indexed))


def _rebuilt(client: OpenSearch, url: str, work: Workload) -> Took:
    """What :func:`_indexed` leaves, made anew as ``reindex_tenant`` does it."""
    _indexed(client, url, work)
    taken: Any = _Taken()
    sources: Any = _Archive(work.segments)
    since = from_datetime(ENDED - timedelta(days=ROW_DAYS))
    indexer = _indexer(url, work, _Rows(work.rows, since), ROW_DAYS)
    engine = connect(url)
    rebuilder = Rebuilder(sources, indexer, Comparing(_segments(work), indexer, engine), engine, taken)
    run = Rebuild(TENANT, "bench")
    spans = [None, *rebuilder.begin(run)]
    took = _timed(lambda: sum(rebuilder.index(run, span).messages for span in spans))
    client.indices.refresh(index=f"{read_alias(TENANT)}-*")
    assert not any(rebuilder.verify(run, span).missing for span in spans)
    months = rebuilder.join(run)
    assert not any(rebuilder.compare(run, month).missing for month in months)
    assert sum(rebuilder.counts(run, month)[1] for month in months) == _MESSAGES
    rebuilder.switch(run)
    rebuilder.end(run)
    return took


def _timed(index: Callable[[], int]) -> Took:
    start, busy = time.perf_counter(), time.process_time()
    done = index()
    took = Took(time.perf_counter() - start, time.process_time() - busy)
    assert done == _MESSAGES
    return took


def _empty(client: OpenSearch, url: str, work: Workload) -> Standing:
    """Indexes for all messages, with nothing in them."""
    client.indices.delete(index=f"{read_alias(TENANT)}-*", params={"ignore_unavailable": "true"})
    return Indexes(connect(url)).ensure(TENANT, {write.index for write in work.writes if write.index})


def _segments(work: Workload) -> SegmentEvents:
    def all_of(key: str, version_id: str) -> Iterable[Known]:
        reader = SegmentReader(in_memory(work.segments[key]), frames(TENANT))
        for number in range(len(reader.footer.frames)):
            yield from (Known(event_from_json(each), key, version_id, number, each) for each in reader.events(number))

    return SegmentEvents(all_of, lambda *_: ())


def _indexer(url: str, work: Workload, rows: _Rows, row_days: int) -> Indexer:
    segments = _segments(work)
    table: Any = rows
    taken: Any = _Taken()
    return Indexer(segments, KnownEvents(table, segments, row_days), taken, taken, connect(url), lambda: ENDED)


def _figures(name: str, measured: Sequence[Took], ready: Sequence[Took], target: float | None) -> list[Figure]:
    baseline = "opensearch-py, ready documents"
    rate, of_ready, ratio = paired(
        [_MESSAGES / each.seconds for each in measured], [_MESSAGES / each.seconds for each in ready]
    )
    ours, theirs = (statistics.median(each.busy for each in took) / _MESSAGES * 1e6 for took in (measured, ready))
    return [
        Figure(name, "messages/s", rate, baseline, of_ready, ratio, target),
        Figure(f"{name}, processor time", "us/message", ours, baseline, theirs, ours / theirs),
    ]
