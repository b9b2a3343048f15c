"""Every connector's reach, through the real transport, against the simulated platforms."""

import io
from collections.abc import Iterator

import pytest

from quire.connectors.registry import CONNECTORS
from quire.domain.calls import Call, Reach
from quire.domain.errors import OutOfReachError
from quire.outbound.transport import Transport
from quire.outbound.whereabouts import gateway
from tests.outside import World
from tests.simulators.running import Running, running

REACHES: dict[str, Reach] = {name: connector.reach for name, connector in CONNECTORS.items() if connector.reach}
SIMULATED = {"teams": "graph"}
CALLED = {name: reach for name, reach in REACHES.items() if reach.hosts}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("simulators")) as made:
        yield made


@pytest.fixture
def transport(simulated: Running) -> Iterator[Transport]:
    simulated.reset()
    made = Transport(gateway(simulated.address), str(simulated.certificates.authority))
    yield made
    made.close()


@pytest.mark.parametrize("platform", CALLED)
def test_every_host_of_a_connector_answers_under_its_own_name(platform: str, transport: Transport) -> None:
    for host in CALLED[platform].hosts:
        name = host.replace("*.", "acme.")
        answer = World().outside(transport, CALLED[platform]).send(Call("GET", f"https://{name}/nothing-there", "x"))
        assert answer.status < 500, host


@pytest.mark.parametrize("platform", REACHES)
def test_every_host_of_files_answers_under_its_own_name(platform: str, transport: Transport) -> None:
    reach = REACHES[platform]
    for host in reach.files:
        call = Call("GET", f"https://{host.replace('*.', 'acme.')}/nothing-there", "x")
        received = World().outside(transport, reach).download(call, io.BytesIO(), 1000)
        assert 300 <= received.status < 500 or received.size < 1000, host


@pytest.mark.parametrize("platform", CALLED)
def test_every_dialect_of_patience_is_understood(platform: str, simulated: Running, transport: Transport) -> None:
    simulated.fault(SIMULATED.get(platform, platform), "rate_limit", seconds=3)
    world, reach = World(), CALLED[platform]
    answer = world.outside(transport, reach).send(Call("GET", f"https://{reach.hosts[0]}/nothing-there", "x"))
    assert answer.status != 429
    assert 3 <= sum(world.time.slept) < 6


@pytest.mark.parametrize("platform", REACHES)
def test_no_connector_reaches_beyond_its_platform(platform: str, transport: Transport) -> None:
    for host in (
        "169.254.169.254",
        "localhost",
        "control.simulators.localhost",
        "example.com",
        "slack.com.evil.example",
    ):
        with pytest.raises(OutOfReachError):
            World().outside(transport, REACHES[platform]).download(
                Call("GET", f"https://{host}/", "x"), io.BytesIO(), 10
            )


@pytest.mark.parametrize("platform", REACHES)
def test_hosts_are_names_below_which_nobody_else_is(platform: str) -> None:
    """``*.example.com`` at the widest, never ``*.com`` or an address."""
    for host in (*REACHES[platform].hosts, *REACHES[platform].files):
        labels = host.removeprefix("*.").split(".")
        assert len(labels) >= 2, host
        assert labels[-1].isalpha(), host
