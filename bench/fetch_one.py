"""``python -m bench.fetch_one SIZE CA PORT``: fetch one file as ``fetch_attachment`` does; prints this process's peak
memory in MiB. See :mod:`bench.fetch_memory`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from bench.fetch_memory import HOST
from bench.subject_keys import MemoryKeys
from quire.archive.attachments.ciphers import SubjectBlobs
from quire.archive.attachments.fetch import FileFetcher, Platform, Stores
from quire.archive.ciphers import PlainFrames
from quire.archive.entries import entry_of
from quire.archive.segment_writer import Identity, seal
from quire.aws.blobs import Blobs
from quire.aws.journal import Journal, Lock
from quire.aws.sessions import Aws
from quire.config import Settings
from quire.domain.attachments import RawAt
from quire.domain.calls import Call, Reach
from quire.domain.ids import SegmentId
from quire.enrichment.read_file import read_file
from quire.outbound.transport import FETCHING, Transport
from quire.outbound.whereabouts import gateway
from tests.fetching import wanted
from tests.outside import PLENTY, World
from tests.pretend import delivery, fact, normalise

SEGMENT = "t/acme/journal/bench.qrs"


class Drawer(Journal):
    """A journal of one segment."""

    def __init__(self, data: bytes) -> None:
        self.bucket = "journal"
        self._data = data

    def size(self, key: str, version_id: str | None = None) -> int:  # noqa: ARG002
        """Its length."""
        return len(self._data)

    def read_range(self, key: str, version_id: str | None, offset: int, length: int) -> bytes:  # noqa: ARG002
        """A part of it."""
        return self._data[offset : offset + length]


class NoRows:
    """No event of the message is known."""

    def of_message(self, *_: object) -> list[Any]:
        """None."""
        return []


def main(size: int, authority: str, port: str) -> None:
    """Fetch, and tell."""
    entry = entry_of(normalise(delivery("acme", fact("m-1")))[0])
    segment, _ = seal([entry], Identity(SegmentId("bench"), wanted().tenant_id), PlainFrames())
    stores = Stores(
        journal=Drawer(segment),
        rows=cast("Any", NoRows()),
        blobs=Blobs(Aws("us-east-1").s3, "archive", Lock("GOVERNANCE", 30)),
        frames=PlainFrames(),
        cipher=SubjectBlobs(MemoryKeys()),
        put=lambda *_: None,
    )
    reach = Reach(hosts=(HOST,), limits={"*": PLENTY}, pause=lambda _: None)
    outside = World(pace=FETCHING).outside(Transport(gateway(f"127.0.0.1:{port}"), authority), reach)
    platform = Platform(lambda *_: Call("GET", f"https://{HOST}/{size}", "file"), outside)
    most = Settings.model_fields["attachment_max_bytes"].default
    fetcher = FileFetcher(stores, lambda _: platform, read_file, lambda: datetime.now(UTC), most)
    at = RawAt(bucket="journal", key=SEGMENT, version_id="v", frame=0, event_id=entry.event_id)
    result = fetcher.fetch(wanted(name="file.bin", raw_at=at), 1)
    if (result.ending, result.size) != ("captured", size):
        raise RuntimeError(f"{result} instead of {size} bytes")
    print(peak())


def peak() -> float:
    """MiB that were resident at most, by Linux's own account of this program alone."""
    status = Path("/proc/self/status").read_text("ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
