"""Who takes part where, kept beside the directory."""

from collections.abc import Iterator

import pytest

from quire.aws.memberships import Memberships
from quire.domain.events import ChannelRef, Event
from quire.domain.ids import ChannelId, TenantId
from quire.domain.membership import Stay
from quire.search.directory import sightings
from quire.search.membership import Members, private_conversations, takings
from tests.chat import ACME, Chat
from tests.moto_aws import Stack, stack

DAY = "2026-03-02T{}:00:00Z"
ANN, BO = Chat().called("ann"), Chat().called("bo")


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def kept(aws: Stack) -> Memberships:
    return Memberships(aws.aws.dynamodb, "control")


def note(aws: Stack, *events: Event) -> None:
    """As indexing does."""
    store, found = kept(aws), takings(events)
    for channel, move in found.moves:
        store.note_move(ACME, channel, move)
    for channel, trace in found.traces:
        store.note_trace(ACME, channel, trace)
    for channel, renaming in found.renamings:
        store.note_renaming(ACME, channel, renaming)
    seen = sightings(events)
    for entries in seen.channels:
        for entry in entries:
            aws.directory.note_channel(ACME, entry)


def stays_of(aws: Stack, chat: Chat) -> list[Stay]:
    entry = aws.directory.channel(ACME, chat.channel_id)
    assert entry is not None
    return Members(kept(aws), ACME, lambda own: [own]).stays(entry).get(chat.user_id, [])


def events() -> list[Event]:
    return [
        ANN.joins(DAY.format("08")),
        ANN.says("hello", "1", DAY.format("09")),
        BO.reacts("eyes", "1", DAY.format("10")),
        BO.says("bye", "2", DAY.format("12")),
        ANN.leaves(DAY.format("13"), workspace=True),
        ANN.says("ann has left", "3", "2026-03-02T13:00:01Z", system="channel_leave"),
        ANN.renamed("deals", DAY.format("14")),
    ]


@pytest.mark.parametrize("backwards", [False, True])
def test_events_one_by_one_in_any_order_and_twice(aws: Stack, backwards: bool) -> None:
    told = events()[::-1] if backwards else events()
    for each in (*told, told[0]):
        note(aws, each)
    assert stays_of(aws, ANN) == [Stay(DAY.format("08"), "joined", DAY.format("13"))]
    (stay,) = stays_of(aws, BO)
    assert (stay.since, stay.ground, stay.until) == ("2026-03-02T10:00:00.000000000Z", "active", None)
    (renaming,) = Members(kept(aws), ACME, lambda own: [own]).renamings(ANN.channel_id)
    assert (renaming.name, renaming.at) == ("deals", DAY.format("14"))


def test_found_in_a_list(aws: Stack) -> None:
    note(aws, ANN.joins(DAY.format("10"), listed=True), ANN.renamed("deals"))
    assert stays_of(aws, ANN) == [Stay(DAY.format("10"), "listed")]


def test_whom_a_message_in_a_direct_conversation_reaches(aws: Stack) -> None:
    direct = Chat(channel=ChannelRef(id="D1", type="direct"), user=ANN.user)
    group = Chat(channel=ChannelRef(id="G1", type="group"), user=BO.user)
    note(aws, *events(), direct.says("psst"), group.joins(), group.renamed("us"))

    def reached(*chats: Chat) -> list[ChannelId]:
        return private_conversations(kept(aws), aws.directory, ACME, [chat.user_id for chat in chats])

    assert reached(ANN) == [direct.channel_id]
    assert reached(BO) == [group.channel_id]
    assert reached(ANN, BO) == sorted([direct.channel_id, group.channel_id])
    assert reached(Chat().called("nobody")) == []
    assert kept(aws).conversations_of(ACME, ANN.user_id) == sorted([direct.channel_id, ANN.channel_id])


def test_another_tenant_has_its_own(aws: Stack) -> None:
    note(aws, *events())
    other = TenantId("globex")
    assert kept(aws).conversations_of(other, ANN.user_id) == []
    assert kept(aws).of_channels(other, [ANN.channel_id]).moves == []
