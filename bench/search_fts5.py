"""The index of choice of other open tools: SQLite's FTS5, over the same corpus, asked the same."""

import sqlite3
from pathlib import Path

from bench.search_corpus import Corpus
from bench.search_shapes import Asked
from quire.domain.events import AttachmentFact

_TABLES = """
CREATE TABLE messages (id INTEGER PRIMARY KEY, platform TEXT, channel TEXT, user TEXT, at TEXT, body TEXT);
CREATE INDEX of_channel ON messages (channel, at);
CREATE INDEX of_user ON messages (user, at);
CREATE INDEX of_platform ON messages (platform, at);
CREATE INDEX in_time ON messages (at);
CREATE VIRTUAL TABLE words USING fts5(content, files, content='', tokenize='porter unicode61');
"""
_COUNTED_UP_TO = 100_000
_LIMIT = 26


def build(path: Path, corpus: Corpus) -> sqlite3.Connection:
    """The corpus in a file, or where it is whole already, the file."""
    database = sqlite3.connect(path)
    if database.execute("PRAGMA user_version").fetchone()[0] == corpus.size:
        return database
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
    with database:
        for number, told in enumerate(corpus.messages()):
            files = " ".join(e.body.text or "" for e in told.events if isinstance(e.body, AttachmentFact))
            at, body = told.events[0].occurred_at, told.text
            row = (number, told.platform, told.channel, told.user, at, body)
            database.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)", row)
            database.execute("INSERT INTO words (rowid, content, files) VALUES (?, ?, ?)", (number, told.text, files))
    database.execute("INSERT INTO words (words) VALUES ('optimize')")
    database.execute("ANALYZE")
    database.execute(f"PRAGMA user_version = {corpus.size}")
    database.commit()
    return database


def ask(database: sqlite3.Connection, asked: Asked) -> int:
    """The first page, newest first, with its texts, and the total up to what we count; the total."""
    conditions, values = [], list(asked.values)
    if asked.match is not None:
        conditions, values = ["id IN (SELECT rowid FROM words WHERE words MATCH ?)"], [asked.match, *values]
    where = " AND ".join([*conditions, *([asked.where] if asked.where else [])]) or "1"
    page = f"SELECT * FROM messages WHERE {where} ORDER BY at DESC LIMIT {_LIMIT}"  # noqa: S608 - no text of anybody's
    total = f"SELECT count(*) FROM (SELECT 1 FROM messages WHERE {where} LIMIT {_COUNTED_UP_TO})"  # noqa: S608
    database.execute(page, values).fetchall()
    return int(database.execute(total, values).fetchone()[0])
