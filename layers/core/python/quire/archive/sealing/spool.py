"""The events of one sealing run on disk, each id once, in the order in which they are sealed.

A run may hold millions of events and a function has little memory: their lines lie in one file as they came, and
SQLite sorts and de-duplicates where they lie in another; both are thrown away afterwards. It is not a store: whatever
happens to it, the run starts again from the journal.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from quire.archive.entries import Entry, canonical_of
from quire.domain.ids import EventId

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8192;
PRAGMA temp_store = FILE;
CREATE TABLE events (
  event_id TEXT PRIMARY KEY, retention_class TEXT, day TEXT, subject_id TEXT, at TEXT,
  occurred_at TEXT, captured_at TEXT, place INTEGER, size INTEGER, canonical_size INTEGER
) WITHOUT ROWID;
"""
_BUFFER = 1024 * 1024
_ORDER = "CREATE INDEX IF NOT EXISTS sealing_order ON events (retention_class, day, subject_id, at)"


class Group(NamedTuple):
    """What goes into archive segments of its own: ``day`` is ``yyyy-mm-dd`` of ``occurred_at``."""

    retention_class: str
    day: str
    events: int


class Spool:
    """Use as a context manager; the file at ``path``, and another beside it, are made and removed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines_path = path.with_suffix(".lines")

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        self._db = sqlite3.connect(self._path, isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._db.execute("PRAGMA journal_mode = MEMORY")
        self._lines = self._lines_path.open("w+b", buffering=_BUFFER)
        self._end = 0
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._lines.close()
        self._path.unlink(missing_ok=True)
        self._lines_path.unlink(missing_ok=True)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What is added within is there afterwards, or nothing of it where an error ends it."""
        self._db.execute("BEGIN")
        start = self._end
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            self._end = self._lines.seek(start)
            raise
        self._db.execute("COMMIT")

    def add(self, entries: Iterable[tuple[str, Entry]]) -> int:
        """Take entries, each with its retention class; how many of them were not there yet."""
        before = self._db.total_changes
        rows = (self._placed(name, entry) for name, entry in entries)
        self._db.executemany("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return self._db.total_changes - before

    def _placed(self, name: str, entry: Entry) -> tuple[str | int, ...]:
        """The row of an entry, whose line is written."""
        at, size = self._end, len(entry.line)
        self._lines.write(entry.line)
        self._end += size
        day, subject, canonical_size = entry.occurred_at[:10], entry.subject_id, len(entry.canonical)
        times = (entry.at, entry.occurred_at, entry.captured_at)
        return entry.event_id, name, day, subject, *times, at, size, canonical_size

    def drop(self, event_ids: Iterable[EventId]) -> int:
        """Take events out again (they are sealed already); how many of these were there."""
        before = self._db.total_changes
        self._db.execute("BEGIN")
        self._db.executemany("DELETE FROM events WHERE event_id = ?", ((each,) for each in event_ids))
        self._db.execute("COMMIT")
        return self._db.total_changes - before

    def groups(self) -> list[Group]:
        """What there is, in order of class and day."""
        self._db.execute(_ORDER)
        rows = self._db.execute(
            "SELECT retention_class, day, count(*) FROM events GROUP BY retention_class, day ORDER BY 1, 2"
        )
        return [Group(*row) for row in rows]

    def entries(self, group: Group) -> Iterator[Entry]:
        """A group's entries by subject, each subject's in order of time: what sealing needs of them, no more."""
        self._lines.flush()
        file = self._lines.fileno()
        rows = self._db.execute(
            "SELECT event_id, subject_id, occurred_at, captured_at, at, place, size, canonical_size FROM events"
            " WHERE retention_class = ? AND day = ? ORDER BY subject_id, at",
            (group.retention_class, group.day),
        )
        for event_id, subject, occurred_at, captured_at, at, place, size, canonical_size in rows:
            line = os.pread(file, size, place)
            encoded = canonical_of(line, canonical_size)
            yield Entry(event_id, "", subject, "", "", None, occurred_at, captured_at, at, encoded, line)
