"""Reading and printing queries are inverse, whatever is read; and whatever else is read is refused with its place."""

from hypothesis import given
from hypothesis import strategies as st

from quire.domain.errors import MalformedError
from quire.search.query.ast import Query
from quire.search.query.errors import QueryError
from quire.search.query.json_form import as_json, from_json
from quire.search.query.limits import MAX_DEPTH, MAX_LENGTH, MAX_TERMS
from quire.search.query.printing import printed
from quire.search.query.reading import parse
from quire.search.query.wording import in_words
from tests.query_texts import queries, random_texts

FUZZ = 25_000


@given(queries)
def test_what_is_printed_reads_as_the_same(query: Query) -> None:
    assert parse(printed(query)) == query


@given(queries)
def test_json_reads_as_the_same(query: Query) -> None:
    assert from_json(as_json(query)) == query


@given(queries)
def test_every_query_has_words(query: Query) -> None:
    assert in_words(query)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["word", "and", "or", "not", "near", "field", "values", "distance", "ordered", "none", "all"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(json_values)
def test_other_json_is_refused(value: object) -> None:
    """It is a query that can be typed too, or it is refused; nothing else ever happens."""
    try:
        query = from_json(value)
    except MalformedError:
        return
    assert as_json(query) == value


@given(st.text('"()*?~/-: ANDORTNEAR5abc.', max_size=60))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    held(text)


def test_random_texts() -> None:
    """Each reads as what it prints, or is refused with a place within it."""
    read = sum(held(text) for text in random_texts(FUZZ, seed=6))
    assert read > FUZZ / 10, "the texts are too wild to say anything"
    assert read < FUZZ * 0.9, "the texts are too tame to say anything"


def held(text: str) -> bool:
    """Check one text; whether it was read."""
    try:
        query = parse(text)
    except QueryError as refused:
        error = refused
    else:
        again = printed(query)
        assert parse(again, longest=2 * MAX_LENGTH) == query, (text, again)
        return True
    assert 1 <= error.column <= len(text) + 1
    assert error.length >= 1
    assert error.expected
    return False


def test_deep_and_long_texts_are_refused_not_fatal() -> None:
    half = MAX_LENGTH // 2
    for text in ("(" * MAX_LENGTH, "(" * half + ")" * half, "NOT " * (MAX_LENGTH // 4 - 1) + "a", "-" * 99, '"' * 999):
        held(text)
    for depth, fits in ((MAX_DEPTH, True), (MAX_DEPTH + 1, False)):
        assert held("(" * depth + "a" + ")" * depth) == fits
        assert held("NOT " * depth + "a") == fits
    for count, fits in ((MAX_TERMS, True), (MAX_TERMS + 1, False)):
        assert held(" ".join(f"w{n}" for n in range(count))) == fits
        assert held(f"from:({' OR '.join(f'w{n}' for n in range(count))})") == fits
    assert not held("a" * (MAX_LENGTH + 1))
