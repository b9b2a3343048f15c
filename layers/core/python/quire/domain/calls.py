"""A request to a platform, its answer, and how far a connector may reach.

Connectors say what they want as values and are given an :class:`Outside` to get it from; where calls may go, how fast,
and what happens when they fail is decided in one place for all platforms (``quire.outbound``).
"""

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Literal, NamedTuple, Protocol

import orjson

from quire.domain.errors import MalformedError

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Call(NamedTuple):
    """One request. ``url`` is absolute and https; ``query`` is encoded and added to it.

    ``name`` is the platform's own name of the method, without ids or secrets (``conversations.history``,
    ``GET /channels/{id}/messages``): limits and breakers are kept by it, and it may stand in logs, as the address
    never does (Telegram's holds the token).
    """

    method: Method
    url: str
    name: str
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    body: bytes | None = None


class Answer(NamedTuple):
    """What came back: any status but one that asks for patience. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's value.

        Raises:
            MalformedError: it is not JSON.
        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise MalformedError("the platform's answer is not JSON") from error


class Limit(NamedTuple):
    """At most ``calls`` in ``seconds``, ``burst`` of them at once.

    No window of ``seconds`` ever holds more than ``calls``, so a burst comes off the steady pace:
    ``calls - burst + 1`` in ``seconds``. A burst of more than half of the calls counts as half of them.
    """

    calls: int
    seconds: float
    burst: int = 1


Pause = Callable[[Answer], float | None]
"""Seconds an answer asks us to wait, in the platform's own dialect; ``None`` where it is no such answer."""


class Reach(NamedTuple):
    """Where a connector's calls may go. Hosts are exact names, or ``*.example.com`` for any name below one.

    ``limits`` is by call name, ``"*"`` for all others; each holds per (platform, method, workspace).
    ``files`` are the further hosts that files are fetched from, also by redirect; ``files_setting`` names the key of
    a connection's configuration that lists still more of them (exact names), where customers have hosts of their own.
    """

    hosts: tuple[str, ...]
    limits: Mapping[str, Limit]
    pause: Pause
    files: tuple[str, ...] = ()
    files_setting: str | None = None


class Received(NamedTuple):
    """A file that was fetched: ``sha256`` (hex) and ``size`` of the bytes as sent, ``content_type`` as declared."""

    status: int
    headers: Mapping[str, str]
    size: int
    sha256: str
    content_type: str | None = None


class Outside(Protocol):
    """The platform as one connection sees it.

    Both methods wait their turn, try again what may succeed, and never follow an address off the connector's reach.
    """

    def token(self, *, fresh: bool = False) -> str:
        """The connection's access token; ``fresh`` when the platform just refused the one given before.

        Raises:
            GrantLostError: there is none to be had any more.
        """

    def send(self, call: Call) -> Answer:
        """The answer, also one of 4xx; redirects are not followed.

        Raises:
            BusyError: asked to wait longer than it is worth here.
            UnavailableError: no answer, or one of 5xx, after several tries.
            OutOfReachError: the address is none of the platform's.
        """

    def download(self, call: Call, into: BinaryIO, most: int) -> Received:
        """A file's bytes written ``into`` as they come, at most ``most``; redirects lead to the platform's hosts only.

        An answer other than 2xx is returned with nothing written.

        Raises:
            BusyError, UnavailableError, OutOfReachError: as :meth:`send`; the latter also for a file that is larger
                (``too_large``), shorter or longer than it says (``wrong_length``), or too slow (``too_slow``).
        """
