"""What a witness of a log keeps, and what it finds: checkpoints in a plain folder, cross-checked with each other.

====================================  ============================================================================
``log.key``                           the log's verifier key, as text
``checkpoints/<size>``                a checkpoint that the key signed, as it came
``forks/<size>-<root>``               another one of the same size: the proof that the log was forked
``consistent``                        sizes of kept checkpoints that are each the beginning of the next, a line each
====================================  ============================================================================

Formats are C2SP's: signed notes, tlog-checkpoint, tlog-tiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from quire.domain.errors import CorruptError, NotFoundError, QuireError, UnavailableError
from quire.evidence.checkpoint import Checkpoint, open_checkpoint
from quire.evidence.merkle import EMPTY_ROOT, proves_consistency
from quire.evidence.note import VerifierKey, read_key
from quire.evidence.tiles import ReadTile, TiledTree

Kind = Literal["fork", "rolled_back", "not_signed", "unproven"]


class Finding(NamedTuple):
    """Something that is not as it should be; ``unproven``: what would show it was not to be had."""

    kind: Kind
    fact: str


class WitnessFolder:
    """The folder of one log."""

    def __init__(self, path: Path, key: VerifierKey | None = None) -> None:
        """Open it, or make it: ``key`` is needed the first time, and has to be the same ever after.

        Raises:
            NotFoundError: there is no key yet, and none is given.
            CorruptError: another key is given than the one that is kept.
            MalformedError: the key that is kept cannot be read.
        """
        self._path = path
        kept = path / "log.key"
        if kept.exists():
            self.key = read_key(kept.read_text("utf-8"))
            if key is not None and key != self.key:
                raise CorruptError(f"{kept} holds another key: one folder is for one log")
        elif key is None:
            raise NotFoundError(f"{kept} is not there: give the log's verifier key")
        else:
            self.key = key
            _write(kept, f"{key.text()}\n".encode())

    def sizes(self) -> list[int]:
        """Sizes of the checkpoints that are kept, in order."""
        return sorted(int(path.name) for path in (self._path / "checkpoints").glob("*") if path.name.isdecimal())

    def checkpoint(self, size: int) -> Checkpoint:
        """One of those that are kept.

        Raises:
            CorruptError: somebody changed it since.
        """
        path = self._path / "checkpoints" / str(size)
        found = open_checkpoint(_text(path.read_bytes()), self.key)
        if found.size != size:
            raise CorruptError(f"{path} is a checkpoint of {found.size} entries")
        return found

    def take(self, note: bytes, *, newest: bool = False) -> Iterator[Finding]:
        """Keep a checkpoint; ``newest``: the log says that it has no newer one. Raises as :meth:`checkpoint`."""
        try:
            given = open_checkpoint(_text(note), self.key)
        except CorruptError as error:
            yield Finding("not_signed", f"what was given is no checkpoint of this log: {error.detail}")
            return
        if given.size == 0 and given.root != EMPTY_ROOT:
            yield Finding("fork", "a checkpoint without entries has the root of some")
        sizes = self.sizes()
        if given.size not in sizes:
            _write(self._path / "checkpoints" / str(given.size), note)
        elif self.checkpoint(given.size).root != given.root:
            _write(self._path / "forks" / f"{given.size}-{given.root.hex()[:16]}", note)
        if newest and sizes and given.size < sizes[-1]:
            fact = f"the log's newest checkpoint has {given.size} entries, one of {sizes[-1]} was seen before"
            yield Finding("rolled_back", fact)

    def forks(self) -> Iterator[Finding]:
        """Pairs of checkpoints of one size with different roots that were seen: the log signed two histories."""
        for path in sorted((self._path / "forks").glob("*")):
            size = path.name.partition("-")[0]
            yield Finding(
                "fork", f"two checkpoints of {size} entries are signed: checkpoints/{size}, forks/{path.name}"
            )

    def cross_check(self, read: ReadTile) -> Iterator[Finding]:
        """Show by the log's tiles that every checkpoint is the beginning of the largest; what is not shown is told.

        What was shown once is not asked for again.

        Raises:
            CorruptError: somebody changed a checkpoint since it was kept.
        """
        sizes = [size for size in self.sizes() if size]
        if not sizes:
            return
        shown, largest = self.consistent(), sizes[-1]
        anchor = max(shown, default=largest)
        left = {size for size in sizes if size not in shown} - {largest} | ({anchor} - {largest})
        if largest in shown and not left:
            return
        newest, kept = self.checkpoint(largest), [self.checkpoint(size) for size in sorted(left)]
        tree = TiledTree(largest, read)
        try:
            if tree.root() != newest.root:
                fact = "it was forked, or its files were changed"
                yield Finding(
                    "fork", f"the log's tiles are not those under its checkpoint of {largest} entries: {fact}"
                )
                return
            fine = {each.size for each in kept if _begins(each, newest, tree)}
        except (UnavailableError, NotFoundError, CorruptError) as error:
            yield Finding("unproven", f"the log does not show that {largest} continues what was kept: {error.detail}")
            return
        for size in sorted(left - fine):
            yield Finding(
                "fork", f"the checkpoint of {largest} entries does not continue that of {size}: it was forked"
            )
        if anchor in fine | {largest}:
            self._keep_consistent(shown | fine | {largest})

    def consistent(self) -> set[int]:
        """Sizes of which was shown that each is the beginning of the next."""
        path = self._path / "consistent"
        told = set(map(int, path.read_text("utf-8").split())) if path.exists() else set[int]()
        return told & set(self.sizes())

    def _keep_consistent(self, sizes: set[int]) -> None:
        _write(self._path / "consistent", "".join(f"{size}\n" for size in sorted(sizes)).encode())


def _begins(earlier: Checkpoint, newest: Checkpoint, tree: TiledTree) -> bool:
    proof = tree.consistency_proof(earlier.size)
    return proves_consistency(earlier.size, earlier.root, newest.size, newest.root, proof)


def _text(note: bytes) -> str:
    try:
        return note.decode()
    except UnicodeDecodeError as error:
        raise CorruptError("it is not text") from error


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.replace(path)


def unreadable(error: QuireError | OSError) -> Finding:
    """Something was to be looked at, and could not be had."""
    return Finding("unproven", error.detail if isinstance(error, QuireError) else str(error))
