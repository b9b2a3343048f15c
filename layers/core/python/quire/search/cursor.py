"""Opaque cursors: base64url of JSON ``{"v", "scope", "after", "snapshot"?, "first"?}``, each field checked on return.

A cursor is a place, not a permission: whatever it says, the tenant's filter stands in every query. ``scope`` binds it
to the question it was given for, so that it cannot be carried over to another one by mistake.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from quire.domain.errors import MalformedError

MAX_LENGTH = 10_240

_VERSION = 1
_LAST_INSTANT = 2**53
_MAX_SCORE = 1e30
_BY_TIME, _RANKED = 2, 3  # values that say after what to go on
_DIGITS = re.compile(r"\d{1,16}\Z", re.ASCII)
_PLACE = re.compile(r"\d{3}[0-9a-f-]{0,36}\Z", re.ASCII)
_SNAPSHOT = re.compile(r"[0-9A-Za-z+/=_-]{1,4096}\Z", re.ASCII)


MAX_SHOWN = 100
"""Messages of a first page."""


@dataclass(frozen=True)
class First:
    """The first page of a ranked search: when it was asked for (whole microseconds since 1970), and which messages it
    showed."""

    asked: int
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """After which message to go on: its place in time (:func:`quire.search.mapping.place_in_time`), and its score
    where ranked; ranked without a score is right after the first page.

    ``snapshot`` is the engine's point in time, where the page was read from one. Ranked pages have ``first``.
    """

    instant: int
    place: str
    score: float | None = None
    snapshot: str | None = None
    first: First | None = None


def scope_of(*parts: Any) -> str:
    """What a cursor belongs to: a digest of the question's parts (JSON values)."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]


def encode(scope: str, place: Place) -> str:
    """The cursor."""
    after: list[Any] = [str(place.instant), place.place]
    value = {"v": _VERSION, "scope": scope, "after": after if place.score is None else [place.score, *after]}
    if place.snapshot is not None:
        value["snapshot"] = place.snapshot
    if place.first is not None:
        shown = b"".join(UUID(each).bytes for each in place.first.shown)
        value["first"] = [str(place.first.asked), base64.b64encode(shown).decode()]
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


def decode(scope: str, cursor: str, *, ranked: bool) -> Place:
    """The place a cursor names.

    Raises:
        MalformedError: it is no cursor of ours, or one of another question.
    """
    value = _opened(cursor)
    if value.get("v") != _VERSION or value.get("scope") != scope:
        raise MalformedError("the cursor belongs to another request")
    after, snapshot = value.get("after"), value.get("snapshot")
    first = _first(value["first"]) if ranked and "first" in value else None
    if not isinstance(after, list) or len(after) not in _lengths(ranked, first):
        raise _not_ours()
    instant, within = after[-2:]
    if not (isinstance(instant, str) and _DIGITS.match(instant) and int(instant) <= _LAST_INSTANT):
        raise _not_ours()
    if not (isinstance(within, str) and _PLACE.match(within)):
        raise _not_ours()
    if snapshot is not None and not (isinstance(snapshot, str) and _SNAPSHOT.match(snapshot)):
        raise _not_ours()
    return Place(int(instant), within, _score(after[0]) if len(after) == _RANKED else None, snapshot, first)


def _lengths(ranked: bool, first: First | None) -> tuple[int, ...]:
    return () if ranked and first is None else (_BY_TIME, _RANKED) if ranked else (_BY_TIME,)


def _first(value: object) -> First:
    match value:
        case [str(asked), str(shown)] if _DIGITS.match(asked) and int(asked) <= _LAST_INSTANT:
            try:
                raw = base64.b64decode(shown, validate=True)
            except binascii.Error as error:
                raise _not_ours() from error
            if len(raw) % 16 == 0 and len(raw) <= MAX_SHOWN * 16:
                return First(int(asked), tuple(str(UUID(bytes=raw[at : at + 16])) for at in range(0, len(raw), 16)))
    raise _not_ours()


def _score(value: object) -> float:
    if type(value) not in (int, float) or not isinstance(value, int | float) or not 0 <= value < _MAX_SCORE:
        raise _not_ours()
    return float(value)


def _opened(cursor: str) -> dict[str, Any]:
    if len(cursor) > MAX_LENGTH:
        raise _not_ours()
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        value = orjson.loads(raw)
    except (binascii.Error, ValueError) as error:
        raise _not_ours() from error
    if not isinstance(value, dict):
        raise _not_ours()
    return value


def _not_ours() -> MalformedError:
    return MalformedError("this is not a cursor that was given out here")
