"""Time as platforms give it: UTC, RFC 3339, with as many fractional digits as came and never fewer.

A ``Timestamp`` is text such as ``2026-03-02T09:14:05.000200Z``. Texts of different precision do not sort by their
characters, so compare :func:`nanoseconds` or :func:`sort_key`, never the text.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NewType

Timestamp = NewType("Timestamp", str)

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII
)
_UNIX = re.compile(r"(\d{1,12})(?:\.(\d{1,9})\d*)?\Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotATimeError(ValueError):
    """The text is no instant between year 1 and year 9999."""


def parse(text: str) -> Timestamp:
    """RFC 3339 text with any offset, as UTC with its digits kept.

    Raises:
        NotATimeError: the text is not RFC 3339 or no such instant exists.
    """
    match = _RFC3339.match(text)
    if match is None:
        raise NotATimeError(f"not an RFC 3339 time ({len(text)} characters)")
    offset = match[8].upper().replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(
            f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}:{match[6]}{offset}"
        ).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotATimeError("no such instant") from error
    return _render(moment, match[7])


def from_unix(text: str) -> Timestamp:
    """Decimal seconds since 1970 as text (Slack's ``ts``); never through a float.

    Raises:
        NotATimeError: not a decimal number, or beyond year 9999.
    """
    match = _UNIX.match(text)
    if match is None:
        raise NotATimeError(f"not decimal seconds ({len(text)} characters)")
    try:
        moment = datetime.fromtimestamp(int(match[1]), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise NotATimeError("no such instant") from error
    return _render(moment, match[2])


def from_unix_milliseconds(value: int) -> Timestamp:
    """Whole milliseconds since 1970.

    Raises:
        NotATimeError: negative or beyond year 9999.
    """
    if value < 0:
        raise NotATimeError("before 1970")
    seconds, millis = divmod(value, 1000)
    return from_unix(f"{seconds}.{millis:03d}")


def from_datetime(moment: datetime) -> Timestamp:
    """An aware datetime, with six digits."""
    return _render(moment.astimezone(UTC), f"{moment.microsecond:06d}")


@lru_cache(maxsize=8192)  # a message's few times are compared again and again
def nanoseconds(timestamp: Timestamp | str) -> int:
    """Whole nanoseconds since 1970 of a timestamp made by this module; negative before."""
    seconds = datetime.fromisoformat(timestamp[:19]).replace(tzinfo=UTC) - _EPOCH
    fraction = timestamp[20:-1] if len(timestamp) > 20 else ""
    return (seconds.days * 86_400 + seconds.seconds) * 1_000_000_000 + int(fraction.ljust(9, "0") or 0)


def sort_key(timestamp: Timestamp | str) -> str:
    """The same instant with nine digits: text that sorts as time does."""
    fraction = timestamp[20:-1] if len(timestamp) > 20 else ""
    return f"{timestamp[:19]}.{fraction.ljust(9, '0')}Z"


def _render(moment: datetime, fraction: str | None) -> Timestamp:
    whole = moment.isoformat()[:19]
    return Timestamp(f"{whole}.{fraction}Z" if fraction else f"{whole}Z")
