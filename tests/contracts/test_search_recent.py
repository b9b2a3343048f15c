"""What the rows tell while the index does not answer is what the index tells when it does."""

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest

from quire.aws.event_rows import EventRow
from quire.domain.errors import UnavailableError
from quire.domain.events import Event
from quire.domain.ids import ChannelId
from quire.domain.time import sort_key
from quire.search import recent as module
from quire.search.conversations import Conversations
from quire.search.engine import connect
from quire.search.known import KnownEvents, SegmentEvents
from quire.search.recent import Recent
from quire.search.stretches import Part, Stretch
from tests.chat import ACME, Chat, known
from tests.moto_aws import Stack, stack
from tests.properties.test_moments import dice_of, instants, story
from tests.search_engines import Bench

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
DEAD = connect("http://127.0.0.1:9")
GENERAL = Chat().channel_id
MESSAGES = 9


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def keep(aws: Stack, *events: Event, large: bool = False) -> None:
    """Write the rows of events, as archiving does."""
    for each in known(*events):
        event = each.event
        aws.rows.put(
            EventRow(
                tenant_id=ACME,
                about=str(event.message_id or event.event_id),
                event_id=event.event_id,
                event=None if large else orjson.dumps(event.as_json()),
                segment=each.segment,
                version_id=each.version_id,
                frame=each.frame,
                expires_at=0,
                channel_id=event.channel_id,
                at=f"{sort_key(event.occurred_at)}#{event.event_id}",
            )
        )


def by_rows(aws: Stack, *large: Event, now: datetime = NOW) -> Conversations:
    """Conversations without an index; ``large`` events are in no row but in a segment."""
    segments = SegmentEvents(lambda *_: [], lambda *_: known(*large))
    recent = Recent(aws.rows, KnownEvents(aws.rows, segments, 90), ACME, _own, lambda: now)
    return Conversations(DEAD.for_tenant(ACME), recent=recent)


def _own(channel: ChannelId) -> list[ChannelId]:
    return [channel]


def paged(conversations: Conversations, part: Part, limit: int) -> list[list[tuple[str, str | None]]]:
    """Every page back to the beginning, and forth again."""
    pages, stretch = list[Stretch](), conversations.latest(part, limit)
    while stretch.before is not None:
        pages.append(stretch)
        stretch = conversations.onward(part, "before", stretch.before, limit)
    while True:
        pages.append(stretch)
        if stretch.after is None:
            break
        stretch = conversations.onward(part, "after", stretch.after, limit)
    return [[(each["message_id"], each.get("content")) for each in page.documents] for page in pages]


def test_page_by_page_it_is_the_same(search: Bench, aws: Stack) -> None:
    """The cursors too: what one began, the other goes on with."""
    events = story(3, MESSAGES)
    keep(aws, *events)
    search.index(*(each.model_copy(update={"tenant_id": search.tenant}) for each in events))
    indexed, rows = Conversations(search.ours), by_rows(aws)
    for limit in (2, 50):
        assert paged(rows, Part(GENERAL), limit) == paged(indexed, Part(GENERAL), limit)
    for number, at in enumerate(instants(events, dice_of(3))[::5]):
        part = Part(GENERAL, at)
        assert paged(rows, part, number % 3 + 1) == paged(indexed, part, number % 3 + 1)


def test_it_says_since_when(aws: Stack) -> None:
    keep(aws, Chat().says("now", "1"))
    stretch = by_rows(aws).latest(Part(GENERAL), 5)
    assert [each["content"] for each in stretch.documents] == ["now"]
    assert stretch.since == "2025-12-04T10:00:00.000000Z"
    assert by_rows(aws).latest(Part(ChannelId("none")), 5).since is not None


def test_what_may_have_lost_rows_is_not_told(aws: Stack) -> None:
    """A message sent before the window, whose edit alone still has a row."""
    keep(aws, Chat().edits("new", "1"), Chat().says("old", "2", "2025-11-01T00:00:00Z"), Chat().says("new", "3"))
    assert [each["content"] for each in by_rows(aws).latest(Part(GENERAL), 5).documents] == ["new"]


def test_large_events_are_read_from_their_segment(aws: Stack) -> None:
    event = Chat().says("a long story", "1")
    keep(aws, event, large=True)
    (told,) = by_rows(aws, event).latest(Part(GENERAL), 5).documents
    assert told["content"] == "a long story"


def test_a_thread(aws: Stack) -> None:
    chat = Chat()
    keep(
        aws,
        chat.says("root", "1", "2026-03-01T09:00:00Z"),
        chat.says("aside", "2", "2026-03-01T10:00:00Z"),
        chat.says("reply", "3", "2026-03-01T11:00:00Z", thread="1"),
    )
    part = Part(GENERAL, thread=chat.message_id("1"))
    assert [each["content"] for each in by_rows(aws).first(part, 9).documents] == ["root", "reply"]


def test_a_lot_of_rows(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stops somewhere, and says where; forwards it would leave something out, and says nothing instead."""
    monkeypatch.setattr(module, "MOST_ROWS", 5)
    chat = Chat()
    keep(aws, *(chat.says(f"m{n}", str(n), f"2026-03-01T09:00:0{n}Z") for n in range(9)))
    stretch = by_rows(aws).latest(Part(GENERAL), 9)
    assert [each["content"] for each in stretch.documents] == ["m4", "m5", "m6", "m7", "m8"]
    assert stretch.since == "2026-03-01T09:00:03.000000001Z"
    with pytest.raises(UnavailableError):
        by_rows(aws).first(Part(GENERAL), 9)


def test_without_rows_it_is_unavailable() -> None:
    with pytest.raises(UnavailableError):
        Conversations(DEAD.for_tenant(ACME)).latest(Part(GENERAL), 5)
