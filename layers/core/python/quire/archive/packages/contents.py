"""What goes into a package's ``package.json``, kept on disk while the package is written: it may be long.

The file is one canonical JSON object (RFC 8785), written piece by piece, its members in order of name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal, NamedTuple, Self

from quire.domain.ids import TenantId
from quire.evidence.canonical import canonical
from quire.evidence.note import VerifierKey

SCHEMA = "quire.evidence/1"
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8192;
PRAGMA temp_store = FILE;
CREATE TABLE files (path TEXT PRIMARY KEY, size INTEGER, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE events (about TEXT, event_id TEXT, segment_id TEXT, leaf INTEGER, salt TEXT,
  PRIMARY KEY (about, event_id)) WITHOUT ROWID;
CREATE TABLE segments (segment_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Disclosed(NamedTuple):
    """An event whose bytes are in the package: ``about`` is its message's id, or its own where it is about none."""

    about: str
    event_id: str
    segment_id: str
    leaf: int
    salt: str


class Contents:
    """Use as a context manager; the file at ``path`` is made and removed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        self._db = sqlite3.connect(self._path, isolation_level=None)
        self._db.executescript(_SCHEMA)
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._path.unlink(missing_ok=True)

    def add_file(self, path: str, size: int, sha256: str) -> None:
        """Note a file that was written; each path once."""
        self._db.execute("INSERT INTO files VALUES (?, ?, ?)", (path, size, sha256))

    def add_event(self, event: Disclosed) -> bool:
        """Note an event that is disclosed; ``False``, and nothing noted, where it was before."""
        return self._db.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)", event).rowcount == 1

    def want(self, segment_id: str) -> None:
        """Note a segment that has to be in the package."""
        self._db.execute("INSERT OR IGNORE INTO segments VALUES (?)", (segment_id,))

    def wanted(self, segment_id: str) -> bool:
        """Whether the segment has to be in the package."""
        return self._db.execute("SELECT 1 FROM segments WHERE segment_id = ?", (segment_id,)).fetchone() is not None

    def counts(self) -> tuple[int, int]:
        """Messages (or what else the events are about) and events."""
        messages, events = self._db.execute("SELECT count(DISTINCT about), count(*) FROM events").fetchone()
        return int(messages), int(events)

    def package(self, tenant: TenantId, key: VerifierKey, scope: Literal["all", "messages"]) -> Iterator[bytes]:
        """``package.json``."""
        yield b'{"files":['
        yield from _joined(self._files())
        yield b'],"log_key":%b,"messages":[' % _text(key.text())
        yield from _joined(self._messages())
        yield b'],"schema":%b,"scope":%b,"tenant_id":%b}' % (_text(SCHEMA), _text(scope), _text(tenant))

    def _files(self) -> Iterator[bytes]:
        for path, size, sha256 in self._db.execute("SELECT path, size, sha256 FROM files ORDER BY path"):
            yield canonical({"path": path, "size": size, "sha256": sha256})

    def _messages(self) -> Iterator[bytes]:
        rows = self._db.execute("SELECT about, event_id, segment_id, leaf, salt FROM events ORDER BY about, event_id")
        for about, group in groupby(rows, itemgetter(0)):
            events = [
                {"event_id": event_id, "segment_id": segment_id, "leaf": leaf, "salt": salt}
                for _, event_id, segment_id, leaf, salt in group
            ]
            yield canonical({"message_id": about, "events": events})


def _joined(parts: Iterator[bytes]) -> Iterator[bytes]:
    separator = b""
    for part in parts:
        yield separator + part
        separator = b","


def _text(value: str) -> bytes:
    """A string in canonical JSON."""
    return canonical({"": value})[4:-1]
