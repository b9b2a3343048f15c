"""The page on searching: its queries read, its errors are the errors, its limits the limits."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from quire.search.mapping import STEMMED
from quire.search.query import limits
from quire.search.query.errors import QueryError
from quire.search.query.fields import FIELDS
from quire.search.query.reading import parse
from quire.search.query.times import span

PAGE = (Path(__file__).parents[3] / "docs" / "search.md").read_text("utf-8")
_CODE = re.compile(r"`([^`]+)`")


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0] if title else PAGE.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without their heads."""
    lines = [
        line for line in text.splitlines() if line.startswith("|") and not line.startswith(("|---", "| you", "| field"))
    ]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


QUERIES = [query for title in ("", "Fields") for row in rows(section(title)) for query in _CODE.findall(row[0])]


@pytest.mark.parametrize("query", QUERIES)
def test_queries_read(query: str) -> None:
    assert parse(query).root is not None


def test_every_field_is_told() -> None:
    told = {match for row in rows(section("Fields")) for match in re.findall(r"`(\w+):", row[0])}
    assert told == set(FIELDS)


def test_values_of_fields_are_the_values() -> None:
    for row in rows(section("Fields")):
        name = re.findall(r"`(\w+):", row[0])[0]
        if name in ("type", "has", "is", "sentiment"):
            for value in _CODE.findall(row[1]):
                parse(f"{name}:{value}")
            with pytest.raises(QueryError) as refused:
                parse(f"{name}:nothing-of-the-kind")
            assert [
                f"`{each}`" for each in re.findall(r"\w+", refused.value.expected.partition("one of ")[2])[:-2]
            ] == (row[1].split(" "))


def test_times_are_times() -> None:
    (told,) = re.findall(r"\*\*Times\*\*.*?;.*?;", section("Fields"), re.DOTALL)
    examples = [each for each in _CODE.findall(told) if each not in ("zone", "Z")]
    assert len(examples) > 8
    for text in examples:
        span(text, ZoneInfo("UTC"), datetime(2026, 3, 4, tzinfo=UTC))


@pytest.mark.parametrize(("query", "column", "expected"), rows(section("Errors"))[1:])
def test_errors_are_the_errors(query: str, column: str, expected: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(query.strip("`"))
    assert refused.value.column == int(column)
    assert refused.value.expected.startswith(expected.removesuffix(" ..."))


def test_limits_are_the_limits() -> None:
    told = [
        int(number.replace(",", ""))
        for row in rows(section("Limits"))[1:]
        for number in re.findall(r"(?<!~)\b\d[\d,]*\b", row[1])
    ]
    assert told == [
        limits.MAX_LENGTH,
        limits.MAX_TERMS,
        *(limits.MAX_PATTERNS, limits.MAX_REGEXPS),
        limits.MAX_DEPTH,
        limits.MAX_DISTANCE,
        *(limits.MAX_STARS, limits.MIN_PREFIX),
        *(limits.MIN_FUZZY[1], limits.MIN_FUZZY[2]),
        *(limits.MAX_PATTERN, limits.MAX_REGEXP_SIZE, limits.MIN_PREFIX),
        *(limits.MAX_EXPANSIONS, 128),
        limits.MAX_COST,
    ]


def test_languages_are_the_languages() -> None:
    (told,) = re.findall(r"where it could be told: (.*?)\.", section("What is looked at"), re.DOTALL)
    assert len(told.split(",")) == len(STEMMED)
