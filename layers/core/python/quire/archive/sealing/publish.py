"""The log's files: entry bundles, tiles and the signed checkpoint over what the ledger holds.

All of it follows from the entries, so that it can be done twice, by two at once, or again after a stop half-way; the
checkpoint comes last, and only it makes the rest count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from quire.aws.archive_objects import ArchiveObjects
from quire.aws.ledger import Ledger
from quire.domain.errors import CorruptError, NotFoundError
from quire.domain.ids import TenantId
from quire.evidence.checkpoint import Checkpoint, open_checkpoint
from quire.evidence.merkle import leaf_hash, root
from quire.evidence.note import Sign, VerifierKey
from quire.evidence.tiles import WIDTH, Tile, TiledTree, hashes_of, new_tiles

KeyOf = Callable[[TenantId], VerifierKey]
"""The verifier key of a tenant's log: its name is the log's origin."""


class LogPublisher:
    """Publishes tenants' logs."""

    def __init__(self, ledger: Ledger, objects: ArchiveObjects, key_of: KeyOf, sign: Sign) -> None:
        self._ledger = ledger
        self._objects = objects
        self._key_of = key_of
        self._sign = sign

    def publish(self, tenant: TenantId, now: datetime) -> Checkpoint | None:
        """Bring the log's files up to the ledger; the newest checkpoint, ``None`` of an empty log.

        Raises:
            CorruptError: what was published does not lead to what is there now.
            UnavailableError: an effect did not happen; run again.
        """
        head, key = self._ledger.head(tenant), self._key_of(tenant)
        if head.size == head.published:
            return open_checkpoint(head.checkpoint, key) if head.checkpoint else None
        grown = _Growth(self._objects, tenant, head.published, head.size)
        grown.take(self._ledger.entries(tenant, grown.first, head.size))
        tree = TiledTree(head.size, grown.tile)
        if head.checkpoint:
            earlier = open_checkpoint(head.checkpoint, key)
            before = TiledTree(earlier.size, grown.earlier_tile)
            if before.root() != earlier.root:
                raise CorruptError("the log's tiles are not those under its checkpoint")
        files = grown.bundles() | {tile.path: tree.hashes(tile) for tile in new_tiles(head.published, head.size)}
        checkpoint = Checkpoint(key.name, head.size, tree.root())
        note = checkpoint.signed(key, self._sign)
        self._objects.put_log(tenant, files, now)
        self._objects.put_log(tenant, {f"checkpoints/{head.size}": note.encode()}, now)
        self._ledger.publish(tenant, head.size, note)
        return checkpoint


class _Growth:
    """A log that grows from ``published`` to ``size``: old tiles from the bucket, new ones from entries."""

    def __init__(self, objects: ArchiveObjects, tenant: TenantId, published: int, size: int) -> None:
        self._objects = objects
        self._tenant = tenant
        self._published = published
        self._size = size
        self.first = published - published % WIDTH
        self._entries: list[bytes] = []
        self._leaves: list[bytes] = []

    def take(self, entries: list[bytes]) -> None:
        """The log's entries from ``first`` on."""
        self._entries = entries
        self._leaves = [leaf_hash(entry) for entry in entries]

    def bundles(self) -> dict[str, bytes]:
        """Entry bundles by path: each entry after its length (two bytes, big-endian)."""
        found: dict[str, bytes] = {}
        for tile in new_tiles(self._published, self._size):
            if tile.level == 0:
                start = tile.number * WIDTH - self.first
                entries = self._entries[start : start + tile.width]
                found[tile.entries_path] = b"".join(len(entry).to_bytes(2) + entry for entry in entries)
        return found

    def tile(self, tile: Tile) -> bytes:
        """A tile of the grown log: what was published of it, then hashes of the entries or of the tiles below."""
        start, stop = tile.number * WIDTH, tile.number * WIDTH + tile.width
        if tile.level == 0 and start >= self.first:
            return b"".join(self._leaves[start - self.first : stop - self.first])
        kept = min(self._published // WIDTH**tile.level, stop)
        parts = [self._stored(Tile(tile.level, tile.number, kept - start))] if kept > start else []
        below = (self.tile(Tile(tile.level - 1, number)) for number in range(max(start, kept), stop))
        return b"".join([*parts, *(root(hashes_of(data)) for data in below)])

    def earlier_tile(self, tile: Tile) -> bytes:
        """A tile of the log as it was published."""
        return self._stored(tile)

    def _stored(self, tile: Tile) -> bytes:
        data = self._objects.log_file(self._tenant, tile.path)
        if data is None:
            raise NotFoundError(f"the log's {tile.path} is not there")
        return data
