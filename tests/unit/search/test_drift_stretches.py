"""A day in stretches: together they are the day, each message is of one, and none has many more than it should."""

from datetime import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.domain.time import nanoseconds
from quire.search.drift.days import day_of
from quire.search.drift.stretches import MINUTES, Stretch, edges, minute_of, spread
from quire.search.mapping import FIRST_TIME, LAST_TIME

DAY = "2026-03-02"
counts = st.dictionaries(st.integers(0, MINUTES - 1), st.integers(1, 50), max_size=40)


def stretches(cut: list[int]) -> list[Stretch]:
    return [Stretch(DAY, first, until) for first, until in pairwise(cut)]


@given(counts, counts, st.integers(1, 100))
def test_stretches_are_the_day_and_hold_no_more_than_asked_but_for_one_minute(
    indexed: dict[int, float], archived: dict[int, float], most: int
) -> None:
    cut = edges(indexed, [archived], most)
    assert (cut[0], cut[-1], cut == sorted(set(cut))) == (0, MINUTES, True)
    for each in stretches(cut):
        for told in (indexed, archived):
            within = [count for minute, count in told.items() if each.first <= minute < each.until]
            assert sum(within) <= most or len({*indexed, *archived} & {*range(each.first, each.until)}) == 1


@given(counts, st.times(), st.integers(1, 60))
def test_a_message_is_of_one_stretch_of_its_day(indexed: dict[int, float], at: time, most: int) -> None:
    timestamp = f"{DAY}T{at.isoformat()}Z"
    of = [each for each in stretches(edges(indexed, [], most)) if each.holds(timestamp)]
    assert len(of) == 1
    low, high = of[0].bounds
    assert low <= nanoseconds(timestamp) // 1000 < high
    assert of[0].first <= minute_of(DAY, timestamp) < of[0].until
    assert of[0].touches(timestamp, timestamp)


@pytest.mark.parametrize("timestamp", ["0001-01-01T00:00:00Z", FIRST_TIME, LAST_TIME, "9999-12-31T23:59:59.999999Z"])
def test_times_that_the_index_cannot_hold_are_of_the_days_that_it_can(timestamp: str) -> None:
    assert Stretch(day_of(timestamp)).holds(timestamp)


def test_a_segment_is_spread_over_its_time_as_far_as_that_is_of_the_day() -> None:
    within = spread(DAY, f"{DAY}T10:00:00Z", f"{DAY}T10:03:59Z", 8)
    assert within == {600: 2, 601: 2, 602: 2, 603: 2}
    over = spread(DAY, "2026-03-01T23:59:00Z", f"{DAY}T00:01:00Z", 9)
    assert over == {0: 3, 1: 3}
    assert spread(DAY, "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", 9) == {}
