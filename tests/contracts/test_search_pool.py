"""Tenants who share indexes: each finds what it would find alone, and nothing tells it of the others."""

import base64
import random
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, cast

import orjson
import pytest

from quire.domain.errors import MalformedError
from quire.domain.ids import SubjectId
from quire.search.activity import last_captured
from quire.search.conversations import Conversations
from quire.search.cursor import scope_of
from quire.search.days import Days
from quire.search.facets import FacetName
from quire.search.indexes import Indexes
from quire.search.mapping import read_alias
from quire.search.pool import shelf_name
from quire.search.query import Question
from quire.search.searcher import Extras
from quire.search.stretches import Part
from tests.neighbours import COMMON, Side, neighbours, pages
from tests.search_engines import ENGINES, bench

FACETS: tuple[FacetName, ...] = (
    "platform",
    "channel",
    "sender",
    "type",
    "flag",
    "fileType",
    "language",
    "day",
    "month",
)
EVERYTHING = Extras(FACETS, explain=True, suggest=True)


@pytest.fixture(scope="module", params=ENGINES)
def pooled(request: pytest.FixtureRequest) -> Iterator[tuple[Side, Side]]:
    """Neighbours who are only read."""
    with ExitStack() as stack:
        search = stack.enter_context(bench(request.param, lambda: request.getfixturevalue("embedded_engine")))
        yield stack.enter_context(neighbours(search))


def asked(chance: random.Random, mine: Side, theirs: Side) -> str:
    """A query by somebody who guesses what the others say."""
    word = chance.choice([*COMMON, *mine.words, *theirs.words])
    other = chance.choice([*COMMON, *mine.words, *theirs.words])
    typo = word[:2] + "x" + word[3:]
    return chance.choice(
        [
            *(word, word, f'"{word} {other}"', f"{word} OR {other}", f"{word} AND {other}", f"NOT {word}"),
            *(f"{word[:3]}*", f"{word}~1", f"{word}~2" if len(word) > 4 else word, f"/{word[:3]}[a-z]+/", typo),
            *(f"{word} NEAR/5 {other}", f"{word[:4]}* BEFORE/9 {other}", f"file:{word}", f"file:{word[:3]}*"),
            *(f"thread:{theirs.chat.message_id('1')}", "is:edited", "has:attachment", "-zzzz", ""),
        ]
    )


def test_the_two_lie_in_the_same_indexes(pooled: tuple[Side, Side]) -> None:
    mine, theirs = pooled
    indexes = Indexes(mine.bench.engine)
    here, there = (list(indexes.standing(side.tenant).current.of.values()) for side in (mine, theirs))
    assert here == there == [shelf_name("2026-02", 0), shelf_name("2026-03", 0)]
    assert list(indexes.standing(mine.tenant).current.of) == [
        f"{read_alias(mine.tenant)}-2026-02",
        f"{read_alias(mine.tenant)}-2026-03",
    ]
    for side in pooled:
        assert len(side.documents()) == side.searcher.count(Question()) == 24
        assert {each["tenant_id"] for each in side.documents()} == {side.tenant}


def test_no_answer_tells_of_the_others(pooled: tuple[Side, Side]) -> None:
    chance, hits, suggested = random.Random(11), 0, 0  # noqa: S311 - not for secrets
    for number in range(80):
        mine, theirs = pooled if number % 2 else pooled[::-1]
        foreign = re.compile(rf"\b({'|'.join(set(theirs.words) - set(mine.words))})\b", re.IGNORECASE)
        text, sort = asked(chance, mine, theirs), chance.choice(["relevance", "newest", "oldest", None])
        question = Question(text=text, sort=cast("Any", sort), limit=chance.choice([3, 50]))
        read = pages(mine.searcher, question, EVERYTHING)
        found = [hit for page in read for hit in page.hits]
        hits += len(found)
        assert {hit.document["tenant_id"] for hit in found} <= {mine.tenant}, text
        assert len(found) == read[0].total, text
        assert not foreign.search(" ".join(mark for hit in found for mark in hit.highlights)), text
        own = {mine.chat.channel_id, mine.chat.user_id}
        for facet in read[0].facets:
            assert sum(value.count for value in facet.values) <= 24 * len(facet.values), text
            if facet.name in ("channel", "sender"):
                assert {value.value for value in facet.values} <= own, text
        if read[0].suggestion is not None:
            suggested += 1
            assert not foreign.search(" ".join(set(read[0].suggestion.split()) - set(text.split()))), text
            assert mine.searcher.count(Question(text=read[0].suggestion)) > 0
    assert hits > 250
    assert suggested > 1


