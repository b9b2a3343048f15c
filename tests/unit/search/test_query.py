"""Questions compiled to typed queries."""

import pytest

from quire.domain.errors import MalformedError
from quire.search.query import COUNTED_UP_TO, MAX_TERMS, Filters, Question, Term, compiled, highlighted, parse, sorting
from tests.chat import ACME


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("   ", []),
        ("one two", [Term("one"), Term("two")]),
        ("one one", [Term("one")]),
        ('"one two" three', [Term("one two", exact=True), Term("three")]),
        ('a"b c"d', [Term("a"), Term("b c", exact=True), Term("d")]),
        ('"never closed', [Term("never"), Term("closed")]),
        ('"one" "two', [Term("one", exact=True), Term("two")]),
        ("“one two”", [Term("one two", exact=True)]),
        ("«один два»", [Term("один два", exact=True)]),
        ("「会議」", [Term("会議", exact=True)]),
        ('"" !!! -', []),
        ("🚀 €", [Term("", symbols=("🚀",)), Term("", symbols=("€",))]),
        ("👍🏽", [Term("", symbols=("🏽", "👍"))]),
        ("rocket🚀", [Term("rocket🚀")]),
        ("foo:bar* (x OR y)", [Term("foo:bar*"), Term("(x"), Term("OR"), Term("y)")]),
    ],
)
def test_terms(text: str, terms: list[Term]) -> None:
    assert list(parse(text)) == terms


def test_too_many_terms() -> None:
    words = [f"w{n}" for n in range(MAX_TERMS)]
    assert len(parse(" ".join(words))) == MAX_TERMS
    with pytest.raises(MalformedError):
        parse(" ".join([*words, "one more"]))


def test_the_tenant_comes_first() -> None:
    assert compiled(ACME, Question())["bool"]["filter"][0] == {"term": {"tenant_id": {"value": "acme"}}}


def test_filters_and_times() -> None:
    question = Question(
        filters=Filters(platforms=("slack", "teams"), user_ids=("u",)),
        since="2026-03-02T09:14:05.000200001Z",
        until="2026-03-03T00:00:00Z",
    )
    assert compiled(ACME, question)["bool"]["filter"][1:] == [
        {"terms": {"platform": ["slack", "teams"]}},
        {"terms": {"user_id": ["u"]}},
        {"range": {"timestamp": {"gte": "2026-03-02T09:14:05.000200001Z", "lt": "2026-03-03T00:00:00Z"}}},
    ]


def test_when_hits_are_ranked() -> None:
    assert not Question().ranked
    assert not Question(text="  ").ranked
    assert Question(text="x").ranked
    assert not Question(text="x", sort="newest").ranked
    assert "should" not in compiled(ACME, Question(text="x", sort="newest"))["bool"]
    assert next(iter(sorting(Question(text="x"))[0])) == "_score"
    assert sorting(Question(sort="oldest")) == [{"instant": {"order": "asc"}}, {"place": {"order": "asc"}}]


def test_nothing_to_mark() -> None:
    assert highlighted((), "<", ">") is None


def test_totals_are_counted_far() -> None:
    assert COUNTED_UP_TO == 100_000
