"""The events of one sealing run on disk, each id once, in the order in which they are sealed.

A run may hold millions of events and a function has little memory: SQLite sorts and de-duplicates in a file that is
thrown away afterwards. It is not a store: whatever happens to it, the run starts again from the journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from quire.archive.entries import Entry
from quire.domain.ids import EventId, SubjectId

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32768;
PRAGMA temp_store = FILE;
CREATE TABLE events (
  event_id TEXT PRIMARY KEY, retention_class TEXT, day TEXT, subject_id TEXT, at TEXT,
  occurred_at TEXT, captured_at TEXT, canonical BLOB, line BLOB
) WITHOUT ROWID;
"""
_ORDER = "CREATE INDEX IF NOT EXISTS sealing_order ON events (retention_class, day, subject_id, at)"


class Group(NamedTuple):
    """What goes into archive segments of its own: ``day`` is ``yyyy-mm-dd`` of ``occurred_at``."""

    retention_class: str
    day: str
    events: int


class Spool:
    """Use as a context manager; the file at ``path`` is made and removed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        self._db = sqlite3.connect(self._path, isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._db.execute("PRAGMA journal_mode = MEMORY")
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._path.unlink(missing_ok=True)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What is added within is there afterwards, or nothing of it where an error ends it."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def add(self, entries: Iterable[tuple[str, Entry]]) -> int:
        """Take entries, each with its retention class; how many of them were not there yet."""
        rows = (
            (
                e.event_id,
                name,
                e.occurred_at[:10],
                e.subject_id,
                e.at,
                e.occurred_at,
                e.captured_at,
                e.canonical,
                e.line,
            )
            for name, e in entries
        )
        before = self._db.total_changes
        self._db.executemany("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return self._db.total_changes - before

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
        rows = self._db.execute(
            "SELECT event_id, subject_id, occurred_at, captured_at, at, canonical, line FROM events"
            " WHERE retention_class = ? AND day = ? ORDER BY subject_id, at",
            (group.retention_class, group.day),
        )
        for event_id, subject, occurred_at, captured_at, at, canonical, line in rows:
            yield Entry(
                EventId(event_id), "", SubjectId(subject), "", "", None, occurred_at, captured_at, at, canonical, line
            )
