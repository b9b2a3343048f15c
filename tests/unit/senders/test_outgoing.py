"""Nothing leaves this machine."""

import pytest

from infra.local.senders.outgoing import NotLoopbackError, Outgoing


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4580/hooks",
        "https://127.8.9.10/hooks",
        "https://[::1]:4580/hooks",
        "https://localhost/hooks",
        "https://abc123.execute-api.localhost:4580/hooks",
    ],
)
def test_addresses_of_this_machine_pass(url: str) -> None:
    assert Outgoing(url, {}, b"").url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://slack.com/api",
        "https://graph.microsoft.com/v1.0",
        "http://10.0.0.1/hooks",
        "http://0.0.0.0/hooks",
        "http://127.0.0.1.example.com/hooks",
        "http://notlocalhost/hooks",
        "http://127.0.0.1@example.com/hooks",
        "ftp://127.0.0.1/hooks",
        "/hooks",
        "",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(NotLoopbackError):
        Outgoing(url, {}, b"")
