"""The Slack connector against a simulated Slack: people, conversations and deliveries."""

from collections.abc import Mapping
from typing import Any

import pytest

from quire.domain.errors import (
    BusyError,
    UnavailableError,
)
from quire.domain.events import ChannelChanged, UserChanged
from quire.domain.work import Noticed
from tests.simulated.direct import Direct
from tests.simulated.receiver import receiving
from tests.simulated.slack_firm import TEAM, events_of, methods, open_slack
from tests.simulators.running import Running


@pytest.fixture
def slack(platforms: Running) -> Running:
    return open_slack(platforms)


@pytest.fixture
def static(slack: Running) -> Direct:
    return Direct(slack, "slack", {"signingSecret": "s", "botToken": "xoxb-1"})


def test_the_directory_is_read_page_by_page(static: Direct) -> None:
    steps = static.run("directory")
    assert [type(step).__name__[0] for step in steps] == list("PCPCPPCPC")
    people = [e.body.user for e in events_of(steps) if isinstance(e.body, UserChanged)]
    assert [(p.id, p.name, p.email, p.type) for p in people[:1]] == [
        ("U001", "person 1", "p1@meridian.example", "user")
    ]
    assert [p.id for p in people] == ["U001", "U002", "U003", "U004", "U005"]
    channels = [e.body for e in events_of(steps) if isinstance(e.body, ChannelChanged)]
    told = [(c.channel.id, c.channel.name, c.channel.type, c.change) for c in channels]
    assert told == [
        ("C1", "deals", "channel", "observed"),
        ("C2", "old", "channel", "archived"),
        ("G1", "board", "group", "observed"),
        ("D1", None, "direct", "observed"),
    ]
    assert static.state == {}


def test_a_directory_that_did_not_change_tells_nothing_new(slack: Running, static: Direct) -> None:
    first = {event.event_id for event in events_of(static.run("directory"))}
    assert {event.event_id for event in events_of(static.run("directory"))} == first
    slack.state("slack")["users"][0]["profile"]["email"] = "new@meridian.example"
    changed = [event for event in events_of(static.run("directory")) if event.event_id not in first]
    assert [event.body.user.email for event in changed if isinstance(event.body, UserChanged)] == [
        "new@meridian.example"
    ]


def test_a_run_goes_on_where_the_one_before_was_cut_off(slack: Running, static: Direct) -> None:
    slack.fault("slack", "outage", path="/api/conversations.list", after=1)
    with pytest.raises(UnavailableError):
        static.run("directory")
    seen = len(slack.requests("slack"))
    steps = static.run("directory")
    assert methods(slack)[seen:] == ["auth.test", "conversations.list"]
    assert len(events_of(steps)) == 2


def test_a_cursor_that_expired_starts_its_list_again(slack: Running, static: Direct) -> None:
    slack.fault("slack", "outage", path="/api/users.list", after=1)
    with pytest.raises(UnavailableError):
        static.run("directory")
    slack.state("slack")["generation"] = 1
    assert len(events_of(static.run("directory"))) == 9


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        ({"kind": "rate_limit", "seconds": 7}, 7),
        ({"kind": "answer", "status": 200, "body": {"ok": False, "error": "ratelimited"}}, 30),
    ],
)
def test_slack_is_given_the_time_it_asks_for(
    slack: Running, static: Direct, fault: Mapping[str, Any], seconds: float
) -> None:
    slack.fault("slack", **fault)
    with pytest.raises(BusyError) as busy:
        static.run("directory")
    assert busy.value.seconds == seconds


def test_a_missing_scope_is_told_and_the_rest_is_read(slack: Running, static: Direct) -> None:
    slack.state("slack")["tokens"]["xoxb-1"]["scopes"] = ["channels:read"]
    steps = static.run("directory")
    assert [(s.code, s.detail) for s in steps if isinstance(s, Noticed)] == [
        ("not_listed", "Slack does not answer users.list: missing_scope")
    ]
    assert len(events_of(steps)) == 4


def test_without_a_token_there_is_nothing_to_look_up(slack: Running) -> None:
    outside = Direct(slack, "slack", {"signingSecret": "s"})
    for task in ("directory", "rotate"):
        assert [step.code for step in outside.run(task) if isinstance(step, Noticed)] == ["not_installed"]
    assert slack.requests("slack") == []


def test_deliveries_out_of_order_and_twice_make_each_event_once(slack: Running) -> None:
    bodies = [message_event(f"177100000{number}.000100") for number in range(3)]
    with receiving("slack", lambda: {"signingSecret": "s"}) as webhook:
        told = {"url": webhook.url, "signingSecret": "s", "bodies": bodies, "order": [2, 0, 0, 1]}
        assert slack.act("slack", "deliver", told) == {"statuses": [200] * 4}
        assert len({event.event_id for event in webhook.events(TEAM)}) == 3
        assert [a.headers.get("x-slack-retry-num") for _, a in webhook.accepted] == [None, None, "1", None]
        assert slack.act("slack", "deliver", {**told, "signingSecret": "other"}) == {"statuses": [401] * 4}


def message_event(mark: str) -> dict[str, Any]:
    event = {"type": "message", "channel": "C1", "user": "U001", "ts": mark, "text": "as agreed"}
    return {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{mark}", "event": event}


def test_a_run_waits_for_slack_and_goes_on(slack: Running) -> None:
    patient = Direct(slack, "slack", {"signingSecret": "s", "botToken": "xoxb-1"}, tries=4)
    slack.fault("slack", "rate_limit", path="/api/users.list", after=1, seconds=7)
    slack.fault("slack", "outage", path="/api/conversations.list")
    assert len(events_of(patient.run("directory"))) == 9
    assert sum(patient.world.time.slept) >= 7