def test_words_of_others_are_never_suggested(pooled: tuple[Side, Side]) -> None:
    mine, theirs = pooled
    for typo, meant in (("krptonite", "kryptonite"), ("whistlblower", "whistleblower")):
        answers = [side.searcher.search(Question(text=typo), extras=EVERYTHING).suggestion for side in (mine, theirs)]
        assert answers == [None, meant]


def test_ids_of_others_lead_nowhere(pooled: tuple[Side, Side]) -> None:
    mine, theirs = pooled
    engine = mine.bench.engine.for_tenant(mine.tenant)
    conversations, message = Conversations(engine), theirs.chat.message_id("1")
    assert conversations.message(message) is None
    assert conversations.latest(Part(theirs.chat.channel_id), 50).documents == []
    assert conversations.latest(Part(mine.chat.channel_id, thread=message), 50).documents == []
    assert conversations.around(Part(theirs.chat.channel_id), "2026-03-01T00:00:00Z", 10).documents == []
    stretch = ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")
    assert conversations.changes(theirs.chat.channel_id, *stretch, None, 50) == ([], None)
    assert Days(engine).done([SubjectId(theirs.chat.user_id)], *stretch) == ([], None)
    assert len(Conversations(engine).latest(Part(mine.chat.channel_id), 50).documents) == 24
    shelves = Indexes(mine.bench.engine).standing(theirs.tenant).current.of.values()
    assert engine.get_many([(index, message) for index in shelves], ["content"]) == []
    assert engine.get_many([(index, mine.chat.message_id("1")) for index in shelves], ["content"]) != []
    assert len(last_captured(engine)) == 1


def test_a_cursor_of_others_is_refused_and_one_forged_shows_nothing_of_theirs(pooled: tuple[Side, Side]) -> None:
    mine, theirs = pooled
    question = Question(text="plan OR budget OR meeting", limit=3)
    second = theirs.searcher.search(question, theirs.searcher.search(question).next_cursor)
    assert second.next_cursor is not None
    with pytest.raises(MalformedError):
        mine.searcher.search(question, second.next_cursor)
    value = orjson.loads(base64.urlsafe_b64decode(second.next_cursor + "=="))
    assert value["snapshot"], "a ranked page is read from a point in time"
    own = mine.searcher.search(question).next_cursor
    assert own is not None
    scope = orjson.loads(base64.urlsafe_b64decode(own + "=="))["scope"]
    assert scope != value["scope"] != scope_of(mine.tenant)
    after = [1_000.0, "9007199254740992", "999"]  # before all of theirs, and of ours
    forged = base64.urlsafe_b64encode(orjson.dumps({**value, "scope": scope, "after": after})).decode().rstrip("=")
    seen = {side.tenant: _seen_in(value["snapshot"], side) for side in pooled}
    assert seen == {mine.tenant: 0, theirs.tenant: 24}
    # Theirs was opened through their alias, ours filters what is asked: between the two nothing is left.
    assert mine.searcher.search(question, forged).hits == []


def _seen_in(snapshot: str, side: Side) -> int:
    answer = side.bench.engine.for_tenant(side.tenant).search({"size": 100}, snapshot=snapshot)
    return len(answer["hits"]["hits"])


def test_an_alias_shows_one_tenant_by_itself_too(pooled: tuple[Side, Side]) -> None:
    """The second net: nobody asks an alias without the filter, and whoever would sees no others."""
    for side in pooled:
        hits = side.bench.raw.search(index=read_alias(side.tenant), body={"size": 100})["hits"]["hits"]
        assert {hit["_source"]["tenant_id"] for hit in hits} == {side.tenant}
        assert len(hits) == 24
