"""What a poller's pages tell beyond the objects on them.

A page shows how many reacted with what, not who or when, and the previews of links as they are by now. A message that
stands otherwise than on the page before is told so by whoever read both (``changed``).
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from quire.connectors.discord.messages import emoji_of, standing_fact
from quire.connectors.discord.people import UNKNOWN, person
from quire.connectors.discord.setting import Setting
from quire.connectors.discord.snowflake import native
from quire.connectors.seam import Fact
from quire.connectors.shape import mapping, mappings, size
from quire.domain.events import AttachmentRef, UserChanged

Told = Mapping[str, Any]


def paged_facts(told: Told, setting: Setting) -> Iterator[Fact]:
    """The further facts of a message or member on a page; none where no poller read it."""
    known = setting.element.known
    if known.get("read") == "directory":
        yield from _described(told, setting)
    elif known.get("read") == "again":
        if native(told.get("id")) in known.get("changed", "").split(","):
            totals = _totals(told)
            yield standing_fact(told, setting, f"stands|{_digest(told)}|{setting.now}", totals)
    elif known.get("channel"):
        totals = _totals(told)
        if totals:
            yield standing_fact(told, setting, f"stands|{_digest(told)}", totals)


def _described(member: Told, setting: Setting) -> Iterator[Fact]:
    """Somebody as the list of members tells of them."""
    who = person(mapping(member.get("user")), member)
    if who.id != UNKNOWN:
        mark = f"described|{who.name or ''}|{who.type}"
        yield Fact("user.changed", UserChanged(change="described", user=who), mark, setting.now, subject=who.id)


def _totals(message: Told) -> AttachmentRef | None:
    """How many reacted with what."""
    lines = [
        f"{emoji_of(mapping(each.get('emoji')))} {count}"
        for each in mappings(message.get("reactions"))
        if (count := size(each.get("count")))
    ]
    return AttachmentRef(id="reactions", kind="card", name="reactions", text="\n".join(lines)) if lines else None


def _digest(message: Told) -> str:
    totals = _totals(message)
    stands = [message.get("edited_timestamp"), totals.text if totals else None, message.get("poll")]
    return hashlib.sha256(orjson.dumps(stands, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
