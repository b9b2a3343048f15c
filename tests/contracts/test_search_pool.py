"""Tenants who share indexes: each finds what it would find alone, and nothing tells it of the others."""

import base64
import random
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import orjson
import pytest
from opensearchpy.exceptions import RequestError

from quire.domain.errors import MalformedError
from quire.domain.events import Actor, ChannelRef
from quire.domain.ids import SubjectId, TenantId
from quire.search.activity import last_captured
from quire.search.conversations import Conversations
from quire.search.cursor import scope_of
from quire.search.days import Days
from quire.search.documents import Document
from quire.search.engine import AliasAction, Engine
from quire.search.engine_errors import EngineRefusedError
from quire.search.facets import FacetName
from quire.search.generations import generation_of_run, run_alias
from quire.search.indexes import Indexes
from quire.search.mapping import read_alias
from quire.search.pool import pool_pattern, shelf_name
from quire.search.query import Question
from quire.search.query.texts import ALL, EMBEDDED
from quire.search.searcher import NONE, Extras, Page, Searcher
from quire.search.stretches import Part
from tests.chat import Chat, file
from tests.search_engines import ENGINES, Bench, Placed, bench, pool

COMMON = ["plan", "budget", "meeting", "report", "review"]
WORDS = (
    ["merger", "acquisition", "forecast", "quarterly", "settlement", "litigation", "dividend"],
    ["mergers", "acquisitive", "forecasts", "quarterlies", "settlements", "whistleblower", "kryptonite"],
)
"""What only one of the two says; much of it is near to what the other says."""
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


@dataclass(frozen=True)
class Side:
    """A tenant of the pool, and all that is its own."""

    bench: Bench
    chat: Chat
    words: list[str]

    @property
    def tenant(self) -> TenantId:
        return self.chat.tenant

    @property
    def searcher(self) -> Searcher:
        engine = self.bench.engine.for_tenant(self.tenant)
        return Searcher(engine, where=ALL if self.bench.real else EMBEDDED)

    def documents(self) -> list[Document]:
        return [hit.document for page in pages(self.searcher, Question(limit=50)) for hit in page.hits]


@contextmanager
def neighbours(search: Bench) -> Iterator[tuple[Side, Side]]:
    """Two tenants with the same native ids, people, files and times, in one pool."""
    tenants = (TenantId(f"{search.tenant}-a"), TenantId(f"{search.tenant}-b"))
    with pool(search, *tenants) as made:
        sides = [_side(made, tenant, words) for tenant, words in zip(tenants, WORDS, strict=True)]
        yield sides[0], sides[1]


@pytest.fixture(scope="module", params=ENGINES)
def pooled(request: pytest.FixtureRequest) -> Iterator[tuple[Side, Side]]:
    """Neighbours who are only read."""
    with ExitStack() as stack:
        search = stack.enter_context(bench(request.param, lambda: request.getfixturevalue("embedded_engine")))
        yield stack.enter_context(neighbours(search))


@pytest.fixture
def moving(search: Bench) -> Iterator[tuple[Side, Side]]:
    """Neighbours of one test."""
    with neighbours(search) as sides:
        yield sides


def _side(made: Bench, tenant: TenantId, words: list[str]) -> Side:
    name = words[-1]
    chat = Chat(tenant, "slack", ChannelRef(id="C1", name=f"{name}s", type="channel"), Actor(id="U1", name=name))
    chance, told = random.Random(3), []  # noqa: S311 - not for secrets
    for number in range(24):
        text = " ".join(chance.sample([*COMMON, *words], 5))
        more = {"attachments": (file(f"{words[number % 7]}.pdf"),)} if number % 3 == 0 else {}
        told.append(chat.says(text, str(number), f"2026-0{2 + number % 2}-{number + 1:02d}T09:00:00Z", **more))
        if number % 4 == 0:
            told.append(chat.edits(f"{text} {words[0]}", str(number), "2026-03-30T09:00:00Z"))
        if number % 5 == 0:
            told.append(chat.reacts("eyes", str(number)))
    made.index(*told)
    return Side(made, chat, words)


def pages(searcher: Searcher, question: Question, extras: Extras = NONE) -> list[Page]:
    found = [searcher.search(question, extras=extras)]
    while (cursor := found[-1].next_cursor) is not None:
        assert len(found) < 50
        found.append(searcher.search(question, cursor, extras))
    return found


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


