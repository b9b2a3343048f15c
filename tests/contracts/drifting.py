"""A tenant whose archive and index can be made to differ, and the check of the one against the other."""

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import zstandard
from moto.s3.models import s3_backends
from opensearchpy import ConflictError

from quire.archive.ciphers import PlainFrames
from quire.aws.index_checks import DayReport, IndexChecks
from quire.aws.journal import Journal, Listed
from quire.aws.leases import Leases
from quire.aws.memberships import Memberships
from quire.aws.notices import read_notice
from quire.aws.sealed_lists import SealedLists
from quire.bootstrap.check_index import outlines
from quire.bootstrap.search import segment_events
from quire.domain.errors import GoneError
from quire.domain.ids import TenantId, message_id
from quire.search.documents import Known
from quire.search.drift.check import Check
from quire.search.drift.closely import Closely
from quire.search.drift.hunt import Hunting
from quire.search.drift.mending import Mending
from quire.search.drift.objects import Objects
from quire.search.drift.rounds import UNTIL_FINDABLE, Checking, Rounds
from quire.search.drift.shelf import Shelf
from quire.search.drift.stretches import MOST_MESSAGES
from quire.search.indexer import Indexer
from quire.search.indexes import Indexes
from quire.search.known import KnownEvents
from quire.search.rebuilding.comparing import Comparing
from quire.search.rebuilding.rebuild import Rebuild, Rebuilder
from quire.search.rebuilding.sources import Sources
from quire.search.writes import Writes
from tests.archiving import archiver
from tests.moto_aws import NOW, Stack
from tests.pretend import PLATFORM, delivery, stream
from tests.sealing import House
from tests.search_engines import Bench

LATER = NOW + timedelta(hours=6)
EFFECTS = ("bulk", "create_index", "move_aliases", "delete_index", "put_alias", "put_template")


@dataclass
class Watched:
    """An engine whose writes are noted, and before each of which something can happen."""

    engine: Any
    written: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _: None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.engine, name)
        if not callable(method):
            return method

        def run(*args: Any, **kwargs: Any) -> Any:
            self.before(name)
            if name in EFFECTS and not (name == "bulk" and not args[0]):
                self.written.append(name)
            return method(*args, **kwargs)

        return run


class Shredded(PlainFrames):
    """Opens no frame of somebody whose key was destroyed."""

    def __init__(self, subject: str) -> None:
        self._subject = subject.encode()

    def open(self, key_id: str, bound_to: bytes, sealed: bytes) -> bytes:
        opened = super().open(key_id, bound_to, sealed)
        if b'"subject_id":"' + self._subject in zstandard.ZstdDecompressor().decompress(opened):
            raise GoneError("the key was destroyed")
        return opened


class DatedJournal(Journal):
    """The journal, whose objects were all written when the test says."""

    at = NOW

    def segments(self, tenant: TenantId, under: str = "", since: str = "") -> Any:
        for each in super().segments(tenant, under, since):
            yield Listed(each.key, each.version_id, each.size, self.at)


