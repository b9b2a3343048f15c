"""Use cases: what a tenant's people do with their connections. Secrets go in here, and never come out."""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from quire.aws.connection_settings import ConnectionSettings
from quire.aws.control import Connection, Control
from quire.aws.install_states import Begun, InstallStates
from quire.aws.layout import connection_mark
from quire.aws.secrets import Secrets
from quire.domain.errors import ConflictError, ForbiddenError, MalformedError, NotFoundError
from quire.domain.ids import ConnectionId, TenantId, is_connection_id
from quire.domain.time import from_datetime
from quire.domain.work import Install, Installed
from quire.tenants.add_connection import NewConnection
from quire.tenants.add_connection import Work as Tasks
from quire.tenants.check_settings import Described, check_settings
from quire.tenants.create_tenant import checked_name
from quire.tenants.remove_connection import remove_connection

INSTALL_MINUTES = 10
_LONGEST_STATE = 200


class Platform(Protocol):
    """What has to be known of a platform to connect to it."""

    @property
    def manifest(self) -> Described:
        """Its schemas."""
        ...

    @property
    def install(self) -> Install | None:
        """How a person lets the app in, where there is a page for that."""
        ...


Exchange = Callable[[Connection, Install, Mapping[str, Any], str, str], Installed]
"""What a code is worth: connection, its platform's install, its secrets, the code, the address it was sent to."""


@dataclass(frozen=True)
class Stores:
    """Where a tenant's connections are kept, over credentials of that tenant that may change them."""

    control: Control
    settings: ConnectionSettings
    secrets: Secrets
    states: InstallStates


@dataclass(frozen=True)
class Work:
    """What follows from a change: ``add`` makes a connection and begins its tasks, ``tasks`` begins and ends them,
    ``exchange`` asks its platform. Within ``hold`` nobody else changes the connection's secrets."""

    add: Callable[[NewConnection], Connection]
    tasks: Callable[[], Tasks]
    hold: Callable[[Connection], AbstractContextManager[None]]
    exchange: Exchange


