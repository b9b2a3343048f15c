"""A tenant's log as it is published: its newest checkpoint, proofs from its tiles, and the times it was stamped at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from quire.aws.archive_objects import ArchiveObjects
from quire.aws.ledger import Ledger
from quire.domain.errors import CorruptError, NotFoundError
from quire.domain.ids import TenantId
from quire.evidence.checkpoint import Checkpoint, open_checkpoint
from quire.evidence.note import VerifierKey
from quire.evidence.tiles import Tile, TiledTree

CHECKPOINTS, STAMPS = "checkpoints/", "timestamps/"
_SIZED = re.compile(r"(?:checkpoints/(\d{1,18})|timestamps/(\d{1,18})\.tsr)\Z", re.ASCII)


@dataclass(frozen=True)
class Stamp:
    """A time token (DER) over the ``note`` of the checkpoint of ``size`` entries, which says that it was there ``at``;
    ``path`` (32-byte hashes) shows that this checkpoint is the beginning of the newest one."""

    size: int
    at: str
    token: bytes = field(repr=False)
    note: bytes = field(repr=False)
    path: tuple[bytes, ...] = field(repr=False)


class PublishedLog:
    """The log under one checkpoint, ``note``: what was added since does not change it."""

    def __init__(self, tenant: TenantId, objects: ArchiveObjects, key: VerifierKey, note: str) -> None:
        """Raises ``CorruptError`` where the checkpoint is not this log's."""
        self._tenant = tenant
        self._objects = objects
        self.key = key
        self.note = note
        self.checkpoint: Checkpoint = open_checkpoint(note, key)
        self._tree = TiledTree(self.checkpoint.size, self._tile)

    def inclusion_proof(self, entry: int) -> tuple[bytes, ...] | None:
        """The path from entry number ``entry`` (from 0) to the root; ``None`` where the checkpoint does not cover it.

        Raises:
            CorruptError: a file of the log is missing or cut.
        """
        return tuple(self._tree.inclusion_proof(entry)) if entry < self.checkpoint.size else None

    def stamp(self, size: int, at: str) -> Stamp:
        """The time token over the checkpoint of ``size`` entries, no more than this one's. Raises as
        :meth:`inclusion_proof`."""
        token, note = self.file(f"{STAMPS}{size}.tsr"), self.file(f"{CHECKPOINTS}{size}")
        return Stamp(size, at, token, note, tuple(self._tree.consistency_proof(size)))

    def file(self, path: str) -> bytes:
        """One of the log's files.

        Raises:
            CorruptError: it is not there, and has to be.
        """
        data = self._objects.log_file(self._tenant, path)
        if data is None:
            raise CorruptError(f"the log's file {path} is not there")
        return data

    def _tile(self, tile: Tile) -> bytes:
        return self.file(tile.path)


def newest_checkpoint(
    tenant: TenantId, ledger: Ledger, objects: ArchiveObjects, key: VerifierKey
) -> PublishedLog | None:
    """The log as the ledger says it was published last; ``None`` where it never was. Raises as ``PublishedLog``."""
    head = ledger.head(tenant)
    return PublishedLog(tenant, objects, key, head.checkpoint) if head.checkpoint else None


def latest_log(tenant: TenantId, ledger: Ledger, objects: ArchiveObjects, key: VerifierKey) -> PublishedLog:
    """The log under the newest checkpoint there is, in the locked bucket or in the ledger.

    The ledger is a table that somebody with rights may set back; the bucket's checkpoints stay.

    Raises:
        NotFoundError: nothing was published yet.
    """
    listed = max(sizes(objects.log_files(tenant, CHECKPOINTS)), default=0)
    known = newest_checkpoint(tenant, ledger, objects, key)
    if known is None and not listed:
        raise NotFoundError("nothing of this tenant is sealed yet")
    if known is not None and known.checkpoint.size >= listed:
        return known
    note = objects.log_file(tenant, f"{CHECKPOINTS}{listed}")
    if note is None:
        raise CorruptError("a checkpoint of the log vanished")
    return PublishedLog(tenant, objects, key, note.decode("utf-8", "replace"))


def sizes(paths: Iterable[str]) -> list[int]:
    """Sizes of the logs that these checkpoints or time tokens are of; other files are passed over."""
    found: list[int] = []
    for path in paths:
        match = _SIZED.match(path)
        if match:
            found.append(int(match[1] or match[2]))
    return found
