"""Sealing with its stores' AWS calls left out: what is measured is ours."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from bench.subject_keys import frames
from bench.workload import ARRIVED
from quire.archive.sealing.retention import RetentionClass
from quire.archive.sealing.seal import Sealer
from quire.archive.sealing.sealed_segments import SealedSegments
from quire.archive.segment_reader import SegmentReader, in_memory
from quire.aws.blobs import Blob
from quire.aws.journal import Listed
from quire.aws.ledger import LogHead
from quire.domain.ids import TenantId

TENANT = TenantId("bench")
_STANDARD = RetentionClass("standard", 30, "GOVERNANCE")


class Held:
    """A journal: segments by number, which is their key."""

    def __init__(self, segments: Sequence[bytes]) -> None:
        self._segments = segments

    def segments(self, _: TenantId, since: str = "") -> Iterator[Listed]:  # noqa: ARG002 - all there are
        """All of them."""
        for number in range(len(self._segments)):
            yield Listed(str(number), "v1", 0, ARRIVED)

    def open(self, tenant: TenantId, key: str, _: str) -> SegmentReader:
        """One of them."""
        return SegmentReader(in_memory(self._segments[int(key)]), frames(tenant))


class Nothing:
    """A ledger that nothing is in and that keeps nothing, and a bucket that takes everything."""

    bucket = "bench"

    def open_run(self, *_: object) -> None:
        """None is."""

    def settled(self, *_: object) -> dict[str, str]:
        """Nothing is."""
        return {}

    def segments_of(self, *_: object) -> list[Any]:
        """There are none."""
        return []

    def head(self, *_: object) -> LogHead:
        """The beginning."""
        return LogHead()

    def start_run(self, *_: object) -> None:
        """Taken."""

    append = settle = end_run = mark_swept = start_run

    def swept(self, *_: object) -> None:
        """Never."""

    def put_segment(self, __: TenantId, where: tuple[str, str, str], *_: object) -> Blob:
        """Stored."""
        return Blob("/".join(where), "v1", created=True)


def sealer(held: Held, folder: Path) -> Sealer:
    """The use case over a journal, its frames under subjects' keys."""
    stores = cast("Any", Nothing())
    sealed = SealedSegments(stores, frames, {_STANDARD.name: _STANDARD}, folder)
    return Sealer(cast("Any", held), held.open, stores, sealed, lambda _: lambda _: _STANDARD, folder)
