"""The state of a message does not depend on the order of its events, nor on how often they come."""

import random
from collections.abc import Iterable
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from quire.domain import ids
from quire.domain.events import (
    ANYONE,
    Actor,
    AttachmentFact,
    Body,
    ChannelRef,
    ConnectorRef,
    Content,
    DeliveryRef,
    Event,
    Kind,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Native,
    Reaction,
    event_from_json,
)
from quire.domain.ids import ConnectionId, TenantId
from quire.domain.message import MessageState, message_state
from quire.domain.time import from_unix
from quire.evidence.canonical import canonical
from quire.search.documents import Known, document
from tests.chat import AT

TENANT = TenantId("meridian")
MESSAGE = ids.message_id(TENANT, "pretend", "W", "C", "1")
ABOUT: dict[str, Any] = {"channel": ChannelRef(id="C"), "native": Native(message="1")}
DRAWN = {name: st.just(value) for name, value in ABOUT.items()}

actors = st.builds(Actor, id=st.sampled_from(["U1", "U2", "U3"]), name=st.sampled_from([None, "Ann", "Bo"]))
contents = st.builds(
    lambda text, marked: Content(text=text, source_text=f"<p>{text}</p>" if marked else None),
    st.sampled_from(["", "one", "two", "three"]),
    st.booleans(),
)
maybe_contents = st.none() | contents
times = st.builds(
    lambda second, digits: from_unix(f"{second}{digits}"),
    st.integers(1_772_442_840, 1_772_442_850),
    st.sampled_from(["", ".5", ".50", ".500001", ".000000001"]),
)
channels = st.builds(
    ChannelRef,
    id=st.just("C"),
    name=st.sampled_from([None, "", "deals", "deals-2026"]),
    external=st.sampled_from([None, True, False]),
)
created = st.builds(MessageCreated, **{**DRAWN, "channel": channels}, sender=actors, content=contents)
edits = st.builds(
    MessageEdited,
    **{**DRAWN, "channel": channels},
    sender=st.none() | actors,
    content=contents,
    cause=st.sampled_from(["user", "preview", "policy", "platform"]),
    edited_by=st.none() | actors,
    previous=maybe_contents,
)
deletions = st.builds(
    MessageDeleted, **DRAWN, sender=st.none() | actors, deleted_by=st.none() | actors, previous=maybe_contents
)
reactions = st.builds(
    Reaction,
    **DRAWN,
    emoji=st.sampled_from(["eyes", "tada", ""]),
    actor=actors | st.just(ANYONE),
    timed=st.booleans(),
    exclusive=st.sampled_from([None, True]),
)
files = st.builds(
    AttachmentFact,
    **DRAWN,
    attachment_id=st.sampled_from(["F1", "F2"]),
    sha256=st.sampled_from(["a", "b"]),
    text=st.sampled_from([None, "words"]),
)


