"""What happens on Slack besides messages: the directory, channels, membership, and the platform's own notices.

A join, a rename and an archiving come twice, as an event and as an announcement in the channel, as Slack does it.
Source: https://docs.slack.dev/reference/events
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from infra.local.demo import ids
from infra.local.demo.firm import Place
from infra.local.demo.plan import Planned
from infra.local.demo.script import Happening
from infra.local.demo.slack_world import SlackWorld

Told = Iterator[tuple[str, dict[str, Any], str]]
"""Label for the summary, event, and the kind of fact it is."""


def handshake(world: SlackWorld) -> Planned:
    """What Slack asks when the address is entered in the app's settings."""
    at = world.week.moment("Mon 00:00")
    body = {
        "token": "retired-verification-token",
        "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv",
        "type": "url_verification",
    }
    return Planned("slack", ("handshake",), at, (), slack=body)


def rate_limited(world: SlackWorld) -> Planned:
    """Slack says that it dropped deliveries in a minute of the gateway incident."""
    at = world.week.moment("Thu 07:50")
    minute = ids.milliseconds(at) // 60_000 * 60
    told = {"token": "retired-verification-token", "type": "app_rate_limited", "team_id": world.team}
    body = {**told, "minute_rate_limited": minute, "api_app_id": ids.slack_id("A", "quire")}
    return Planned("slack", ("rate limit notice",), at, ("unrecognised",), slack=body)


