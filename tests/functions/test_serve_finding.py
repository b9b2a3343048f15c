"""Searching by the API beyond hits: facets, why a hit is there, what may have been meant, and completion."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.deployed import TENANT
from tests.pretend import fact
from tests.serving import Serving, serving


@pytest.fixture(scope="module")
def chat() -> Iterator[Serving]:
    with serving() as quire:
        quire.capture(
            fact("1", text="the merger closes on Friday"),
            fact("2", user="U2", channel="C2", text="plans of the merger", at="2026-03-02T23:30:00Z"),
            fact("3", user="U2", channel="C2", text="lunch plans", at="2026-04-03T12:00:00Z"),
            fact("4", user="U3", text="budget of the merger, planned", at="2026-04-04T12:00:00Z"),
        )
        assert quire.index() == {"batchItemFailures": []}
        yield quire


def asked(chat: Serving, query: str, **more: Any) -> Any:
    answer = chat.ask("POST", "/v1/search", {"query": query, **more})
    assert answer.status == 200, answer.body
    return answer.body


def facet(body: Any, name: str) -> dict[str, int]:
    (found,) = [each for each in body["facets"] if each["name"] == name]
    return {each["label"]: each["count"] for each in found["values"]}


def test_facets_count_the_whole_result(chat: Serving) -> None:
    body = asked(chat, "merger", limit=1, facets=["platform", "sender", "month", "flag", "fileType"])
    assert (body["total"], len(body["hits"])) == (3, 1)
    assert facet(body, "platform") == {"pretend": 3}
    assert sorted(facet(body, "sender").values()) == [1, 1, 1]
    assert facet(body, "month") == {"2026-03": 2, "2026-04": 1}
    assert [each["name"] for each in body["facets"]] == ["platform", "sender", "month", "flag", "fileType"]
    following = asked(chat, "merger", limit=1, facets=["platform"], cursor=body["nextCursor"])
    assert "facets" not in following or following["facets"] == []


def test_a_facet_is_counted_without_its_own_filter_and_with_the_others(chat: Serving) -> None:
    everybody = asked(chat, "", facets=["sender", "channel"])
    (mine,) = [each for each in everybody["facets"][0]["values"] if each["count"] == 2]
    body = asked(chat, "", filters={"userId": mine["value"]}, facets=["sender", "channel"])
    assert body["total"] == 2
    assert facet(body, "sender") == facet(everybody, "sender")
    assert sum(facet(body, "channel").values()) == 2, "with the filter of another facet"
    nobody = asked(chat, "merger closes", filters={"userId": mine["value"]}, facets=["sender"])
    assert nobody["total"] == 0
    assert facet(nobody, "sender")[mine["label"]] == 0, "a value that filters can be let go"


def test_days_are_counted_in_the_readers_zone(chat: Serving) -> None:
    assert facet(asked(chat, "plans", facets=["day"]), "day") == {"2026-03-02": 1, "2026-04-03": 1, "2026-04-04": 1}
    assert "2026-03-03" in facet(asked(chat, "plans", facets=["day"], zone="Europe/Berlin"), "day")
    assert chat.ask("POST", "/v1/search", {"query": "x", "facets": ["colour"]}).problem == "malformed"


def test_a_hit_says_why_it_is_there(chat: Serving) -> None:
    body = asked(chat, "merger plan", explain=True)
    told = {hit["content"]: hit["explanation"] for hit in body["hits"]}
    plans = told["plans of the merger"]
    assert [each["words"] for each in plans["reasons"]] == [
        "with “merger” in any form: in the text as it reads now, exactly as typed",
        "with “plan” in any form: in the text as it reads now",
    ]
    assert plans["steps"] == ["now"]
    assert "explanation" not in asked(chat, "merger")["hits"][0]


def test_exactly_as_typed_comes_before_other_forms(chat: Serving) -> None:
    hits = asked(chat, "planned", explain=True)["hits"]
    assert [hit["content"] for hit in hits] == [
        "budget of the merger, planned",
        "lunch plans",
        "plans of the merger",
    ]
    assert [hit["explanation"]["steps"] for hit in hits] == [["now", "exactly"], ["now"], ["now"]]


def test_a_misspelt_word_is_put_right_from_the_tenants_own_words(chat: Serving) -> None:
    assert asked(chat, "mreger", suggest=True)["suggestion"] == "merger"
    assert asked(chat, 'mreger "closes on"', suggest=True)["suggestion"] == 'merger AND "closes on"'
    assert "suggestion" not in asked(chat, "mreger lunch", suggest=True), "what finds nothing is not suggested"
    assert "suggestion" not in asked(chat, "mreger")
    assert (
        "suggestion" not in chat.ask("POST", "/v1/search", {"query": "mreger", "suggest": True}, tenant="globex").body
    )


def test_people_conversations_and_past_queries_complete(chat: Serving) -> None:
    asked(chat, "merger closes")

    def complete(**query: str) -> list[tuple[str, str]]:
        answer = chat.ask("GET", "/v1/search/complete", query=query)
        assert answer.status == 200, answer.body
        return [(each["kind"], each["value"]) for each in answer.body["completions"]]

    assert complete(prefix="merger cl") == [("query", "merger closes")]
    assert complete(prefix="u2", kind="person") == [("person", "U2")]
    assert ("query", "merger closes") in complete(kind="query")
    assert complete(prefix="zzz") == []
    asked(chat, "never said")
    assert complete(prefix="never") == [], "what found nothing is not offered again"
    others = chat.ask("GET", "/v1/search/complete", query={"kind": "query"}, role="auditor").body
    assert others["completions"] == [], "past queries are one's own"
    assert chat.ask("GET", "/v1/search/complete", query={"kind": "query"}, tenant="initech").body["completions"] == []
    assert chat.ask("GET", "/v1/search/complete", query={"prefix": "m"}, role="administrator").status == 403


def test_who_searched_for_what_is_told_to_who_may_know(chat: Serving) -> None:
    asked(chat, "budget of", filters={"platform": "pretend"})
    answer = chat.ask("GET", "/v1/audit/searches", query={"limit": "1"}, role="auditor")
    assert answer.status == 200, answer.body
    (latest,) = answer.body["searches"]
    assert latest["userId"] == f"compliance_officer-of-{TENANT}"
    assert (latest["request"]["query"], latest["request"]["filters"]) == ("budget of", {"platform": "pretend"})
    assert (latest["total"], latest["status"], latest["request"]["page"]) == (1, 200, "first")
    assert latest["words"].startswith("messages with “budget”")
    following = chat.ask("GET", "/v1/audit/searches", query={"cursor": answer.body["nextCursor"]}, role="auditor").body
    assert "budget of" not in [each["request"].get("query") for each in following["searches"]]
    assert following["nextCursor"] is None
    by_me = chat.ask("GET", "/v1/audit/searches", query={"userId": "nobody"}, role="auditor").body
    assert by_me["searches"] == []
    assert chat.ask("GET", "/v1/audit/searches", role="administrator").status == 403
    assert chat.ask("GET", "/v1/audit/searches", tenant="initech").body["searches"] == []
    for bad in ({"cursor": "x"}, {"from": "2026-03-09", "to": "2026-03-01"}, {"from": "2020-01-01"}, {"to": "x"}):
        assert chat.ask("GET", "/v1/audit/searches", query=bad).status == 400, bad
