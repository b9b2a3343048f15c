"""Sealing over mocked AWS, with effects that can be made to fail."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quire.archive.ciphers import PlainFrames
from quire.archive.journal_segments import JournalSegments
from quire.archive.sealing.publish import LogPublisher
from quire.archive.sealing.retention import RetentionClass
from quire.archive.sealing.seal import Sealer, Sealing
from quire.archive.sealing.sealed_segments import CipherOf, SealedSegments
from quire.archive.segment_reader import SegmentReader
from quire.aws.archive_objects import ArchiveObjects
from quire.aws.journal import Lock
from quire.aws.ledger import Ledger
from quire.domain.ids import TenantId
from quire.evidence.note import VerifierKey
from tests.archiving import Interrupted, Stop, archiver
from tests.moto_aws import BUCKET, NOW, Stack
from tests.pretend import delivery, stream

ACME = TenantId("acme")
STANDARD = RetentionClass("standard", 2190, "GOVERNANCE")
SHORT = RetentionClass("short", 30, "GOVERNANCE")
SIGNER = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


def capture(aws: Stack, *facts: Mapping[str, Any], first: int = 100, at: datetime = NOW) -> None:
    """One journal segment of these facts, arrived at ``at``; ``first`` is its place on the stream."""
    outcome = archiver(aws).archive(stream([delivery("acme", *facts).record()], at, first), at)
    assert outcome.failed is None


def log_key(tenant: TenantId) -> VerifierKey:
    return VerifierKey(f"quire.test/{tenant}", SIGNER.public_key().public_bytes_raw())


class House:
    """The sealing side of one process."""

    def __init__(
        self,
        aws: Stack,
        stop: Stop | None = None,
        most_events: int = 1000,
        cipher_of: CipherOf = lambda _: PlainFrames(),
    ) -> None:
        around = stop or Stop(None)
        self.objects = ArchiveObjects(aws.aws.s3, BUCKET, Lock("GOVERNANCE", 30))
        self.ledger = Ledger(aws.aws.dynamodb, "ledger")
        watched: Any = Interrupted(self.objects, ["put_segment", "put_log"], around)
        ledger: Any = Interrupted(
            self.ledger, ["start_run", "append", "settle", "end_run", "publish", "mark_swept"], around
        )
        folder = Path(tempfile.mkdtemp())
        self.journal = JournalSegments(aws.journal, aws.rows, aws.notices, PlainFrames(), 90)
        self.sealed = SealedSegments(
            watched, cipher_of, {each.name: each for each in (STANDARD, SHORT)}, folder, most_events
        )
        self.sealer = Sealer(aws.journal, self._open, ledger, self.sealed, lambda _: _retention, folder)
        self.publisher = LogPublisher(ledger, watched, log_key, SIGNER.sign)

    def _open(self, _: TenantId, key: str, version_id: str) -> SegmentReader:
        return self.journal.reader(key, version_id)

    def run(self) -> Sealing | None:
        """Seal until there is nothing left to seal, publishing after each run; the last run's counts."""
        last = None
        while (done := self.sealer.seal(ACME, NOW)) is not None:
            last = done
            self.publisher.publish(ACME, NOW)
        self.publisher.publish(ACME, NOW)
        return last

    def logged(self) -> dict[str, list[str]]:
        """Event ids of every segment in the log, by ``class day``; each segment read and verified."""
        head = self.ledger.head(ACME)
        found: dict[str, list[str]] = {}
        days = {entry["day"] for entry in self._rows()}
        assert sum(len(self.ledger.segments_of(ACME, day)) for day in days) == head.size == head.published
        for day in sorted(days):
            for row in self.ledger.segments_of(ACME, day):
                reader = self.sealed.reader(ACME, row.key, row.version_id)
                reader.verify()
                assert reader.footer.segment_id == row.segment_id
                assert reader.footer.events == row.events
                found.setdefault(f"{row.retention_class} {day}", []).extend(reader.footer.event_ids)
        return found

    def _rows(self) -> list[dict[str, str]]:
        import orjson

        entries = self.ledger.entries(ACME, 0, self.ledger.head(ACME).size)
        return [{"day": str(orjson.loads(entry)["key"].rsplit("/", 1)[0][-10:]).replace("/", "-")} for entry in entries]


def _retention(event: Mapping[str, Any]) -> RetentionClass:
    """What is said in channel ``short`` is kept shortly."""
    channel = event["body"].get("channel") or {}
    return SHORT if channel.get("id") == "short" else STANDARD
