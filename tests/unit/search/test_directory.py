"""What events tell of channels and people."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from quire.aws.directory import ChannelEntry, UserEntry
from quire.domain.events import ChannelChanged, ChannelRef, Event
from quire.domain.ids import channel_id
from quire.domain.time import sort_key
from quire.search.directory import sightings
from tests.chat import Chat, mention


def test_a_message_tells_of_channel_sender_and_mentions() -> None:
    chat = Chat(channel=ChannelRef(id="C1", name="general", type="channel")).called("U1", "Alice")
    seen = sightings([chat.says("hi", mentions=(mention("U2", "Bob"), mention("U3")))])
    assert [(channel.platform_id, channel.name, channel.last_message_at) for (channel,) in seen.channels] == [
        ("C1", "general", "2026-03-02T09:14:05.000200Z")
    ]
    assert sorted((user.platform_id, user.name) for (user,) in seen.users) == [("U1", "Alice"), ("U2", "Bob")]
    assert {user.subject_id for (user,) in seen.users} == {chat.user_id, chat.called("U2").user_id}


def test_a_reaction_is_no_message() -> None:
    ((channel,),) = sightings([Chat().reacts("tada")]).channels
    assert channel.last_message_at is None


def test_a_conversation_whose_id_changed_is_linked_both_ways() -> None:
    chat = Chat(channel=ChannelRef(id="-100200", name="Desk"))
    body = ChannelChanged(change="id changed", channel=chat.channel, previous_id="-200")
    event = chat.renamed("Desk").model_copy(update={"body": body})
    before = channel_id(chat.tenant, event.platform, event.workspace_id, "-200")
    entries = {seen.channel_id: seen for group in sightings([event]).channels for seen in group}
    assert entries[before].continued_by == chat.channel_id
    assert any(seen.continues == before for group in sightings([event]).channels for seen in group)


def test_a_busy_channel_is_noted_a_few_times() -> None:
    chat = Chat()
    events = [chat.says("x", str(n), f"2026-03-02T09:14:{n:02d}Z") for n in range(60)]
    events.append(chat.renamed("news", "2026-03-02T09:14:30.5Z"))
    seen = sightings(events)
    assert [len(entries) for entries in seen.channels] == [3]
    assert [len(entries) for entries in seen.users] == [2]


class _Remembering:
    """The rule of the directory's store: of each property the latest told, of ties the greater."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, Any]] = {}

    def note(self, entries: Sequence[ChannelEntry] | Sequence[UserEntry]) -> None:
        for entry in entries:
            key, at, told = _told(entry)
            known = self.entries.setdefault(key, {})
            for name, value in told.items():
                if value is not None:
                    known[name] = max(known.get(name, ("", "")), (sort_key(at), str(value)))
            known["first"] = min(known.get("first", "9"), sort_key(at))
            known["last"] = max(known.get("last", ""), sort_key(at))


def _told(entry: ChannelEntry | UserEntry) -> tuple[str, str, dict[str, Any]]:
    if isinstance(entry, UserEntry):
        return entry.subject_id, entry.seen_at, {"name": entry.name, "email": entry.email, "type": entry.type}
    told = {"name": entry.name, "type": entry.type, "external": entry.external, "message": entry.last_message_at}
    return entry.channel_id, entry.first_seen_at, told


_NAMES = st.sampled_from([None, "a", "b", "c"])
_TIMES = st.integers(0, 5).map(lambda n: f"2026-03-02T09:14:0{n}Z")


@st.composite
def _events(draw: st.DrawFn) -> Event:
    channel = ChannelRef(
        id=draw(st.sampled_from(["C1", "C2"])), name=draw(_NAMES), external=draw(st.sampled_from([None, True, False]))
    )
    chat = replace(Chat(), channel=channel).called(draw(st.sampled_from(["U1", "U2"])), draw(_NAMES))
    at = draw(_TIMES)
    kind = draw(st.sampled_from(["says", "reacts", "introduced", "renamed"]))
    if kind == "says":
        return chat.says("x", at, at)
    if kind == "reacts":
        return chat.reacts("tada", at=at)
    return chat.introduced(draw(st.sampled_from(["d", "e"])), at) if kind == "introduced" else chat.renamed("f", at)


def _alone(events: Sequence[Event]) -> Iterator[Any]:
    for event in events:
        seen = sightings([event])
        yield from seen.channels
        yield from seen.users


@given(st.lists(_events(), max_size=12), st.randoms())
def test_reducing_loses_nothing(events: list[Event], random: Any) -> None:
    """Noting the reduced sightings of a segment gives the same entries as noting every event by itself."""
    reduced, every = _Remembering(), _Remembering()
    shuffled = list(events)
    random.shuffle(shuffled)
    seen = sightings(shuffled)
    for channels in seen.channels:
        reduced.note(channels)
    for users in seen.users:
        reduced.note(users)
    for alone in _alone(events):
        every.note(alone)
    assert reduced.entries == every.entries
