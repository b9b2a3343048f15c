"""The stores over DynamoDB: control, directory, event rows."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, permutations

import pytest

from quire.aws.control import Connection, Principal, Tenant
from quire.aws.directory import ChannelEntry, UserEntry
from quire.aws.event_rows import EventRow, Span
from quire.domain.errors import ConflictError
from quire.domain.ids import ChannelId, ConnectionId, EventId, SubjectId, TenantId
from quire.search.directory import same_conversation
from tests.moto_aws import Stack, stack

ACME, GLOBEX = TenantId("acme"), TenantId("globex")


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def connection(**changes: object) -> Connection:
    made = Connection(
        tenant_id=ACME,
        connection_id=ConnectionId("slack-1"),
        platform="slack",
        name="Head office",
        secret_id="quire/test/t/acme/connections/slack-1",
        created_at="2026-03-02T09:14:05Z",
        workspace_id="T024BE7LD",
        configuration={"issuer": "https://sts.example/", "limits": {"a": 1, "b": [1.5, None]}},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_tenant_is_written_once(aws: Stack) -> None:
    first = Tenant(ACME, "Acme", "2026-03-02T09:14:05Z")
    assert aws.control.put_tenant(first)
    assert not aws.control.put_tenant(replace(first, name="Other"))
    assert aws.control.tenant(ACME) == first
    assert aws.control.tenant(GLOBEX) is None


def test_a_connection_and_its_route_appear_together(aws: Stack) -> None:
    aws.control.put_connection(connection())
    route = aws.control.route(ConnectionId("slack-1"))
    assert route is not None
    assert (route.tenant_id, route.platform) == (ACME, "slack")
    assert aws.control.connection(ACME, ConnectionId("slack-1")) == connection()
    assert aws.control.connections(ACME) == [connection()]


def test_a_connection_may_change_but_not_its_owner_or_platform(aws: Stack) -> None:
    aws.control.put_connection(connection())
    aws.control.put_connection(connection(status="paused"))
    with pytest.raises(ConflictError):
        aws.control.put_connection(connection(tenant_id=GLOBEX))
    with pytest.raises(ConflictError):
        aws.control.put_connection(connection(platform="teams"))
    assert aws.control.connection(GLOBEX, ConnectionId("slack-1")) is None
    kept = aws.control.connection(ACME, ConnectionId("slack-1"))
    assert kept is not None
    assert (kept.status, kept.platform) == ("paused", "slack")


def test_unknown_routes_and_principals_are_none(aws: Stack) -> None:
    assert aws.control.route(ConnectionId("nobody")) is None
    assert aws.control.principal("nobody") is None


def test_a_principal_is_read_back(aws: Stack) -> None:
    principal = Principal("sub-1", ACME, "auditor", "ann@acme.example")
    aws.control.put_principal(principal)
    assert aws.control.principal("sub-1") == principal


def test_the_directory_is_the_same_whatever_the_order(aws: Stack) -> None:
    entry = ChannelEntry(ChannelId("x"), "slack", "C1", "T1", "2026-03-02T09:00:00Z")
    seen = [
        replace(entry, name="old", type="channel"),
        replace(entry, first_seen_at="2026-03-02T10:00:00.5Z", name="new", last_message_at="2026-03-02T10:00:00.5Z"),
        replace(entry, first_seen_at="2026-03-02T11:00:00Z", external=True),
    ]
    for number, order in enumerate(permutations(seen)):
        channel = ChannelId(f"channel-{number}")
        for one in order:
            aws.directory.note_channel(ACME, replace(one, channel_id=channel))
        found = aws.directory.channel(ACME, channel)
        assert found == ChannelEntry(
            channel,
            "slack",
            "C1",
            "T1",
            first_seen_at="2026-03-02T09:00:00.000000000Z",
            last_message_at="2026-03-02T10:00:00.500000000Z",
            name="new",
            type="channel",
            external=True,
            name_at="2026-03-02T10:00:00.500000000Z",
        )
    assert len(aws.directory.channels(ACME, limit=4)) == 4
    assert len(aws.directory.channels(ACME, limit=10, after=ChannelId("channel-3"))) == 2
    assert aws.directory.channels(GLOBEX, limit=10) == []


def test_the_directory_takes_one_write_for_all_that_is_news(aws: Stack) -> None:
    updates: list[object] = []
    aws.aws.dynamodb.meta.events.register("before-call.dynamodb.UpdateItem", lambda params, **_: updates.append(params))
    at = "2026-03-02T09:00:00Z"
    entry = ChannelEntry(ChannelId("x"), "slack", "C1", "T1", at, last_message_at=at, name="general", type="channel")
    aws.directory.note_channel(ACME, entry)
    assert len(updates) == 1
    aws.directory.note_channel(ACME, entry)
    assert len(updates) == 1
    later = "2026-03-02T09:00:01Z"
    aws.directory.note_channel(ACME, replace(entry, first_seen_at=later, last_message_at=later))
    assert len(updates) == 2


def test_the_directory_loses_nothing_where_somebody_else_writes_in_between(
    aws: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is out of date: one property is told later by the other, the other property is not."""
    entry = ChannelEntry(ChannelId("x"), "slack", "C1", "T1", "2026-03-02T09:00:00Z")
    aws.directory.note_channel(ACME, replace(entry, name="newest", first_seen_at="2026-03-02T11:00:00Z"))
    monkeypatch.setattr(aws.directory, "_get", lambda _: {})
    aws.directory.note_channel(ACME, replace(entry, name="new", type="group", first_seen_at="2026-03-02T10:00:00Z"))
    monkeypatch.undo()
    found = aws.directory.channel(ACME, ChannelId("x"))
    assert found is not None
    assert (found.name, found.type, found.first_seen_at[11:13]) == ("newest", "group", "10")