def event(kind: Kind, body: Body, at: str, discriminator: str = "") -> Event:
    return Event(
        event_id=ids.event_id(MESSAGE, kind, discriminator),
        tenant_id=TENANT,
        connection_id=ConnectionId("c1"),
        platform="pretend",
        workspace_id="W",
        kind=kind,
        channel_id=ids.channel_id(TENANT, "pretend", "W", "C"),
        message_id=MESSAGE,
        subject_id=ids.subject_id(TENANT, "pretend", "W", "U1"),
        occurred_at=at,
        captured_at="2026-03-09T00:00:00Z",
        source="webhook",
        body=body,
        raw_sha256="0" * 64,
        delivery=DeliveryRef(sha256="0" * 64, received_at="2026-03-09T00:00:00Z"),
        connector=ConnectorRef(name="pretend", version="1"),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """What may be known of one message: at most one creation, whatever else, times in any order, ties included."""
    found: list[Event] = []
    if draw(st.booleans()):
        found.append(event("message.created", draw(created), draw(times)))
    kinds: list[tuple[Kind, st.SearchStrategy[Any]]] = [
        ("message.edited", edits),
        ("message.deleted", deletions),
        ("reaction.added", reactions),
        ("reaction.removed", reactions),
        ("attachment.captured", files),
        ("attachment.failed", files),
    ]
    for number in range(draw(st.integers(0 if found else 1, 6))):
        kind, body = draw(st.sampled_from(kinds))
        found.append(event(kind, draw(body), draw(times), str(number)))
    return found


def folded(events: Iterable[Event]) -> MessageState:
    state = message_state(events)
    assert state is not None
    return state


@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(history: list[Event], chance: random.Random) -> None:
    expected = folded(history)
    for _ in range(4):
        arrived = [*history, *chance.choices(history, k=3)]
        chance.shuffle(arrived)
        assert folded(arrived) == expected


@given(histories(), st.randoms(use_true_random=False))
def test_what_was_stored_folds_as_what_was_read(history: list[Event], chance: random.Random) -> None:
    stored = [event_from_json(event.as_json()) for event in history]
    chance.shuffle(stored)
    assert folded(stored) == folded(history)


@given(histories())
def test_every_event_counts_once(history: list[Event]) -> None:
    state = folded(history)
    assert state.revision == len(history)
    assert state.event_ids == tuple(sorted(event.event_id for event in history))


@given(histories())
def test_no_text_is_forgotten(history: list[Event]) -> None:
    """Whatever a person wrote, and whatever an edit or deletion remembers, is among the versions."""
    state = folded(history)
    kept = {version.content.text for version in state.versions}
    for told in (event.body for event in history):
        if isinstance(told, MessageCreated | MessageEdited):
            assert told.content.text in kept
        if isinstance(told, MessageEdited | MessageDeleted) and told.previous:
            assert told.previous.text in kept


@given(created, edits, deletions, st.permutations([0, 1, 2]))
def test_a_deletion_removes_nothing(
    wrote: MessageCreated, edit: MessageEdited, deletion: MessageDeleted, order: list[int]
) -> None:
    last = "2026-03-02T10:00:00Z"
    history = [
        event("message.created", wrote, "2026-03-02T09:00:00Z"),
        event("message.edited", edit, "2026-03-02T09:30:00.5Z"),
        event("message.deleted", deletion, last),
    ]
    state = folded(history[number] for number in order)
    assert state.deleted_at == last
    assert wrote.content.text in {version.content.text for version in state.versions}
    assert edit.content.text in {version.content.text for version in state.versions}


@given(edits, times)
def test_an_edit_whose_time_is_coarse_comes_after_the_creation(edit: MessageEdited, at: str) -> None:
    """Slack gives edits whole seconds: an edit's time may lie before the message's own."""
    text = Content(text="first")
    by_hand = edit.model_copy(update={"cause": "user", "previous": None})
    later = from_unix("1772442860.5")
    wrote = event("message.created", MessageCreated(**ABOUT, sender=Actor(id="U1"), content=text), later)
    state = folded([event("message.edited", by_hand, at), wrote])
    assert [version.content for version in state.versions] == [text, by_hand.content]
    assert state.edited_at == at


@given(st.lists(st.tuples(reactions, times, st.booleans()), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_reaction_stands_at_most_once_a_person(told: list[tuple[Reaction, str, bool]], chance: random.Random) -> None:
    history = [
        event("reaction.added" if added else "reaction.removed", body, at, str(number))
        for number, (body, at, added) in enumerate(told)
    ]
    chance.shuffle(history)
    standing = [(r.actor.id, r.emoji) for r in folded(history).reactions if r.removed_at is None]
    assert len(standing) == len(set(standing))


def test_nothing_about_a_message_is_no_message() -> None:
    assert message_state([]) is None


@given(histories())
def test_events_as_they_were_read_make_the_document_that_events_make(history: list[Event]) -> None:
    made = [Known(each, "s", "v1", number) for number, each in enumerate(history)]
    values = [orjson.loads(canonical(each.as_json())) for each in history]
    read = [Known(event_from_json(each), "s", "v1", number, each) for number, each in enumerate(values)]
    state = folded(history)
    assert folded(each.event for each in read) == state
    document_ = document(state, read, AT)
    assert document_ == document(state, made, AT)
    assert orjson.loads(orjson.dumps(document_)) == document_
    assert values == [each.as_json() for each in history], "what was read is left as it was"
