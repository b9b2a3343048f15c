"""Table ``control``: who joined and left which conversation, who was active there, and how it was called.

One item an event, or one a person and conversation, written so that neither order nor repetition matters. Like the
directory's entries these are a projection: indexing the archive again writes them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from quire.aws.errors import translated
from quire.aws.layout import MOVES, TAKES, TRACES, move_sort, moves_prefix, takes_prefix, tenant_partition
from quire.domain.ids import ChannelId, SubjectId, TenantId
from quire.domain.membership import Move, Renaming, Trace
from quire.domain.time import sort_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_Sign = Literal["<", ">"]


@dataclass(frozen=True)
class Told:
    """What is known of one conversation, in no order."""

    moves: list[Move]
    traces: list[Trace]
    renamings: list[Renaming]


class Memberships:
    """Memberships of a tenant. A workspace's are kept as those of the conversation whose native id is empty."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def note_move(self, tenant: TenantId, channel: ChannelId, move: Move) -> None:
        """Take in that somebody joined or left; of one event told with two times the earlier one stands."""
        if not move.workspace:
            self._note_part(tenant, move.subject_id, channel)
        told = {
            "kind": move.kind,
            "subject_id": move.subject_id,
            "at": move.at,
            "listed": "yes" if move.listed else "no",
        }
        self._note_event(tenant, channel, move.event_id, told)

    def note_renaming(self, tenant: TenantId, channel: ChannelId, renaming: Renaming) -> None:
        """Take in that a conversation got a name."""
        told = {"kind": "named", "at": renaming.at, "name": renaming.name, "previous": renaming.previous or ""}
        self._note_event(tenant, channel, renaming.event_id, told)

    def note_trace(self, tenant: TenantId, channel: ChannelId, trace: Trace) -> None:
        """Take in that somebody was active. One read; a write for each bound that is news."""
        key = _key(tenant, move_sort(TRACES, channel, trace.subject_id))
        with translated("dynamodb GetItem"):
            known = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})
        if not known:
            self._note_part(tenant, trace.subject_id, channel)
        for name, at, better in (("first_at", trace.first_at, "<"), ("last_at", trace.last_at, ">")):
            current = _text(known, name)
            if not current or (sort_key(at) < current if better == "<" else sort_key(at) > current):
                values = {name: sort_key(at), "subject_id": trace.subject_id}
                self._update(key, f"attribute_not_exists(#0) OR :0 {better} #0", values)

    def of_channels(self, tenant: TenantId, channels: Sequence[ChannelId]) -> Told:
        """All that is known of a conversation under these ids; strongly consistent.

        Raises:
            UnavailableError: the table did not answer.
        """
        told = Told([], [], [])
        for channel in channels:
            for item in self._items(tenant, moves_prefix(MOVES, channel)):
                _read(item, told)
            for item in self._items(tenant, moves_prefix(TRACES, channel)):
                told.traces.append(
                    Trace(SubjectId(_text(item, "subject_id")), _text(item, "first_at"), _text(item, "last_at"))
                )
        return told

    def left_workspace(self, tenant: TenantId, workspace: ChannelId) -> list[Move]:
        """Who left a workspace, and with it all its conversations; ``workspace`` is its empty conversation's id."""
        told = Told([], [], [])
        for item in self._items(tenant, moves_prefix(MOVES, workspace)):
            _read(item, told, workspace=True)
        return [move for move in told.moves if move.kind == "left"]

    def conversations_of(self, tenant: TenantId, subject: SubjectId) -> list[ChannelId]:
        """Every conversation an account ever joined, left, was listed or active in; in order of id."""
        items = self._items(tenant, takes_prefix(subject))
        return [ChannelId(_text(item, "sk").rpartition("#")[2]) for item in items]

    def _note_part(self, tenant: TenantId, subject: SubjectId, channel: ChannelId) -> None:
        key = _key(tenant, move_sort(TAKES, subject, channel))
        self._update(key, "attribute_not_exists(pk)", {"channel_id": channel})

    def _note_event(self, tenant: TenantId, channel: ChannelId, event: str, told: Mapping[str, str]) -> None:
        values = {"order": sort_key(told["at"]), **told}
        self._update(_key(tenant, move_sort(MOVES, channel, event)), "attribute_not_exists(#0) OR :0 < #0", values)

    def _update(self, key: dict[str, Any], condition: str, values: Mapping[str, str]) -> None:
        """Set ``values`` (numbered from 0, names ``#n``, values ``:n``) if ``condition`` holds; else it is no news."""
        names = {f"#{n}": name for n, name in enumerate(values)}
        with translated("dynamodb UpdateItem"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression="SET " + ", ".join(f"#{n} = :{n}" for n in range(len(values))),
                    ConditionExpression=condition,
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues={f":{n}": {"S": value} for n, value in enumerate(values.values())},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return

    def _items(self, tenant: TenantId, prefix: str) -> Iterator[Mapping[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            with translated("dynamodb Query"):
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
                    ExpressionAttributeValues={":p": {"S": tenant_partition(tenant)}, ":s": {"S": prefix}},
                    ConsistentRead=True,
                    **start,
                )
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _key(tenant: TenantId, sort: str) -> dict[str, Any]:
    return {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": sort}}


def _text(item: Mapping[str, Any], name: str) -> str:
    return str(item[name]["S"]) if name in item else ""


def _read(item: Mapping[str, Any], told: Told, *, workspace: bool = False) -> None:
    at, event, kind = _text(item, "at"), _text(item, "sk").rpartition("#")[2], _text(item, "kind")
    if kind == "named":
        told.renamings.append(Renaming(at, event, _text(item, "name"), _text(item, "previous") or None))
    else:
        subject, listed = SubjectId(_text(item, "subject_id")), _text(item, "listed") == "yes"
        told.moves.append(Move(subject, "joined" if kind == "joined" else "left", at, event, listed, workspace))
