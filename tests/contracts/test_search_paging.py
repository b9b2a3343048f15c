"""Whatever is written between two pages: what a reader of all pages gets, on both engines."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quire.domain.events import ChannelRef, Event
from quire.search.cursor import decode, scope_of
from quire.search.query import Filters, Question, Sort
from quire.search.query.texts import ALL, EMBEDDED
from quire.search.searcher import Page, Searcher
from quire.search.tenant_engine import TenantEngine
from tests.chat import Chat
from tests.search_engines import ENGINES, Bench, bench

ASKED = datetime(2026, 3, 10, tzinfo=UTC)
LATER = "2026-03-10T00:00:01Z"
TEXTS = ("red plan", "plan of red", "red plans", "reds are planned", "nothing")
"""Of different rank for the query; the last matches by an earlier text alone."""
QUERY = "red plan"
Room = Literal["room", "none", "gone"]
"""Whether the engine has room for points in time, and whether they last from page to page."""


@dataclass(frozen=True)
class Change:
    """Something is said, or the message of this number edited or deleted."""

    kind: Literal["says", "edits", "deletes"]
    number: int
    text: str


@dataclass(frozen=True)
class Plan:
    """An archive, and what is done after each of its pages."""

    texts: tuple[str, ...]
    meanwhile: tuple[tuple[Change, ...], ...]
    limit: int


changes = st.builds(
    Change, st.sampled_from(["says", "edits", "deletes"]), st.integers(0, 6), st.sampled_from(TEXTS[:-1] + TEXTS)
)
plans = st.builds(
    Plan,
    st.lists(st.sampled_from(TEXTS[:-1]), min_size=2, max_size=7).map(tuple),
    st.lists(st.lists(changes, max_size=3).map(tuple), min_size=1, max_size=4).map(tuple),
    st.integers(1, 3),
)


class Reading:
    """One archive in a channel of its own, read page by page."""

    numbers = count()

    def __init__(self, search: Bench, plan: Plan, sort: Sort | None) -> None:
        self.search = search
        self.plan = plan
        self.chat = Chat(search.tenant, channel=ChannelRef(id=f"C{next(self.numbers)}", type="channel"))
        self.question = Question(
            text=QUERY, sort=sort, limit=plan.limit, filters=Filters(channel_ids=(self.chat.channel_id,))
        )
        self.told: dict[str, list[Event]] = {}
        self.said = count()
        self.touched: set[str] = set()
        for text in plan.texts:
            self.say(text)
        self.first = tuple(self.told)
        self.write(self.told)

    def say(self, text: str, captured: str | None = None) -> str:
        number = next(self.said)
        event = self.chat.says(text, str(number), f"2026-03-{1 + number % 3:02d}T00:00:00.{number:03d}Z")
        self.told[str(number)] = [event if captured is None else event.model_copy(update={"captured_at": captured})]
        return str(number)

    def change(self, number: int, change: Change) -> str:
        """The message that is another now."""
        if change.kind == "says":
            return self.say(change.text, LATER)
        message = str(change.number % len(self.first))
        at = f"2026-03-09T00:00:{number:02d}Z"
        edits = change.kind == "edits"
        event = self.chat.edits(change.text, message, at) if edits else self.chat.deletes(message, at)
        self.told[message].append(event.model_copy(update={"captured_at": LATER}))
        self.touched.add(message)
        return message

    def write(self, messages: Iterator[str] | dict[str, list[Event]]) -> None:
        self.search.index(*(event for message in dict.fromkeys(messages) for event in self.told[message]))

    def page(self, cursor: str | None) -> Page:
        where = ALL if self.search.real else EMBEDDED
        return Searcher(self.search.ours, clock=lambda: ASKED, where=where).search(self.question, cursor)

    def whole(self) -> list[str]:
        """How all stand this moment, on one page."""
        return ids(self.search.searcher().search(replace(self.question, limit=100)))

    def all(self, room: Room) -> tuple[list[list[str]], list[list[str]]]:
        """The pages, and how all stood when each was read."""
        read, stood, cursor = list[list[str]](), list[list[str]](), None
        numbers = count()
        with pytest.MonkeyPatch.context() as patch:
            if room == "none":
                patch.setattr(TenantEngine, "open_snapshot", lambda _: None)
            while True:
                stood.append(self.whole())
                page = self.page(cursor)
                read.append(ids(page))
                if page.next_cursor is None:
                    return read, stood
                assert len(read) <= 30
                cursor = page.next_cursor
                done = self.plan.meanwhile[len(read) - 1 : len(read)]
                self.write(iter([self.change(next(numbers), each) for changes in done for each in changes]))
                snapshot = decode(scope(self), cursor, ranked=self.question.ranked).snapshot
                if room == "gone" and snapshot is not None:
                    self.search.ours.close_snapshot(snapshot)


def scope(reading: Reading) -> str:
    return scope_of(reading.search.tenant, asdict(replace(reading.question, limit=0)))


def ids(page: Page) -> list[str]:
    return [hit.document["platform_id"] for hit in page.hits]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """One tenant on each engine, for all archives."""
    with ExitStack() as stack:
        yield stack.enter_context(bench(request.param, lambda: request.getfixturevalue("embedded_engine")))


few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
rises = Plan(TEXTS[:4], ((Change("edits", 3, "red plan"),),), 2)
sinks = Plan(TEXTS[:4], ((Change("edits", 0, "nothing"),),), 2)
comes = Plan(TEXTS[:4], ((Change("says", 0, "red plan"), Change("deletes", 2, "")),) * 2, 1)


@few
@given(plans, st.sampled_from(["newest", "oldest"]))
@example(rises, "newest")
@example(comes, "oldest")
def test_by_time_each_message_comes_once(engine: Bench, plan: Plan, sort: Sort) -> None:
    """No edit moves a message, so that no point in time is needed."""
    reading = Reading(engine, plan, sort)
    pages, _ = reading.all("none")
    found = [each for page in pages for each in page]
    assert sorted(set(found) & set(reading.first)) == sorted(reading.first)
    assert found == [each for each in reading.whole() if each in found]
    assert len(found) == len(set(found))


@few
@given(plans)
@example(rises)
@example(sinks)
@example(comes)
def test_by_relevance_each_message_comes_once(engine: Bench, plan: Plan) -> None:
    """What rises between the first page and the second begins the second; what sinks does not come again."""
    reading = Reading(engine, plan, None)
    pages, stood = reading.all("room")
    assert sorted(each for page in pages for each in page) == sorted(reading.first)
    assert pages[0] == stood[0][: plan.limit]
    if len(pages) > 1:
        rest = [each for each in stood[1] if each in reading.first and each not in pages[0]]
        assert [each for page in pages[1:] for each in page] == rest


@few
@given(plans, st.sampled_from(["none", "gone"]))
@example(sinks, "none")
@example(rises, "gone")
def test_without_points_in_time_what_is_left_alone_comes_once(engine: Bench, plan: Plan, room: Room) -> None:
    """A message edited meanwhile may be missing, or come twice on later pages; nothing else moves."""
    reading = Reading(engine, plan, None)
    pages, stood = reading.all(room)
    found = [each for page in pages for each in page]
    untouched = [each for each in stood[0] if each not in reading.touched]
    assert [each for each in found if each in untouched] == untouched
    assert not set(found) - set(reading.first), "what is captured after the first page does not come"
    assert all(found.count(each) == 1 for each in pages[0]), "what was on the first page never comes again"
