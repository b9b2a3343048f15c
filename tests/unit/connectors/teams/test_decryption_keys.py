"""Key pairs for notifications: never used before they settled, never dropped while something may come for them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.connectors.teams import decryption_keys
from quire.connectors.teams.decryption_keys import DRAINED, LIFE, SETTLED, Keys, read_keys

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decryption_keys, "make_key", lambda: "PEM")


def test_the_first_pair_is_used_at_once() -> None:
    keys = read_keys({}, {}, START)
    assert keys.is_due(START)
    keys = keys.with_new(START)
    assert keys.current(START) in keys.pairs
    assert not keys.is_due(START)


def test_pairs_that_came_with_the_connection_are_known_by_all() -> None:
    keys = read_keys({"a": "PEM"}, None, START)
    assert keys.current(START) == "a"
    later = read_keys({"a": "PEM", "b": "PEM"}, keys.notes, START + timedelta(hours=1))
    assert later.current(START + timedelta(hours=1)) == "a"
    assert later.current(START + timedelta(hours=1) + SETTLED) == "b"


@given(gaps=st.lists(st.integers(1, 60 * 24 * 40), min_size=1, max_size=40), named=st.sampled_from(["new", "old"]))
def test_whatever_the_runs_are_the_pairs_in_use_are_there(gaps: list[int], named: str) -> None:
    now, keys, stored = START, Keys({}, {}), START
    used = ""
    for gap in gaps:
        now += timedelta(minutes=gap)
        keys = read_keys(keys.pairs, keys.notes, now)
        if keys.is_due(now):
            keys, stored = keys.with_new(now), now
        wanted = keys.current(now)
        if used and wanted != used:
            assert now - stored >= SETTLED
        used = wanted if named == "new" or used not in keys.pairs else used
        before = keys
        keys = keys.without_drained([used], now)
        assert used in keys.pairs
        for gone in before.pairs.keys() - keys.pairs.keys():
            idle = datetime.fromisoformat(before.notes[gone]["idleSince"])
            assert now - idle >= DRAINED
        assert len(keys.pairs) <= 3 or named == "old"


def test_a_new_pair_is_made_after_half_a_year() -> None:
    keys = read_keys({"a": "PEM"}, {}, START)
    assert not keys.is_due(START + LIFE - timedelta(hours=1))
    assert keys.is_due(START + LIFE)
