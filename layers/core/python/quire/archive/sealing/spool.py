"""What one sealing run carries from the journal into the archive, as much at a time as fits memory.

A run may hold millions of events and a function has little memory: lines beyond the first 32 MiB lie in a file as they
came, and of each of those events no more is held than places it. Whoever fills the spool empties it once it is
``full``. It is not a store: whatever happens to it, the run starts again from the journal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from quire.archive.entries import CarriedLine
from quire.domain.ids import EventId

MOST_EVENTS, MOST_BYTES = 20_000, 256 * 1024 * 1024
"""Events, and bytes of their lines, at which a spool is full; also what a segment holds at most: so much memory do its
leaves and ids take, and so much does one proof have to read."""
MOST_HELD = 32 * 1024 * 1024
"""Bytes of lines that are held in memory; those of larger runs lie on disk."""
_BUFFER = 1024 * 1024


class Group(NamedTuple):
    """What goes into archive segments of its own: ``day`` is ``yyyy-mm-dd`` of ``occurred_at``."""

    retention_class: str
    day: str
    events: int


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
        return len(self._there) >= self._most_events or self._held + self._end >= MOST_BYTES

    def clear(self) -> None:
        """Forget everything."""
        self._lines.seek(0)
        self._lines.truncate()
        self._held = self._end = 0
        self._there: set[EventId] = set()
        self._groups: dict[tuple[str, str], list[CarriedLine]] = {}
        self._spilt: dict[EventId, tuple[int, int]] = {}

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What is added within is there afterwards, or nothing of it where an error ends it."""
        before = {group: len(rows) for group, rows in self._groups.items()}
        held, end = self._held, self._end
        try:
            yield
        except BaseException:
            for group, rows in self._groups.items():
                added = rows[before.get(group, 0) :]
                del rows[before.get(group, 0) :]
                for each in added:
                    self._there.discard(each.event_id)
                    self._spilt.pop(each.event_id, None)
            self._held, self._end = held, self._lines.seek(end)
            raise

    def add(self, lines: Iterable[tuple[str, CarriedLine]]) -> int:
        """Take lines, each with its retention class; how many of their events were not there yet."""
        there, groups = self._there, self._groups
        before = len(there)
        for name, each in lines:
            event_id = each.event_id
            if event_id in there:
                continue
            there.add(event_id)
            self._held += len(each.line)
            kept = each if self._held <= MOST_HELD else self._spill(each)
            group = (name, each.occurred_at[:10])
            rows = groups.get(group)
            if rows is None:
                groups[group] = [kept]
            else:
                rows.append(kept)
        return len(there) - before

    def _spill(self, each: CarriedLine) -> CarriedLine:
        """Write a line to disk; the same event without it."""
        size = len(each.line)
        self._held -= size
        self._spilt[each.event_id] = (self._end, size)
        self._lines.write(each.line)
        self._end += size
        return each._replace(line=b"")

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

    def parts(self, group: Group, most_events: int) -> Iterator[list[CarriedLine]]:
        """A group's events by subject, each subject's in order of time, in as many parts as they need."""
        rows = sorted(self._groups[group[:2]])
        for start in range(0, len(rows), most_events):
            yield rows[start : start + most_events]

    def line(self, carried: CarriedLine) -> bytes:
        """The line of an event."""
        if carried.line:
            return carried.line
        place, size = self._spilt[carried.event_id]
        return os.pread(self._lines.fileno(), size, place)

    def flush(self) -> None:
        """Have every line where :meth:`line` finds it."""
        self._lines.flush()
