"""The platform as one connection sees it: the one way outward, in turn, within reach, and again where that may help."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from urllib.parse import urljoin

from quire.domain.calls import Answer, Call, Limit, Reach, Received
from quire.domain.errors import BusyError, OutOfReachError, QuireError, UnavailableError
from quire.outbound.bodies import whole_body
from quire.outbound.breaker import Breaker, Breakers
from quire.outbound.destination import Destination, destination, is_name
from quire.outbound.faults import BadFileError, BrokenError, NotReachedError
from quire.outbound.patience import AgainError, Patience, persistently
from quire.outbound.transport import FETCHING, SENDING, Pace, Reply, Request, Transport

if TYPE_CHECKING:
    from quire.aws.control import Connection
    from quire.domain.ids import TenantId
    from quire.outbound.gcra import Priority
    from quire.outbound.turns import Line, Turns

ANSWER_MOST = 32 * 1024 * 1024
"""Bytes of an answer that is no file."""
_REFUSAL_MOST = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_MOST = 5
_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
_NOT_DONE = frozenset({429, 503})
"""Answers by which the platform says that it did nothing."""
_LONGEST_TURN = 30.0
_LONGEST_WISH = 24 * 3600.0
_USUAL = Limit(calls=600, seconds=60, burst=20)
"""Where a connector names no limit."""
NOWHERE = Reach(hosts=(), limits={}, pause=lambda _: None)


class Seen(NamedTuple):
    """What a connection may reach. ``files`` are hosts of files beyond those of calls."""

    platform: str
    tenant: TenantId
    workspace: str
    reach: Reach
    files: tuple[str, ...]
    priority: Priority


def seen_by(connection: Connection, reach: Reach | None, priority: Priority) -> Seen:
    """What ``connection`` may reach; nothing where its platform is not called at all."""
    reach = reach or NOWHERE
    listed = connection.configuration.get(reach.files_setting, []) if reach.files_setting else []
    own = tuple(host for host in listed if isinstance(host, str) and is_name(host)) if isinstance(listed, list) else ()
    return Seen(
        platform=connection.platform,
        tenant=connection.tenant_id,
        workspace=connection.workspace_id or connection.connection_id,
        reach=reach,
        files=(*reach.hosts, *reach.files, *own),
        priority=priority,
    )


@dataclass(frozen=True)
class Surroundings:
    """What all connections of a process share."""

    transport: Transport
    turns: Turns
    breakers: Breakers
    sending: Pace = SENDING
    fetching: Pace = FETCHING
    patience: Patience = field(default=Patience())
    sleep: Callable[[float], None] = time.sleep


class PlatformOutside:
    """An ``Outside`` over the network. ``token`` gives an access token, a fresh one when asked with ``True``."""

    def __init__(self, there: Seen, token: Callable[[bool], str], around: Surroundings) -> None:
        self._there = there
        self._token = token
        self._around = around

    def token(self, *, fresh: bool = False) -> str:
        """See :meth:`quire.domain.calls.Outside.token`."""
        return self._token(fresh)

    def send(self, call: Call) -> Answer:
        """See :meth:`quire.domain.calls.Outside.send`."""
        to = destination(call.url, call.query, self._there.reach.hosts)
        request = Request(call.method, to, call.headers, call.body)

        def attempt() -> Answer:
            with self._attempt(call, to, repeatable=call.method in _REPEATABLE) as turn:
                with self._around.transport.exchange(request, self._around.sending) as reply:
                    answer = Answer(reply.status, reply.headers, _answer_body(reply))
                turn.judge(answer)
                return answer

        return persistently(attempt, self._around.patience, self._around.sleep)

    def download(self, call: Call, into: BinaryIO, most: int) -> Received:
        """See :meth:`quire.domain.calls.Outside.download`. Another try starts ``into`` anew from where it stood."""
        to, start = destination(call.url, call.query, self._there.files), into.tell()

        def attempt() -> Received:
            into.seek(start)
            into.truncate()
            with self._attempt(call, to, repeatable=True) as turn:
                return self._fetch(Request(call.method, to, call.headers, call.body, closing=True), into, most, turn)

        return persistently(attempt, self._around.patience, self._around.sleep)

    def _fetch(self, request: Request, into: BinaryIO, most: int, turn: _Turn) -> Received:
        for _ in range(_REDIRECTS_MOST + 1):
            with self._around.transport.exchange(request, self._around.fetching) as reply:
                if 200 <= reply.status < 300:
                    turn.answered()
                    return _write(reply, into, most)
                if reply.status not in _REDIRECTS or "location" not in reply.headers or request.method != "GET":
                    turn.judge(Answer(reply.status, reply.headers, _refusal_body(reply)))
                    return Received(reply.status, reply.headers, 0, hashlib.sha256().hexdigest())
                request = self._redirected(request, reply.headers["location"])
        turn.answered()
        raise OutOfReachError("too_many_redirects", f"more than {_REDIRECTS_MOST} redirects")

    def _redirected(self, request: Request, location: str) -> Request:
        """The same request to where it was sent on; credentials stay with the host they are for."""
        to = destination(urljoin(request.to.url, location), {}, self._there.files)
        return request._replace(to=to, headers=request.headers if to.host == request.to.host else {})

    @contextmanager
    def _attempt(self, call: Call, to: Destination, *, repeatable: bool) -> Iterator[_Turn]:
        """One attempt in its turn: what comes of it is told to the breaker, and says whether there is another."""
        breaker = self._around.breakers.of(self._there.platform, to.host, call.name)
        breaker.check()
        line = self._wait(call)
        breaker.admit()
        turn = _Turn(self._there.reach, self._around.turns, line, breaker, repeatable=repeatable)
        try:
            yield turn
        except BusyError:
            raise
        except BadFileError as error:
            turn.answered()
            raise AgainError(error) from error
        except UnavailableError as error:
            turn.failed()
            if repeatable or isinstance(error, NotReachedError):
                raise AgainError(UnavailableError(f"{call.name}: {error.detail}")) from error
            raise
        except QuireError:
            turn.answered()
            raise

    def _wait(self, call: Call) -> Line:
        there, turns = self._there, self._around.turns
        turns.wait(turns.quota(there.tenant), there.priority, _LONGEST_TURN)
        limit = there.reach.limits.get(call.name) or there.reach.limits.get("*", _USUAL)
        line = turns.line(there.platform, there.workspace, call.name, limit)
        turns.wait(line, there.priority, _LONGEST_TURN)
        return line


class _Turn:
    """One admitted attempt, which tells the breaker once how it ended."""

    def __init__(self, reach: Reach, turns: Turns, line: Line, breaker: Breaker, *, repeatable: bool) -> None:
        self._reach = reach
        self._turns = turns
        self._line = line
        self._breaker = breaker
        self._repeatable = repeatable
        self._told = False

    def judge(self, answer: Answer) -> None:
        """Take an answer that is no file for what it says.

        Raises:
            AgainError: to be asked again, where it asks for patience or has a fault of its own.
            UnavailableError: it has a fault of its own, and may have done what it was asked.
        """
        asked = self._reach.pause(answer)
        if answer.status >= 500:
            self.failed()
        else:
            self.answered()
        if asked is not None:
            asked = _sensible(asked)
            self._turns.hold(self._line, asked)
            raise AgainError(BusyError("the platform asks us to wait", asked), asked)
        if answer.status >= 500:
            error = UnavailableError(f"the platform answered {answer.status}")
            if self._repeatable or answer.status in _NOT_DONE:
                raise AgainError(error)
            raise error

    def answered(self) -> None:
        """The endpoint is alive."""
        if not self._told:
            self._told = True
            self._breaker.succeeded()

    def failed(self) -> None:
        """The endpoint is not."""
        if not self._told:
            self._told = True
            self._breaker.failed()


def _sensible(seconds: float) -> float:
    """What a platform may ask for: no less than nothing, no more than a day."""
    if seconds > _LONGEST_WISH:
        return _LONGEST_WISH
    return seconds if seconds >= 0 else 1.0  # also where it is no number


def _answer_body(reply: Reply) -> bytes:
    try:
        return whole_body(reply, ANSWER_MOST)
    except BadFileError as error:
        raise BrokenError(error.detail) from error


def _refusal_body(reply: Reply) -> bytes:
    """What it says, where that is no more than a few words."""
    try:
        return whole_body(reply, _REFUSAL_MOST)
    except OutOfReachError:
        return b""


def _write(reply: Reply, into: BinaryIO, most: int) -> Received:
    digest, size = hashlib.sha256(), 0
    for piece in reply.chunks(most):
        into.write(piece)
        digest.update(piece)
        size += len(piece)
    return Received(reply.status, reply.headers, size, digest.hexdigest(), reply.headers.get("content-type"))