class ConnectionDesk:
    """The connections of one tenant. ``redirect_uri`` is where platforms send people back to after an install."""

    def __init__(
        self,
        tenant: TenantId,
        stores: Stores,
        platforms: Mapping[str, Platform],
        work: Work,
        redirect_uri: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant = tenant
        self._stores = stores
        self._platforms = platforms
        self._work = work
        self._redirect_uri = redirect_uri
        self._clock = clock

    def add(self, platform: str, name: str, configuration: Mapping[str, Any], secrets: Mapping[str, Any]) -> Connection:
        """A new connection, with an id of its own. Raises as ``add_connection``."""
        connection_id = f"{connection_mark(self._tenant)}-{randomness.token_hex(6)}"
        return self._work.add(NewConnection(self._tenant, connection_id, platform, name, secrets, configuration))

    def change(
        self,
        connection_id: str,
        *,
        name: str | None = None,
        configuration: Mapping[str, Any] | None = None,
        status: Literal["active", "paused"] | None = None,
    ) -> Connection:
        """Change what is given; the connection as it is now.

        Raises:
            NotFoundError: there is no such connection, or it was removed.
            MalformedError: the name or the configuration is none.
        """
        known = self._known(connection_id)
        if name is not None and not checked_name(name):
            raise MalformedError("a connection has a name of at most 200 characters")
        if configuration is not None:
            check_settings(self._platform(known).manifest, configuration, self._secrets_of(known))
            self._stores.settings.configure(self._tenant, known.connection_id, configuration)
        if name is not None:
            self._stores.settings.rename(self._tenant, known.connection_id, name)
        if status is not None and (status == "paused") != (known.status == "paused"):
            self._set_status(known, status)
        return self._known(connection_id)

    def remove(self, connection_id: str) -> Connection:
        """End a connection: nothing is taken or asked any more, and its secrets are deleted. What was archived stays.

        Raises:
            NotFoundError: there is no such connection, or it was removed.
        """
        known = self._known(connection_id)
        stores, tasks = self._stores, self._work.tasks()
        return remove_connection(stores.control, stores.secrets, self._tenant, known.connection_id, tasks)

    def put_secrets(self, connection_id: str, given: Mapping[str, Any]) -> list[str]:
        """Set the secrets given, and take away those that are ``None``; the names of those there are now.

        Raises:
            NotFoundError: there is no such connection, or it was removed.
            InvalidFieldsError: with these the secrets would not be what the connector reads.
        """
        known = self._known(connection_id)
        with self._work.hold(known):
            merged = {**self._secrets_of(known), **given}
            kept = {name: value for name, value in merged.items() if value is not None}
            check_settings(self._platform(known).manifest, known.configuration, kept)
            self._stores.secrets.put(known.secret_id, kept)
        self._try_again(known)
        return sorted(kept)

    def secret_names(self, connection_id: str) -> list[str]:
        """Which secrets a connection has; never what they are."""
        return sorted(self._secrets_of(self._known(connection_id)))

    def begin_install(self, connection_id: str, subject: str) -> tuple[str, str]:
        """The address of the platform's page where a person lets the app in, and the state that it hands back.

        ``subject`` alone can finish it, once, within ten minutes; beginning another one ends it.

        Raises:
            NotFoundError: there is no such connection, or it was removed.
            ConflictError: the platform has no such page, or the connection lacks what it takes to ask for it.
        """
        known = self._known(connection_id)
        install, state = self._install(known), randomness.token_urlsafe(32)
        address = install.authorize(self._secrets_of(known), state, self._redirect_uri)
        ends = self._clock() + timedelta(minutes=INSTALL_MINUTES)
        self._stores.states.begin(
            self._tenant, Begun(subject, known.connection_id, _sha256(state), from_datetime(ends))
        )
        return address, state

    def finish_install(self, subject: str, code: str, state: str) -> Connection:
        """Trade the code for the connection's token; the connection as it is now.

        Raises:
            ForbiddenError: this person began no install with this state, or too long ago, or finished it.
            MalformedError: the platform gives nothing for the code.
            ConflictError: it is of another workspace than the connection's.
        """
        now = from_datetime(self._clock())
        found = self._stores.states.take(self._tenant, subject, _sha256(state[:_LONGEST_STATE]), now)
        if found is None:
            raise ForbiddenError("this install was not begun here, or not by you, or it took too long: begin again")
        known = self._known(found)
        with self._work.hold(known):
            secrets = self._secrets_of(known)
            made = self._work.exchange(known, self._install(known), secrets, code, self._redirect_uri)
            if known.workspace_id and made.workspace_id and known.workspace_id != made.workspace_id:
                raise ConflictError("the app was installed in another workspace than this connection's")
            self._stores.secrets.put(known.secret_id, made.secrets)
        if made.workspace_id:
            self._stores.settings.place(self._tenant, known.connection_id, made.workspace_id)
        self._try_again(known)
        return self._known(found)

    def _known(self, connection_id: str) -> Connection:
        if is_connection_id(connection_id):
            found = self._stores.control.connection(self._tenant, ConnectionId(connection_id))
            if found is not None and found.status != "removed":
                return found
        raise NotFoundError("there is no such connection")

    def _platform(self, connection: Connection) -> Platform:
        try:
            return self._platforms[connection.platform]
        except KeyError as error:
            raise ConflictError("there is no connector for this connection's platform any more") from error

    def _install(self, connection: Connection) -> Install:
        install = self._platform(connection).install
        if install is None:
            raise ConflictError("this platform's apps are not installed from here")
        return install

    def _secrets_of(self, connection: Connection) -> Mapping[str, Any]:
        return self._stores.secrets.current(connection.secret_id) or {}

    def _try_again(self, connection: Connection) -> None:
        """Let its tasks run now: what waited for new secrets need not wait longer."""
        if connection.at_work:
            self._work.tasks().begin(connection)

    def _set_status(self, known: Connection, status: str) -> None:
        def alter(connection: Connection) -> Connection:
            return connection if connection.status == "removed" else replace(connection, status=status)

        changed = self._stores.control.revise(self._tenant, known.connection_id, alter)
        if changed is not None:
            tasks = self._work.tasks()
            (tasks.begin if changed[1].at_work else tasks.end)(changed[1])


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
