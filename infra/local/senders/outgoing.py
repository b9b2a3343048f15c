"""One HTTP request a platform would make, and the rule that it stays on this machine."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit


class NotLoopbackError(ValueError):
    """The address is not this machine's own."""


@dataclass(frozen=True)
class Outgoing:
    """A POST (or, as some handshakes, a GET): where to, with which headers, and the exact bytes."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    method: Literal["POST", "GET"] = "POST"

    def __post_init__(self) -> None:
        require_loopback(self.url)


def require_loopback(url: str) -> None:
    """Let only this machine's own addresses pass.

    ``localhost`` and names below it are loopback by RFC 6761, section 6.3; they are not looked up.

    Raises:
        NotLoopbackError: any other host, or an address that is not HTTP.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in {"http", "https"}:
        raise NotLoopbackError(f"not an HTTP address: {parts.scheme or 'no scheme'}")
    if host == "localhost" or host.endswith(".localhost"):
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise NotLoopbackError(f"{host or 'no host'} is not on this machine")
