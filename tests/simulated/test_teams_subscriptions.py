"""The life of subscriptions against a simulated Microsoft Graph: handshake to key rotation."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from quire.connectors.teams.decryption_keys import LIFE
from quire.connectors.teams.subscriptions import RESOURCES
from quire.domain.errors import BusyError, GrantLostError, UnavailableError
from quire.domain.events import MessageCreated
from quire.domain.work import Noticed, Renewed, Step
from tests.simulated.direct import Direct
from tests.simulated.receiver import Receiver
from tests.simulated.teams_firm import CLIENT, TENANT, connected, listening, message, open_teams, signing, turn
from tests.simulators.running import Running

MESSAGES = "/chats/getAllMessages"


@pytest.fixture
def teams(platforms: Running) -> Running:
    return open_teams(platforms)


@pytest.fixture
def connection(teams: Running) -> Direct:
    return connected(teams)


@pytest.fixture
def webhook(connection: Direct) -> Iterator[Receiver]:
    with listening(connection) as made:
        yield made


def subscriptions(teams: Running) -> dict[str, Any]:
    return {each["resource"]: dict(each) for each in teams.state("graph")["subscriptions"].values()}


def noticed(steps: list[Step]) -> list[tuple[str, bool]]:
    return [(step.code, step.degraded) for step in steps if isinstance(step, Noticed)]


def notify(teams: Running, *items: Any, **more: Any) -> list[int]:
    statuses: list[int] = teams.act("graph", "notify", {"of": MESSAGES, "items": list(items), **more})["statuses"]
    return statuses


def test_a_first_run_makes_a_key_and_subscribes_to_everything(
    teams: Running, connection: Direct, webhook: Receiver
) -> None:
    del connection.secrets["certificates"]
    steps = connection.run("subscriptions")
    assert noticed(steps) == []
    made = subscriptions(teams)
    assert set(made) == set(RESOURCES)
    assert webhook.challenges == 2 * len(RESOURCES)
    one = made[MESSAGES]
    assert one["clientState"] == "a long random text"
    assert list(connection.secrets["certificates"]) == [one["encryptionCertificateId"]]
    stored = next(number for number, step in enumerate(steps) if isinstance(step, Renewed))
    assert stored < len(steps) - len(RESOURCES)


def test_what_is_told_is_opened_and_read(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.run("subscriptions")
    items = [message(1, "first"), message(2, "second")]
    assert notify(teams, *reversed(items)) == [202]
    assert notify(teams, items[0], times=2) == [202, 202]
    events = {event.event_id: event for event in webhook.events(TENANT)}
    bodies = [event.body for event in events.values()]
    assert sorted(body.content.text for body in bodies if isinstance(body, MessageCreated)) == ["first", "second"]


@pytest.mark.parametrize("spoil", [{"certificateId": "other"}, {"spoil": "signature"}, {"spoil": "clientState"}])
def test_what_is_not_as_it_should_be_is_refused(
    teams: Running, connection: Direct, webhook: Receiver, spoil: dict[str, str]
) -> None:
    connection.run("subscriptions")
    assert notify(teams, message(1, "first"), {**message(2, "second"), **spoil}) == [401]
    assert webhook.accepted == []


def test_each_run_gives_them_three_days_more(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.run("subscriptions")
    before = subscriptions(teams)
    turn(teams, connection, timedelta(hours=20))
    assert noticed(connection.run("subscriptions")) == []
    after = subscriptions(teams)
    assert {name: each["id"] for name, each in after.items()} == {name: each["id"] for name, each in before.items()}
    assert all(after[name]["expirationDateTime"] > before[name]["expirationDateTime"] for name in after)
    assert webhook.challenges == 2 * len(RESOURCES)


def test_a_notice_about_their_life_wakes_the_task(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.run("subscriptions")
    teams.act("graph", "lifecycle", {"event": "reauthorizationRequired", "of": MESSAGES})
    assert webhook.woken() == ["subscriptions"]
    notify(teams, message(1, "first"))
    assert webhook.woken() == ["subscriptions"]


def test_one_that_was_removed_is_made_again_and_the_lapse_is_told(
    teams: Running, connection: Direct, webhook: Receiver
) -> None:
    connection.run("subscriptions")
    old = subscriptions(teams)[MESSAGES]["id"]
    teams.act("graph", "remove", {"of": MESSAGES})
    assert webhook.woken() == ["subscriptions"]
    turn(teams, connection, timedelta(minutes=1))
    steps = connection.run("subscriptions")
    assert subscriptions(teams)[MESSAGES]["id"] != old
    (lapse,) = [step for step in steps if isinstance(step, Noticed)]
    assert (lapse.code, lapse.degraded) == ("subscription_lapsed", False)
    assert MESSAGES in lapse.detail
    turn(teams, connection, timedelta(days=2))
    assert noticed(connection.run("subscriptions")) == [("subscription_lapsed", False)]
    for _ in range(2):
        turn(teams, connection, timedelta(days=2, hours=12))
        steps = connection.run("subscriptions")
    assert noticed(steps) == []


def test_those_that_ended_while_nothing_ran_are_made_again(
    teams: Running, connection: Direct, webhook: Receiver
) -> None:
    connection.run("subscriptions")
    turn(teams, connection, timedelta(days=4))
    assert noticed(connection.run("subscriptions")) == [("subscription_lapsed", False)]
    assert set(subscriptions(teams)) == set(RESOURCES)


def test_a_run_that_broke_off_is_made_good(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.secrets["certificates"] = {}
    teams.fault("graph", "outage", method="POST", path="/v1.0/subscriptions", after=2)
    with pytest.raises(UnavailableError):
        connection.run("subscriptions")
    assert len(subscriptions(teams)) == 2
    assert noticed(connection.run("subscriptions")) == []
    assert set(subscriptions(teams)) == set(RESOURCES)
    assert len(connection.secrets["certificates"]) == 1


def test_graph_is_given_the_time_it_asks_for(teams: Running, connection: Direct, webhook: Receiver) -> None:
    teams.fault("graph", "rate_limit", path="/v1.0/", seconds=17)
    with pytest.raises(BusyError) as busy:
        connection.run("subscriptions")
    assert busy.value.seconds == 17


def test_one_of_another_address_is_left_and_told(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.run("subscriptions")
    other = connected(teams)
    with listening(other):
        assert noticed(other.run("subscriptions"))[-1] == ("subscription_taken", True)
    assert connection.state["subscriptions"][MESSAGES]["id"] == subscriptions(teams)[MESSAGES]["id"]


def test_one_that_nobody_remembers_is_made_again(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.run("subscriptions")
    old = subscriptions(teams)[MESSAGES]["id"]
    connection.state = {}
    assert noticed(connection.run("subscriptions")) == []
    assert subscriptions(teams)[MESSAGES]["id"] != old


def test_a_changed_client_state_makes_all_anew(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.run("subscriptions")
    connection.secrets["clientState"] = "another long random text"
    connection.run("subscriptions")
    assert {each["clientState"] for each in subscriptions(teams).values()} == {"another long random text"}
    assert notify(teams, message(1, "first")) == [202]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"quota": 3}, "subscription_forbidden"), ({"permissions": ["Chat.Read.All"]}, "subscription_forbidden")],
    ids=["quota", "consent"],
)
def test_what_is_not_allowed_is_told_and_the_rest_is_made(
    teams: Running, connection: Direct, webhook: Receiver, change: dict[str, Any], code: str
) -> None:
    state = teams.state("graph")
    (state if "quota" in change else state["apps"][CLIENT]).update(change)
    steps = connection.run("subscriptions")
    assert noticed(steps)[-1] == (code, True)
    assert 0 < len(subscriptions(teams)) < len(RESOURCES)
    assert "403" in [step.detail for step in steps if isinstance(step, Noticed)][-1]


def test_an_address_that_fails_the_handshake_is_told(teams: Running, connection: Direct, webhook: Receiver) -> None:
    webhook.is_down = True
    assert noticed(connection.run("subscriptions"))[-1] == ("subscription_invalid", True)
    assert subscriptions(teams) == {}


# Keys


def test_a_new_key_is_stored_used_a_run_later_and_the_old_one_drained(
    teams: Running, connection: Direct, webhook: Receiver
) -> None:
    connection.run("subscriptions")
    (old,) = connection.secrets["certificates"]
    turn(teams, connection, timedelta(days=2, hours=23))
    connection.state["keys"][old]["since"] = (connection.now - LIFE).isoformat()
    connection.run("subscriptions")
    pairs = connection.secrets["certificates"]
    assert len(pairs) == 2
    (new,) = set(pairs) - {old}
    assert {each["encryptionCertificateId"] for each in subscriptions(teams).values()} == {old}

    turn(teams, connection, timedelta(hours=1))
    connection.run("subscriptions")
    assert {each["encryptionCertificateId"] for each in subscriptions(teams).values()} == {new}
    assert notify(teams, message(1, "to the new key")) == [202]
    assert set(connection.secrets["certificates"]) == {old, new}

    turn(teams, connection, timedelta(days=1, hours=1))
    connection.run("subscriptions")
    assert set(connection.secrets["certificates"]) == {new}
    assert notify(teams, message(2, "after the old one is gone")) == [202]


def test_a_key_that_a_person_added_is_taken_over(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.secrets["certificates"] = {"quire-2026": signing(number=1).key}
    connection.run("subscriptions")
    assert {each["encryptionCertificateId"] for each in subscriptions(teams).values()} == {"quire-2026"}
    connection.secrets["certificates"] = {**connection.secrets["certificates"], "mine": signing(number=2).key}
    for _ in range(2):
        turn(teams, connection, timedelta(hours=1))
        connection.run("subscriptions")
    assert {each["encryptionCertificateId"] for each in subscriptions(teams).values()} == {"mine"}


# Access


def test_the_certificate_that_ends_soon_is_told(teams: Running, webhook: Receiver) -> None:
    soon = signing(days=20)
    teams.state("graph")["apps"][CLIENT]["certificates"].append(soon.certificate)
    other = connected(teams, certificatePem=soon.certificate, privateKeyPem=soon.key)
    with listening(other):
        assert noticed(other.run("subscriptions")) == [("certificate_ends", False)]


def test_consent_taken_back_loses_the_grant(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.run("subscriptions")
    teams.state("graph")["apps"][CLIENT]["consented"] = False
    with pytest.raises(GrantLostError, match="AADSTS700016"):
        connection.run("subscriptions")


def test_a_certificate_that_is_not_the_applications_loses_the_grant(teams: Running) -> None:
    other = signing(number=3)
    with pytest.raises(GrantLostError, match="AADSTS700027"):
        connected(teams, certificatePem=other.certificate, privateKeyPem=other.key).token()


@pytest.mark.parametrize("spoiled", [{"privateKeyPem": "no key"}, {"certificatePem": "none"}, {"privateKeyPem": ""}])
def test_a_certificate_that_cannot_be_used_loses_the_grant(teams: Running, spoiled: dict[str, str]) -> None:
    with pytest.raises(GrantLostError):
        connected(teams, **spoiled).token()


def test_another_directory_loses_the_grant(teams: Running, connection: Direct) -> None:
    connection.configuration["tenantId"] = "00000000-9999-0000-0000-000000000000"
    with pytest.raises(GrantLostError):
        connection.token()


def test_a_login_that_is_down_is_waited_for(teams: Running, connection: Direct) -> None:
    teams.fault("graph", "outage", host="login.microsoftonline.com")
    with pytest.raises(UnavailableError):
        connection.token()


def test_a_token_that_ended_is_asked_for_anew_once(teams: Running, connection: Direct, webhook: Receiver) -> None:
    connection.run("subscriptions")
    assert connection.granted == 1
    turn(teams, connection, timedelta(hours=2))
    connection.run("subscriptions")
    assert connection.granted == 2


def test_without_an_application_subscriptions_are_left_to_others(teams: Running) -> None:
    bare = Direct(teams, "teams", {"clientState": "s", "certificates": {}}, {"issuer": "i", "audience": "a"})
    assert noticed(bare.run("subscriptions")) == [("not_set_up", False)]
    assert teams.requests("graph") == []
