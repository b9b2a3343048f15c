"""The questions of the benchmark of searching: the API answers each, and so does SQLite's FTS5 where it is asked."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench import search_fts5
from bench.search_api import SearchApi
from bench.search_corpus import Corpus
from bench.search_fill import fill
from bench.search_shapes import SHAPES, Words
from quire.domain.ids import TenantId
from tests.search_engines import embedded


@dataclass(frozen=True)
class House:
    """What is asked, and of what."""

    api: SearchApi
    database: sqlite3.Connection
    words: Words


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    corpus, place = Corpus(TenantId("bench-small"), 500), tmp_path_factory.mktemp("bench")
    with embedded() as url:
        fill(url, corpus, 0)
        database = search_fts5.build(Path(place) / "corpus.sqlite", corpus)
        yield House(SearchApi(url, corpus.tenant), database, Words(corpus))
        database.close()


@pytest.mark.parametrize("name", SHAPES)
def test_a_question_is_answered(house: House, name: str) -> None:
    asked = SHAPES[name](house.words)
    house.api.wire.keep()
    house.api.answer(house.api.event(asked))
    assert house.api.wire.let_be(), "the engine was not asked"
    if asked.comparable:
        assert search_fts5.ask(house.database, asked) >= 0
