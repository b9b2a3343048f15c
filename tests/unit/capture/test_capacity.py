"""How many shards the capture stream gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.aws.shards import Carried
from quire.capture.capacity import SHARD_BYTES, SHARD_RECORDS, Load, shards_wanted
from quire.capture.scale_stream import measured

LEAST, MOST = 4, 64


def load(shards: int, share: float, *, peak: float | None = None, refused: int = 0, calm: bool = True) -> Load:
    """A stream of ``shards`` of which each carries ``share`` of its bytes now, and ``peak`` at most in six hours."""
    most = share if peak is None else peak
    return Load(
        shards=shards,
        bytes_now=share * shards * SHARD_BYTES,
        records_now=0,
        bytes_peak=most * shards * SHARD_BYTES,
        records_peak=0,
        refused=refused,
        calm=calm and not refused,
    )


@pytest.mark.parametrize(
    ("measured_load", "wanted"),
    [
        pytest.param(load(8, 0.5), 8, id="as it should be"),
        pytest.param(load(8, 0.69), 8, id="not yet full"),
        pytest.param(load(8, 0.75), 12, id="full: enough to halve the share"),
        pytest.param(load(8, 3.0), 16, id="far too full: no more than double at once"),
        pytest.param(load(40, 0.9), 64, id="never beyond the most"),
        pytest.param(load(8, 0.4, refused=3), 10, id="refused at moderate load: a quarter more"),
        pytest.param(load(8, 0.1, refused=3), 8, id="refused at low load: one tenant's partition, not the stream"),
        pytest.param(load(16, 0.1, peak=0.2), 8, id="idle for six hours: no less than half at once"),
        pytest.param(load(16, 0.1, peak=0.3), 10, id="idle: what the peak needs"),
        pytest.param(load(16, 0.1, peak=0.45), 16, id="a little idle: not worth it"),
        pytest.param(load(16, 0.1, peak=0.2, calm=False), 16, id="idle, but writes were refused today"),
        pytest.param(load(4, 0.0), 4, id="never below the least"),
        pytest.param(load(2, 0.0), 4, id="below the least: up to it"),
        pytest.param(load(200, 0.0), 100, id="above the most: down, a step at a time"),
    ],
)
def test_one_step_towards_what_is_needed(measured_load: Load, wanted: int) -> None:
    assert shards_wanted(measured_load, LEAST, MOST) == wanted


def test_many_small_records_count_too() -> None:
    small = Load(4, 0, 0.9 * 4 * SHARD_RECORDS, 0, 0.9 * 4 * SHARD_RECORDS, refused=0, calm=True)
    assert shards_wanted(small, LEAST, MOST) == 8


@given(
    shards=st.integers(1, 500),
    share=st.floats(0, 10),
    peak=st.floats(0, 10),
    refused=st.integers(0, 1000),
    calm=st.booleans(),
)
def test_a_step_is_always_one_that_kinesis_permits(
    shards: int, share: float, peak: float, refused: int, calm: bool
) -> None:
    wanted = shards_wanted(load(shards, share, peak=peak, refused=refused, calm=calm), LEAST, MOST)
    assert shards / 2 <= wanted <= 2 * shards


def test_sums_a_minute_become_rates_a_second() -> None:
    recent = Carried(bytes=[600, 6_000], records=[60], refused=[1, 2])
    long = Carried(bytes=[600, 60_000], records=[60, 120], refused=[1, 2])
    assert measured(4, recent, long) == Load(4, 100.0, 1.0, 1_000.0, 2.0, refused=3, calm=False)


def test_no_traffic_is_no_load() -> None:
    nothing = Carried([], [], [])
    assert measured(4, nothing, nothing) == Load(4, 0.0, 0.0, 0.0, 0.0, refused=0, calm=True)