def test_a_conversation_is_one_under_all_its_ids(aws: Stack) -> None:
    """From whichever id one starts; one that is said to go round in a circle ends."""
    names = [ChannelId(f"c{number}") for number in range(4)]
    for before, after in [*pairwise(names), (names[3], names[0])]:
        one = ChannelEntry(before, "telegram", before, "T1", "2026-03-02T09:00:00Z", continued_by=after)
        aws.directory.note_channel(ACME, one)
        aws.directory.note_channel(ACME, replace(one, channel_id=after, continued_by=None, continues=before))
    for name in names:
        assert sorted(same_conversation(aws.directory, ACME, name)) == names
    assert same_conversation(aws.directory, GLOBEX, names[0]) == names[:1]


def test_people_are_found_by_id(aws: Stack) -> None:
    ann = UserEntry(SubjectId("s1"), "slack", "U1", "T1", "2026-03-02T09:00:00Z", name="Ann")
    aws.directory.note_user(ACME, ann)
    aws.directory.note_user(ACME, replace(ann, seen_at="2026-03-01T09:00:00Z", name="Anna", email="ann@acme.example"))
    people = aws.directory.users_by_id(ACME, [SubjectId("s1"), SubjectId("s2"), SubjectId("s1")])
    expected = replace(ann, seen_at="2026-03-02T09:00:00.000000000Z", email="ann@acme.example")
    assert people == {SubjectId("s1"): expected}
    assert aws.directory.users(ACME, limit=5) == [expected]
    assert aws.directory.users_by_id(GLOBEX, [SubjectId("s1")]) == {}


def row(n: int, **changes: object) -> EventRow:
    made = EventRow(
        tenant_id=ACME,
        about="m1",
        event_id=EventId(f"e{n}"),
        event=b'{"n":%d}' % n,
        segment="t/acme/journal/2026/03/02/09/s-1-2.qrs",
        version_id="v1",
        frame=n,
        expires_at=1_800_000_000,
        channel_id=ChannelId("c1"),
        at=f"2026-03-02T09:00:0{n}.000000000Z#e{n}",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_row_is_written_once_and_read_with_its_siblings(aws: Stack) -> None:
    assert aws.rows.put(row(1))
    assert aws.rows.put(row(2, event=None, channel_id=None, at=None))
    assert not aws.rows.put(row(1, segment="another", frame=9))
    assert aws.rows.put(row(3, tenant_id=GLOBEX))
    assert aws.rows.of_message(ACME, "m1") == [row(1), row(2, event=None, channel_id=None, at=None)]
    assert aws.rows.of_message(ACME, "m2") == []


def test_a_timeline_is_walked_both_ways(aws: Stack) -> None:
    for n in range(1, 8):
        aws.rows.put(row(n, about=f"m{n}"))
    aws.rows.put(row(9, tenant_id=GLOBEX))
    channel = ChannelId("c1")

    def seen(span: Span, **options: object) -> list[int]:
        return [r.frame for r in aws.rows.timeline(ACME, channel, span, **({"limit": 10} | options))]  # type: ignore[arg-type]

    assert seen(Span()) == [1, 2, 3, 4, 5, 6, 7]
    assert seen(Span(), limit=2, newest_first=True) == [7, 6]
    assert seen(Span(after=row(2).at), limit=3) == [3, 4, 5]
    assert seen(Span(before=row(5).at), limit=2, newest_first=True) == [4, 3]
    assert seen(Span(after=row(2).at, before=row(6).at), limit=3) == [3, 4, 5]
    assert seen(Span(after=row(6).at, before=row(2).at)) == []
    assert seen(Span(after="2026-03-02T09:00:04"), limit=1) == [4]
