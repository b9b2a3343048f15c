"""An index made anew while people search, page, send, edit and delete: no query fails, nothing that was there is gone.

On both engines, with threads: what one of them may do at any moment, it does at some moment here.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from quire.search.generations import generation_of_run
from quire.search.indexes import Indexes
from quire.search.query import Question
from quire.search.rebuilding.rebuild import Rebuild
from quire.search.searcher import Extras
from tests.archiving import archiver
from tests.moto_aws import NOW, stack
from tests.pretend import delivery, fact, stream
from tests.rebuilding import Firm
from tests.search_engines import Bench

FACETS = Extras(facets=("channel", "sender"))
OLD, MOST_ROUNDS = 30, 400


@dataclass
class Living:
    """A tenant whose messages come in, and are asked for, while a rebuild runs. ``floor``: so many can be found."""

    firm: Firm
    floor: int = 0
    captured: int = 0
    asked: int = 0
    failures: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def capture(self, *facts: Mapping[str, Any]) -> None:
        """Archive a delivery and index it; what is new in it counts once it can be found."""
        self.captured += 1
        records = [delivery(self.firm.search.tenant, *facts).record()]
        assert archiver(self.firm.aws).archive(stream(records, NOW, first=1000 * self.captured), NOW).failed is None
        self.firm.index()
        self.floor += sum(not {"edit", "delete", "react"} & set(each) for each in facts)

    def rebuild(self, run: str, between: Callable[[str], None] = lambda _: None) -> None:
        """All steps; ``between`` is called after each with its name."""
        wanted, rebuilder = Rebuild(self.firm.search.tenant, run), self.firm.rebuilder()
        spans = [None, *rebuilder.begin(wanted)]
        between("begin")
        for span in spans:
            assert rebuilder.index(wanted, span).faults == []
        between("index")
        self.firm.search.refresh()
        for span in spans:
            assert rebuilder.verify(wanted, span).missing == []
        between("verify")
        for month in rebuilder.join(wanted):
            found = rebuilder.compare(wanted, month)
            assert (found.missing, found.strays, found.erased) == ([], [], 0)
        between("compare")
        rebuilder.switch(wanted)
        between("switch")
        rebuilder.end(wanted)
        between("end")

    def documents(self) -> dict[str, dict[str, Any]]:
        """All that is searched, by id, but for when it was indexed; events in an order of their own."""
        self.firm.search.refresh()
        hits = self.firm.search.ours.search({"size": 1_000})["hits"]["hits"]
        found: dict[str, dict[str, Any]] = {
            hit["_id"]: {k: v for k, v in hit["_source"].items() if k != "indexed_at"} for hit in hits
        }
        assert len(found) == len(hits), "each once"
        for document in found.values():
            document["events"].sort(key=lambda each: each["event"]["event_id"])
        return found

    def keep(self, work: Callable[[int], None]) -> threading.Thread:
        """Do something again and again until it is over; what goes wrong is kept."""

        def run() -> None:
            for number in range(MOST_ROUNDS):
                if self.over.is_set():
                    return
                try:
                    work(number)
                except Exception as error:  # noqa: BLE001  all of it is what is looked for
                    self.failures.append(f"{type(error).__name__}: {error}")
                    return

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def look(self, number: int) -> None:
        """A search with facets, by time or ranked; none finds fewer than could be found before it was asked."""
        known = self.floor
        page = self.firm.search.searcher().search(Question(text="" if number % 2 else "text", limit=10), None, FACETS)
        assert page.total >= known, f"{page.total} found, {known} were there"
        counted = sum(each.count for each in page.facets[0].values)
        assert counted == page.total, "facets count what is found"
        self.asked += 1

    def page_through(self, _: int) -> None:
        """All pages of a ranked search: what was there before the first one comes, and comes once."""
        known, seen, cursor = self.floor, list[str](), None
        for _page in range(MOST_ROUNDS):
            page = self.firm.search.searcher().search(Question(text="text", limit=7), cursor)
            assert page.total >= known
            seen += [hit.document["message_id"] for hit in page.hits]
            if (cursor := page.next_cursor) is None:
                break
        assert len(set(seen)) >= known
        self.asked += 1

    def send(self, number: int) -> None:
        """A new message in one month or the other, and something about an old one."""
        at = f"2026-0{2 + number % 2}-0{1 + number % 9}T10:00:00Z"
        about = f"old-{number % OLD}"
        more: list[dict[str, Any]] = [
            {"edit": True, "text": f"text of {about}, edited {number}"},
            {"react": "thumbsup", "text": ""},
            {"delete": True},
        ]
        what = more[number % 3] if number % 6 < 5 else more[0]
        self.capture(fact(f"new-{number}", at=at), changed(about, number, what))


def sent_at(number: int) -> str:
    """When an old message was sent: one of two months."""
    return f"2026-0{2 + number % 2}-{10 + number % 15}T09:00:00Z"


def changed(message: str, number: int, what: Mapping[str, Any]) -> dict[str, Any]:
    """A later fact about an old message."""
    return fact(message, at=f"2026-03-20T10:00:{number % 60:02d}.{number:06d}Z", **what)


@pytest.fixture
def living(search: Bench) -> Iterator[Living]:
    with stack() as aws:
        made = Living(Firm(aws, search))
        for start in range(0, OLD, 10):
            made.capture(*(fact(f"old-{n}", at=sent_at(n)) for n in range(start, start + 10)))
        yield made


def test_searched_paged_and_written_from_all_sides(living: Living) -> None:
    works = [living.keep(each) for each in (living.look, living.page_through, living.send)]
    rounds = [0, 0]
    try:
        for number, _ in enumerate(rounds):
            living.rebuild(f"run {number}", lambda _: time.sleep(0.3))
            rounds[number] = living.floor
    finally:
        living.over.set()
        for each in works:
            each.join(60)
    assert living.failures == []
    assert OLD < rounds[0] < rounds[1], "messages came in all the while"
    assert living.asked > 5

    standing = Indexes(living.firm.search.engine).standing(living.firm.search.tenant)
    assert {name.rpartition("-r")[2] for name in standing.current.of.values()} == {generation_of_run("run 1")}
    before = living.documents()
    assert len(before) == living.floor
    living.firm.search.raw.indices.delete(index=f"{living.firm.search.tenant}-messages-*")
    living.rebuild("clean")
    after = living.documents()
    assert after.keys() == before.keys()
    names = [(message, name) for message in before for name in {*before[message], *after[message]}]
    differing = [(n, before[m].get(n), after[m].get(n)) for m, n in names if before[m].get(n) != after[m].get(n)]
    assert differing[:3] == []


@pytest.mark.parametrize("opened", ["", "begin", "compare"])
def test_pages_opened_before_the_switch_go_on_after_it(living: Living, opened: str) -> None:
    """Also when the index they were of is deleted: then they go on in the new one, where they had come to."""
    question, searcher = Question(text="text", limit=3), living.firm.search.searcher()
    shown: list[str] = []
    cursor: str | None = None

    def turn() -> None:
        nonlocal cursor
        page = searcher.search(question, cursor)
        assert page.total >= OLD
        shown.extend(hit.document["platform_id"] for hit in page.hits)
        cursor = page.next_cursor
        assert cursor is not None

    def between(step: str) -> None:
        if step == opened:
            turn()
        if cursor is not None:
            turn()

    if not opened:
        turn()
        turn()  # the first page is of no point in time, the second opens one
    living.rebuild("run", between)
    for _ in range(OLD):
        page = searcher.search(question, cursor)
        shown += [hit.document["platform_id"] for hit in page.hits]
        if (cursor := page.next_cursor) is None:
            break
    assert sorted(shown) == sorted(f"old-{n}" for n in range(OLD))
