"""The log as static files: https://c2sp.org/tlog-tiles.

A tile holds up to 256 hashes of one level; a level's hash covers 256 of the level below. ``tile/<level>/<index>`` is
full and never changes; the last one of a level grows and is ``tile/<level>/<index>.p/<width>`` until it is full.
Whoever has the tiles of a checkpoint can recompute every root and every proof up to it.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from quire.domain.errors import CorruptError
from quire.evidence.merkle import consistency_ranges, inclusion_ranges, node_hash, root, split

WIDTH = 256
HASH_BYTES = 32
_BITS = 8


class Tile(NamedTuple):
    """A tile's place: ``width`` is the number of its hashes, 1 to 256."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where its hashes lie."""
        return f"tile/{self.level}/{self._place}"

    @property
    def entries_path(self) -> str:
        """Where the entries under a tile of level 0 lie."""
        return f"tile/entries/{self._place}"

    @property
    def _place(self) -> str:
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"{_elements(self.number)}{partial}"


ReadTile = Callable[[Tile], bytes]
"""The hashes of a tile, one after the other. Raises ``NotFoundError`` where there is none."""


def hashes_of(data: bytes) -> list[bytes]:
    """The hashes in a tile's bytes."""
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def unbundled(data: bytes) -> Iterator[bytes]:
    """The entries in an entry bundle: each after its length (two bytes, big-endian).

    Raises:
        CorruptError: it ends within an entry.
    """
    place = 0
    while place < len(data):
        end = place + 2 + int.from_bytes(data[place : place + 2])
        if place + 2 > len(data) or end > len(data):
            raise CorruptError("an entry bundle ends within an entry")
        yield data[place + 2 : end]
        place = end


def tiles_of(size: int) -> Iterator[Tile]:
    """All tiles of a log of ``size`` entries, the lowest level first."""
    yield from _tiles(0, size)


def new_tiles(before: int, size: int) -> Iterator[Tile]:
    """The tiles that a log gains (or gains a wider form of) when it grows from ``before`` to ``size`` entries."""
    yield from _tiles(before, size)


def _tiles(before: int, size: int) -> Iterator[Tile]:
    level, had, has = 0, before, size
    while has > 0:
        if has > had:
            yield from (Tile(level, index) for index in range(had // WIDTH, has // WIDTH))
            if has % WIDTH:
                yield Tile(level, has // WIDTH, has % WIDTH)
        level, had, has = level + 1, had // WIDTH, has // WIDTH


class TiledTree:
    """A tree of ``size`` entries, read tile by tile; each tile is read once."""

    def __init__(self, size: int, read: ReadTile) -> None:
        self._size = size
        self._read = read
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def root(self) -> bytes:
        """Root over all entries."""
        return self.subtree(0, self._size)

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Proof that entry ``index`` is in the tree, lowest hash first."""
        return [self.subtree(*span) for span in inclusion_ranges(index, self._size)]

    def consistency_proof(self, earlier: int) -> list[bytes]:
        """Proof that the tree of the first ``earlier`` entries is the beginning of this one; none for an empty one."""
        return [self.subtree(*span) for span in consistency_ranges(earlier, self._size)] if earlier else []

    def leaf(self, index: int) -> bytes:
        """Hash of entry ``index``."""
        return self._hash(0, index)

    def hashes(self, tile: Tile) -> bytes:
        """The bytes of one of this tree's tiles, made from the level below where it is not level 0."""
        first = tile.number * WIDTH
        return b"".join(self._hash(tile.level, number) for number in range(first, first + tile.width))

    def subtree(self, first: int, last: int) -> bytes:
        """Hash over the entries from ``first`` up to ``last``, a range that RFC 9162's splitting meets.

        Raises:
            CorruptError: a tile is shorter than the log's size asks for.
        """
        size = last - first
        if size & (size - 1):
            middle = first + split(size)
            return node_hash(self.subtree(first, middle), self.subtree(middle, last))
        if size == 0:
            return root([])
        level = (size.bit_length() - 1) // _BITS
        unit = WIDTH**level
        return root([self._hash(level, number) for number in range(first // unit, last // unit)])

    def _hash(self, level: int, number: int) -> bytes:
        """Hash ``number`` of a level: in its tile."""
        index, place = divmod(number, WIDTH)
        held = self._tiles.get((level, index))
        if held is None:
            held = self._tiles[level, index] = self._fetch(level, index)
        if place >= len(held):
            raise CorruptError(f"{Tile(level, index).path} is shorter than the log")
        return held[place]

    def _fetch(self, level: int, index: int) -> list[bytes]:
        has = self._size // WIDTH**level
        tile = Tile(level, index, min(WIDTH, has - index * WIDTH))
        data = self._read(tile)
        if len(data) != tile.width * HASH_BYTES:
            raise CorruptError(f"{tile.path} has another length than its width says")
        return hashes_of(data)


def _elements(index: int) -> str:
    """A tile's index in path elements of three digits, all but the last with an ``x`` in front."""
    digits = f"{index % 1000:03d}"
    while index := index // 1000:
        digits = f"x{index % 1000:03d}/{digits}"
    return digits