def directory_deliveries(world: SlackWorld) -> Iterator[Planned]:
    """Everybody's profile: the firm's own on Monday morning, outsiders' once the channel is shared."""
    for index, person in enumerate(world.week.firm.people_on("slack")):
        own = person.firm == "meridian"
        start = person.joins or ("Mon 00:01" if own else "Mon 09:50")
        at = world.week.moment(start) + timedelta(milliseconds=700 * index)
        user = world.profile(person)
        if not own:
            user["is_stranger"] = True
        kind = "team_join" if person.joins else "user_change"
        event = {"type": kind, "user": user, "cache_ts": ids.milliseconds(at) // 1000, "event_ts": ids.slack_ts(at)}
        yield Planned("slack", ("directory",), at, ("user.changed",), slack=world.envelope(event, at))


def channel_deliveries(world: SlackWorld) -> Iterator[Planned]:
    """The public channels come into being."""
    places = [place for place in world.week.firm.places.values() if place.on == "slack" and place.type == "channel"]
    for index, place in enumerate(places):
        at = world.week.moment(place.made or "Mon 00:02") + timedelta(seconds=index)
        event = {"type": "channel_created", "channel": world.channel_object(place, at), "event_ts": ids.slack_ts(at)}
        yield Planned("slack", ("channel",), at, ("channel.changed",), slack=world.envelope(event, at))


def happening_deliveries(world: SlackWorld) -> Iterator[Planned]:
    """Whatever the scenes on Slack tell besides lines."""
    places = world.week.places_on("slack")
    for happening in world.week.story.happenings:
        if happening.place not in places:
            continue
        place = world.week.firm.places[happening.place]
        for label, event, expects in _TELLERS[happening.event](world, happening, place):
            at = happening.at + timedelta(milliseconds=120 if event["type"] == "message" else 0)
            stamped = {**event, "event_ts": ids.slack_ts(at)}
            if event["type"] == "message":
                stamped["ts"] = stamped["event_ts"]
            body = world.envelope(stamped, at, happening.place, happening.who or happening.by)
            yield Planned("slack", (label,), at, (expects,), slack=body)


def _announced(world: SlackWorld, place: Place, subtype: str, user: str, text: str, **more: Any) -> dict[str, Any]:
    where = {"channel": world.channel(place.key), "channel_type": world.channel_type(place.key)}
    return {"type": "message", "subtype": subtype, "user": world.user(user), "text": text, **more, **where}


def _joined(world: SlackWorld, happening: Happening, place: Place) -> Told:
    who = world.user(happening.who)
    event = {"type": "member_joined_channel", "user": who, "channel": world.channel(place.key)}
    event |= {"channel_type": _letter(place), "team": world.home(happening.who), "inviter": world.user(happening.by)}
    yield "membership", event, "member.joined"
    text = f"<@{who}> has joined the channel"
    inviter = world.user(happening.by)
    yield (
        "announcement",
        _announced(world, place, "channel_join", happening.who, text, inviter=inviter),
        "message.created",
    )


def _left(world: SlackWorld, happening: Happening, place: Place) -> Told:
    who = world.user(happening.who)
    event = {"type": "member_left_channel", "user": who, "channel": world.channel(place.key)}
    yield "membership", {**event, "channel_type": _letter(place), "team": world.home(happening.who)}, "member.left"
    text = f"<@{who}> has left the channel"
    yield "announcement", _announced(world, place, "channel_leave", happening.who, text), "message.created"


def _renamed(world: SlackWorld, happening: Happening, place: Place) -> Told:
    channel = {"id": world.channel(place.key), "name": place.title, "name_normalized": place.title, "is_mpim": False}
    channel |= {"is_channel": place.type == "channel", "created": _second(world.week.moment("Mon 00:00"))}
    kind = "group_rename" if place.type == "private" else "channel_rename"
    yield "channel", {"type": kind, "channel": channel}, "channel.changed"
    text = f'has renamed the channel from "{place.formerly}" to "{place.title}"'
    names = {"old_name": place.formerly, "name": place.title}
    yield "announcement", _announced(world, place, "channel_name", happening.by, text, **names), "message.created"


def _topic(world: SlackWorld, happening: Happening, place: Place) -> Told:
    text = f"set the channel topic: {happening.text}"
    event = _announced(world, place, "channel_topic", happening.by, text, topic=happening.text)
    yield "announcement", event, "message.created"


def _archived(world: SlackWorld, happening: Happening, place: Place) -> Told:
    channel = world.channel(place.key)
    event = {"type": "channel_archive", "channel": channel, "user": world.user(happening.by), "is_moved": 0}
    yield "channel", event, "channel.changed"
    text = "archived the channel"
    yield "announcement", _announced(world, place, "channel_archive", happening.by, text), "message.created"


def _shared(world: SlackWorld, happening: Happening, place: Place) -> Told:
    channel = world.channel(place.key)
    named = {"id": channel, "is_private": False, "is_im": False, "name": place.title}
    guest = next(person for person in world.week.firm.people.values() if person.firm == place.partner)
    invite = {
        "id": ids.slack_id("I", place.key),
        "date_created": _second(happening.at),
        "date_invalid": _second(happening.at + timedelta(days=14)),
        "inviting_team": _team(world, "meridian"),
        "inviting_user": world.profile(world.week.firm.people[happening.by]),
        "recipient_email": world.week.firm.email(guest),
    }
    accepted = {"type": "shared_channel_invite_accepted", "approval_required": False, "invite": invite}
    accepted |= {"channel": named, "teams_in_channel": [_team(world, "meridian")]}
    yield "channel", {**accepted, "accepting_user": world.profile(guest)}, "channel.changed"
    shared = {"type": "channel_shared", "connected_team_id": world.team_of(place.partner), "channel": channel}
    yield "channel", shared, "channel.changed"


def _emoji_added(world: SlackWorld, happening: Happening, _: Place) -> Told:
    value = f"https://emoji.slack.example/{world.team}/{happening.text}.png"
    yield "other", {"type": "emoji_changed", "subtype": "add", "name": happening.text, "value": value}, "unrecognised"


_TELLERS: dict[str, Callable[[SlackWorld, Happening, Place], Told]] = {
    "joined": _joined,
    "left": _left,
    "renamed": _renamed,
    "topic": _topic,
    "archived": _archived,
    "shared": _shared,
    "emoji_added": _emoji_added,
}


def _team(world: SlackWorld, firm: str) -> dict[str, Any]:
    company = world.week.firm.firms[firm]
    created = _second(world.week.moment("Mon 00:00")) - 200_000_000
    named = {"id": world.team_of(firm), "name": company.name, "domain": company.domain.split(".")[0]}
    return {**named, "icon": {}, "is_verified": False, "date_created": created}


def _letter(place: Place) -> str:
    return "G" if place.type == "private" else "C"


def _second(moment: datetime) -> int:
    return ids.milliseconds(moment) // 1000
