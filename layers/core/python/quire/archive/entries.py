"""One archived event: its canonical bytes and the line of a frame that keeps it together with its raw bytes.

A line is JSON: ``{"event":…,"opened":…,"raw":…}``. ``event`` stands there in canonical bytes. Raw bytes that are
valid UTF-8 are kept as the text ``raw``; any other as ``raw_b64`` (base64, RFC 4648). Decoding UTF-8 strictly and
encoding it again gives the same bytes, and JSON text loses nothing of a string, so both ways are exact. ``opened`` is
there only where the platform encrypts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from quire.domain.errors import CorruptError
from quire.domain.ids import ChannelId, EventId, SubjectId
from quire.domain.time import sort_key
from quire.evidence.canonical import canonical

if TYPE_CHECKING:
    from quire.domain.events import Observation

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z\Z", re.ASCII)
_EVENT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_BRACE = ord("}")
_EVENT, _OPENED, _RAW = b'{"event":', b',"opened":"', b',"raw":"'


class Entry(NamedTuple):
    """What sealing, rows and counting need of an event. ``about`` is its message's id, else its own.

    ``at`` is its place in a channel's timeline, ``sort_key(occurred_at)#event_id``; times are timestamps.
    """

    event_id: EventId
    about: str
    subject_id: SubjectId
    platform: str
    kind: str
    channel_id: ChannelId | None
    occurred_at: str
    captured_at: str
    at: str
    canonical: bytes
    line: bytes


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as a frame gives it back; ``event`` is what :meth:`quire.domain.events.Event.as_json` gave.

    ``line`` is the line it was read from where that is to the byte what would be written again, else empty.
    """

    event: Mapping[str, Any]
    canonical: bytes
    raw: bytes
    opened: str | None = None
    line: bytes = b""


class CarriedLine(NamedTuple):
    """An event on its way from one segment into another, as :func:`carried` found it.

    The first three are its place in a segment: lines sort as they are sealed. ``leaf`` is its leaf under the key
    ``key_id``. ``line`` is what a frame holds of it, ``canonical_size`` of its bytes are the event in canonical form
    (:func:`canonical_of`).
    """

    subject_id: SubjectId
    at: str
    event_id: EventId
    occurred_at: str
    captured_at: str
    key_id: str
    leaf: bytes
    canonical_size: int
    line: bytes


def entry_of(observation: Observation) -> Entry:
    """The entry of what a connector observed.

    Raises:
        ValueError, TypeError: the event breaks a rule of :mod:`quire.domain.events` (its times, its text).
    """
    from quire.domain.events import told  # here: importing a handler loads no models

    value = observation.event.fields()
    return entry_from(value, canonical(value, told), observation.raw, observation.opened)


def entry_from(value: Mapping[str, Any], encoded: bytes, raw: bytes, opened: str | None) -> Entry:
    """The entry of an event given as plain values and as the same in canonical bytes. Raises as :func:`entry_of`."""
    if hashlib.sha256(raw).hexdigest() != value["raw_sha256"]:
        raise ValueError("the event names other raw bytes")
    return _entry(value, encoded, _line(encoded, raw, opened))


def _entry(value: Mapping[str, Any], encoded: bytes, line: bytes) -> Entry:
    occurred_at, captured_at, event_id = value["occurred_at"], value["captured_at"], value["event_id"]
    if not _EVENT_ID.match(event_id):
        raise ValueError("the event's id is not one of ours")
    if not (_TIMESTAMP.match(occurred_at) and _TIMESTAMP.match(captured_at)):
        raise ValueError("a time of the event is none of ours")
    return Entry(
        event_id,
        value.get("message_id", event_id),
        value["subject_id"],
        value["platform"],
        value["kind"],
        value.get("channel_id"),
        occurred_at,
        captured_at,
        f"{sort_key(occurred_at)}#{event_id}",
        encoded,
        line,
    )


