"""Who takes part in which conversation: what events tell of it, and the readers over what was kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from quire.aws.directory import ChannelEntry, Directory
from quire.aws.memberships import Memberships, Told
from quire.domain.acts import act_of
from quire.domain.events import ChannelChanged, Event, Membership
from quire.domain.ids import ChannelId, SubjectId, TenantId, channel_id
from quire.domain.membership import Move, Renaming, Stay, Trace, name_at, stays
from quire.domain.time import nanoseconds
from quire.search.directory import person
from quire.search.documents import Document

_READ = frozenset({"poll", "backfill", "reconcile", "import"})
_PRESENT = frozenset({"wrote", "edited", "reacted"})
"""What only those can do who are there; those who run a workspace may delete elsewhere too."""
_PRIVATE = frozenset({"direct", "group"})


@dataclass(frozen=True)
class Takings:
    """What some events tell of conversations' members and names; traces reduced to one a person and conversation."""

    moves: list[tuple[ChannelId, Move]]
    traces: list[tuple[ChannelId, Trace]]
    renamings: list[tuple[ChannelId, Renaming]]


def takings(events: Iterable[Event]) -> Takings:
    """What events tell. Of a member whom reading a list found there, without a time of the platform's, it is only known
    that they were there when it was read."""
    found = Takings([], [], [])
    active: dict[tuple[ChannelId, SubjectId], list[str]] = {}
    for event in events:
        body = event.body
        if isinstance(body, Membership):
            found.moves.append(_move(event, body))
        elif isinstance(body, ChannelChanged) and body.channel.name:
            renaming = Renaming(event.occurred_at, event.event_id, body.channel.name, body.previous_name)
            found.renamings.append((_channel(event, body.channel.id), renaming))
        elif event.channel_id is not None:
            act = act_of(event)
            if act is not None and act.kind in _PRESENT:
                active.setdefault((event.channel_id, act.subject_id), []).append(act.at)
    for (channel, subject), times in active.items():
        found.traces.append((channel, Trace(subject, min(times, key=nanoseconds), max(times, key=nanoseconds))))
    return found


def workspace_of(tenant: TenantId, platform: str, workspace: str) -> ChannelId:
    """The id under which it is kept who joined and left a whole workspace."""
    return channel_id(tenant, platform, workspace, "")


def private_conversations(
    memberships: Memberships, directory: Directory, tenant: TenantId, accounts: Sequence[SubjectId]
) -> list[ChannelId]:
    """The direct and group conversations that any of ``accounts`` takes or took part in, in order of id: those where
    whatever others write is also *to* them.

    Raises:
        UnavailableError: the table did not answer.
    """
    channels = {channel for account in accounts for channel in memberships.conversations_of(tenant, account)}
    entries = directory.channels_by_id(tenant, sorted(channels))
    return sorted(channel for channel, entry in entries.items() if entry.type in _PRIVATE)


def called_at(entry: ChannelEntry, renamings: Sequence[Renaming], documents: Sequence[Document], at: str) -> str | None:
    """What a conversation was called at an instant, as far as anything tells: its name now, if that was told by then;
    else its renamings; else what messages sent by then (``documents``, as they were) call it."""
    if entry.name and entry.name_at and nanoseconds(entry.name_at) <= nanoseconds(at):
        return entry.name
    until = [each for each in renamings if nanoseconds(each.at) <= nanoseconds(at)]
    told = (document["channel_name"] for document in reversed(documents) if document.get("channel_name"))
    return name_at(until, at) or next(told, None) or name_at(renamings, at)


class Members:
    """Reads who was in a tenant's conversations. ``ids_of`` gives all ids a conversation was ever known under."""

    def __init__(
        self, memberships: Memberships, tenant: TenantId, ids_of: Callable[[ChannelId], Sequence[ChannelId]]
    ) -> None:
        self._memberships = memberships
        self._tenant = tenant
        self._ids_of = ids_of

    def stays(self, entry: ChannelEntry) -> dict[SubjectId, list[Stay]]:
        """Everybody known ever to have been in a conversation, with when.

        Raises:
            UnavailableError: the table did not answer.
        """
        told = self._told(entry.channel_id)
        workspace = workspace_of(self._tenant, entry.platform, entry.workspace_id)
        return stays([*told.moves, *self._memberships.left_workspace(self._tenant, workspace)], told.traces)

    def renamings(self, channel: ChannelId) -> list[Renaming]:
        """How a conversation was renamed, in no order. Raises as :meth:`stays`."""
        return self._told(channel).renamings

    def _told(self, channel: ChannelId) -> Told:
        return self._memberships.of_channels(self._tenant, list(self._ids_of(channel)))


def _move(event: Event, body: Membership) -> tuple[ChannelId, Move]:
    native = "" if body.channel is None else body.channel.id
    read = event.source in _READ and event.occurred_at == event.delivery.received_at
    move = Move(
        subject_id=person(event.tenant_id, event.platform, event.workspace_id, body.member.id),
        kind="joined" if event.kind == "member.joined" else "left",
        at=event.occurred_at,
        event_id=event.event_id,
        listed=read and event.kind == "member.joined",
        workspace=body.channel is None,
    )
    return _channel(event, native), move


def _channel(event: Event, native: str) -> ChannelId:
    return channel_id(event.tenant_id, event.platform, event.workspace_id, native)
