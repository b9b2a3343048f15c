"""Queries through the API: shown back, run with the tenant's names and the asker's days, refused with their place."""

from collections.abc import Iterator

import pytest

from tests.pretend import fact
from tests.serving import Serving, serving


@pytest.fixture(scope="module")
def chat() -> Iterator[Serving]:
    """A few messages of two people."""
    with serving() as quire:
        quire.capture(
            fact("1", text="the merger closes on Friday"),
            fact("2", user="U2", text="the plan, merger and all", at="2026-03-02T23:30:00Z"),
            fact("3", user="U2", text="lunch", at="2026-03-03T12:00:00Z"),
        )
        assert quire.index() == {"batchItemFailures": []}
        yield quire


def test_a_query_is_shown_back_with_what_it_finds(chat: Serving) -> None:
    answer = chat.ask("POST", "/v1/search", {"query": 'merger -"on friday"'})
    assert answer.status == 200
    assert [hit["content"] for hit in answer.body["hits"]] == ["the plan, merger and all"]
    assert answer.body["query"] == {
        "text": 'merger AND NOT "on friday"',
        "words": "messages with “merger” in any form, and not with exactly “on friday”",
        "json": {"and": [{"word": "merger"}, {"not": {"phrase": "on friday"}}]},
        "notes": [],
    }


def test_names_are_the_tenants_own(chat: Serving) -> None:
    assert chat.found("merger from:u2") == ["the plan, merger and all"]
    assert sorted(chat.found("from:(U1 OR U2)")) == ["lunch", "the merger closes on Friday", "the plan, merger and all"]
    assert len(chat.found("in:C1")) == 3
    answer = chat.ask("POST", "/v1/search", {"query": "merger from:nemo"}).body
    assert (answer["total"], answer["query"]["notes"]) == (
        0,
        ["from:nemo finds nothing: nobody who was ever captured is called that"],
    )


def test_days_begin_in_the_zone_that_is_asked_for(chat: Serving) -> None:
    assert chat.found("on:2026-03-03") == ["lunch"]
    assert chat.found("on:2026-03-03", zone="Europe/Berlin") == ["lunch", "the plan, merger and all"]


@pytest.mark.parametrize("route", ["/v1/search", "/v1/search/parse"])
def test_what_cannot_be_read_is_refused_with_its_place(chat: Serving, route: str) -> None:
    answer = chat.ask("POST", route, {"query": "merger frm:anna"})
    assert (answer.status, answer.problem) == (400, "query-malformed")
    assert (answer.body["column"], answer.body["length"]) == (8, 4)
    assert "did you mean from:?" in answer.body["expected"]
    assert "anna" not in str(answer.body)
    many = " ".join(f"w{number}" for number in range(41))
    assert chat.ask("POST", route, {"query": many}).problem == "query-malformed"
    assert chat.ask("POST", route, {"query": "x", "zone": "Nowhere"}).problem == "malformed"


def test_a_query_is_shown_back_without_being_run(chat: Serving) -> None:
    answer = chat.ask("POST", "/v1/search/parse", {"query": "merger OR plan from:nemo"})
    assert answer.status == 200
    assert answer.body["text"] == "merger OR plan AND from:nemo"
    assert answer.body["words"] == "messages with “merger” in any form, or (with “plan” in any form, and from nemo)"
    assert len(answer.body["notes"]) == 1
    assert chat.ask("POST", "/v1/search/parse", {"query": "x"}, role="administrator").status == 403


@pytest.mark.parametrize("text", ['x" OR tenant_id', "*:*", "/.*/", "((((", "\x00", "🚀" * 1000, "NOT", "a~1"])
def test_hostile_text_is_no_fault_of_ours(chat: Serving, text: str) -> None:
    assert chat.ask("POST", "/v1/search", {"query": text}).status in (200, 400)
