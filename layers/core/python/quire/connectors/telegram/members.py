"""Who is in a chat, and with which standing.

https://core.telegram.org/bots/api#chatmemberupdated
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import mapping, text, unix_time
from quire.connectors.telegram.people import channel_of, number, person
from quire.connectors.telegram.service import membership
from quire.domain.events import UserChanged

Update = Mapping[str, Any]

_IN = frozenset({"creator", "administrator", "member"})


def member_facts(update: Update, element: Element) -> Iterator[Fact]:
    """``chat_member`` and ``my_chat_member``: somebody came, went, or stands otherwise than before."""
    before, after = mapping(update.get("old_chat_member")), mapping(update.get("new_chat_member"))
    user = mapping(after.get("user")) or mapping(before.get("user"))
    if not number(user.get("id")) or not text(after.get("status")):
        yield unrecognised(element, "a change of a member it does not name", "chat_member")
        return
    member, channel = person(user), channel_of(update)
    at = unix_time(update.get("date")) or element.received_at
    mark = number(update.get("date"))
    by = person(mapping(update.get("from"))) if mapping(update.get("from")) else None
    was, is_in = _is_in(before), _is_in(after)
    if is_in and not was:
        yield membership("member.joined", member, channel, by, mark, at)
    elif was and not is_in:
        yield membership("member.left", member, channel, by, mark, at)
    else:
        change = f"{text(after.get('status'))} in {channel.name or channel.id}"
        discriminator = f"{change}|{text(before.get('status'))}|{mark}"
        body = UserChanged(change=change, user=member)
        yield Fact("user.changed", body, discriminator, at, subject=member.id, channel=channel.id)


def _is_in(member: Mapping[str, Any]) -> bool:
    status = text(member.get("status"))
    return status in _IN or (status == "restricted" and member.get("is_member") is True)
