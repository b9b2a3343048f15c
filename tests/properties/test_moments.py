"""Time travel agrees with replaying what happened, event by event, up to the instant."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from quire.domain.events import (
    AttachmentFact,
    Event,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Reaction,
)
from quire.domain.ids import event_id
from quire.domain.moment import state_at
from quire.domain.time import from_unix, nanoseconds
from quire.search.documents import Document
from quire.search.moments import seen_at
from tests.chat import Chat, file, known

START = 1_772_442_840
EXAMPLES, INSTANTS = 50, 20


@dataclass
class Shown:
    """A message on a member's screen."""

    text: str | None = None
    files: list[str] = field(default_factory=list)
    edited: str | None = None
    deleted: str | None = None
    reactions: dict[tuple[str, str], str] = field(default_factory=dict)
    called: str | None = None


def dice_of(seed: int) -> random.Random:
    """Dice that fall the same for the same seed."""
    return random.Random(seed)  # noqa: S311


def story(seed: int, messages: int = 6) -> list[Event]:
    """What happened in one channel, in no order: edits, deletions, messages written again, reactions set and taken
    back, some at the same instant, some with coarser times than the message they are about. An id stands for one fact:
    no two events of one id say different things."""
    dice = dice_of(seed)
    events: list[Event] = []
    for number in range(messages):
        name = dice.choice([None, "deals", "deals-2026"])
        chat = Chat(channel=Chat().channel.model_copy(update={"name": name}))
        sent = dice.randrange(60)
        native = str(number)
        fraction = dice.choice(["", ".5", ".000000001", ".123456"])
        attached = tuple(file(each) for each in dice.sample(["a", "b"], dice.randrange(3)))
        events.append(chat.says(f"text {number}", native, from_unix(f"{START + sent}{fraction}"), attachments=attached))
        for act in range(dice.randrange(7)):
            who = chat.called(dice.choice(["U1", "U2"]))
            at = from_unix(f"{START + sent + dice.randrange(20)}")
            events.append(_act(dice, who, native, at, f"text {number}.{act}"))
    facts = list({each.event_id: each for each in events}.values())
    dice.shuffle(facts)
    return facts


def _act(dice: random.Random, who: Chat, native: str, at: str, text: str) -> Event:
    emoji = dice.choice(["eyes", "tada"])
    match dice.randrange(6):
        case 0:
            return who.deletes(native, at)
        case 1:
            return who.restores(text, native, at)
        case 2:
            return who.reacts(emoji, native, at)
        case 3:
            return who.unreacts(emoji, native, at)
        case 4:
            fact = event_id(native, "attachment.captured", at)
            return who.keeps("a", message=native).model_copy(update={"occurred_at": at, "event_id": fact})
        case _:
            return who.edits(text, native, at, attachments=(file(dice.choice("abc")),))


def replay(events: Iterable[Event], at: str) -> dict[str, Shown]:
    """The screen at an instant: everything that happened until then, applied one after the other."""
    room: dict[str, Shown] = {}
    waiting: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda each: (nanoseconds(each.occurred_at), each.event_id)):
        if nanoseconds(event.occurred_at) > nanoseconds(at) or isinstance(event.body, AttachmentFact):
            continue
        native = str(event.message_id)
        if isinstance(event.body, MessageCreated):
            room[native] = Shown()
            for each in (event, *waiting.pop(native, [])):
                happen(room[native], each)
        elif native in room:
            happen(room[native], event)
        else:
            waiting.setdefault(native, []).append(event)
    return room


def happen(shown: Shown, event: Event) -> None:
    """One thing changes on the screen."""
    body = event.body
    match body:
        case MessageCreated():
            shown.text, shown.files = body.content.text, [each.id for each in body.content.attachments]
        case MessageEdited():
            shown.text, shown.files = body.content.text, [each.id for each in body.content.attachments]
            if body.cause == "user":
                shown.edited = event.occurred_at
            else:
                shown.deleted = None
        case MessageDeleted():
            shown.deleted = event.occurred_at
        case Reaction() if event.kind == "reaction.added":
            shown.reactions.setdefault((body.actor.id, body.emoji), event.occurred_at)
        case Reaction():
            shown.reactions.pop((body.actor.id, body.emoji), None)
        case _:
            raise AssertionError(event.kind)
    shown.called = getattr(body, "channel").name or shown.called  # noqa: B009


def instants(events: list[Event], dice: random.Random) -> list[str]:
    """Any, and those where something happens, or is about to."""
    exact = [nanoseconds(event.occurred_at) for event in events]
    anywhere = [(START + dice.randrange(-2, 82)) * 10**9 + dice.randrange(10**9) for _ in range(INSTANTS // 2)]
    about = [dice.choice(exact) + dice.choice([-1, 0, 0, 1]) for _ in range(INSTANTS - len(anywhere))]
    return [from_unix(f"{each // 10**9}.{each % 10**9:09d}") for each in (*anywhere, *about)]


def by_message(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(str(event.message_id), []).append(event)
    return found


def agrees(document: Document, shown: Shown) -> None:
    """A document shows what was on the screen, and nothing else."""
    gone = shown.deleted is not None
    assert document["is_tombstone"] is gone
    assert document.get("deleted_at") == shown.deleted
    assert document.get("content") == (None if gone else shown.text)
    assert document.get("edited_at") == (None if gone else shown.edited)
    assert [each["attachment_id"] for each in document.get("attachments", ())] == ([] if gone else shown.files)
    assert {(each["actor"]["id"], each["emoji"]): each["added_at"] for each in document.get("reactions", ())} == (
        {} if gone else shown.reactions
    )
    assert not any("removed_at" in each for each in document.get("reactions", ()))
    assert document.get("channel_name") == shown.called
    assert document.get("history", []) == []
    assert len(document.get("versions", [])) == (0 if gone else 1)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_it_agrees_with_a_naive_replay_at_a_thousand_instants(seed: int) -> None:
    events = story(seed)
    for at in instants(events, dice_of(seed)):
        room = replay(events, at)
        for message, its in by_message(events).items():
            document = seen_at(known(*its), at)
            assert (document is not None) == (message in room)
            if document is not None:
                agrees(document, room[message])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_arrival_does_not_matter(seed: int) -> None:
    events = by_message(story(seed, messages=1)).popitem()[1]
    dice = dice_of(seed)
    for at in instants(events, dice):
        again = [*dice.sample(events, len(events)), dice.choice(events)]
        assert state_at(again, at) == state_at(events, at)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_after_everything_it_is_what_stands(seed: int) -> None:
    """At the end of time a member sees the last text, and the state's standing reactions."""
    events = by_message(story(seed, messages=1)).popitem()[1]
    shown = replay(events, "2200-01-01T00:00:00Z").popitem()[1]
    document = seen_at(known(*events), "2200-01-01T00:00:00Z")
    assert document is not None
    agrees(document, shown)
