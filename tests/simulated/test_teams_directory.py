"""People, channels and chats looked up in a simulated Microsoft Graph."""

from typing import Any

import pytest

from quire.domain.errors import UnavailableError
from quire.domain.events import ChannelChanged, Event, Membership, UserChanged
from quire.domain.work import Noticed, Page, Step
from tests.simulated.direct import Direct
from tests.simulated.teams_firm import CHANNEL, CHAT, CLIENT, TENANT, connected, open_teams
from tests.simulators.running import Running
from tests.unit.connectors.reading import read


@pytest.fixture
def teams(platforms: Running) -> Running:
    return open_teams(platforms)


@pytest.fixture
def connection(teams: Running) -> Direct:
    return connected(teams)


def events_of(steps: list[Step]) -> dict[str, Event]:
    found = [e for step in steps if isinstance(step, Page) for e in read("teams", step.body, TENANT, step.context)]
    return {event.event_id: event for event in found}


def bodies(steps: list[Step], kind: type[Any]) -> list[Any]:
    return [event.body for event in events_of(steps).values() if isinstance(event.body, kind)]


def test_everybody_and_every_conversation_is_found(connection: Direct) -> None:
    steps = connection.run("directory")
    people = [(b.user.id, b.user.name, b.user.email, b.user.type, b.change) for b in bodies(steps, UserChanged)]
    assert people == [
        ("user-1", "Person 1", "p1@meridian.example", "user", "observed"),
        ("user-2", "Person 2", "p2@meridian.example", "guest", "observed"),
        ("user-3", "Person 3", "p3@meridian.example", "user", "deactivated"),
    ]
    places = [(b.channel.id, b.channel.name, b.channel.type) for b in bodies(steps, ChannelChanged)]
    assert places == [(CHANNEL, "General", "channel"), (CHAT, "The deal", "group")]
    assert [(b.channel.id, b.member.id) for b in bodies(steps, Membership)] == [(CHAT, "user-1"), (CHAT, "user-2")]
    assert [event.kind for event in events_of(steps).values() if event.kind == "unrecognised"] == []
    assert connection.state == {}


def test_pages_are_followed_and_an_unchanged_directory_tells_nothing_new(teams: Running, connection: Direct) -> None:
    first = events_of(connection.run("directory"))
    teams.state("graph")["pageSize"] = 1
    steps = connection.run("directory")
    assert events_of(steps).keys() == first.keys()
    assert sum(isinstance(step, Page) for step in steps) > 4
    teams.state("graph")["users"][0]["mail"] = "new@meridian.example"
    assert next(b.user.email for b in bodies(connection.run("directory"), UserChanged)) == "new@meridian.example"


@pytest.mark.parametrize("after", range(9))
def test_a_run_goes_on_where_the_one_before_broke_off(teams: Running, connection: Direct, after: int) -> None:
    whole = events_of(connection.run("directory")).keys()
    teams.state("graph")["pageSize"] = 1
    teams.fault("graph", "outage", path="/v1.0/", after=after)
    seen: list[Step] = []
    with pytest.raises(UnavailableError):
        connection.run("directory", seen)
    asked = len(teams.requests("graph"))
    rest = connection.run("directory")
    assert events_of([*seen, *rest]).keys() == whole
    assert len(teams.requests("graph")) - asked <= 12 - after


def test_what_may_not_be_listed_is_told_and_the_rest_is_read(teams: Running, connection: Direct) -> None:
    teams.state("graph")["apps"][CLIENT]["permissions"] = ["User.Read.All", "Chat.Read.All"]
    steps = connection.run("directory")
    assert [(step.code, step.degraded) for step in steps if isinstance(step, Noticed)] == [("not_listed", False)]
    assert len(bodies(steps, UserChanged)) == 3
    assert [b.channel.id for b in bodies(steps, ChannelChanged)] == [CHAT]


def test_without_an_application_nothing_is_looked_up(teams: Running) -> None:
    bare = Direct(teams, "teams", {"clientState": "s"}, {"issuer": "i", "audience": "a"})
    assert [step.code for step in bare.run("directory") if isinstance(step, Noticed)] == ["not_set_up"]


@pytest.mark.parametrize("after", [1, 4, 8])
def test_a_page_whose_link_expired_starts_its_list_again(teams: Running, connection: Direct, after: int) -> None:
    whole = events_of(connection.run("directory")).keys()
    teams.state("graph")["pageSize"] = 1
    teams.fault("graph", "outage", path="/v1.0/", after=after)
    seen: list[Step] = []
    with pytest.raises(UnavailableError):
        connection.run("directory", seen)
    teams.state("graph")["generation"] = 1
    assert events_of([*seen, *connection.run("directory")]).keys() == whole
