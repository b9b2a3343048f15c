"""The Slack connector's tokens and installs against a simulated Slack."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from quire.connectors.registry import connector
from quire.domain.errors import (
    ConflictError,
    GrantLostError,
    MalformedError,
    UnavailableError,
)
from quire.domain.work import Checkpoint, Noticed
from tests.simulated.direct import Direct
from tests.simulated.slack_firm import TEAM, events_of, open_slack
from tests.simulators.running import Running


@pytest.fixture
def slack(platforms: Running) -> Running:
    return open_slack(platforms)


@pytest.fixture
def static(slack: Running) -> Direct:
    return Direct(slack, "slack", {"signingSecret": "s", "botToken": "xoxb-1"})


@pytest.fixture
def rotating(slack: Running) -> Direct:
    slack.state("slack")["refreshTokens"]["xoxe-1-first"] = "1.2"
    return Direct(
        slack, "slack", {"signingSecret": "s", "clientId": "1.2", "clientSecret": "shh", "refreshToken": "xoxe-1-first"}
    )


def test_a_rotating_token_is_exchanged_two_hours_before_it_ends(slack: Running, rotating: Direct) -> None:
    assert rotating.run("rotate")[-1] == Checkpoint({"checkedAt": rotating.state["checkedAt"]})
    assert rotating.granted == 1
    assert rotating.secrets["botToken"].startswith("xoxe.xoxb-1-")
    assert rotating.secrets["refreshToken"] != "xoxe-1-first"
    assert rotating.secrets["signingSecret"] == "s"

    rotating.run("rotate")
    assert rotating.granted == 1
    slack.state("slack")["clock"] = rotating.clock = timedelta(hours=10, minutes=30).total_seconds()
    before = dict(rotating.secrets)
    rotating.run("rotate")
    assert rotating.granted == 2
    assert rotating.secrets["botToken"] != before["botToken"]
    assert rotating.secrets["refreshToken"] != before["refreshToken"]
    assert rotating.secrets["tokenExpiresAt"] > before["tokenExpiresAt"]


def test_a_token_that_slack_says_has_ended_is_exchanged_once(slack: Running, rotating: Direct) -> None:
    rotating.run("rotate")
    slack.state("slack")["clock"] = timedelta(hours=13).total_seconds()
    assert len(events_of(rotating.run("directory"))) == 9
    assert rotating.granted == 2


def test_while_slack_cannot_exchange_it_a_token_is_used_to_its_end(slack: Running, rotating: Direct) -> None:
    rotating.run("rotate")
    rotating.forget()
    rotating.clock = timedelta(hours=11).total_seconds()
    slack.fault("slack", "outage", path="/api/oauth", times=2)
    assert rotating.token() == rotating.secrets["botToken"]
    rotating.forget()
    rotating.clock = timedelta(hours=12, minutes=1).total_seconds()
    with pytest.raises(UnavailableError):
        rotating.token()


def test_a_refresh_token_that_was_spent_loses_the_grant(slack: Running, rotating: Direct) -> None:
    slack.state("slack")["refreshTokens"].clear()
    with pytest.raises(GrantLostError, match="invalid_refresh_token"):
        rotating.token()


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
def test_a_token_taken_back_loses_the_grant(slack: Running, static: Direct, error: str) -> None:
    slack.state("slack")["tokens"]["xoxb-1"]["error"] = error
    with pytest.raises(GrantLostError):
        static.run("rotate")


def test_scopes_the_app_lacks_are_told(slack: Running, static: Direct) -> None:
    slack.state("slack")["tokens"]["xoxb-1"]["scopes"].remove("files:read")
    assert [s.detail for s in static.run("rotate") if isinstance(s, Noticed)] == [
        "the app may not do all it should: files:read"
    ]


# Installing

RETURN = "https://console.quire.example/installs?from=slack"
APP = {"signingSecret": "s", "clientId": "1.2", "clientSecret": "shh"}


def exchange(slack: Running, code: str, secrets: Mapping[str, Any] = APP) -> Any:
    outside = Direct(slack, "slack", secrets)
    install = connector("slack").install
    assert install is not None
    return install.exchange(secrets, code, RETURN, outside, outside.now)


def test_the_page_that_asks_for_permission() -> None:
    install = connector("slack").install
    assert install is not None
    where = urlsplit(install.authorize(APP, "a state&more", RETURN))
    assert (where.scheme, where.hostname, where.path) == ("https", "slack.com", "/oauth/v2/authorize")
    told = parse_qs(where.query)
    assert told["state"] == ["a state&more"]
    assert told["redirect_uri"] == [RETURN]
    assert told["client_id"] == ["1.2"]
    assert "files:read" in told["scope"][0].split(",")


@pytest.mark.parametrize("rotation", [True, False])
def test_an_install_brings_a_bot_token(slack: Running, rotation: bool) -> None:
    app = slack.state("slack")["apps"]["1.2"]
    app.update(rotation=rotation, codes={"c0de": {"redirectUri": RETURN}})
    old = {**APP, "botToken": "xoxb-old", "refreshToken": "xoxe-old", "tokenExpiresAt": "2026-01-01T00:00:00+00:00"}
    installed = exchange(slack, "c0de", old)
    assert installed.workspace_id == TEAM
    assert installed.secrets["signingSecret"] == "s"
    assert ("refreshToken" in installed.secrets) is rotation
    assert ("tokenExpiresAt" in installed.secrets) is rotation
    assert "old" not in json.dumps(dict(installed.secrets))
    assert len(events_of(Direct(slack, "slack", installed.secrets).run("directory"))) == 9
    with pytest.raises(MalformedError):
        exchange(slack, "c0de")


def test_a_code_for_another_address_is_worth_nothing(slack: Running, caplog: pytest.LogCaptureFixture) -> None:
    slack.state("slack")["apps"]["1.2"]["codes"] = {"c0de": {"redirectUri": "https://evil.example"}}
    with caplog.at_level("DEBUG"), pytest.raises(MalformedError):
        exchange(slack, "c0de")
    assert "c0de" not in caplog.text
    assert "shh" not in caplog.text


def test_an_app_put_into_a_whole_organisation_is_refused(slack: Running) -> None:
    slack.state("slack")["apps"]["1.2"]["codes"] = {"c0de": {"redirectUri": RETURN, "enterprise": True}}
    with pytest.raises(ConflictError, match="one workspace"):
        exchange(slack, "c0de")


def test_an_install_needs_the_apps_id_and_secret(slack: Running) -> None:
    with pytest.raises(ConflictError):
        exchange(slack, "c0de", {"signingSecret": "s"})
