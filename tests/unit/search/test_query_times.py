"""Spans of time as people name them, in their own zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from quire.domain.errors import MalformedError
from quire.search.query.times import NotASpanError, span, zone_named

NOW = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)  # a Wednesday; Thursday already in Tokyo


@pytest.mark.parametrize(
    ("text", "zone", "start", "end"),
    [
        ("2026-03-02", "UTC", "2026-03-02T00:00", "2026-03-03T00:00"),
        ("2026-03-02", "America/New_York", "2026-03-02T05:00", "2026-03-03T05:00"),
        ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00", "2026-03-29T22:00"),  # an hour short
        ("2026-03", "Asia/Kolkata", "2026-02-28T18:30", "2026-03-31T18:30"),
        ("2026-Q1", "UTC", "2026-01-01T00:00", "2026-04-01T00:00"),
        ("2026-W10", "UTC", "2026-03-02T00:00", "2026-03-09T00:00"),
        ("2026", "UTC", "2026-01-01T00:00", "2027-01-01T00:00"),
        ("today", "UTC", "2026-03-04T00:00", "2026-03-05T00:00"),
        ("today", "Asia/Tokyo", "2026-03-04T15:00", "2026-03-05T15:00"),
        ("yesterday", "UTC", "2026-03-03T00:00", "2026-03-04T00:00"),
        ("this-week", "UTC", "2026-03-02T00:00", "2026-03-09T00:00"),
        ("last-week", "UTC", "2026-02-23T00:00", "2026-03-02T00:00"),
        ("last-month", "UTC", "2026-02-01T00:00", "2026-03-01T00:00"),
        ("last-quarter", "UTC", "2025-10-01T00:00", "2026-01-01T00:00"),
        ("last-year", "UTC", "2025-01-01T00:00", "2026-01-01T00:00"),
        ("last-7-days", "UTC", "2026-02-25T00:00", "2026-03-05T00:00"),
        ("2026-03-01..2026-03-15", "UTC", "2026-03-01T00:00", "2026-03-16T00:00"),
        ("2026-03-01..today", "UTC", "2026-03-01T00:00", "2026-03-05T00:00"),
        ("2026-03-02T09:30", "Europe/London", "2026-03-02T09:30", "2026-03-02T09:31"),
        ("2026-07-02T09:30", "Europe/London", "2026-07-02T08:30", "2026-07-02T08:31"),
        ("2026-03-02T09:30Z", "Asia/Tokyo", "2026-03-02T09:30", "2026-03-02T09:31"),
        ("2026-03-02T09:30+02:00", "UTC", "2026-03-02T07:30", "2026-03-02T07:31"),
    ],
)
def test_span(text: str, zone: str, start: str, end: str) -> None:
    found = span(text, ZoneInfo(zone), NOW)
    assert (found.start[:16], found.end[:16]) == (start, end)


def test_a_moment_is_as_long_as_its_last_digit() -> None:
    assert span("2026-03-02T09:30:05", ZoneInfo("UTC"), NOW).end == "2026-03-02T09:30:06Z"
    fine = span("2026-03-02T09:30:05.000200001Z", ZoneInfo("UTC"), NOW)
    assert (fine.start, fine.end) == ("2026-03-02T09:30:05.000200001Z", "2026-03-02T09:30:05.000200002Z")
    assert span("2026-03-02T09:30:59.9", ZoneInfo("UTC"), NOW).end == "2026-03-02T09:31:00Z"


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2026-13", "2026-02-29", "2026-W54", "2026-Q5", "0000", "9999", "0001-01-01", "last-99999-days"),
        *(
            "2026-03-02T25:00",
            "..",
            "2026-03-02..",
            "2026-03-15..2026-03-01",
            "02/03/2026",
            "２０２６",
            "last-fortnight",
        ),
        *("9999-12-31T23:59:59Z", "0001-01-01T00:00+14:00", "2026-03-02T09:30:05.0000000001", "last-0000-day"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_no_span(text: str, zone: str) -> None:
    with pytest.raises(NotASpanError):
        span(text, ZoneInfo(zone), NOW)


def test_zones() -> None:
    assert zone_named("Europe/London").key == "Europe/London"
    for name in ("", "Nowhere", "../etc/passwd", "/etc/localtime", "Europe", "a\x00b", "x" * 999):
        with pytest.raises(MalformedError):
            zone_named(name)
