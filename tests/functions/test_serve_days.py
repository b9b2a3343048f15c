"""One person's day on all platforms, by the API."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from quire.domain.events import Event
from quire.search import days as module
from quire.search.directory import sightings
from quire.search.engine import connect
from quire.search.indexes import Indexes
from quire.search.writes import Writes
from tests.chat import Chat, known
from tests.deployed import TENANT
from tests.functions.test_serve_api import GLOBEX, acts
from tests.functions.test_serve_people import person_of, seen
from tests.search_engines import folded
from tests.serving import Serving, serving


@pytest.fixture
def quire() -> Iterator[Serving]:
    with serving() as made:
        yield made


def index(quire: Serving, *events: Event) -> None:
    """Index messages and note whom they name."""
    engine = connect(os.environ["QUIRE_SEARCH_ENDPOINT"])
    by_message: dict[str, list[Any]] = {}
    for each in known(*events):
        by_message.setdefault(str(each.event.message_id), []).append(each)
    writes = [folded(each) for each in by_message.values()]
    Indexes(engine).ensure(TENANT, {write.index for write in writes if write.index})
    Writes(engine).put_folded(writes)
    quire.engine.indices.refresh(index="*-messages-*")
    for entries in sightings(events).channels:
        for entry in entries:
            quire.house.aws.directory.note_channel(TENANT, entry)


def at(hour: int, minute: int = 0, day: int = 2) -> str:
    return f"2026-03-{day:02d}T{hour:02d}:{minute:02d}:00Z"


@pytest.fixture
def person(quire: Serving) -> str:
    """Priya, on Slack and on Teams; and what she and Tom did around the second of March."""
    seen(quire, "slack", "priya", "priya@acme.example")
    user = seen(quire, "teams", "nair", "priya@acme.example")
    slack = Chat(tenant=TENANT, platform="slack").called("priya")
    teams = Chat(tenant=TENANT, platform="teams").called("nair")
    tom = slack.called("tom")
    index(
        quire,
        slack.says("yesterday", "0", at(23, 59, day=1)),
        slack.says("morning", "1", at(8)),
        tom.says("tom's", "2", at(9)),
        slack.reacts("eyes", "2", at(9, 5)),
        tom.edits("tom's, better", "2", at(9, 10)),
        teams.says("on teams", "3", at(10)),
        teams.edits("on teams, again", "3", at(10, 30)),
        slack.unreacts("eyes", "2", at(11)),
        slack.deletes("1", at(12)),
        slack.edits("yesterday, after all", "0", at(13)),
        tom.reacts("tada", "3", at(14)),
        teams.says("tomorrow", "4", at(0, 0, day=3)),
    )
    return str(person_of(quire, user)["personId"])


def done(quire: Serving, person: str, **query: str) -> list[tuple[str, str, str | None]]:
    """Everything on all pages: when, what, and the words or the emoji."""
    found, cursor = list[tuple[str, str, str | None]](), None
    while True:
        asked = {"date": "2026-03-02", **query} | ({"cursor": cursor} if cursor else {})
        answer = quire.ask("GET", f"/v1/people/{person}/day", query=asked)
        assert answer.status == 200, answer.body
        found += [
            (each["at"][11:16], each["kind"], each.get("text", each.get("emoji"))) for each in answer.body["acts"]
        ]
        cursor = answer.body["nextCursor"]
        if cursor is None:
            return found


DAY = [
    ("08:00", "wrote", "morning"),
    ("09:05", "reacted", "eyes"),
    ("10:00", "wrote", "on teams"),
    ("10:30", "edited", "on teams, again"),
    ("11:00", "unreacted", "eyes"),
    ("12:00", "deleted", None),
    ("13:00", "edited", "yesterday, after all"),
]


def test_all_they_did_in_order(quire: Serving, person: str) -> None:
    assert done(quire, person) == DAY
    answer = quire.ask("GET", f"/v1/people/{person}/day", query={"date": "2026-03-02"}).body
    assert {each["message"]["platform"] for each in answer["acts"]} == {"slack", "teams"}
    assert (answer["from"][:19], answer["to"][:19], answer["zone"]) == (at(0)[:19], at(0, day=3)[:19], "UTC")
    assert answer["acts"][0]["message"]["deletedAt"] == at(12)
    assert all(each["message"]["channelId"] for each in answer["acts"])


@pytest.mark.parametrize("most", [1, 2])
def test_page_by_page(quire: Serving, person: str, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(module, "MOST_MESSAGES", most)
    assert done(quire, person) == DAY


def test_the_day_of_a_zone(quire: Serving, person: str) -> None:
    assert done(quire, person, zone="Asia/Tokyo")[0][0] == "23:59"
    assert done(quire, person, zone="America/New_York")[-1] == ("00:00", "wrote", "tomorrow")


def test_senseless_days(quire: Serving, person: str) -> None:
    for query in (
        {},
        {"date": "2026-02-30"},
        {"date": "today"},
        {"date": "2026-03-02", "zone": "Mars/Olympus"},
        {"date": "2026-03-02", "zone": "../../etc/passwd"},
        {"date": "2026-03-02", "cursor": "x"},
        {"date": "2026-03-02", "cursor": at(1, day=5)},
    ):
        assert quire.ask("GET", f"/v1/people/{person}/day", query=query or None).problem == "malformed", query
    for who in ("nobody", "x" * 300):
        assert quire.ask("GET", f"/v1/people/{who}/day", query={"date": "2026-03-02"}).status == 404


def test_for_those_who_may_and_on_record(quire: Serving, person: str) -> None:
    asked = {"date": "2026-03-02"}
    assert quire.ask("GET", f"/v1/people/{person}/day", query=asked, role="administrator").status == 403
    assert quire.ask("GET", f"/v1/people/{person}/day", query=asked, tenant=GLOBEX).status in (404, 403)
    quire.ask("GET", f"/v1/people/{person}/day", query=asked)
    assert (acts(quire)[-1]["action"], acts(quire)[-1]["detail"]) == ("ReadDay", {**asked, "zone": "UTC"})
