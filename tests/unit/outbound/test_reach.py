"""Where calls may go: nothing but a platform's own hosts, at public addresses; for all else no socket is made."""

import io

import pytest

from quire.aws.control import Connection
from quire.domain.calls import Call, Reach
from quire.domain.errors import OutOfReachError, UnavailableError
from quire.domain.ids import ConnectionId, TenantId
from quire.outbound.destination import destination
from quire.outbound.platform import seen_by
from quire.outbound.transport import Transport
from quire.outbound.whereabouts import gateway, is_public, public
from tests.outside import FILES, HOST, World, retry_after

PRIVATE = [
    *("127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "169.254.170.2"),
    *("100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "192.88.99.1"),
    *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1"),
    *("::ffff:169.254.169.254", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
    *("2002:a9fe:a9fe::1", "2001:0:4136:e378::1", "4000::1", "not an address", ""),
]
PUBLIC = ["8.8.8.8", "52.94.236.248", "2a00:1450:4001:80b::200e", "2606:4700::1111"]

ELSEWHERE = [
    "http://api.chat.example/x",
    "HTTP://api.chat.example/x",
    "ftp://api.chat.example/x",
    "file:///etc/passwd",
    "//api.chat.example/x",
    "https://api.chat.example:8443/x",
    "https://api.chat.example:80/",
    "https://api.chat.example:0443/",
    "https://user@api.chat.example/x",
    "https://user:word@api.chat.example/x",
    "https://api.chat.example@169.254.169.254/x",
    "https://169.254.169.254\\@api.chat.example/x",
    "https://api.chat.example\\.evil.example/x",
    "https://api.chat.example.evil.example/x",
    "https://evil-api.chat.example/x",
    "https://api.chat.example./x",
    "https://cdn.example/x",
    "https://.cdn.example/x",
    "https://x.cdn.example.evil/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/x",
    "https://[::ffff:169.254.169.254]/x",
    "https://2852039166/x",
    "https://0xa9fea9fe/x",
    "https://0251.0376.0251.0376/x",
    "https://localhost/x",
    "https://api.chat.example%2f@evil.example/x",
    "https://api.chat.example\t.evil.example/x",
    " https://api.chat.example/x",
    "https:/api.chat.example/x",
    "https://api。chat。example/x",
    "https://ａpi.chat.example/x",
    "",
]


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """A socket that is made anyway fails its test by another error than the one expected."""


def unresolved(host: str) -> list[str]:
    """A resolver that nobody may ask."""
    raise AssertionError(f"{host} was resolved")


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_but_a_public_one(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)
    (place,) = public(lambda _: [address])(HOST)
    assert place == (address, 443)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_other_addresses_are_neither_resolved_nor_called(url: str) -> None:
    outside = World().outside(Transport(public(unresolved)))
    with pytest.raises(OutOfReachError) as refused:
        outside.send(Call("GET", url, "x"))
    assert refused.value.reason == "address_refused"
    with pytest.raises(OutOfReachError) as refused:
        outside.download(Call("GET", url, "x"), io.BytesIO(), 10)
    assert refused.value.reason == "address_refused"


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_not_called(address: str) -> None:
    for addresses in ([address], [*PUBLIC, address], [address, *PUBLIC]):
        outside = World().outside(Transport(public({HOST: addresses, FILES: addresses}.__getitem__)))
        with pytest.raises(OutOfReachError) as refused:
            outside.send(Call("GET", f"https://{HOST}/x", "x"))
        assert refused.value.reason == "address_refused"
        with pytest.raises(OutOfReachError) as refused:
            outside.download(Call("GET", f"https://{FILES}/x", "x"), io.BytesIO(), 10)
        assert refused.value.reason == "address_refused"


def test_a_name_is_resolved_once_a_call_so_that_it_cannot_change_its_mind() -> None:
    answers = iter([["169.254.169.254"], ["8.8.8.8"]])
    outside = World().outside(Transport(public(lambda _: next(answers))))
    with pytest.raises(OutOfReachError):
        outside.send(Call("GET", f"https://{HOST}/x", "x"))
    assert list(answers) == [["8.8.8.8"]]


def test_a_name_without_an_address_may_have_one_later() -> None:
    world = World()
    with pytest.raises(UnavailableError):
        world.outside(Transport(public(lambda _: []))).send(Call("GET", f"https://{HOST}/x", "x"))
    assert len(world.time.slept) == world.patience.tries - 1


def test_files_come_from_hosts_of_files_and_calls_do_not_go_there() -> None:
    with pytest.raises(OutOfReachError):
        World().outside(Transport(public(unresolved))).send(Call("GET", f"https://{FILES}/x", "x"))


@pytest.mark.parametrize(
    ("url", "query", "target"),
    [
        ("https://api.chat.example", {}, "/"),
        ("https://API.chat.Example:443/a/b?c=d#e", {}, "/a/b?c=d"),
        ("https://api.chat.example/a?b=1", {"cursor": "x=&y"}, "/a?b=1&cursor=x%3D%26y"),
        ("https://api.chat.example?b=1", {}, "/?b=1"),
        ("https://api.chat.example/teams('a b')/ü\r\nX: y", {}, "/teams('a%20b')/%C3%BC%0D%0AX:%20y"),
        ("https://api.chat.example/@evil.example/%2e%2e", {}, "/@evil.example/%2e%2e"),
        ("https://one.two.cdn.example/a", {}, "/a"),
    ],
)
def test_what_is_asked_for(url: str, query: dict[str, str], target: str) -> None:
    found = destination(url, query, (HOST, "*.cdn.example"))
    assert found.target == target
    assert found.host in {HOST, "one.two.cdn.example"}


def test_the_gateway_stands_for_every_host() -> None:
    assert gateway("127.0.0.1:4581")(HOST) == [("127.0.0.1", 4581)]


def test_a_customers_own_hosts_of_files_are_names() -> None:
    listed = ["files.acme.example", "169.254.169.254", "localhost", "*.example", "Files.acme.example", "0x7f.1", 7, ""]
    connection = Connection(
        tenant_id=TenantId("acme"),
        connection_id=ConnectionId("acme-generic"),
        platform="generic",
        name="Own",
        secret_id="s",
        created_at="2026-01-01T00:00:00Z",
        configuration={"fileHosts": listed},
    )
    reach = Reach(hosts=(), limits={}, pause=retry_after, files_setting="fileHosts")
    seen = seen_by(connection, reach, "live")
    assert (seen.files, seen.workspace) == (("files.acme.example",), "acme-generic")
    assert seen_by(connection, None, "live").files == ()
    assert seen_by(connection, reach._replace(files_setting=None), "live").files == ()
