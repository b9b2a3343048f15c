"""The archive with its stores' AWS calls left out: what is measured is ours."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quire.archive.archive_events import EventArchiver
from quire.archive.ciphers import PlainFrames
from quire.archive.journal_segments import JournalSegments
from quire.archive.quarantine import Quarantine
from quire.archive.read_records import RecordReader
from quire.aws.event_rows import EventRow
from quire.aws.journal import Stored
from quire.aws.notices import Notice
from quire.connectors.registry import CONNECTORS


@dataclass
class Sink:
    """Counts what would have gone to AWS; it stands in for all three stores."""

    bucket: str = "bench"
    segments: int = 0
    sealed_bytes: int = 0
    rows: int = 0

    def put(self, *written: Any) -> Any:
        """A row (new), or an object (stored)."""
        if isinstance(written[0], EventRow):
            self.rows += 1
            return True
        key, data, _ = written
        self.segments += 1
        self.sealed_bytes += len(data)
        return Stored(self.bucket, key, "v1", hashlib.sha256(data).hexdigest(), created=True)

    def put_quarantine(self, _: object, __: datetime, place: tuple[str, str], *___: object) -> str:
        """A record set aside."""
        return "-".join(place)

    def send(self, notice: Notice) -> None:
        """A notice."""
        notice.text()


def archiver(sink: Any) -> EventArchiver:
    """The use case with the real connectors."""
    # One worker: side by side they only wait for AWS, and nobody waits here.
    segments = JournalSegments(journal=sink, rows=sink, notices=sink, cipher=PlainFrames(), row_days=90, workers=1)
    connectors = {platform: connector.normalise for platform, connector in CONNECTORS.items()}
    return EventArchiver(RecordReader(sink, connectors), segments, Quarantine(sink))
