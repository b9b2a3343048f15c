"""Whatever a person types, and whatever a cursor says: the tenant's filter stands, text stays text, HTML stays safe."""

import base64
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.domain.errors import MalformedError
from quire.search.cursor import Place, decode, encode, scope_of
from quire.search.highlight import AFTER, BEFORE, fragments
from quire.search.query import Filters, Question, Sort, compiled, highlighted, parse
from tests.chat import ACME

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
    text=texts,
    filters=st.builds(Filters, platforms=words, channel_ids=words, user_ids=words, workspace_ids=words),
    sort=st.sampled_from(SORTS),
)
QUERY_TYPES = {"bool", "term", "terms", "range", "multi_match", "match_none", "constant_score"}
KEYS = {
    "bool": {"filter", "should"},
    "multi_match": {"query", "type", "fields"},
    "constant_score": {"filter", "boost"},
    "range": {"timestamp"},
    "term": {"tenant_id", "symbols"},
    "terms": {"platform", "channel_id", "user_id", "workspace_id"},
    "match_none": set[str](),
}


def clauses(query: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every clause of a query with its type."""
    ((kind, inner),) = query.items()
    yield kind, inner
    if kind == "bool":
        for part in inner.values():
            for clause in part:
                yield from clauses(clause)
    elif kind == "constant_score":
        yield from clauses(inner["filter"])


def compiled_or_none(question: Question) -> dict[str, Any] | None:
    try:
        return compiled(ACME, question)
    except MalformedError:
        return None


@given(questions)
def test_the_tenant_filter_cannot_be_talked_away(question: Question) -> None:
    query = compiled_or_none(question)
    if query is None:
        return
    assert set(query) == {"bool"}
    assert set(query["bool"]) <= {"filter", "should"}
    assert query["bool"]["filter"][0] == {"term": {"tenant_id": {"value": "acme"}}}
    tenants = [inner for kind, inner in clauses(query) if kind == "term" and "tenant_id" in inner]
    assert tenants == [{"tenant_id": {"value": "acme"}}]


@given(questions)
def test_text_is_only_ever_a_value(question: Question) -> None:
    """The shape of a query is one of few, all of whose names are ours; text stands where a phrase or value stands."""
    query = compiled_or_none(question)
    if query is None:
        return
    for kind, inner in clauses(query):
        assert kind in QUERY_TYPES
        assert set(inner) <= KEYS[kind]
        if kind == "multi_match":
            assert inner["type"] == "phrase"
            assert all(
                re.fullmatch(r"(content|subject|history|attachment_text)(\.exact|\.cjk)?", f) for f in inner["fields"]
            )
        if kind == "terms":
            assert all(isinstance(values, list) for values in inner.values())


@given(texts)
def test_highlighting_asks_for_text_only(text: str) -> None:
    try:
        marks = highlighted(parse(text), BEFORE, AFTER)
    except MalformedError:
        return
    if marks is not None:
        assert set(marks["fields"]) == {"content", "subject", "history", "attachment_text"}
        assert {kind for kind, _ in clauses(marks["highlight_query"])} <= {"bool", "multi_match"}


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


places = st.builds(
    Place,
    instant=st.integers(0, 2**53),
    place=st.from_regex(r"\d{3}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", fullmatch=True).filter(str.isascii),
    score=st.sampled_from([None, 0.0, 2.0, 6.0]),
    snapshot=st.one_of(st.none(), st.from_regex(r"[A-Za-z0-9+/=_-]{1,50}", fullmatch=True)),
)


@given(places)
def test_a_cursor_comes_back_as_it_went(place: Place) -> None:
    assert decode("scope", encode("scope", place), ranked=place.score is not None) == place


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
            {"v": st.just(1), "scope": st.just("s"), "after": json_values}, optional={"snapshot": json_values}
        ).map(sealed),
        st.just("x" * 10_000),
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
    assert (place.score is not None) == ranked
