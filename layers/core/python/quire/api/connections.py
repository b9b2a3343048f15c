"""/v1/connections: a tenant's links to platforms. What is secret goes in, and is never given out."""

from typing import Annotated, Any, Literal

from pydantic import Field

from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.api.scope import Asked
from quire.aws import control
from quire.domain.errors import NotFoundError
from quire.domain.ids import ConnectionId, is_connection_id
from quire.identity.actions import Action

Name = Annotated[str, Field(min_length=1, max_length=200)]
Values = Annotated[dict[str, Any], Field(max_length=50)]


class Trouble(ApiModel):
    """What is wrong with a connection: ``code`` is one stable word; ``source`` the task that found it, or ``grant``."""

    source: str
    code: str
    detail: str
    since: str
    degraded: bool


class ConnectionHealth(ApiModel):
    """How a connection is: when a task of it last ran, and what is wrong, worst first."""

    last_task_at: Maybe[str] = None
    troubles: list[Trouble]


class Connection(ApiModel):
    """A link to one workspace of a platform.

    ``webhook_url`` is where the platform sends to. ``last_activity_at`` is when something was last captured. ``status``
    is ``degraded`` while messages may be missed until somebody acts.
    """

    connection_id: str
    platform: str
    name: str
    status: Literal["active", "degraded", "paused", "removed"]
    workspace_id: str
    configuration: dict[str, Any]
    webhook_url: str
    created_at: str
    health: ConnectionHealth
    last_activity_at: Maybe[str] = None


class ConnectionDetails(Connection):
    """A connection, and the names of the secrets it has."""

    secrets_set: list[str]


class ConnectionList(ApiModel):
    """All connections that were not removed, in order of id."""

    connections: list[Connection]


class NewConnection(ApiModel):
    """``configuration`` and ``secrets`` as the platform's schemas say (``GET /v1/platforms``)."""

    platform: Annotated[str, Field(max_length=32)]
    name: Name
    configuration: Values = Field(default_factory=dict)
    secrets: Values = Field(default_factory=dict)


class ConnectionChange(ApiModel):
    """What is to be changed; what is left out stays."""

    name: Name | None = None
    configuration: Values | None = None
    status: Literal["active", "paused"] | None = None


class SecretsChange(ApiModel):
    """Secrets to set, by name; ``null`` takes one away."""

    secrets: Annotated[dict[str, Any], Field(min_length=1, max_length=50)]


class SecretNames(ApiModel):
    """Which secrets the connection has now."""

    secrets_set: list[str]


def register(api: Api) -> None:
    """Put the routes on the API."""
    _register_reading(api)
    _register_changing(api)


def _register_reading(api: Api) -> None:
    @api.route("GET", "/v1/connections", action=Action.LIST_CONNECTIONS, summary="List connections")
    def list_connections() -> ConnectionList:
        """Every connection with its health."""
        asked = api.asked()
        scope = asked.scope
        activity = scope.activity()
        kept = [each for each in scope.control.connections(scope.tenant) if each.status != "removed"]
        shown = [connection_fields(asked, each, activity.get(each.connection_id)) for each in kept]
        return ConnectionList(connections=[Connection(**fields) for fields in shown])

    @api.route(
        "GET",
        "/v1/connections/<connection_id>",
        action=Action.READ_CONNECTION,
        parameter="connection_id",
        summary="Read a connection",
    )
    def read_connection(connection_id: str) -> ConnectionDetails:
        """One connection, with the names of its secrets."""
        asked = api.asked()
        found = _known(asked, connection_id)
        names = asked.scope.desk().secret_names(connection_id)
        at = asked.scope.activity().get(found.connection_id)
        return ConnectionDetails(**connection_fields(asked, found, at), secrets_set=names)


def _register_changing(api: Api) -> None:
    @api.route("POST", "/v1/connections", action=Action.ADD_CONNECTION, summary="Connect a platform", status=201)
    def add_connection(new: NewConnection) -> Connection:
        """Make a connection; the answer says where the platform has to send to."""
        asked = api.asked()
        asked.detail.update(platform=new.platform, name=new.name, secrets=sorted(new.secrets))
        made = asked.scope.desk().add(new.platform, new.name, new.configuration, new.secrets)
        asked.detail["connection"] = made.connection_id
        return Connection(**connection_fields(asked, made))

    @api.route(
        "PATCH",
        "/v1/connections/<connection_id>",
        action=Action.CHANGE_CONNECTION,
        parameter="connection_id",
        summary="Change a connection",
    )
    def change_connection(connection_id: str, change: ConnectionChange) -> Connection:
        """Rename, configure, pause or resume a connection."""
        asked = api.asked()
        given = change.model_dump(exclude_none=True)
        asked.detail.update(given)
        changed = asked.scope.desk().change(connection_id, **given)
        return Connection(**connection_fields(asked, changed))

    @api.route(
        "DELETE",
        "/v1/connections/<connection_id>",
        action=Action.REMOVE_CONNECTION,
        parameter="connection_id",
        summary="Remove a connection",
    )
    def remove_connection(connection_id: str) -> Connection:
        """End a connection and delete its secrets. What was archived stays."""
        asked = api.asked()
        return Connection(**connection_fields(asked, asked.scope.desk().remove(connection_id)))

    @api.route(
        "POST",
        "/v1/connections/<connection_id>/secrets",
        action=Action.SET_SECRETS,
        parameter="connection_id",
        summary="Set a connection's secrets",
    )
    def set_secrets(connection_id: str, change: SecretsChange) -> SecretNames:
        """Set some of a connection's secrets. No answer of any route ever holds one."""
        asked = api.asked()
        asked.detail["secrets"] = sorted(change.secrets)
        return SecretNames(secrets_set=asked.scope.desk().put_secrets(connection_id, change.secrets))


def connection_fields(asked: Asked, connection: control.Connection, captured_at: str | None = None) -> dict[str, Any]:
    """The fields of a :class:`Connection`."""
    health = connection.health
    troubles = sorted(health.troubles, key=lambda each: (not each.degraded, each.since))
    shown = ConnectionHealth(
        last_task_at=health.last_task_at or None,
        troubles=[
            Trouble(source=each.source, code=each.code, detail=each.detail, since=each.since, degraded=each.degraded)
            for each in troubles
        ],
    )
    return {
        "connection_id": connection.connection_id,
        "platform": connection.platform,
        "name": connection.name,
        "status": connection.status,
        "workspace_id": connection.workspace_id,
        "configuration": dict(connection.configuration),
        "webhook_url": f"{asked.scope.hooks_url}/{connection.platform}/{connection.connection_id}",
        "created_at": connection.created_at,
        "health": shown,
        "last_activity_at": captured_at,
    }


def _known(asked: Asked, connection_id: str) -> control.Connection:
    scope = asked.scope
    if is_connection_id(connection_id):
        found = scope.control.connection(scope.tenant, ConnectionId(connection_id))
        if found is not None and found.status != "removed":
            return found
    raise NotFoundError("there is no such connection")
