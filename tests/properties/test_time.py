"""Time as text: every digit a platform gave is kept, and comparing is exact."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.domain.time import (
    NotATimeError,
    from_datetime,
    from_unix,
    from_unix_milliseconds,
    nanoseconds,
    parse,
    sort_key,
)

moments = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29))  # noqa: DTZ001 - the zone is drawn
fractions = st.text(alphabet="0123456789", max_size=9)
offsets = st.integers(-14 * 60, 14 * 60)
seconds = st.integers(0, 253_402_300_799)


def written(moment: datetime, fraction: str, minutes: int, separator: str = "T") -> str:
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    return f"{moment.replace(microsecond=0).isoformat(separator)}{f'.{fraction}' if fraction else ''}{offset}"


@given(moments, fractions, offsets, st.sampled_from(["T", "t", " "]))
def test_what_a_platform_wrote_is_kept_in_utc(moment: datetime, fraction: str, minutes: int, separator: str) -> None:
    stamp = parse(written(moment, fraction, minutes, separator))
    assert parse(stamp) == stamp
    assert stamp.endswith("Z")
    assert stamp[20:-1] == fraction
    local = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert datetime.fromisoformat(stamp[:19] + "+00:00") == local


@given(seconds, fractions)
def test_unix_seconds_are_kept_to_the_digit(whole: int, fraction: str) -> None:
    stamp = from_unix(f"{whole}.{fraction}" if fraction else str(whole))
    assert parse(stamp) == stamp
    assert stamp[20:-1] == fraction
    assert nanoseconds(stamp) == whole * 10**9 + int(fraction.ljust(9, "0") or 0)


@given(st.integers(0, 253_402_300_799_999))
def test_milliseconds_are_exact(value: int) -> None:
    assert nanoseconds(from_unix_milliseconds(value)) == value * 1_000_000


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the zone is drawn
def test_datetimes_keep_their_microseconds(moment: datetime) -> None:
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert nanoseconds(from_datetime(moment)) == delta // timedelta(microseconds=1) * 1000


@given(moments, fractions, offsets, moments, fractions, offsets)
def test_sort_keys_sort_as_time_does(
    one: datetime, one_fraction: str, one_offset: int, other: datetime, other_fraction: str, other_offset: int
) -> None:
    first = parse(written(one, one_fraction, one_offset))
    second = parse(written(other, other_fraction, other_offset))
    assert (sort_key(first) < sort_key(second)) == (nanoseconds(first) < nanoseconds(second))
    assert (sort_key(first) == sort_key(second)) == (nanoseconds(first) == nanoseconds(second))


@given(st.text(max_size=30) | st.text(alphabet="0123456789-:.TZ+ ", max_size=30))
def test_anything_else_is_no_time(text: str) -> None:
    for read in (parse, from_unix):
        try:
            stamp = read(text)
        except NotATimeError:
            continue
        assert parse(stamp) == stamp


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-02-30T00:00:00Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02",
            "2026-03-0210:00:00Z",
            "0001-01-01T00:00:00+01:00",
        ),
        *("9999-12-31T23:59:59-01:00", "2026-03-02T10:00:00", "٢٠٢٦-03-02T10:00:00Z", "2026-03-02T10:00:00Z\n"),
    ],
)
def test_what_is_no_instant_is_told(text: str) -> None:
    with pytest.raises(NotATimeError):
        parse(text)


@pytest.mark.parametrize("text", ["", "-1", "1e9", "1.", ".5", "1 ", "nan", "9" * 13, "999999999999"])
def test_what_is_no_unix_time_is_told(text: str) -> None:
    with pytest.raises(NotATimeError):
        from_unix(text)