@dataclass
class Firm:
    """One tenant: its archive, its indexes, and a check's process. ``at`` is the time, a stretch has
    ``most`` messages."""

    aws: Stack
    search: Bench
    at: datetime = LATER
    place: int = 100
    runs: int = 0
    rounds: Rounds | None = None
    most: int = MOST_MESSAGES

    def __post_init__(self) -> None:
        self.watched = Watched(self.search.engine)
        self.make()

    @property
    def tenant(self) -> TenantId:
        return self.search.tenant

    def make(self, row_days: int = 90, cipher: Any = None) -> None:
        """A process that knows nothing yet."""
        frames, dynamodb = cipher or PlainFrames(), self.aws.aws.dynamodb
        journal = DatedJournal(self.aws.aws.s3, self.aws.journal.bucket, self.aws.journal._lock)
        engine: Any = self.watched
        segments = segment_events(journal, lambda _: frames, journal)
        events = self.events = KnownEvents(self.aws.rows, segments, row_days)
        members = Memberships(dynamodb, "control")
        self.indexer = Indexer(
            segments, events, self.aws.directory, members, engine, lambda: self.at, self.search.placements
        )
        lists = SealedLists(dynamodb, "ledger")
        sources = Sources(journal, House(self.aws).ledger, lists)
        leases = Leases(dynamodb, "limits", lambda: self.at.timestamp())
        comparing = Comparing(segments, self.indexer, engine, lambda _: self.search.refresh())
        self.rebuilder = Rebuilder(sources, self.indexer, comparing, engine, leases, self.search.placements)
        objects = Objects(journal, sources, segments, outlines(journal, journal))
        shelf, mending = Shelf(engine), Mending(self.indexer, Writes(engine))
        closely = Closely(objects, events, self.indexer, Indexes(engine), shelf, lambda: self.at)
        self.check = Check(objects, closely, shelf, mending)
        hunting = Hunting(objects, closely, shelf, mending)
        self.kept = IndexChecks(dynamodb, "ledger")
        self.checking = Checking(self.check, hunting, shelf, lists, self.kept, leases, lambda: self.at, self.most)

    def capture(self, *facts: Mapping[str, Any], at: datetime = NOW) -> None:
        """One journal segment of these facts."""
        self.place += 100
        records = stream([delivery(self.tenant, *facts).record()], at, self.place)
        assert archiver(self.aws).archive(records, at).failed is None

    def seal(self) -> None:
        """Everything into the archive."""
        house = House(self.aws)
        while house.sealer.seal(self.tenant, NOW) is not None:
            pass

    def index(self) -> None:
        """What the queue does with the notices that wait."""
        for body in self.aws.sent():
            self.indexer.index(read_notice(body))
        for name in self.names():
            self._forgets_at_once(name)
        self.search.refresh()

    def forget(self) -> None:
        """Wait until the engine has forgotten the versions of what was deleted."""
        for name in self.names():
            self._forgets_at_once(name)
            self.search.raw.index(index=name, id="probe", body={}, params={"version": 5, "version_type": "external"})
            self.search.raw.delete(index=name, id="probe")
            for _ in range(100):
                self.search.refresh()
                try:
                    self.search.raw.index(
                        index=name, id="probe", body={}, params={"version": 1, "version_type": "external"}
                    )
                except ConflictError:
                    time.sleep(0.05)
                else:
                    break
            self.search.raw.delete(index=name, id="probe")
        self.search.refresh()

    def _forgets_at_once(self, name: str) -> None:
        """An index that was made anew would remember the versions of what is deleted for a minute."""
        self.search.raw.indices.put_settings(index=name, body={"index.gc_deletes": "0s"})

    def looked(self, *, in_haste: bool = False, **what: Any) -> list[DayReport]:
        """A whole check; the reports of the days that anything is said of. ``in_haste`` a call does as little as one
        can."""
        self.runs += 1
        run = f"run {self.runs}"
        rounds = self.checking.begin(self.tenant, run, **what)
        for _ in range(50):
            self.checking.go_on(rounds, lambda: not in_haste)
            if rounds.done:
                break
            self.search.refresh()
            if rounds.wait > UNTIL_FINDABLE:
                self.forget()
            rounds = Rounds(**rounds.as_json())
        assert rounds.done
        self.rounds = rounds
        self.search.refresh()
        return [each for each in self.kept.reports(self.tenant) if each.run == run and (each.found or each.unread)]

    def names(self) -> list[str]:
        """The indexes that are searched."""
        return sorted(Indexes(self.search.engine).standing(self.tenant).current.of.values())

    def documents(self) -> dict[str, dict[str, Any]]:
        """Every document that is searched, by id, without when it was indexed."""
        self.search.refresh()
        found = self.search.raw.search(
            index=f"{self.tenant}-messages",
            body={"size": 1000, "query": {"match_all": {}}},
            params={"ignore_unavailable": "true"},
        )["hits"]["hits"]
        return {hit["_id"]: _told(hit) for hit in found}

    def rebuilt(self) -> dict[str, dict[str, Any]]:
        """The documents of indexes that are made anew."""
        wanted = Rebuild(self.tenant, f"rebuild {self.runs}")
        for span in (None, *self.rebuilder.begin(wanted)):
            assert self.rebuilder.index(wanted, span).faults == []
        self.search.refresh()
        for month in self.rebuilder.join(wanted):
            assert self.rebuilder.compare(wanted, month).missing == []
        self.rebuilder.switch(wanted)
        self.rebuilder.end(wanted)
        return self.documents()

    def said(self) -> set[str]:
        """What all messages say."""
        return {str(each.get("content")) for each in self.documents().values()}

    def indexer_knows(self, message: str) -> list[Known]:
        """What an indexer would find of a message."""
        found = self.events.of_message(self.tenant, message_id(self.tenant, PLATFORM, "W1", "C1", message), self.at)
        return found.known

    def spoil(self, key: str, version_id: str, data: bytes) -> None:
        """Other bytes where a locked object lies."""
        versions = s3_backends["123456789012"]["aws"].buckets[self.aws.journal.bucket].keys.getlist(key)
        (found,) = [each for each in versions if each.version_id == version_id]
        found.value = data
        found.checksum_value = base64.b64encode(hashlib.sha256(data).digest()).decode()

    def lies(self, text: str) -> tuple[str, str, dict[str, Any]]:
        """Index, id and source of the message that says this."""
        self.search.refresh()
        hits = self.search.raw.search(index=f"{self.tenant}-messages", body={"size": 1000})["hits"]["hits"]
        (hit,) = [hit for hit in hits if hit["_source"].get("content") == text]
        return hit["_index"], hit["_id"], hit["_source"]

    def alter(self, text: str, *, version: int | None = None, **fields: Any) -> None:
        """Change a document behind everybody's back: to the same version, where none is given."""
        index, message, source = self.lies(text)
        now = self.search.raw.get(index=index, id=message)["_version"]
        self.search.raw.index(
            index=index,
            id=message,
            body={**source, **fields},
            params={"version": version or now, "version_type": "external_gte"},
        )
        self.search.refresh()

    def expire(self) -> None:
        """All event rows are gone, a year has passed."""
        for item in self.aws.aws.dynamodb.scan(TableName="events")["Items"]:
            self.aws.aws.dynamodb.delete_item(TableName="events", Key={"pk": item["pk"], "sk": item["sk"]})
        self.at = datetime(2027, 3, 2, tzinfo=UTC)
        self.make()


def _told(hit: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in hit["_source"].items() if name not in ("indexed_at", "events")}
    return told | {"events": sorted(hit["_source"]["events"], key=lambda each: str(each["event"]["event_id"]))}
