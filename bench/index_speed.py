"""Messages per second through the indexer, from sealed segments to a search engine that has them.

OpenSearch itself on this machine; the stores' AWS calls are left out. What is ours is not: frames are decrypted and
read, every message is looked up by its rows, folded and turned into a document. The baseline are the same documents,
ready, through opensearch-py's ``helpers.bulk``.
"""

import hashlib
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from opensearchpy import OpenSearch, helpers

from bench.figure import Figure, paired
from bench.search_corpus import ENDED, Corpus
from bench.search_engine import engine
from bench.subject_keys import frames
from quire.archive.entries import entry_of
from quire.archive.segment_reader import SegmentReader, in_memory
from quire.archive.segment_writer import Identity, seal, segment_id
from quire.aws.event_rows import EventRow
from quire.aws.notices import Notice
from quire.domain.events import Event, Observation, event_from_json
from quire.domain.ids import MessageId, TenantId
from quire.search.documents import Known
from quire.search.engine import connect
from quire.search.indexer import Indexer
from quire.search.indexes import Indexes
from quire.search.known import KnownEvents, SegmentEvents
from quire.search.mapping import read_alias
from quire.search.writes import Write, placed
from tests.search_engines import folded

TENANT = TenantId("bench-index")
TARGET = 0.6
ROUNDS = 5
_MESSAGES, _SEGMENT = 4_000, 500
_ROW_DAYS = 3_650
_RAW = b'{"type":"message"}'


@dataclass(frozen=True)
class Workload:
    """``segments`` by key, the ``rows`` of their messages, and each message as it is written in the end."""

    segments: Mapping[str, bytes]
    rows: Mapping[str, Sequence[EventRow]]
    writes: Sequence[Write]


class _Rows:
    """The table of events, in memory."""

    def __init__(self, rows: Mapping[str, Sequence[EventRow]]) -> None:
        self._rows = rows

    def of_message(self, _: TenantId, about: MessageId) -> Sequence[EventRow]:
        """Those of a message."""
        return self._rows[about]


class _Taken:
    """A directory and memberships that take everything."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


def figures() -> list[Figure]:
    """One figure for new segments and one for a rebuild from the archive."""
    with engine() as (url, _):
        work = workload()
        client = OpenSearch([url], timeout=60)
        ready: list[float] = []
        indexed: list[float] = []
        rebuilt: list[float] = []
        for turn in range(ROUNDS + 1):
            taken = (_run(client, url, work, None), _run(client, url, work, False), _run(client, url, work, True))
            if turn:
                for rates, seconds in zip((ready, indexed, rebuilt), taken, strict=True):
                    rates.append(_MESSAGES / seconds)
        client.close()
    return [
        _figure("index_segment", paired(indexed, ready), TARGET),
        _figure("rebuild from segments", paired(rebuilt, ready), None),
    ]


def workload() -> Workload:
    """Segments of messages in no order."""
    told = list(Corpus(TENANT, _MESSAGES).messages())
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


def _with_raw(event: Event) -> Event:
    return event.model_copy(update={"raw_sha256": hashlib.sha256(_RAW).hexdigest()})


def _row(event: Event, key: str, frame: int) -> EventRow:
    encoded = orjson.dumps(event.as_json())
    return EventRow(TENANT, str(event.message_id), event.event_id, encoded, key, "v1", frame, 0)


def _run(client: OpenSearch, url: str, work: Workload, restored: bool | None) -> float:
    """Seconds to index it all into empty indexes; ``None``: the ready documents, by opensearch-py alone."""
    client.indices.delete(index=f"{read_alias(TENANT)}-*", params={"ignore_unavailable": "true"})
    standing = Indexes(connect(url)).ensure(TENANT, {write.index for write in work.writes if write.index})
    if restored is None:
        placed_ = [placed(write, standing.current) for write in work.writes]
        actions = [
            {"_op_type": "index", "_index": write.index, "_id": write.message_id, "_source": write.document}
            for write in placed_
        ]
        start = time.perf_counter()
        done, _ = helpers.bulk(client, actions)
    else:
        indexer = _indexer(url, work)
        start = time.perf_counter()
        done = sum(
            indexer.index(Notice(tenant_id=TENANT, bucket="b", key=key, version_id="v1", restored=restored)).written
            for key in work.segments
        )
    seconds = time.perf_counter() - start
    assert done == _MESSAGES
    return seconds


def _indexer(url: str, work: Workload) -> Indexer:
    def all_of(key: str, version_id: str) -> Iterable[Known]:
        reader = SegmentReader(in_memory(work.segments[key]), frames(TENANT))
        for number in range(len(reader.footer.frames)):
            yield from (Known(event_from_json(each), key, version_id, number) for each in reader.events(number))

    segments = SegmentEvents(all_of, lambda *_: ())
    rows: Any = _Rows(work.rows)
    taken: Any = _Taken()
    return Indexer(segments, KnownEvents(rows, segments, _ROW_DAYS), taken, taken, connect(url), _clock)


def _clock() -> datetime:
    return ENDED


def _figure(name: str, measured: tuple[float, float, float], target: float | None) -> Figure:
    value, baseline, ratio = measured
    return Figure(name, "messages/s", value, "opensearch-py, ready documents", baseline, ratio, target)
