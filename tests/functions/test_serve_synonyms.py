"""Synonyms by the API: who may change them, what searches make of them, and nobody else's."""

from collections.abc import Iterator
from typing import Any

import pytest

from quire.aws.control import Tenant
from quire.domain.ids import TenantId
from tests.moto_aws import NOW
from tests.pretend import fact
from tests.serving import Serving, serving

GROUPS = [["car", "automobile"], ["M&A", "take over"]]


@pytest.fixture
def quire() -> Iterator[Serving]:
    with serving() as made:
        made.house.aws.control.put_tenant(Tenant(TenantId("globex"), "Globex", "2026-01-01T00:00:00Z"))
        yield made


def put(quire: Serving, groups: Any, version: int, **more: Any) -> Any:
    return quire.ask("PUT", "/v1/synonyms", {"groups": groups, "version": version}, **more)


def test_what_is_changed_is_read_and_searched_by(quire: Serving) -> None:
    assert NOW
    quire.capture(fact("m1", text="the automobile was sold"), fact("m2", text="they take over the firm"))
    quire.index()
    assert quire.ask("GET", "/v1/synonyms").body == {"groups": [], "version": 0}

    assert put(quire, GROUPS, 0).body == {"groups": GROUPS, "version": 1}

    assert quire.ask("GET", "/v1/synonyms", role="auditor").body == {"groups": GROUPS, "version": 1}
    assert quire.found("car sold") == ["the automobile was sold"]
    assert quire.found("m&a") == ["they take over the firm"]
    assert quire.found('"car" sold') == []
    shown = quire.ask("POST", "/v1/search", {"query": "car"}).body["query"]
    assert shown["text"] == "car"
    assert shown["notes"] == ["car also finds automobile"]
    assert quire.ask("GET", "/v1/synonyms", tenant="globex").body == {"groups": [], "version": 0}


def test_two_who_change_them_at_once(quire: Serving) -> None:
    assert put(quire, GROUPS, 0).status == 200
    refused = put(quire, GROUPS[:1], 0)
    assert (refused.status, refused.body["type"]) == (409, "urn:quire:problem:conflict")
    assert put(quire, GROUPS[:1], 1).body["version"] == 2


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_only_officers_change_them(quire: Serving, role: str) -> None:
    assert put(quire, GROUPS, 0, role=role).status == 403


def test_what_cannot_be_is_refused_by_place(quire: Serving) -> None:
    refused = put(quire, [["car", "from:anna"]], 0)
    assert refused.status == 400
    assert [each["field"] for each in refused.body["errors"]] == ["groups.0.1"]
    assert quire.ask("GET", "/v1/synonyms").body["version"] == 0
