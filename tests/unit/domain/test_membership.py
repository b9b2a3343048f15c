"""Who was there when, and what nobody knows."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.domain.ids import SubjectId
from quire.domain.membership import Move, Renaming, Stay, Trace, name_at, saw, standing, stays

ANN = SubjectId("ann")


def at(hour: int) -> str:
    return f"2026-03-02T{hour:02d}:00:00Z"


def move(kind: str, hour: int, **more: bool) -> Move:
    return Move(ANN, "joined" if kind == "joined" else "left", at(hour), f"{kind}{hour}", **more)


def of_ann(*told: Move | Trace) -> list[Stay]:
    moves = [each for each in told if isinstance(each, Move)]
    traces = [each for each in told if isinstance(each, Trace)]
    return stays(moves, traces).get(ANN, [])


def through_the_day(its: list[Stay]) -> str:
    """The standing at each hour from 1 to 9: member, unknown or absent."""
    return "".join(standing(its, at(hour))[0] for hour in range(1, 10))


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ([move("joined", 3), move("left", 6)], "aammmaaaa"),
        ([move("joined", 3)], "aammmmmmm"),
        ([move("joined", 3), move("left", 5), move("joined", 7)], "aammaammm"),
        ([move("joined", 3, listed=True)], "uummmmmmm"),
        ([move("left", 4)], "uuuaaaaaa"),
        ([Trace(ANN, at(4), at(4))], "uuummmmmm"),
        ([Trace(ANN, at(2), at(2)), move("joined", 5, listed=True)], "ummmmmmmm"),
        ([Trace(ANN, at(2), at(2)), move("left", 5)], "ummmaaaaa"),
        ([Trace(ANN, at(2), at(2)), move("joined", 5)], "umuummmmm"),
        ([move("joined", 2), move("left", 4), Trace(ANN, at(6), at(6))], "ammaummmm"),
        ([move("joined", 2), move("left", 5, workspace=True)], "ammmaaaaa"),
        ([move("left", 5, workspace=True)], "aaaaaaaaa"),
        ([move("joined", 2, workspace=True)], "aaaaaaaaa"),
        ([move("joined", 2), move("joined", 4, listed=True), move("joined", 5)], "ammmmmmmm"),
    ],
)
def test_a_day(told: list[Move | Trace], day: str) -> None:
    assert through_the_day(of_ann(*told)) == day


def test_what_tells_it_is_said() -> None:
    assert of_ann(move("joined", 3), move("left", 6)) == [Stay(at(3), "joined", at(6))]
    assert of_ann(move("joined", 3, listed=True)) == [Stay(at(3), "listed")]
    assert of_ann(Trace(ANN, at(3), at(4))) == [Stay(at(3), "active")]
    assert of_ann(move("left", 6)) == [Stay(None, None, at(6))]


moves = st.builds(
    lambda kind, hour, listed, workspace: move(kind, hour, listed=listed, workspace=workspace),
    st.sampled_from(["joined", "left"]),
    st.integers(1, 20),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(moves, max_size=8, unique_by=lambda each: each.event_id), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(told: list[Move], dice: random.Random) -> None:
    again = dice.sample(told, len(told)) + told[:1]
    assert stays(again, []) == stays(told, [])


@given(st.lists(moves, max_size=8, unique_by=lambda each: each.event_id), st.integers(1, 20))
def test_who_was_active_was_there(told: list[Move], hour: int) -> None:
    its = stays(told, [Trace(ANN, at(hour), at(hour))])[ANN]
    assert standing(its, at(hour)) == "member"
    for one, other in pairwise(its):
        assert one.until is not None
        assert other.since is None or one.until <= other.since


def test_a_leaving_told_twice_is_one() -> None:
    again = Move(ANN, "left", "2026-03-02T06:00:00.500Z", "announced")
    assert of_ann(move("joined", 3), move("left", 6), again) == [Stay(at(3), "joined", at(6))]
    later = Move(ANN, "left", at(7), "left7")
    assert of_ann(move("joined", 3), move("left", 6), later) == [Stay(at(3), "joined", at(6)), Stay(None, None, at(7))]


def test_who_could_see_a_message() -> None:
    its = of_ann(move("joined", 3), move("left", 6), move("joined", 8))
    assert saw(its, at(1), at(2)) is None
    assert saw(its, at(1), at(4)) == its[0]
    assert saw(its, at(5), None) == its[0]
    assert saw(its, at(6), at(8)) is None
    assert saw(its, at(6), None) == its[1]


def test_names() -> None:
    told = [Renaming(at(5), "b", "plans", "ideas"), Renaming(at(7), "c", "deals", "plans")]
    assert [name_at(told, at(hour)) for hour in (1, 5, 6, 7, 9)] == ["ideas", "plans", "plans", "deals", "deals"]
    assert name_at([Renaming(at(5), "b", "plans")], at(1)) is None
    assert name_at([], at(1)) is None
