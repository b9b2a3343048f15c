"""People by the API: joined by vouched address or by hand, undone for good, and nobody else's."""

from collections.abc import Iterator
from typing import Any

import pytest

from quire.aws.control import Tenant
from quire.aws.directory import UserEntry
from quire.domain.ids import TenantId, subject_id
from tests.deployed import TENANT
from tests.functions.test_serve_api import acts
from tests.serving import Serving, serving

GLOBEX = TenantId("globex")


@pytest.fixture
def quire() -> Iterator[Serving]:
    with serving() as made:
        made.house.aws.control.put_tenant(Tenant(GLOBEX, "Globex", "2026-01-01T00:00:00Z"))
        yield made


def seen(quire: Serving, platform: str, name: str, email: str | None = None, tenant: TenantId = TENANT) -> str:
    subject = subject_id(tenant, platform, "W1", name)
    entry = UserEntry(subject, platform, name, "W1", "2026-03-02T09:00:00Z", name.title(), email, "user")
    quire.house.aws.directory.note_user(tenant, entry)
    return subject


def people(quire: Serving, **more: Any) -> list[list[str]]:
    """Everybody, as the names of their accounts."""
    found = quire.ask("GET", "/v1/people", **more).body["people"]
    return sorted(sorted(each["name"] for each in person["accounts"]) for person in found)


def person_of(quire: Serving, user: str) -> Any:
    found = quire.ask("GET", "/v1/people").body["people"]
    return next(each for each in found if user in [account["userId"] for account in each["accounts"]])


@pytest.fixture
def known(quire: Serving) -> dict[str, str]:
    return {
        "slack": seen(quire, "slack", "priya", "Priya@acme.example"),
        "teams": seen(quire, "teams", "nair", "priya@acme.example"),
        "generic": seen(quire, "generic", "pn", "priya@acme.example"),
        "telegram": seen(quire, "telegram", "priya_n"),
        "other": seen(quire, "slack", "tom", "tom@acme.example"),
    }


def test_a_vouched_address_joins_accounts(quire: Serving, known: dict[str, str]) -> None:
    assert people(quire) == [["Nair", "Priya"], ["Pn"], ["Priya_N"], ["Tom"]]
    person = person_of(quire, known["slack"])
    assert quire.ask("GET", f"/v1/people/{person['personId']}").body == person
    assert person["emails"] == ["Priya@acme.example", "priya@acme.example"]
    assert [(each["platform"], each["emailVerified"]) for each in person["accounts"]] == [
        ("slack", True),
        ("teams", True),
    ]
    assert person_of(quire, known["generic"])["accounts"][0]["emailVerified"] is False


def test_accounts_are_joined_and_separated_by_hand(quire: Serving, known: dict[str, str]) -> None:
    path = f"/v1/people/{person_of(quire, known['slack'])['personId']}/accounts"
    joined = quire.ask("POST", path, {"userId": known["telegram"]})
    assert [each["name"] for each in joined.body["accounts"]] == ["Priya", "Nair", "Priya_N"]
    placed = joined.body["accounts"][2]
    assert placed["placedBy"] == "compliance_officer-of-meridian"
    assert quire.ask("POST", path, {"userId": known["telegram"]}).status == 409
    left = quire.ask("DELETE", f"{path}/{known['teams']}")
    assert [each["name"] for each in left.body["accounts"]] == ["Priya", "Priya_N"]
    seen(quire, "teams", "nair", "priya@acme.example")
    assert people(quire) == [["Nair"], ["Pn"], ["Priya", "Priya_N"], ["Tom"]], "an undone join stays undone"
    again = quire.ask("POST", path, {"userId": known["teams"]})
    assert [each["name"] for each in again.body["accounts"]] == ["Priya", "Nair", "Priya_N"]
    assert [(act["action"], act["status"], act["detail"].get("account")) for act in acts(quire) if act["detail"]] == [
        ("JoinAccounts", 200, known["telegram"]),
        ("JoinAccounts", 409, known["telegram"]),
        ("SeparateAccounts", 200, known["teams"]),
        ("JoinAccounts", 200, known["teams"]),
    ]


def test_what_cannot_be_joined_or_separated(quire: Serving, known: dict[str, str]) -> None:
    path = f"/v1/people/{person_of(quire, known['other'])['personId']}/accounts"
    for user in ("nobody", known["slack"].replace("-8", "-9")):
        assert quire.ask("POST", path, {"userId": user}).status == 404
    assert quire.ask("DELETE", f"{path}/{known['other']}").status == 409, "it stands alone"
    assert quire.ask("DELETE", f"{path}/{known['slack']}").status == 404, "not this person's"
    assert quire.ask("GET", "/v1/people/nobody").status == 404
    assert quire.ask("POST", path, {}).status == 400


def test_people_are_found_page_by_page(quire: Serving, known: dict[str, str]) -> None:
    everybody = quire.ask("GET", "/v1/people").body["people"]
    cursor, found = None, []
    while True:
        page = quire.ask("GET", "/v1/people", query={"limit": "3", **({"cursor": cursor} if cursor else {})}).body
        found += page["people"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert found == everybody
    assert len(people(quire, query={"query": "PRIYA"})) == 3
    assert people(quire, query={"query": "priya tom"}) == []
    assert people(quire, query={"query": "tom@acme"}) == [["Tom"]]
    assert [each["name"] for each in everybody] == ["Pn", "Priya", "Priya_N", "Tom"]
    for cursor in ("x", "e30", "W10", "WzEsMl0", "é", "=" * 9, "A" * 5000):
        assert quire.ask("GET", "/v1/people", query={"cursor": cursor}).status == 400, cursor


def test_tenants_have_their_own_people(quire: Serving, known: dict[str, str]) -> None:
    theirs = seen(quire, "slack", "priya", "priya@acme.example", GLOBEX)
    assert people(quire, tenant=GLOBEX) == [["Priya"]]
    ours = person_of(quire, known["slack"])["personId"]
    assert quire.ask("GET", f"/v1/people/{ours}", tenant=GLOBEX).status == 404
    assert quire.ask("POST", f"/v1/people/{ours}/accounts", {"userId": theirs}, tenant=GLOBEX).status == 404
    assert quire.ask("POST", f"/v1/people/{ours}/accounts", {"userId": theirs}).status == 404
    path = f"/v1/people/{ours}/accounts/{known['slack']}"
    assert quire.ask("DELETE", path, tenant=GLOBEX).status == 404
    assert quire.ask("GET", f"/v1/people/{ours}").status == 200


def test_auditors_look_and_do_not_say_who_is_whom(quire: Serving, known: dict[str, str]) -> None:
    path = f"/v1/people/{person_of(quire, known['slack'])['personId']}"
    assert quire.ask("GET", path, role="auditor").status == 200
    assert quire.ask("POST", f"{path}/accounts", {"userId": known["other"]}, role="auditor").status == 403
    assert quire.ask("DELETE", f"{path}/accounts/{known['slack']}", role="auditor").status == 403
    assert quire.ask("DELETE", f"{path}/accounts/{known['slack']}", role="administrator").status == 200
