"""GET /v1/platforms"""

from typing import Any, Literal

from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.connectors.seam import Connector
from quire.identity.actions import Action


class PlatformLimit(ApiModel):
    """A limit of the platform's or of ours: its number, and what it says in words."""

    name: str
    value: int
    text: str


class PlatformTask(ApiModel):
    """Something a connection does every so many seconds."""

    name: str
    summary: str
    every_seconds: int


class Platform(ApiModel):
    """A platform that can be connected, as its connector describes it.

    ``configuration`` and ``secrets`` are JSON Schemas (2020-12) of objects; each property has ``title``,
    ``description`` and ``order``, a secret ``writeOnly``, and ``managed`` where Quire keeps it and no form asks for it.
    """

    platform: str
    title: str
    summary: str
    captures: list[str]
    cannot_capture: list[str]
    limits: list[PlatformLimit]
    configuration: dict[str, Any]
    secrets: dict[str, Any]
    grant: Literal["none", "static", "oauth", "certificate"]
    installable: bool
    tasks: list[PlatformTask]
    setup: list[str]
    docs: str
    guide: Maybe[str] = None


class PlatformList(ApiModel):
    """All platforms, in order of name."""

    platforms: list[Platform]


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route("GET", "/v1/platforms", action=Action.LIST_PLATFORMS, summary="List platforms")
    def list_platforms() -> PlatformList:
        """What can be connected, what it takes, and what is captured and what is not."""
        described = api.asked().scope.platforms
        return PlatformList(platforms=[_platform(described[name]) for name in sorted(described)])


def _platform(connector: Connector) -> Platform:
    told = connector.manifest
    return Platform(
        platform=told.platform,
        title=told.title,
        summary=told.summary,
        captures=list(told.captures),
        cannot_capture=list(told.cannot_capture),
        limits=[PlatformLimit(name=name, value=bound.value, text=bound.text()) for name, bound in told.limits.items()],
        configuration=dict(told.configuration),
        secrets=dict(told.secrets),
        grant=told.grant,
        installable=connector.install is not None,
        tasks=[
            PlatformTask(name=name, summary=told.tasks.get(name, ""), every_seconds=int(task.every.total_seconds()))
            for name, task in connector.tasks.items()
        ],
        setup=list(told.setup),
        docs=told.docs,
        guide=told.guide or None,
    )
