"""Days, weeks, months and moments as people write them, as spans of time in a person's zone. Pure.

``2026``, ``2026-Q1``, ``2026-03``, ``2026-W10``, ``2026-03-02``, ``2026-03-02T09:14``, ``2026-03-02T09:14:05.5Z``,
``today``, ``yesterday``, ``this-week`` and ``last-month`` (week, month, quarter, year), ``last-30-days``, and from one
to another with ``..``. Weeks begin on Monday. A day begins at midnight of the zone, whatever its clocks do that day.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from quire.domain.errors import MalformedError
from quire.domain.time import Timestamp, from_datetime, parse

EXPECTED = (
    "a day or time such as 2026-03-02, 2026-03-02T09:30, 2026-03, 2026-Q1, 2026, today, yesterday, last-week, "
    "this-month, last-30-days or 2026-03-01..2026-03-15"
)

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?\Z", re.ASCII | re.IGNORECASE
)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d\d)\Z", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-q([1-4])\Z", re.ASCII)
_WEEK = re.compile(r"(\d{4})-w(\d\d)\Z", re.ASCII)
_YEAR = re.compile(r"(\d{4})\Z", re.ASCII)
_RELATIVE = re.compile(r"(this|last)-(week|month|quarter|year)\Z")
_PAST = re.compile(r"last-(\d{1,4})-days\Z", re.ASCII)
_FIRST, _LAST = date(1, 1, 3), date(9999, 12, 28)
"""What stays within Python's calendar in any zone."""


class NotASpanError(ValueError):
    """The text names no span of time."""


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` (included) to ``end`` (left out), timestamps in UTC."""

    start: Timestamp
    end: Timestamp


def zone_named(name: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        MalformedError: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise MalformedError("the zone must be the name of a time zone, such as Europe/London") from error


def span(text: str, zone: ZoneInfo, now: datetime) -> Span:
    """The span of time that ``text`` names at ``now`` (aware).

    Raises:
        NotASpanError: it names none.
    """
    first, dots, last = text.lower().partition("..")
    begins = _single(first, zone, now)
    if not dots:
        return begins
    ends = _single(last, zone, now)
    if _key(ends.end) <= _key(begins.start):
        raise NotASpanError("the end lies before the start")
    return Span(begins.start, ends.end)


def check(text: str) -> None:
    """See that ``text`` names a span of time, whatever the zone and the time.

    Raises:
        NotASpanError: it names none.
    """
    span(text, ZoneInfo("UTC"), datetime(2024, 2, 29, tzinfo=UTC))


def _single(text: str, zone: ZoneInfo, now: datetime) -> Span:
    moment = _MOMENT.match(text)
    if moment is not None:
        return _moment(moment, zone)
    try:
        first, after = _days(text, now.astimezone(zone).date())
    except (ValueError, OverflowError) as error:
        raise NotASpanError("no such day") from error
    if not _FIRST <= first < after <= _LAST:
        raise NotASpanError("no such day")
    return Span(_midnight(first, zone), _midnight(after, zone))


def _days(text: str, today: date) -> tuple[date, date]:
    """The first day of a span, and the day after its last."""
    if match := _DAY.match(text):
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return day, day + timedelta(days=1)
    if match := _MONTH.match(text):
        first = date(int(match[1]), int(match[2]), 1)
        return first, _months_on(first, 1)
    if match := _QUARTER.match(text):
        first = date(int(match[1]), int(match[2]) * 3 - 2, 1)
        return first, _months_on(first, 3)
    if match := _WEEK.match(text):
        first = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return first, first + timedelta(days=7)
    if match := _YEAR.match(text):
        first = date(int(match[1]), 1, 1)
        return first, _months_on(first, 12)
    return _relative_days(text, today)


def _relative_days(text: str, today: date) -> tuple[date, date]:
    day = timedelta(days=1)
    if text == "today":
        return today, today + day
    if text == "yesterday":
        return today - day, today
    if match := _PAST.match(text):
        return today - int(match[1]) * day, today + day
    if match := _RELATIVE.match(text):
        back = 1 if match[1] == "last" else 0
        if match[2] == "week":
            monday = today - today.weekday() * day - 7 * back * day
            return monday, monday + 7 * day
        months = {"month": 1, "quarter": 3, "year": 12}[match[2]]
        month = (today.month - 1) // months * months + 1
        first = _months_on(date(today.year, month, 1), -months * back)
        return first, _months_on(first, months)
    raise NotASpanError("not a span of time")


def _months_on(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> Timestamp:
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=zone))


def _moment(match: re.Match[str], zone: ZoneInfo) -> Span:
    """A moment is as long as its last digit: ``09:30`` a minute, ``09:30:05.5`` a tenth of a second."""
    seconds, fraction = match[3] or "00", match[4] or ""
    try:
        local = datetime.fromisoformat(f"{match[1]}T{match[2]}:{seconds}{(match[5] or '').upper()}")
        at = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
        minute = match[3] is None
        whole = at + (timedelta(minutes=1) if minute else timedelta(seconds=1))
    except (ValueError, OverflowError) as error:
        raise NotASpanError("no such moment") from error
    base = at.isoformat()[:19]
    if not fraction:
        return Span(parse(f"{base}Z"), parse(f"{whole.isoformat()[:19]}Z"))
    end = str(int(fraction) + 1)
    carried = len(end) > len(fraction)
    finish = f"{whole.isoformat()[:19]}Z" if carried else f"{base}.{end.zfill(len(fraction))}Z"
    return Span(parse(f"{base}.{fraction}Z"), parse(finish))


def _key(timestamp: str) -> tuple[str, str]:
    return timestamp[:19], timestamp[20:-1].ljust(9, "0")
