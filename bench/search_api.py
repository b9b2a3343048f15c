"""The API's own code over a real engine, in this process. What asks AWS (directory, audit trail) answers from memory:
its time is AWS's, the same whatever the engine."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from opensearchpy import OpenSearch

from bench.search_shapes import Asked
from quire.api.app import build
from quire.api.gate import Gate
from quire.api.scope import TenantScope
from quire.aws.directory import ChannelEntry, UserEntry
from quire.domain.ids import ChannelId, SubjectId, TenantId
from quire.identity.policy import decide
from quire.identity.principal import Expected, principal_of
from quire.search.conversations import Conversations
from quire.search.engine import Engine, connect
from quire.search.searcher import Searcher
from tests.api_calls import call, claims
from tests.lambda_context import CONTEXT

Request = tuple[tuple[Any, ...], dict[str, Any]]
"""Arguments of opensearch-py's ``perform_request``, by position and by name."""
_AT = "2025-10-01T00:00:00Z"


class Wire:
    """What goes to the engine: the requests of one question, kept to be sent once more without us."""

    def __init__(self, engine: Engine) -> None:
        self._transport = engine._client.transport
        self._perform = self._transport.perform_request
        self.requests: list[Request] = []

    def keep(self) -> None:
        """Keep requests from here on."""
        self.requests = []

        def kept(*args: Any, **named: Any) -> Any:
            self.requests.append((args, {**named, "params": dict(named.get("params") or {})}))
            return self._perform(*args, **named)

        self._transport.perform_request = kept  # type: ignore[method-assign]

    def let_be(self) -> list[Request]:
        """Keep no more; what was kept."""
        self._transport.perform_request = self._perform  # type: ignore[method-assign]
        return self.requests


def straight(client: OpenSearch, requests: Sequence[Request]) -> None:
    """Send them as they are."""
    for args, named in requests:
        client.transport.perform_request(*args, **{**named, "params": dict(named["params"])})


class _Everybody:
    """A directory that knows a name for whoever is asked for, and a trail that takes every entry."""

    def channels_by_id(self, _: TenantId, channels: Sequence[ChannelId]) -> dict[ChannelId, ChannelEntry]:
        """An entry each."""
        return {each: ChannelEntry(each, "slack", each, "W1", _AT, name="general") for each in channels}

    def users_by_id(self, _: TenantId, subjects: Sequence[SubjectId]) -> dict[SubjectId, UserEntry]:
        """An entry each."""
        return {each: UserEntry(each, "slack", each, "W1", _AT, name="Somebody") for each in subjects}

    def append(self, act: object) -> None:
        """Taken."""


class SearchApi:
    """Answers searches of a tenant; ``wire`` is what it asks the engine through."""

    def __init__(self, url: str, tenant: TenantId) -> None:
        engine = connect(url)
        self.wire = Wire(engine)
        self._claims = claims(tenant, "compliance_officer")
        everybody: Any = _Everybody()
        members: dict[str, Any] = dict.fromkeys((each.name for each in dataclasses.fields(TenantScope)), everybody)
        ours = engine.for_tenant(tenant)
        over_engine = {"tenant": tenant, "searcher": Searcher(ours), "conversations": Conversations(ours)}
        scope = TenantScope(**members | over_engine)
        expected = Expected(frozenset({"console"}), "quire/api")
        self._api = build(
            Gate(
                lambda told, now: principal_of(told, expected, now), decide, lambda _: scope, lambda: datetime.now(UTC)
            )
        )

    def event(self, asked: Asked) -> dict[str, Any]:
        """A question as the REST API hands it over."""
        return call("POST", "/v1/search", asked.request, who=self._claims)

    def answer(self, event: dict[str, Any]) -> str:
        """The body of the answer; it has to be a good one."""
        response = self._api.resolve(event, CONTEXT)
        assert response["statusCode"] == 200, response["body"]
        return str(response["body"])
