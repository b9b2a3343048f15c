"""JSON as platforms send it: read leniently where a platform errs, and cut without changing a byte.

Duplicate keys: the last one counts. Numbers beyond 2^53 lose digits, so no identifier is ever taken from a number.
``NaN``, infinities and nesting beyond 1024 levels are no JSON. Half of a surrogate pair (a text cut through an emoji)
reads as U+FFFD, because refusing the message would lose it; its bytes stay in the raw.
"""

import json
import re
from typing import Any

import orjson

from quire.domain.errors import MalformedError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ESCAPE = re.compile(
    rb"\\(?:(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})(?P<second>\\u[dD][c-fC-F][0-9a-fA-F]{2})?|.)", re.DOTALL
)
_BLANKS = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)  # numbers need no value here


def read_json(data: bytes | str) -> Any:
    """The value that UTF-8 ``data`` holds.

    Raises:
        MalformedError: it holds none.
    """
    encoded = data.encode("utf-8", "replace") if isinstance(data, str) else data.removeprefix(_BYTE_ORDER_MARK)
    try:
        return orjson.loads(encoded)
    except orjson.JSONDecodeError as error:
        mended = _ESCAPE.sub(_mend, encoded)
        if mended == encoded:
            raise MalformedError("not JSON") from error
    try:
        return orjson.loads(mended)
    except orjson.JSONDecodeError as error:
        raise MalformedError("not JSON") from error


def _mend(escape: re.Match[bytes]) -> bytes:
    """A surrogate without its other half, replaced; every other escape as it is."""
    half = escape["half"]
    if half is None:
        return escape[0]
    leads = half[2:3] in b"89abAB"
    if leads and escape["second"]:
        return escape[0]
    # A half that follows a lone one is lone as well: a pair always starts with its leading half.
    return rb"\ufffd" * (2 if escape["second"] else 1)


class Slices:
    """The exact bytes of what lies within a JSON text, found by path and remembered; not blanks around it."""

    __slots__ = ("_arrays", "_body", "_found")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._found: dict[tuple[str | int, ...], bytes] = {}
        self._arrays: dict[tuple[str | int, ...], list[bytes]] = {}

    def at(self, *path: str | int) -> bytes:
        """The value that member names (text) and element numbers lead to; the last of a repeated key counts.

        Raises:
            MalformedError: there is none.
        """
        if not path:
            return self._body
        if path not in self._found:
            *outer, last = path
            self._found[path] = self._element(tuple(outer), last) if isinstance(last, int) else self._member(path)
        return self._found[path]

    def _element(self, array: tuple[str | int, ...], number: int) -> bytes:
        if array not in self._arrays:
            self._arrays[array] = array_slices(self.at(*array))
        try:
            return self._arrays[array][number]
        except IndexError as error:
            raise MalformedError("no such element") from error

    def _member(self, path: tuple[str | int, ...]) -> bytes:
        try:
            text = self.at(*path[:-1]).decode("utf-8")
            at = _member(text, _skip(text, 1 if text.startswith("\ufeff") else 0), str(path[-1]))
            if at is None:
                raise MalformedError("no such member")
            return text[at : _DECODER.raw_decode(text, at)[1]].encode("utf-8")
        except (ValueError, IndexError, RecursionError) as error:
            raise MalformedError("not JSON") from error


def array_slices(body: bytes, key: str | None = None) -> list[bytes]:
    """The exact bytes of each element of the array that ``body`` is, or that stands under its top-level ``key``.

    Blanks around an element are not part of it. Where a key is repeated the last one counts, as in :func:`read_json`.

    Raises:
        MalformedError: there is no such array.
    """
    try:
        text = body.decode("utf-8")
        start = _skip(text, 1 if text.startswith("\ufeff") else 0)
        at = start if key is None else _member(text, start, key)
        if at is None or text[at] != "[":
            raise MalformedError("no such array")
        return [text[a:b].encode("utf-8") for a, b in _elements(text, at)]
    except (ValueError, IndexError, RecursionError) as error:
        raise MalformedError("not JSON") from error


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _member(text: str, at: int, key: str) -> int | None:
    """Where the value of ``key`` begins in the object that begins at ``at``."""
    if text[at] != "{":
        return None
    found: int | None = None
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] != ":":
            raise MalformedError("not JSON")
        at = _skip(text, at + 1)
        if name == key:
            found = at
        _, at = _DECODER.raw_decode(text, at)
        at = _next(text, at, "}")
    return found


def _elements(text: str, at: int) -> list[tuple[int, int]]:
    """Start and end of each element of the array that begins at ``at``."""
    found: list[tuple[int, int]] = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        found.append((at, end))
        at = _next(text, end, "]")
    return found


def _next(text: str, at: int, closing: str) -> int:
    """Past the comma, or at the closing bracket."""
    at = _skip(text, at)
    if text[at] == ",":
        return _skip(text, at + 1)
    if text[at] != closing:
        raise MalformedError("not JSON")
    return at
