"""Table ``control``: who and what a tenant's messages name, projected from events as they come, in any order.

Each property is kept with the time it was told and changes only for a later one, so that the entry is the same
whatever the order of arrival; ties go to the greater text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from quire.aws.errors import translated
from quire.aws.layout import CHANNELS, USERS, channel_sort, tenant_partition, user_sort
from quire.domain.ids import ChannelId, SubjectId, TenantId
from quire.domain.time import sort_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH = 100
_PAGE = 1000


@dataclass(frozen=True)
class ChannelEntry:
    """A conversation. Seen in an event it tells of one moment: ``first_seen_at`` and ``last_message_at`` are then
    that event's time (the latter only where the event is a message). Times are nine-digit sort keys when read back.
    ``continues`` and ``continued_by`` are the conversation before and after a change of the platform's id;
    ``name_at``, only when read back, is when the name was told last.
    """

    channel_id: ChannelId
    platform: str
    platform_id: str
    workspace_id: str
    first_seen_at: str
    last_message_at: str | None = None
    name: str | None = None
    type: str | None = None
    external: bool | None = None
    continues: ChannelId | None = None
    continued_by: ChannelId | None = None
    name_at: str | None = None


@dataclass(frozen=True)
class UserEntry:
    """A platform user; ``seen_at`` is when the properties were told."""

    subject_id: SubjectId
    platform: str
    platform_id: str
    workspace_id: str
    seen_at: str
    name: str | None = None
    email: str | None = None
    type: str | None = None


@dataclass(frozen=True)
class _Change:
    """Attributes to set if ``condition`` holds, in which ``#name`` and ``:name`` stand for an attribute and its new
    value; ``is_news`` says the same of an item that was read."""

    values: Mapping[str, str]
    condition: str
    is_news: Callable[[Mapping[str, Any]], bool]


class Directory:
    """Channels and users of a tenant."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def note_channel(self, tenant: TenantId, seen: ChannelEntry) -> None:
        """Take in what an event tells of a conversation. One read; where there is news, a write."""
        at = sort_key(seen.first_seen_at)
        fixed = {"channel_id": seen.channel_id, "platform": seen.platform, "platform_id": seen.platform_id}
        fixed["workspace_id"] = seen.workspace_id
        told = {"name": seen.name, "type": seen.type, "external": _flag(seen.external)}
        told |= {"continues": seen.continues, "continued_by": seen.continued_by}
        changes = [_told(name, value, at) for name, value in told.items() if value is not None]
        changes.append(_bound("first_seen_at", at, "<"))
        if seen.last_message_at is not None:
            changes.append(_bound("last_message_at", sort_key(seen.last_message_at), ">"))
        self._note(_key(tenant, channel_sort(seen.channel_id)), fixed, changes)

    def note_user(self, tenant: TenantId, seen: UserEntry) -> None:
        """Take in what an event tells of a person. One read; where there is news, a write."""
        at = sort_key(seen.seen_at)
        fixed = {"subject_id": seen.subject_id, "platform": seen.platform, "platform_id": seen.platform_id}
        fixed["workspace_id"] = seen.workspace_id
        told = {"name": seen.name, "email": seen.email, "type": seen.type}
        changes = [_told(name, value, at) for name, value in told.items() if value is not None]
        self._note(_key(tenant, user_sort(seen.subject_id)), fixed, [*changes, _bound("seen_at", at, ">")])

    def channels(self, tenant: TenantId, *, limit: int, after: ChannelId | None = None) -> list[ChannelEntry]:
        """At most ``limit`` conversations in order of id, those after ``after``."""
        return [_channel(item) for item in self._list(tenant, CHANNELS, after, limit)]

    def every_channel(self, tenant: TenantId) -> Iterator[ChannelEntry]:
        """All conversations, in order of id."""
        after: ChannelId | None = None
        while True:
            found = self.channels(tenant, limit=_PAGE, after=after)
            yield from found
            if len(found) < _PAGE:
                return
            after = found[-1].channel_id

    def users(self, tenant: TenantId, *, limit: int, after: SubjectId | None = None) -> list[UserEntry]:
        """At most ``limit`` people in order of id, those after ``after``."""
        return [_user(item) for item in self._list(tenant, USERS, after, limit)]

    def channel(self, tenant: TenantId, channel: ChannelId) -> ChannelEntry | None:
        """One conversation, if it was ever seen."""
        item = self._get(_key(tenant, channel_sort(channel)))
        return _channel(item) if item else None

    def channels_by_id(self, tenant: TenantId, channels: Sequence[ChannelId]) -> dict[ChannelId, ChannelEntry]:
        """Those of ``channels`` that were ever seen."""
        items = self._get_many([_key(tenant, channel_sort(channel)) for channel in sorted(set(channels))])
        return {entry.channel_id: entry for entry in map(_channel, items)}

    def users_by_id(self, tenant: TenantId, subjects: Sequence[SubjectId]) -> dict[SubjectId, UserEntry]:
        """Those of ``subjects`` that were ever seen."""
        items = self._get_many([_key(tenant, user_sort(subject)) for subject in sorted(set(subjects))])
        return {entry.subject_id: entry for entry in map(_user, items)}

    def _get_many(self, wanted: Sequence[dict[str, Any]]) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for start in range(0, len(wanted), _BATCH):
            keys: list[Any] = list(wanted[start : start + _BATCH])
            while keys:
                with translated("dynamodb BatchGetItem"):
                    answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys}})
                found.extend(answer["Responses"].get(self._table, []))
                left = answer["UnprocessedKeys"].get(self._table)
                keys = list(left["Keys"]) if left else []
        return found

    def _note(self, key: dict[str, Any], fixed: Mapping[str, str], changes: Sequence[_Change]) -> None:
        """Write what is news in one go; where somebody else wrote in between, one by one, each if it still is news."""
        known = self._get(key)
        news = [change for change in changes if change.is_news(known)]
        if not known:
            news.insert(0, _Change(fixed, "attribute_not_exists(pk)", lambda _: True))
        if not news or self._update(key, news) or len(news) == 1:
            return
        for change in news:
            self._update(key, [change])

    def _update(self, key: dict[str, Any], changes: Sequence[_Change]) -> bool:
        """Make all these changes if the conditions of all of them hold; whether they did."""
        values = {name: value for change in changes for name, value in change.values.items()}
        with translated("dynamodb UpdateItem"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
                    ConditionExpression=" AND ".join(f"({change.condition})" for change in changes),
                    ExpressionAttributeNames={f"#{name}": name for name in values},
                    ExpressionAttributeValues={f":{name}": {"S": value} for name, value in values.items()},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _get(self, key: dict[str, Any]) -> Mapping[str, Any]:
        with translated("dynamodb GetItem"):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item", {})

    def _list(self, tenant: TenantId, prefix: str, after: str | None, limit: int) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        start: dict[str, Any] = {} if after is None else {"ExclusiveStartKey": _key(tenant, f"{prefix}{after}")}
        while len(found) < limit:
            with translated("dynamodb Query"):
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
                    ExpressionAttributeValues={":p": {"S": tenant_partition(tenant)}, ":s": {"S": prefix}},
                    Limit=limit - len(found),
                    **start,
                )
            found.extend(page["Items"])
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        return found