def test_an_engine_that_knows_no_such_aliases_is_used_without(
    moving: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, _ = moving
    client: Any = mine.bench.engine._client
    original = client.indices.update_aliases

    def refusing(body: dict[str, Any], **more: Any) -> Any:
        if any("filter" in action for each in body["actions"] for action in each.values()):
            raise RequestError(400, "illegal_argument_exception", {})
        return original(body=body, **more)

    monkeypatch.setattr(client.indices, "update_aliases", refusing)
    third = TenantId(f"{mine.tenant}-c")
    cast("Placed", mine.bench.placements).put(third, "pooled")
    chat = replace(mine.chat, tenant=third)
    mine.bench.index(chat.says("only this", "1"))
    side = replace(mine, chat=chat)
    assert [each["content"] for each in side.documents()] == ["only this"]
    assert side.searcher.count(Question(text="merger")) == 0
    with pytest.raises(EngineRefusedError):
        Engine(client).move_aliases([AliasAction("add", shelf_name("2026-03", 0), "no,alias")])


RUN = generation_of_run("a run")


def test_a_tenant_is_moved_within_the_pool_and_out_of_it(moving: tuple[Side, Side]) -> None:
    mine, theirs = moving
    engine, indexes = mine.bench.engine, Indexes(mine.bench.engine)
    before = indexes.standing(mine.tenant).current.of
    standing = indexes.build(mine.tenant, list(before), RUN, "pooled")
    assert indexes.build(mine.tenant, list(before), RUN, "pooled") == standing
    assert standing.building.of == {month: name[:-1] + "1" for month, name in before.items()}
    assert standing.building.made_by(RUN) == standing.building.of
    assert indexes.switch(mine.tenant, RUN) == sorted(standing.building.of.values())
    assert indexes.switch(mine.tenant, RUN) == sorted(standing.building.of.values())
    assert mine.searcher.count(Question()) == 0, "nothing was written there"
    assert indexes.drop_detached(mine.tenant) == sorted(before.values())
    mine.bench.refresh()
    assert indexes.drop_detached(mine.tenant) == []
    assert [engine.for_tenant(mine.tenant).count(name) for name in before.values()] == [0, 0]
    assert [theirs.searcher.count(Question()), len(theirs.documents())] == [24, 24]
    later = generation_of_run("another run")
    own = indexes.build(mine.tenant, list(before), later, "own").building.of
    assert all(name.startswith(read_alias(mine.tenant)) for name in own.values())
    assert indexes.switch(mine.tenant, later) == sorted(own.values())
    assert indexes.drop_detached(mine.tenant) == []
    there = engine.indexes(pool_pattern())
    assert not {alias for state in there.values() for alias in state.aliases if alias.startswith(mine.tenant)}
    assert set(there) >= set(before.values()), "others are there still"


def test_what_a_dead_run_left_is_not_built_upon(moving: tuple[Side, Side]) -> None:
    mine, _ = moving
    indexes, engine = Indexes(mine.bench.engine), mine.bench.engine
    month = f"{read_alias(mine.tenant)}-2026-02"
    (dead,) = indexes.build(mine.tenant, [month], RUN, "pooled").building.of.values()
    (document, *_) = mine.documents()
    line = {"index": {"_index": dead, "_id": document["message_id"]}}
    engine.bulk(b"\n".join([orjson.dumps(line), orjson.dumps(document), b""]))
    mine.bench.refresh()
    later = generation_of_run("another run")
    building = indexes.build(mine.tenant, [month], later, "pooled").building
    assert building.of == {month: shelf_name("2026-02", 2)}
    assert engine.indexes(dead)[dead].aliases == {run_alias(mine.tenant, RUN)}
    indexes.detach(mine.tenant, later)
    assert indexes.drop_detached(mine.tenant) == [dead]
    assert engine.indexes(dead)[dead].aliases == frozenset()
    assert len(mine.documents()) == 24


def test_an_index_of_an_older_analysis_goes_with_the_last_who_leaves_it(
    moving: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes = Indexes(moving[0].bench.engine)
    old = set(indexes.standing(moving[0].tenant).current.of.values())
    for module in ("pool", "shelves"):
        monkeypatch.setattr(f"quire.search.{module}.ANALYSIS_VERSION", 1_000)
    for side in moving:
        assert old <= set(side.bench.engine.indexes(pool_pattern()))
        indexes.build(side.tenant, list(indexes.standing(side.tenant).current.of), RUN, "pooled")
        indexes.switch(side.tenant, RUN)
        indexes.drop_detached(side.tenant)
    there = set(moving[0].bench.engine.indexes(pool_pattern()))
    assert there == {shelf_name(month, 0) for month in ("2026-02", "2026-03")}
