"""Taking values out of JSON whose shape nobody promised: a wrong type reads as absent, never as an error."""

from collections.abc import Mapping
from typing import Any

from quire.domain.time import NotATimeError, from_unix, parse

_EXACT = 2**53
_NOTHING: Mapping[str, Any] = {}


def text(value: object) -> str:
    """The string, or ``""``."""
    return value if isinstance(value, str) else ""


def said(value: object) -> str | None:
    """The string, unless it is empty or none."""
    return value if isinstance(value, str) and value else None


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects of the array; whatever else it holds is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def flag(value: object) -> bool | None:
    """The truth value, or ``None``."""
    return value if isinstance(value, bool) else None


def size(value: object) -> int | None:
    """The whole number of bytes, where it is one that JSON carries exactly."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _EXACT else None


def unix_time(*values: object) -> str | None:
    """The first of ``values`` that is decimal seconds since 1970 (text, or a whole number), as a timestamp."""
    for value in values:
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            value = str(value)
        if isinstance(value, str) and value:
            try:
                return from_unix(value)
            except NotATimeError:
                continue
    return None


def rfc3339_time(*values: object) -> str | None:
    """The first of ``values`` that is an RFC 3339 time, as a timestamp in UTC; .NET's zero time is none."""
    for value in values:
        if isinstance(value, str) and value and not value.startswith("0001-01-01T00:00:00"):
            try:
                return parse(value)
            except NotATimeError:
                continue
    return None
