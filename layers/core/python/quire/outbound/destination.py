"""An address that a call may go to, read once and strictly: what is checked here is what is asked for on the wire."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

from quire.domain.errors import OutOfReachError

_URL = re.compile(r"(?i:https)://([A-Za-z0-9.-]{1,253})(?::443)?(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
"""Neither user, password, other port, bracket nor backslash comes through."""
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_KEPT = "%/:=&?~+!$,;'@()*-._"
"""Characters of a path or query that go as they are; whatever is left is percent-encoded."""


class Destination(NamedTuple):
    """A host that may be called, and what to ask it for (path and query)."""

    host: str
    target: str

    @property
    def url(self) -> str:
        """The address again: a redirect is relative to it."""
        return f"https://{self.host}{self.target}"


def destination(url: str, query: Mapping[str, str], hosts: Iterable[str]) -> Destination:
    """Where ``url`` leads, with ``query`` added. ``hosts`` are exact names, or ``*.example.com`` for any below one.

    Raises:
        OutOfReachError: it is not https on port 443 of one of the hosts (``address_refused``).
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise OutOfReachError("address_refused", "the address is not one of https on its own port")
    host = found[1].lower()
    if not is_name(host) or not any(_covers(pattern, host) for pattern in hosts):
        raise OutOfReachError("address_refused", "the address is none of the platform's")
    told = [part for part in (quote(found[3] or "", safe=_KEPT), urlencode(query)) if part]
    path = quote(found[2] or "/", safe=_KEPT)
    return Destination(host, f"{path}?{'&'.join(told)}" if told else path)


def is_name(host: str) -> bool:
    """Whether it is a whole host name in lower case: no number, no single label, nothing to be completed."""
    return len(host) <= 253 and _NAME.fullmatch(host) is not None


def _covers(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern
