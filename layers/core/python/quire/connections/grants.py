"""The connections' access tokens: made of their secrets, kept in this process for as long as they are good.

A refresh token works once. So whoever makes a token holds the connection's lease, reads the secrets as they are now,
and stores those that came back before anybody is given the token that came with them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from quire.aws.control import Connection
from quire.aws.leases import Leases
from quire.aws.secrets import Secrets
from quire.connections.health import HealthBook
from quire.domain.calls import Outside
from quire.domain.errors import BusyError, GrantLostError, UnavailableError
from quire.domain.work import STALE, Grant, Token

if TYPE_CHECKING:
    from quire.outbound.gcra import Priority

EARLY = timedelta(minutes=5)
"""A token is given until this long before it ends."""
UNENDING = timedelta(minutes=5)
"""A token without an end is read anew after this long: somebody may have changed it."""
AHEAD = timedelta(hours=2)
"""Rotation on schedule renews what ends within this; it runs hourly."""
_LEASE_SECONDS = 120
_WAIT_SECONDS, _PAUSE_SECONDS = 20, 0.25

OutsideOf = Callable[[Connection, Callable[[bool], str], "Priority"], Outside]
"""``quire.bootstrap.outbound.outside``."""


@dataclass(frozen=True)
class Surroundings:
    """What tokens are made with. ``grant_of`` is by platform; ``now`` is aware; ``sleep`` takes seconds."""

    secrets: Secrets
    leases: Leases
    health: HealthBook
    grant_of: Callable[[str], Grant | None]
    outside_of: OutsideOf
    now: Callable[[], datetime]
    sleep: Callable[[float], None]


@dataclass(frozen=True)
class _Kept:
    value: str
    until: datetime


class GrantKeeper:
    """Gives tokens. One a process; threads may share it."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._kept: dict[str, _Kept] = {}
        self._unsaved: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
        self._lock = threading.RLock()

    def outside(self, connection: Connection, priority: Priority = "live") -> Outside:
        """The platform as the connection sees it, with its token."""
        return self._around.outside_of(connection, lambda fresh: self.token(connection, fresh=fresh), priority)

    def token(self, connection: Connection, *, fresh: bool = False) -> str:
        """The access token; ``fresh`` when the platform just refused the one given before.

        Raises:
            GrantLostError: there is none to be had any more; the connection is degraded, and people were told.
            BusyError: another worker is making one, and takes long.
            UnavailableError: the platform or a store did not answer.
        """
        with self._lock:
            kept = self._kept.get(connection.connection_id)
            if kept is not None and not fresh and self._around.now() < kept.until:
                return kept.value
            token = self._reporting(connection, kept.value if kept is not None and fresh else None)
            self._keep(connection, token)
            return token.value

    def ahead(self, connection: Connection) -> bool:
        """Renew a token that ends soon; whether the platform gave a new one.

        Raises as :meth:`token`.
        """
        with self._lock:
            token = self._reporting(connection, None)
            renewed = token.renewed is not None
            if not renewed and token.expires_at is not None and token.expires_at - self._around.now() < AHEAD:
                token = self._reporting(connection, token.value)
                renewed = True
            self._keep(connection, token)
            return renewed

    def renew(self, connection: Connection, base: Mapping[str, Any], renewed: Mapping[str, Any]) -> None:
        """Store secrets that a task changed, whose ``base`` it was given; what others changed meanwhile stays.

        Raises:
            BusyError, UnavailableError: they are not stored.
        """
        with self._lock, self._held(connection):
            self._store(connection, base, renewed)
            self._kept.pop(connection.connection_id, None)

    def _keep(self, connection: Connection, token: Token) -> None:
        until = self._around.now() + UNENDING if token.expires_at is None else token.expires_at - EARLY
        self._kept[connection.connection_id] = _Kept(token.value, until)

    def _reporting(self, connection: Connection, stale: str | None) -> Token:
        try:
            return self._make(connection, stale)
        except GrantLostError as error:
            self._kept.pop(connection.connection_id, None)
            self._around.health.lost(connection, error.detail)
            raise

    def _make(self, connection: Connection, stale: str | None) -> Token:
        """A token other than ``stale``; its secrets are stored when this returns."""
        around = self._around
        grant = around.grant_of(connection.platform)
        if grant is None:
            raise GrantLostError("this platform gives no access")
        with self._held(connection):
            base = around.secrets.current(connection.secret_id)
            if base is None:
                raise GrantLostError("the connection has no secrets")
            base = self._saved(connection, base)
            given = dict(base) if stale is None else {**base, STALE: stale}
            outside = around.outside_of(connection, _no_token, "live")
            token = grant(given, connection.configuration, outside, around.now())
            if token.renewed is not None:
                self._store(connection, base, token.renewed)
        if token.value == stale:
            raise GrantLostError("the platform refuses the token, and there is no other")
        return token

    def _saved(self, connection: Connection, base: Mapping[str, Any]) -> Mapping[str, Any]:
        """The secrets, after those that could not be stored the last time were, unless somebody changed them since."""
        unsaved = self._unsaved.pop(connection.connection_id, None)
        if unsaved is None:
            return base
        before, renewed = unsaved
        if any(base.get(name) != before.get(name) for name in changes(before, renewed)):
            return base
        return self._store(connection, before, renewed)

    def _store(self, connection: Connection, base: Mapping[str, Any], renewed: Mapping[str, Any]) -> Mapping[str, Any]:
        secrets = self._around.secrets
        try:
            merged = merge(base, secrets.current(connection.secret_id) or {}, renewed)
            secrets.put(connection.secret_id, merged)
        except UnavailableError:
            self._unsaved[connection.connection_id] = (base, renewed)
            raise
        return merged

    def _held(self, connection: Connection) -> _Held:
        return _Held(self._around, lease_name(connection))


def lease_name(connection: Connection) -> str:
    """Name of the lease under which a connection's secrets are changed."""
    return f"grant#{connection.tenant_id}#{connection.connection_id}"


class _Held:
    """The lease on a connection's secrets, waited for."""

    def __init__(self, around: Surroundings, name: str) -> None:
        self._around = around
        self._name = name

    def __enter__(self) -> None:
        waited = 0.0
        while (lease := self._around.leases.take(self._name, _LEASE_SECONDS)) is None:
            if waited >= _WAIT_SECONDS:
                raise BusyError("another worker renews this connection's access", _WAIT_SECONDS)
            self._around.sleep(_PAUSE_SECONDS)
            waited += _PAUSE_SECONDS
        self._lease = lease

    def __exit__(self, *_: object) -> None:
        self._around.leases.free(self._lease)


def merge(base: Mapping[str, Any], current: Mapping[str, Any], renewed: Mapping[str, Any]) -> dict[str, Any]:
    """``current`` with what changed from ``base`` to ``renewed``, and nothing of our own marks."""
    gone = base.keys() - renewed.keys()
    kept = {name: value for name, value in current.items() if name not in gone}
    return kept | changes(base, renewed)


def changes(base: Mapping[str, Any], renewed: Mapping[str, Any]) -> dict[str, Any]:
    """What is new or other than in ``base``."""
    return {
        name: value for name, value in renewed.items() if name != STALE and (name not in base or base[name] != value)
    }


def _no_token(_: bool) -> NoReturn:
    raise UnavailableError("a grant asks for the token that it is to make")
