"""Where a host is: its addresses, every one of them public, or nothing.

A name is resolved once a call and the connection is made to exactly the address that was checked, so that a name
which changes its mind between the check and the call gains nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import NamedTuple

from quire.domain.errors import OutOfReachError, UnavailableError

HTTPS = 443
_V6_UNICAST = ipaddress.IPv6Network("2000::/3")
_V6_OTHERS = tuple(ipaddress.IPv6Network(network) for network in ("2002::/16", "2001::/32", "3fff::/20"))
"""6to4 and Teredo, whose addresses hold another one that nobody has checked; and what is for documents only."""
_V4_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")


class Place(NamedTuple):
    """An address to connect to."""

    address: str
    port: int


Find = Callable[[str], Sequence[Place]]
"""The places of a host, best first, at least one.

Raises ``OutOfReachError`` (``address_refused``) where one of them is not public, ``UnavailableError`` without any.
"""
Resolve = Callable[[str], Sequence[str]]
"""The addresses of a name; raises ``OSError`` where it has none."""


def system(host: str) -> list[str]:
    """What the system's resolver says."""
    found = socket.getaddrinfo(host, HTTPS, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public(resolve: Resolve = system) -> Find:
    """Finds hosts by their names, on the public internet only."""

    def find(host: str) -> list[Place]:
        try:
            addresses = resolve(host)
        except (OSError, UnicodeError) as error:
            raise UnavailableError("the platform's name has no address") from error
        if not addresses:
            raise UnavailableError("the platform's name has no address")
        if not all(is_public(address) for address in addresses):
            raise OutOfReachError("address_refused", "the name leads to an address that is not public")
        return [Place(address, HTTPS) for address in addresses]

    return find


def gateway(where: str) -> Find:
    """Finds every host at ``host:port``: one machine's simulated platforms."""
    address, _, port = where.rpartition(":")
    place = Place(address.strip("[]"), int(port))
    return lambda _: [place]


def is_public(address: str) -> bool:
    """Whether it is an address of one machine on the public internet (IANA's special-purpose registries)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if found.is_multicast or found.is_reserved or not found.is_global:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return found not in _V4_RELAYS
    if found.scope_id or found not in _V6_UNICAST:  # v4-mapped, NAT64, unique local, link-local are all outside
        return False
    return not any(found in network for network in _V6_OTHERS)
