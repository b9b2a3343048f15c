"""What Discord itself announces in a channel, by message type.

https://docs.discord.com/developers/resources/message#message-object-message-types
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quire.connectors.discord.people import person
from quire.connectors.discord.snowflake import native
from quire.connectors.seam import Fact
from quire.connectors.shape import mapping, mappings, text
from quire.domain.events import Actor, ChannelChanged, ChannelRef, Kind, Membership

Message = Mapping[str, Any]

_WORDS = frozenset({0, 19, 20, 23})  # plain, reply, answers to commands
_NOTICES: Mapping[int, tuple[str, str]] = {
    1: ("recipient_add", "Added: {people}"),
    2: ("recipient_remove", "Removed: {people}"),
    3: ("call", "Call{call}"),
    4: ("channel_name_change", "Renamed to {content}"),
    5: ("channel_icon_change", "Changed the picture"),
    6: ("channel_pinned_message", "Pinned a message"),
    7: ("user_join", "Joined the server"),
    8: ("guild_boost", "Boosted the server"),
    9: ("guild_boost_tier_1", "Boosted the server to level 1"),
    10: ("guild_boost_tier_2", "Boosted the server to level 2"),
    11: ("guild_boost_tier_3", "Boosted the server to level 3"),
    12: ("channel_follow_add", "Follows {content}"),
    14: ("guild_discovery_disqualified", "The server left discovery"),
    15: ("guild_discovery_requalified", "The server is in discovery again"),
    16: ("guild_discovery_grace_period_initial_warning", "Warning about discovery"),
    17: ("guild_discovery_grace_period_final_warning", "Last warning about discovery"),
    18: ("thread_created", "Started a thread: {content}"),
    21: ("thread_starter_message", "Began with a message of {referenced}"),
    22: ("guild_invite_reminder", "Reminder to invite people"),
    24: ("auto_moderation_action", "Automatic moderation: {content}"),
    25: ("role_subscription_purchase", "Bought a subscription"),
    26: ("interaction_premium_upsell", "Offer of a subscription"),
    27: ("stage_start", "Stage began: {content}"),
    28: ("stage_end", "Stage ended: {content}"),
    29: ("stage_speaker", "Speaks on the stage"),
    31: ("stage_topic", "Stage's topic: {content}"),
    32: ("guild_application_premium_subscription", "Bought a subscription to an app"),
    36: ("guild_incident_alert_mode_enabled", "Security actions until {content}"),
    37: ("guild_incident_alert_mode_disabled", "Security actions ended"),
    38: ("guild_incident_report_raid", "Reported a raid"),
    39: ("guild_incident_report_false_alarm", "Reported a false alarm"),
    44: ("purchase_notification", "Bought something"),
    46: ("poll_result", "Poll ended"),
}


class Notice(NamedTuple):
    """An announcement: its kind, its words, and whether we know the kind."""

    kind: str
    words: str
    known: bool = True


def notice(message: Message, shown: str) -> Notice | None:
    """The announcement a message is, or ``None`` where people or apps speak. ``shown`` is its text spelled out."""
    kind = message.get("type", 0)
    if not isinstance(kind, int) or isinstance(kind, bool) or kind in _WORDS:
        return None
    if kind not in _NOTICES:
        return Notice(f"type_{kind}", shown or f"(a message of type {kind})", known=False)
    name, words = _NOTICES[kind]
    told = words.format(
        people=", ".join(person(user).name or person(user).id for user in mappings(message.get("mentions"))),
        content=shown,
        call=_call(mapping(message.get("call"))),
        referenced=_referenced(mapping(message.get("referenced_message"))),
    )
    return Notice(name, told.rstrip(": "))


def _call(call: Mapping[str, Any]) -> str:
    people = call.get("participants")
    count = len(people) if isinstance(people, list) else 0
    ended = text(call.get("ended_timestamp"))
    return (f" of {count} people" if count else "") + (f", ended {ended}" if ended else "")


def _referenced(message: Mapping[str, Any]) -> str:
    who = person(mapping(message.get("author"))).name or "somebody"
    return f"{who}: {text(message.get('content'))}" if message.get("content") else who


def announced(message: Message, kind: str, channel: ChannelRef, by: Actor, at: str) -> Iterator[Fact]:
    """The facts about members or the channel that an announcement carries."""
    mark = native(message.get("id"))
    if kind in {"recipient_add", "recipient_remove"}:
        for user in mappings(message.get("mentions")):
            member = person(user)
            body = Membership(channel=channel, member=member, by=by if by.id != member.id else None)
            verb: Kind = "member.joined" if kind == "recipient_add" else "member.left"
            yield Fact(verb, body, f"{member.id}|{mark}", at, subject=member.id, channel=channel.id)
    elif kind in {"channel_name_change", "channel_icon_change"}:
        renamed = kind == "channel_name_change"
        after = (
            channel.model_copy(update={"name": text(message.get("content")) or channel.name}) if renamed else channel
        )
        body_of = ChannelChanged(change="renamed" if renamed else "picture", channel=after, by=by)
        yield Fact("channel.changed", body_of, f"{body_of.change}|{mark}", at, subject=by.id, channel=channel.id)
