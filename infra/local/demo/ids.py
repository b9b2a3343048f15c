"""Ids that look like the platforms' own, derived from the story's keys: the same week always has the same ids."""

import base64
import hashlib
import uuid
from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slack_id(prefix: str, key: str) -> str:
    """A Slack id: a letter for the kind (``U``, ``C``, ``D``, ``T``, ``B``, ``F``...), then ten characters."""
    return prefix + "08" + base64.b32encode(_digest("slack", prefix, key)).decode("ascii")[:8]


def guid(kind: str, key: str) -> str:
    """A random-looking GUID, as Microsoft Entra gives to people, teams and apps."""
    return str(uuid.UUID(bytes=_digest("guid", kind, key)[:16], version=4))


def thread_hex(key: str) -> str:
    """The 32 hexadecimal digits inside a Teams conversation id."""
    return _digest("thread", key).hex()[:32]


def number(key: str, below: int) -> int:
    """A number from 0 up to ``below`` that stands for chance and never changes."""
    return int.from_bytes(_digest("number", key)[:8], "big") % below


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def slack_ts(moment: datetime) -> str:
    """Slack's ``ts``: seconds, a point, six digits. Never through a float."""
    seconds, micros = divmod(microseconds(moment), 1_000_000)
    return f"{seconds}.{micros:06d}"


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970: the id of a Teams message."""
    return microseconds(moment) // 1000


def graph_time(moment: datetime) -> str:
    """A time as Graph writes it: milliseconds, zeros at their end dropped."""
    millis = moment.microsecond // 1000
    fraction = f".{millis:03d}".rstrip("0") if millis else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(("meridian", *parts)).encode("utf-8")).digest()