def _key(tenant: TenantId, sort: str) -> dict[str, Any]:
    return {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": sort}}


def _told(name: str, value: str, at: str) -> _Change:
    """A property, unless a later (or, at the same time, greater) one is known."""
    when = f"{name}_at"
    return _Change(
        {name: value, when: at},
        f"attribute_not_exists(#{when}) OR #{when} < :{when} OR (#{when} = :{when} AND #{name} < :{name})",
        lambda known: (_text(known, when), _text(known, name)) < (at, value),
    )


def _bound(name: str, at: str, better: Literal["<", ">"]) -> _Change:
    """The least (``<``) or the greatest (``>``) time."""

    def is_news(known: Mapping[str, Any]) -> bool:
        current = _text(known, name)
        return not current or (at < current if better == "<" else at > current)

    return _Change({name: at}, f"attribute_not_exists(#{name}) OR :{name} {better} #{name}", is_news)


def _text(item: Mapping[str, Any], name: str) -> str:
    return str(item[name]["S"]) if name in item else ""


def _flag(value: bool | None) -> str | None:
    return None if value is None else ("yes" if value else "no")


def _channel(item: Mapping[str, Any]) -> ChannelEntry:
    external = _text(item, "external")
    return ChannelEntry(
        channel_id=ChannelId(_text(item, "channel_id")),
        platform=_text(item, "platform"),
        platform_id=_text(item, "platform_id"),
        workspace_id=_text(item, "workspace_id"),
        first_seen_at=_text(item, "first_seen_at"),
        last_message_at=_text(item, "last_message_at") or None,
        name=_text(item, "name") or None,
        type=_text(item, "type") or None,
        external=external == "yes" if external else None,
        continues=ChannelId(_text(item, "continues")) or None,
        continued_by=ChannelId(_text(item, "continued_by")) or None,
        name_at=_text(item, "name_at") or None,
    )


def _user(item: Mapping[str, Any]) -> UserEntry:
    return UserEntry(
        subject_id=SubjectId(_text(item, "subject_id")),
        platform=_text(item, "platform"),
        platform_id=_text(item, "platform_id"),
        workspace_id=_text(item, "workspace_id"),
        seen_at=_text(item, "seen_at"),
        name=_text(item, "name") or None,
        email=_text(item, "email") or None,
        type=_text(item, "type") or None,
    )
