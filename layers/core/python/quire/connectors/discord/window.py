"""Which recent messages of a channel were read, and how they stood: what a later page is compared with.

Kept small, for a connection may have thousands of channels: 12 to 16 characters a message.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

Seen = dict[int, int]
"""Message id to 32 bits of how it stood."""

_MARK_BYTES = 4
_SHOWN = ("edited_timestamp", "embeds", "reactions", "poll")


def mark_of(message: Mapping[str, Any]) -> int:
    """How a message stands: its last edit, previews, totals of reactions and votes; not who of us reacted."""
    stands = {key: message.get(key) for key in _SHOWN}
    reactions = message.get("reactions")
    if isinstance(reactions, list):
        stands["reactions"] = [{**each, "me": None, "me_burst": None} for each in reactions if isinstance(each, dict)]
    embeds = message.get("embeds")
    stands["embeds"] = len(embeds) if isinstance(embeds, list) else 0  # their addresses are signed anew each time
    digest = hashlib.sha256(orjson.dumps(stands, option=orjson.OPT_SORT_KEYS)).digest()
    return int.from_bytes(digest[:_MARK_BYTES])


def pack(seen: Seen) -> str:
    """As text: differences of sorted ids in groups of seven bits, each followed by its mark."""
    packed, last = bytearray(), 0
    for identifier in sorted(seen):
        step, last = identifier - last, identifier
        while step > 0x7F:
            packed.append(step & 0x7F | 0x80)
            step >>= 7
        packed.append(step)
        packed += seen[identifier].to_bytes(_MARK_BYTES)
    return base64.b64encode(bytes(packed)).decode("ascii")


def unpack(text: str) -> Seen:
    """What :func:`pack` made."""
    return dict(_unpacked(base64.b64decode(text)))


def _unpacked(packed: bytes) -> Iterator[tuple[int, int]]:
    at = last = 0
    while at < len(packed):
        step = shift = 0
        while packed[at] & 0x80:
            step |= (packed[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
        step |= packed[at] << shift
        last += step
        at += 1
        yield last, int.from_bytes(packed[at : at + _MARK_BYTES])
        at += _MARK_BYTES


def trimmed(seen: Seen, most: int, since: int) -> Seen:
    """The newest ``most`` of those not older than the id ``since``."""
    kept = sorted((identifier for identifier in seen if identifier >= since), reverse=True)[:most]
    return {identifier: seen[identifier] for identifier in kept}
