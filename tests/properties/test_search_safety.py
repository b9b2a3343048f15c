"""Whatever a person types, and whatever a cursor says: the tenant's filter stands, text stays text, HTML stays safe."""

import base64
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.domain.errors import MalformedError
from quire.search.cursor import MAX_SHOWN, First, Place, decode, encode, scope_of
from quire.search.highlight import AFTER, BEFORE, fragments
from quire.search.query import Filters, Question, Sort
from quire.search.query.ast import Query
from quire.search.query.compiling import compiled, cost, highlighted, marked_fields
from quire.search.query.errors import QueryError
from quire.search.query.limits import MAX_COST
from quire.search.query.meaning import meaning_of
from quire.search.query.names import Found
from quire.search.query.printing import printed
from quire.search.query.reading import parse
from quire.search.query.times import zone_named
from tests.chat import ACME
from tests.query_shapes import check, check_clause
from tests.query_texts import queries, random_texts

HOSTILE = [
    'x" OR tenant_id:globex',
    "*) OR (tenant_id:*",
    '{"match_all":{}}',
    '"}},{"match_all":{}},{"term":{"a":"',
    "tenant_id:globex",
    "_exists_:tenant_id",
    "content:* OR *:*",
    "/.*/",
    "\\",
    "\x00",
    "\ue000<script>\ue001",
    "a" * 1000,
    '"' * 999,
    "NOT tenant_id:acme",
    "${jndi:ldap://x}",
    "<mark onclick=alert(1)>",
]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200), st.text('"\\{}[]()*?:/~^&|!+- ab', max_size=60))
words = st.lists(st.one_of(texts, st.sampled_from(["globex", "slack"])), max_size=3).map(tuple)
SORTS: list[Sort | None] = [None, "relevance", "newest", "oldest"]
questions = st.builds(
    Question,
    text=texts | queries.map(printed),
    filters=st.builds(Filters, platforms=words, channel_ids=words, user_ids=words, workspace_ids=words),
    sort=st.sampled_from(SORTS),
)
NOW = datetime(2026, 3, 4, tzinfo=UTC)


class _Everybody:
    """A directory in which every name means somebody."""

    def people(self, text: str) -> list[Found]:
        return [Found(text, (text,))]

    channels = people

    def accounts(self, person_id: str) -> list[str]:
        return [person_id]

    def private_conversations(self, people: Collection[str]) -> list[str]:
        return list(people)


def compiled_or_none(question: Question) -> tuple[Query, dict[str, Any]] | None:
    try:
        query = parse(question.text)
        meaning = meaning_of(query, _Everybody(), zone_named(question.zone), NOW)
        return query, compiled(ACME, question, query, meaning)
    except QueryError:
        return None


@given(questions)
def test_the_tenant_filter_cannot_be_talked_away(question: Question) -> None:
    """Nor can anything else: the shape of a query is one of few, all of whose names are ours; text is only a value."""
    made = compiled_or_none(question)
    if made is not None:
        check(made[1], ACME)
        assert cost(made[1]) <= MAX_COST


def test_a_hundred_thousand_random_texts_stay_within_the_tenant_and_the_cost() -> None:
    read = 0
    for text in random_texts(100_000, seed=7):
        made = compiled_or_none(Question(text=text))
        if made is not None:
            read += 1
            check(made[1], ACME)
            assert cost(made[1]) <= MAX_COST
    assert read > 10_000, "the texts are too wild to say anything"


@given(questions)
def test_highlighting_asks_for_text_only(question: Question) -> None:
    made = compiled_or_none(question)
    marks = None if made is None else highlighted(made[0], BEFORE, AFTER)
    if marks is not None:
        assert set(marks["fields"]) == set(marked_fields(exact="content.exact" in marks["fields"]))
        for each in marks["highlight_query"]["bool"]["should"]:
            check_clause(each)


class _Tags(HTMLParser):
    """Collects tags, and text as a browser shows it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.depth = 0
        self.shown = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))
        self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        assert tag == "mark"
        self.depth -= 1
        assert self.depth >= 0

    def handle_data(self, data: str) -> None:
        self.shown += data


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from([BEFORE, AFTER, "<", ">", "&", '"', "<script>", "&lt;", "<mark>", "</mark>"]),
        ),
        max_size=20,
    )
)
def test_highlights_are_always_safe_html(parts: list[str]) -> None:
    fragment = "".join(parts)
    (shown,) = fragments({"content": [fragment]}, ["content"])
    reader = _Tags()
    reader.feed(shown)
    reader.close()
    assert all(tag == "mark" and attrs == [] for tag, attrs in reader.tags)
    assert reader.depth == 0
    assert reader.shown == fragment.replace(BEFORE, "").replace(AFTER, "")


instants = st.integers(0, 2**53)
shown = st.lists(st.uuids().map(str), max_size=MAX_SHOWN).map(tuple)
by_time = st.builds(
    Place,
    instant=instants,
    place=st.from_regex(r"\d{3}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", fullmatch=True).filter(str.isascii),
    snapshot=st.one_of(st.none(), st.from_regex(r"[A-Za-z0-9+/=_-]{1,50}", fullmatch=True)),
)
ranked_places = st.builds(
    replace, by_time, score=st.sampled_from([None, 0.0, 2.0, 6.0]), first=st.builds(First, instants, shown)
)
places = by_time | ranked_places


@given(places)
def test_a_cursor_comes_back_as_it_went(place: Place) -> None:
    assert decode("scope", encode("scope", place), ranked=place.first is not None) == place


def test_the_longest_cursor_is_one() -> None:
    first = First(2**53, tuple(f"{number:08x}-0000-5000-8000-000000000000" for number in range(MAX_SHOWN)))
    place = Place(2**53, "999" + first.shown[0], 7.0, "x" * 4096, first)
    assert decode("scope", encode("scope", place), ranked=True) == place


@given(places, st.booleans())
def test_a_cursor_of_another_question_is_refused(place: Place, ranked: bool) -> None:
    with pytest.raises(MalformedError):
        decode(scope_of("other"), encode(scope_of("one"), place), ranked=ranked)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


def sealed(value: object) -> str:
    try:
        raw = orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits
        raw = b"{}"
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@given(
    st.one_of(
        st.text(max_size=100),
        st.binary(max_size=100).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
        json_values.map(sealed),
        st.fixed_dictionaries(
            {"v": st.just(1), "scope": st.just("s"), "after": json_values},
            optional={"snapshot": json_values, "first": json_values},
        ).map(sealed),
        st.just("x" * 11_000),
    ),
    st.booleans(),
)
def test_any_other_cursor_is_refused(cursor: str, ranked: bool) -> None:
    """It is refused, or it is a place like any other; nothing else ever happens."""
    try:
        place = decode("s", cursor, ranked=ranked)
    except MalformedError:
        return
    assert 0 <= place.instant <= 2**53
    assert re.fullmatch(r"\d{3}[0-9a-f-]{0,36}", place.place, re.ASCII)
    assert (place.first is not None) == ranked
    assert ranked or place.score is None
