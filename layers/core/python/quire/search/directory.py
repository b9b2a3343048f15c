"""Who and what messages name: sightings of channels and people in events, and names put where a message lacks them."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quire.aws.directory import ChannelEntry, Directory, UserEntry
from quire.domain.events import (
    Actor,
    ChannelChanged,
    ChannelRef,
    Event,
    Membership,
    Mention,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Reaction,
    UserChanged,
)
from quire.domain.ids import ChannelId, SubjectId, TenantId, channel_id, subject_id
from quire.domain.time import nanoseconds
from quire.search.documents import Document

_PEOPLE = frozenset({"user", "bot"})
_OF_CHANNELS = ("name", "type", "external", "continues", "continued_by", "last_message_at")
_MOST_IDS = 20
_OF_USERS = ("name", "email", "type")

_ACTORS: Mapping[type, tuple[str, ...]] = {
    MessageCreated: ("sender",),
    MessageEdited: ("sender", "edited_by"),
    MessageDeleted: ("sender", "deleted_by"),
    Reaction: ("actor",),
    Membership: ("member", "by"),
    ChannelChanged: ("by",),
    UserChanged: ("user",),
}
"""Where a body says who did something, or to whom."""


@dataclass(frozen=True)
class Sightings:
    """What some events tell of channels and people, reduced to what can matter: a list for each of them."""

    channels: list[list[ChannelEntry]]
    users: list[list[UserEntry]]


@dataclass(frozen=True)
class Names:
    """Directory entries of everything some documents name."""

    channels: Mapping[ChannelId, ChannelEntry]
    users: Mapping[SubjectId, UserEntry]


def sightings(events: Iterable[Event]) -> Sightings:
    """The channels and people that events name.

    Of one channel or person only those sightings are kept that could change its entry: the first, the last, the last
    to tell each property, the last message.
    """
    ordered = sorted(events, key=lambda event: (nanoseconds(event.occurred_at), event.event_id))
    channels = _grouped((s for e in _bounds(ordered, _of_channel) for s in _channels(e)), lambda s: s.channel_id)
    users = _grouped((s for e in _bounds(ordered, _of_people) for s in _users(e)), lambda s: s.subject_id)
    return Sightings(
        [_telling(seen, "first_seen_at", _OF_CHANNELS) for seen in channels],
        [_telling(seen, "seen_at", _OF_USERS) for seen in users],
    )


def person(tenant: TenantId, platform: str, workspace: str, native: str) -> SubjectId:
    """Quire's id of a person whom a message names by the platform's id."""
    return subject_id(tenant, platform, workspace, native)


def names_for(directory: Directory, tenant: TenantId, documents: Sequence[Document]) -> Names:
    """The directory's entries for all that ``documents`` name.

    Raises:
        UnavailableError: the directory did not answer.
    """
    channels = {ChannelId(doc["channel_id"]) for doc in documents if "channel_id" in doc}
    users = {subject for document in documents for subject in _named(tenant, document)}
    return Names(directory.channels_by_id(tenant, sorted(channels)), directory.users_by_id(tenant, sorted(users)))


def same_conversation(directory: Directory, tenant: TenantId, channel: ChannelId) -> list[ChannelId]:
    """The ids under which a conversation was ever known: its own, those before and after a change of the platform's id
    (a Telegram group that became a supergroup, a Slack channel that was shared); at most twenty.

    Raises:
        UnavailableError: the directory did not answer.
    """
    found, wanted = [channel], [channel]
    while wanted and len(found) < _MOST_IDS:
        entries = directory.channels_by_id(tenant, wanted)
        linked = {each for entry in entries.values() for each in (entry.continues, entry.continued_by) if each}
        wanted = sorted(linked - set(found))
        found.extend(wanted)
    return found[:_MOST_IDS]


def _named(tenant: TenantId, document: Document) -> Iterator[SubjectId]:
    if "user_id" in document:
        yield SubjectId(document["user_id"])
    natives = [mention.get("id") for mention in document.get("mentions", ()) if mention.get("kind") in _PEOPLE]
    natives += [reaction["actor"]["id"] for reaction in document.get("reactions", ())]
    natives += [version["by"]["id"] for version in document.get("versions", ()) if "by" in version]
    natives += [document["deleted_by"]["id"]] if "deleted_by" in document else []
    for native in natives:
        if native:
            yield person(tenant, document["platform"], document["workspace_id"], native)


def _bounds(ordered: Sequence[Event], telling: Callable[[Event], Hashable]) -> list[Event]:
    """Of events that tell the same, the first and the last, in order: most of a segment's messages say no more of their
    channel and sender than the one before."""
    first: dict[Hashable, int] = {}
    last: dict[Hashable, int] = {}
    for number, event in enumerate(ordered):
        told = telling(event)
        first.setdefault(told, number)
        last[told] = number
    return [ordered[number] for number in sorted({*first.values(), *last.values()})]


def _of_channel(event: Event) -> Hashable:
    """All that :func:`_channels` reads of an event but its time."""
    body = event.body
    reference = getattr(body, "channel", None)
    if not isinstance(reference, ChannelRef) or isinstance(body, ChannelChanged):
        return event.event_id
    told = reference.id, reference.name, reference.type, reference.external, isinstance(body, MessageCreated)
    return event.tenant_id, event.platform, event.workspace_id, *told


def _of_people(event: Event) -> Hashable:
    """All that :func:`_users` reads of an event but its time."""
    actors = [(each.id, each.name, each.email, each.type) if each else None for each in _actors(event)]
    mentioned = [(each.id, each.name, each.kind) for each in _mentions(event)]
    return event.tenant_id, event.platform, event.workspace_id, *actors, *mentioned


def _channels(event: Event) -> Iterator[ChannelEntry]:
    reference = getattr(event.body, "channel", None)
    if not isinstance(reference, ChannelRef):
        return
    told = _channel(
        event,
        reference.id,
        last_message_at=event.occurred_at if isinstance(event.body, MessageCreated) else None,
        name=reference.name,
        type=reference.type,
        external=reference.external,
    )
    yield told
    if isinstance(event.body, ChannelChanged) and event.body.previous_id and event.body.previous_id != reference.id:
        before = _channel(event, event.body.previous_id)
        yield replace(_channel(event, reference.id), continues=before.channel_id)
        yield replace(before, continued_by=told.channel_id)


def _channel(event: Event, native: str, **more: Any) -> ChannelEntry:
    return ChannelEntry(
        channel_id=channel_id(event.tenant_id, event.platform, event.workspace_id, native),
        platform=event.platform,
        platform_id=native,
        workspace_id=event.workspace_id,
        first_seen_at=event.occurred_at,
        **more,
    )


def _users(event: Event) -> Iterator[UserEntry]:
    for actor in _actors(event):
        if actor is not None and actor.id and actor.type != "system":
            yield _user(event, actor.id, actor.name, actor.email, actor.type)
    for mention in _mentions(event):
        if mention.id and mention.name and mention.kind in _PEOPLE:
            yield _user(event, mention.id, mention.name, None, None)


def _user(event: Event, native: str, name: str | None, email: str | None, kind: str | None) -> UserEntry:
    return UserEntry(
        subject_id=person(event.tenant_id, event.platform, event.workspace_id, native),
        platform=event.platform,
        platform_id=native,
        workspace_id=event.workspace_id,
        seen_at=event.occurred_at,
        name=name,
        email=email,
        type=kind,
    )


def _actors(event: Event) -> list[Actor | None]:
    return [getattr(event.body, name) for name in _ACTORS.get(type(event.body), ())]


def _mentions(event: Event) -> tuple[Mention, ...]:
    body = event.body
    return body.content.mentions if isinstance(body, (MessageCreated, MessageEdited)) else ()


def _grouped[S, K](seen: Iterable[S], key: Callable[[S], K]) -> list[list[S]]:
    groups: dict[K, list[S]] = {}
    for each in seen:
        groups.setdefault(key(each), []).append(each)
    return list(groups.values())


def _telling[S](ordered: Sequence[S], at: str, properties: Sequence[str]) -> list[S]:
    """The first, the last, and the last to tell each property; each once, in order (that of their time, ``at``)."""
    last = (_last_to_tell(name, ordered, at) for name in properties)
    wanted = {0, len(ordered) - 1, *(number for number in last if number is not None)}
    return [ordered[number] for number in sorted(wanted)]


def _last_to_tell(name: str, ordered: Sequence[object], at: str) -> int | None:
    """Of several at one instant, the greatest; the store settles ties in the same way."""
    found, text, instant = None, "", 0
    for number in range(len(ordered) - 1, -1, -1):
        value = getattr(ordered[number], name)
        if value is None:
            continue
        then = nanoseconds(getattr(ordered[number], at))
        if found is not None and then != instant:
            break
        if found is None or str(value) >= text:
            found, text, instant = number, str(value), then
    return found
