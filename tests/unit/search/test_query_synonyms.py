"""Words of a query and what stands for the same."""

import pytest

from quire.domain.errors import InvalidFieldsError
from quire.search.query.printing import printed
from quire.search.query.reading import parse
from quire.search.query.synonyms import LONGEST, MOST_GROUPS, MOST_TERMS, Synonyms, synonyms, widened

KNOWN = synonyms([["car", "automobile", "motor  vehicle"], ["M&A", "takeover"], ["Zürich", "ZRH"]])


@pytest.mark.parametrize(
    ("query", "wider"),
    [
        ("car", '(car OR automobile OR "motor vehicle")'),
        ("CAR plans", '((CAR OR automobile OR "motor vehicle") AND plans)'),
        ("motor vehicle plans", "(((motor AND vehicle) OR car OR automobile) AND plans)"),
        ("plans motor vehicle", "(plans AND ((motor AND vehicle) OR car OR automobile))"),
        ("motor plans vehicle", "(motor AND plans AND vehicle)"),
        ("zurich", "(zurich OR ZRH)"),
        ("m&a OR bid", "(m&a OR takeover OR bid)"),
        ("-car", '(NOT (car OR automobile OR "motor vehicle"))'),
        ("car NEAR/3 sold", '((car OR automobile OR "motor vehicle") NEAR/3 sold)'),
        ('"car"', '"car"'),
        ("car* car~1 from:car", "(car* AND car~1 AND from:car)"),
        ("cars", "cars"),
    ],
)
def test_what_is_looked_for(query: str, wider: str) -> None:
    found, _ = widened(parse(query), KNOWN)
    assert found == parse(wider)
    assert parse(printed(found)) == found


def test_who_searches_is_told() -> None:
    assert widened(parse("car car zrh"), KNOWN)[1] == (
        "car also finds automobile, motor vehicle",
        "zrh also finds Zürich",
    )
    assert widened(parse("nothing of this"), KNOWN)[1] == ()
    assert widened(parse("car"), Synonyms()) == (parse("car"), ())


@pytest.mark.parametrize(
    ("groups", "where"),
    [
        ([["car"]], "groups.0"),
        ([["car", "a (b)"]], "groups.0.1"),
        ([["car", "from:anna"]], "groups.0.1"),
        ([["car", '"x"']], "groups.0.1"),
        ([["car", "x" * (LONGEST + 1)]], "groups.0.1"),
        ([["car", "one two three four five six"]], "groups.0.1"),
        ([["car", ""]], "groups.0.1"),
        ([["car", "auto"], ["CAR", "van"]], "groups.1.0"),
        ([["car", "Car"]], "groups.0.1"),
        ([[f"w{n}" for n in range(MOST_TERMS + 1)]], "groups.0"),
        ([[f"a{n}", f"b{n}"] for n in range(MOST_GROUPS + 1)], "groups"),
    ],
)
def test_groups_that_cannot_be(groups: list[list[str]], where: str) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        synonyms(groups)
    assert where in dict(refused.value.faults)