def read_line(line: bytes) -> StoredEvent:
    """The event in a line of a frame.

    Raises:
        CorruptError: the line is none of ours.
    """
    try:
        value = orjson.loads(line)
        if not isinstance(value["event"], dict):
            raise CorruptError("a frame's line holds no event")
        raw = value["raw"].encode() if "raw" in value else base64.b64decode(value["raw_b64"], validate=True)
        if hashlib.sha256(raw).hexdigest() != value["event"]["raw_sha256"]:
            raise CorruptError("an event's raw bytes are not those it names")
        encoded = canonical(value["event"])
        held = line if len(value) == 2 and _is_plain(line, encoded) else b""
        return StoredEvent(value["event"], encoded, raw, value.get("opened"), held)
    except (orjson.JSONDecodeError, binascii.Error, KeyError, TypeError, AttributeError) as error:
        raise CorruptError("a frame's line is not an archived event") from error


def entry_of_stored(stored: StoredEvent) -> Entry:
    """The entry of an event read back.

    Raises:
        CorruptError: what is stored is not an event.
    """
    try:
        line = stored.line or _line(stored.canonical, stored.raw, stored.opened)
        return _entry(stored.event, stored.canonical, line if line.endswith(b"\n") else line + b"\n")
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptError("an archived event lacks what every event has") from error


def plainly(line: bytes) -> tuple[Mapping[str, Any], bytes] | None:
    """The event of a line and its bytes there, where the line is as :func:`_line` writes it of text, without writing it
    again; else ``None``. Whether the event's bytes are canonical is for its leaf to say.

    A quote within JSON text stands behind a backslash, so the last ``,"raw":"`` of a line is none that is in its raw
    text, nor the last ``,"opened":"`` before it one that is in the opened text; what stands before them is the event
    alone, or no JSON.

    Raises:
        CorruptError: the raw bytes are not those the event names.
    """
    end = line.rfind(_RAW)
    if end < 0 or not line.startswith(_EVENT) or not line.endswith(b"}"):
        return None
    # an opened text ends with a quote, an event with a brace: then there is no need to look for one
    opened = -1 if line[end - 1] == _BRACE else line.rfind(_OPENED, len(_EVENT), end)
    encoded = line[len(_EVENT) : end if opened < 0 else opened]
    try:
        event, raw = orjson.loads(encoded), orjson.loads(line[end + len(_RAW) - 1 : -1])
        if opened >= 0 and not isinstance(orjson.loads(line[opened + len(_OPENED) - 1 : end]), str):
            return None
        if not isinstance(event, dict) or not isinstance(raw, str):
            return None
        if hashlib.sha256(raw.encode()).hexdigest() != event["raw_sha256"]:
            raise CorruptError("an event's raw bytes are not those it names")
    except (orjson.JSONDecodeError, KeyError):
        return None
    return event, encoded


def carried(event: Mapping[str, Any], line: bytes, canonical_size: int, key_id: str, leaf: bytes) -> CarriedLine:
    """A line that was checked against its leaf.

    Raises:
        CorruptError: what is stored is not an event.
    """
    try:
        event_id, occurred_at, captured_at = event["event_id"], event["occurred_at"], event["captured_at"]
        if not (_EVENT_ID.match(event_id) and _TIMESTAMP.match(occurred_at) and _TIMESTAMP.match(captured_at)):
            raise CorruptError("an archived event's id or times are none of ours")
        subject, at = event["subject_id"], sort_key(occurred_at)
        return CarriedLine(subject, at, event_id, occurred_at, captured_at, key_id, leaf, canonical_size, line)
    except (KeyError, TypeError) as error:
        raise CorruptError("an archived event lacks what every event has") from error


def canonical_of(line: bytes, size: int) -> bytes:
    """The canonical bytes, ``size`` of them, in the line of an entry."""
    return line[len(_EVENT) : len(_EVENT) + size]


def _is_plain(line: bytes, encoded: bytes) -> bool:
    """Whether a line of two members is its event in canonical bytes, then its raw text, once: a quote within JSON text
    stands behind a backslash, so the last ``,"raw":"`` of a line is none that is in its raw text."""
    end = len(_EVENT) + len(encoded)
    return line.startswith(_EVENT) and line.startswith(encoded, len(_EVENT)) and line.rfind(_RAW) == end


def _line(encoded: bytes, raw: bytes, opened: str | None) -> bytes:
    told = b"" if opened is None else b',"opened":%b' % orjson.dumps(opened)
    try:
        return b'{"event":%b%b,"raw":%b}\n' % (encoded, told, orjson.dumps(raw.decode()))
    except UnicodeDecodeError:
        return b'{"event":%b%b,"raw_b64":"%b"}\n' % (encoded, told, base64.b64encode(raw))
