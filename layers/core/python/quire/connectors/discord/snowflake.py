"""Discord's ids and times.

An id is 64 bits, so it comes as text, and a number in its place has lost digits already. Its head is the millisecond
it was made: https://docs.discord.com/developers/reference#snowflakes
"""

import re
from datetime import datetime

from quire.connectors.shape import rfc3339_time
from quire.domain.time import NotATimeError, from_unix_milliseconds, nanoseconds

_EPOCH_MILLISECONDS = 1_420_070_400_000
_ID = re.compile(r"[0-9]{1,20}\Z")
_OFFSET = re.compile(r"(?:[Zz]|[+-]\d\d:\d\d)\Z")
_MILLISECOND = 1_000_000
_BITS = 22


def native(value: object) -> str:
    """The id, or nothing."""
    return value if isinstance(value, str) and _ID.match(value) else ""


def made_at(identifier: str) -> str | None:
    """When an id was made, to the millisecond."""
    try:
        return from_unix_milliseconds((int(identifier) >> _BITS) + _EPOCH_MILLISECONDS)
    except (ValueError, NotATimeError):
        return None


def iso_time(value: object) -> str | None:
    """A time of Discord's; some come without the offset, which is UTC."""
    if not isinstance(value, str) or not value:
        return None
    return rfc3339_time(value if _OFFSET.search(value) else f"{value}Z")


def sent_at(identifier: str, timestamp: object) -> str | None:
    """When a message was sent: by its id, unless its own time tells otherwise."""
    by_id, told = made_at(identifier), iso_time(timestamp)
    if by_id is None or told is None:
        return told or by_id
    return by_id if nanoseconds(told) // _MILLISECOND == nanoseconds(by_id) // _MILLISECOND else told


def id_at(when: datetime) -> int:
    """The lowest id that something made at an aware time would have."""
    return max(0, int(when.timestamp() * 1000) - _EPOCH_MILLISECONDS) << _BITS
