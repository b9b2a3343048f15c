"""A checkpoint posted over TLS to somebody who takes it."""

import pytest

from quire.domain.errors import OutOfReachError, UnavailableError
from quire.outbound.named import NamedByTenant
from quire.outbound.transport import Pace, Transport
from quire.outbound.whereabouts import gateway
from tests.public_log import PublicLog
from tests.simulators.running import Running

URL = "https://witness.simulators.localhost/acme?from=quire"
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


def poster(platforms: Running) -> NamedByTenant:
    transport = Transport(gateway(platforms.address), str(platforms.certificates.authority))
    return NamedByTenant(transport, Pace(connect=2, idle=0.3, total=0.6))


def test_a_witness_gets_the_note_as_it_is(platforms: Running) -> None:
    note = PublicLog(3).note()
    assert poster(platforms).post(URL, note, PLAIN, 100).status == 204
    assert platforms.state("witness")["received"] == [
        {"path": "/acme", "content_type": "text/plain", "body": note.decode()}
    ]


def test_nothing_is_followed(platforms: Running) -> None:
    platforms.fault("witness", "answer", status=307, headers={"Location": URL})
    assert poster(platforms).post(URL, b"note", PLAIN, 100).status == 307
    assert platforms.state("witness")["received"] == []


def test_a_witness_that_is_slow_or_says_too_much_is_not_waited_for(platforms: Running) -> None:
    platforms.fault("witness", "slow", seconds=1)
    with pytest.raises(UnavailableError):
        poster(platforms).post(URL, b"note", PLAIN, 100)
    platforms.fault("witness", "answer", status=200, body="x" * 200)
    with pytest.raises(OutOfReachError, match="larger"):
        poster(platforms).post(URL, b"note", PLAIN, 100)
