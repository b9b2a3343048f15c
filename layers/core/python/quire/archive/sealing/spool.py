"""What one sealing run carries from the journal into the archive: lines on disk, where each belongs in memory.

A run may hold millions of events and a function has little memory: the lines lie in one file as they came, and of
each event no more is held than places it. Whoever fills the spool empties it once it is ``full``. It is not a store:
whatever happens to it, the run starts again from the journal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, Self

from quire.archive.entries import CarriedLine
from quire.domain.ids import EventId, SubjectId
from quire.domain.time import sort_key

MOST_EVENTS, MOST_BYTES = 20_000, 256 * 1024 * 1024
"""Events, and bytes of their lines, at which a spool is full; also what a segment holds at most: so much memory do its
leaves and ids take, and so much does one proof have to read."""
_BUFFER = 1024 * 1024


class Group(NamedTuple):
    """What goes into archive segments of its own: ``day`` is ``yyyy-mm-dd`` of ``occurred_at``."""

    retention_class: str
    day: str
    events: int


class Placed(NamedTuple):
    """An event in the spool. The first three are its place in a segment; ``leaf`` is its leaf under ``key_id``.

    The rest says where its line lies, and how many of its bytes are the event in canonical form.
    """

    subject_id: SubjectId
    at: str
    event_id: EventId
    occurred_at: str
    captured_at: str
    key_id: str
    leaf: bytes
    place: int
    size: int
    canonical_size: int


_ORDER = attrgetter("subject_id", "at", "event_id")


class Spool:
    """Use as a context manager; the file at ``path`` is made and removed."""

    def __init__(self, path: Path, most_events: int = MOST_EVENTS) -> None:
        self._path = path
        self._most_events = most_events

    def __enter__(self) -> Self:
        self._lines = self._path.open("w+b", buffering=_BUFFER)
        self.clear()
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._path.unlink(missing_ok=True)

    @property
    def full(self) -> bool:
        """Whether it has to be emptied before more is added."""
        return len(self._there) >= self._most_events or self._end >= MOST_BYTES

    def clear(self) -> None:
        """Forget everything."""
        self._lines.seek(0)
        self._lines.truncate()
        self._end = 0
        self._there: set[EventId] = set()
        self._groups: dict[tuple[str, str], list[Placed]] = {}
        self._added: list[tuple[tuple[str, str], EventId]] = []
        self._one_of: dict[str, str] = {}

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What is added within is there afterwards, or nothing of it where an error ends it."""
        self._added = []
        start = self._end
        try:
            yield
        except BaseException:
            for group, event_id in reversed(self._added):
                self._groups[group].pop()
                self._there.discard(event_id)
            self._end = self._lines.seek(start)
            raise

    def add(self, lines: Iterable[CarriedLine], class_of: Callable[[CarriedLine], str]) -> int:
        """Take lines, each into its retention class; how many of their events were not there yet."""
        there, groups, write, one_of = self._there, self._groups, self._lines.write, self._one_of.setdefault
        before = len(there)
        for each in lines:
            event_id = each.event_id
            if event_id in there:
                continue
            there.add(event_id)
            occurred_at, subject = each.occurred_at, each.subject_id
            group = (class_of(each), occurred_at[:10])
            size = len(each.line)
            write(each.line)
            placed = Placed(
                SubjectId(one_of(subject, subject)),
                sort_key(occurred_at),
                event_id,
                occurred_at,
                each.captured_at,
                each.key_id,
                each.leaf,
                self._end,
                size,
                each.canonical_size,
            )
            self._end += size
            rows = groups.get(group)
            if rows is None:
                rows = groups[group] = []
            rows.append(placed)
            self._added.append((group, event_id))
        return len(there) - before

    def drop(self, event_ids: Iterable[EventId]) -> int:
        """Take events out again (they are sealed already); how many of these were there."""
        gone = self._there.intersection(event_ids)
        if gone:
            self._there -= gone
            for group, rows in self._groups.items():
                self._groups[group] = [each for each in rows if each.event_id not in gone]
        return len(gone)

    def span(self, day: str) -> tuple[str, str]:
        """The earliest and the latest place in time of a day's events, as :func:`~quire.domain.time.sort_key` gives."""
        places = [each.at for group, rows in self._groups.items() if group[1] == day for each in rows]
        return min(places), max(places)

    def groups(self) -> list[Group]:
        """What there is, in order of class and day."""
        return [Group(*name, len(rows)) for name, rows in sorted(self._groups.items()) if rows]

    def parts(self, group: Group, most_events: int) -> Iterator[list[Placed]]:
        """A group's events by subject, each subject's in order of time, in as many parts as they need."""
        rows = sorted(self._groups[group[:2]], key=_ORDER)
        for start in range(0, len(rows), most_events):
            yield rows[start : start + most_events]

    def line(self, placed: Placed) -> bytes:
        """The line of an event."""
        return os.pread(self._lines.fileno(), placed.size, placed.place)

    def flush(self) -> None:
        """Have every line where :meth:`line` finds it."""
        self._lines.flush()
