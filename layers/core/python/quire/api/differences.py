"""GET /v1/conversations/{channelId}/diff"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator, Field

from quire.api.channels import Channel, channel_of
from quire.api.conversations import entry_of
from quire.api.message import Attachment, Message, Reaction, message_of
from quire.api.messages import channel_id_of
from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.api.scope import TenantScope
from quire.aws.directory import ChannelEntry
from quire.domain.errors import MalformedError
from quire.domain.ids import SubjectId
from quire.domain.membership import Stay, name_at
from quire.domain.time import nanoseconds, parse
from quire.identity.actions import Action
from quire.search.cursor import MAX_LENGTH
from quire.search.differences import Change, Difference
from quire.search.directory import Names, names_for
from quire.search.documents import Document

MOST_MOVES = 1000


class Words(ApiModel):
    """A run of text that both have, or only the later one (``added``) or the earlier one (``removed``)."""

    kind: Literal["same", "added", "removed"]
    text: str


class MessageChange(ApiModel):
    """A message that members saw differently: as it was ``before`` (absent where it had not been sent) and ``after``.

    ``words`` make up both texts, where the text changed. ``shown`` among the ``changes``: something else about it did.
    """

    message_id: str
    changes: list[Change]
    before: Maybe[Message] = None
    after: Message
    words: list[Words]
    reactions_added: list[Reaction]
    reactions_removed: list[Reaction]
    attachments_added: list[Attachment]
    attachments_removed: list[Attachment]


class MemberMove(ApiModel):
    """Somebody ``joined`` or ``left``; or was ``listed`` or ``active`` there and may have been there before."""

    user_id: str
    user_name: Maybe[str] = None
    kind: Literal["joined", "left", "listed", "active"]
    at: str


class Renamed(ApiModel):
    """The conversation got a name."""

    at: str
    name: str
    previous: Maybe[str] = None


class DiffAnswer(ApiModel):
    """What became of a conversation between two moments. ``messages`` in the order they were sent; ``next_cursor`` is
    ``null`` on the last page. Members and names are told on the first page: ``members`` are the first thousand who came
    or went, ``more_members`` says how many more did.
    """

    channel: Channel
    from_: Annotated[str, Field(alias="from")]
    to: str
    messages: list[MessageChange]
    members: list[MemberMove]
    more_members: int
    renamed: list[Renamed]
    next_cursor: str | None


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route(
        "GET",
        "/v1/conversations/<channel_id>/diff",
        action=Action.COMPARE_CONVERSATION,
        parameter="channel_id",
        summary="Compare a conversation at two moments",
    )
    def compare_conversation(
        channel_id: str,
        from_: Annotated[str, AfterValidator(parse), Query(alias="from", max_length=64)],
        to: Annotated[str, AfterValidator(parse), Query(max_length=64)],
        cursor: Annotated[str | None, Query(max_length=MAX_LENGTH)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> DiffAnswer:
        """What members saw differently at ``to`` than at ``from``: messages, edits with their words, deletions,
        reactions, files, members, names."""
        asked = api.asked()
        asked.detail.update({"from": from_, "to": to})
        if nanoseconds(from_) > nanoseconds(to):
            raise MalformedError("from is later than to")
        scope, channel = asked.scope, channel_id_of(channel_id)
        entry = entry_of(scope, channel)
        found, onward = scope.conversations.changes(channel, from_, to, cursor, limit)
        names = names_for(scope.directory, scope.tenant, [each for one in found for each in _both(one)])
        moves = [] if cursor is not None else _moves(scope, entry, from_, to)
        renamings = sorted(scope.members.renamings(channel), key=lambda each: nanoseconds(each.at))
        return DiffAnswer(
            channel=channel_of(entry).model_copy(update={"name": name_at(renamings, to) or entry.name}),
            from_=from_,
            to=to,
            messages=[_change(each, names) for each in found],
            members=_named(scope, moves[:MOST_MOVES]),
            more_members=max(0, len(moves) - MOST_MOVES),
            renamed=[
                Renamed(at=each.at, name=each.name, previous=each.previous)
                for each in renamings
                if cursor is None and _between(from_, each.at, to)
            ],
            next_cursor=onward,
        )


def _both(each: Difference) -> list[Document]:
    return [document for document in (each.before, each.after) if document is not None]


def _change(each: Difference, names: Names) -> MessageChange:
    def reactions(document: Document | None, told: Sequence[Mapping[str, Any]]) -> list[Reaction]:
        return [] if document is None else message_of({**document, "reactions": told}, names).reactions

    def attachments(document: Document | None, told: Sequence[Mapping[str, Any]]) -> list[Attachment]:
        return [] if document is None else message_of({**document, "attachments": told}, names).attachments

    return MessageChange(
        message_id=each.after["message_id"],
        changes=each.changes,
        before=None if each.before is None else message_of(each.before, names),
        after=message_of(each.after, names),
        words=[Words(kind=word.kind, text=word.text) for word in each.words],
        reactions_added=reactions(each.after, each.reactions_added),
        reactions_removed=reactions(each.before, each.reactions_removed),
        attachments_added=attachments(each.after, each.attachments_added),
        attachments_removed=attachments(each.before, each.attachments_removed),
    )


def _moves(scope: TenantScope, entry: ChannelEntry, since: str, until: str) -> list[MemberMove]:
    """Who came and went, in order of time."""
    found = [
        MemberMove(user_id=subject, kind=kind, at=at)
        for subject, stays in scope.members.stays(entry).items()
        for stay in stays
        for kind, at in _ends(stay)
        if _between(since, at, until)
    ]
    return sorted(found, key=lambda move: (nanoseconds(move.at), move.user_id))


def _ends(stay: Stay) -> Iterator[tuple[Literal["joined", "left", "listed", "active"], str]]:
    if stay.since is not None and stay.ground is not None:
        yield stay.ground, stay.since
    if stay.until is not None and stay.until_told:
        yield "left", stay.until


def _between(since: str, at: str, until: str) -> bool:
    return nanoseconds(since) < nanoseconds(at) <= nanoseconds(until)


def _named(scope: TenantScope, moves: Sequence[MemberMove]) -> list[MemberMove]:
    users = scope.directory.users_by_id(scope.tenant, [SubjectId(move.user_id) for move in moves])
    return [
        move.model_copy(update={"user_name": users[SubjectId(move.user_id)].name})
        if SubjectId(move.user_id) in users
        else move
        for move in moves
    ]
