"""Search engines to test against: the embedded one, and OpenSearch itself where an address of one is given."""

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from opensearchpy import OpenSearch
from osmem_server import OsmemServer

from infra.local.guard.proxy import guarded
from quire.domain.events import Event
from quire.domain.ids import TenantId, derive
from quire.domain.message import message_state
from quire.search.documents import Known, document
from quire.search.engine import Engine, connect
from quire.search.indexes import Indexes
from quire.search.pool import AllOwn, Placement, Placements
from quire.search.query.texts import ALL, EMBEDDED
from quire.search.searcher import Searcher
from quire.search.tenant_engine import TenantEngine
from quire.search.writes import Write, Writes, placed, places
from tests.chat import AT, known

ADDRESS = "QUIRE_OPENSEARCH_URL"
ENGINES = ["embedded", pytest.param("opensearch", marks=pytest.mark.opensearch)]


@dataclass(frozen=True)
class Bench:
    """An engine, a tenant of its own on it, and whether it is OpenSearch itself.

    ``engine`` and ``url`` lead through a guard that refuses what OpenSearch Serverless lacks; ``raw`` goes around it.
    Whatever is indexed, a ``neighbour`` says too, with ids of messages of its own, in the same places and threads.
    """

    engine: Engine
    raw: OpenSearch
    tenant: TenantId
    real: bool
    url: str
    placements: Placements = field(default_factory=AllOwn)
    neighbour: TenantId | None = None

    @property
    def ours(self) -> TenantEngine:
        """What reads the tenant's documents."""
        return self.engine.for_tenant(self.tenant)

    def index(self, *events: Event) -> None:
        """Fold and index events, each message by itself, and wait until they can be found."""
        if self.neighbour:
            events = (*events, *(_said_by(self.neighbour, each) for each in events))
        by_message: dict[str, list[Known]] = {}
        for each in known(*events):
            by_message.setdefault(str(each.event.message_id), []).append(each)
        for tenant in {each.event.tenant_id for each in known(*events)}:
            writes = [folded(told) for told in by_message.values() if told[0].event.tenant_id == tenant]
            standing = Indexes(self.engine, self.placements).ensure(tenant, {w.index for w in writes if w.index})
            Writes(self.engine).put_folded([placed(write, standing.current) for write in writes])
        self.refresh()

    def refresh(self) -> None:
        """Make what was written findable. OpenSearch Serverless does this by itself only, so the product never does."""
        self.raw.indices.refresh(index="*-messages-*")

    def searcher(self) -> Searcher:
        """Searches for the tenant."""
        return Searcher(self.ours, where=ALL if self.real else EMBEDDED)


def _said_by(tenant: TenantId, event: Event) -> Event:
    own = {name: derive("next door", value) for name in ("message_id", "event_id") if (value := getattr(event, name))}
    return event.model_copy(update={"tenant_id": tenant, **own})


def folded(events: Sequence[Known]) -> Write:
    """The write of a message all of whose events are given."""
    state = message_state(each.event for each in events)
    assert state is not None
    index, elsewhere = places(state.tenant_id, state.sent_at, events)
    return Write(index, state.message_id, state.revision, document(state, events, AT), elsewhere)


@dataclass
class Placed:
    """Where tenants' messages are to be indexed: in their own indexes but for those that were put elsewhere."""

    placements: dict[TenantId, Placement] = field(default_factory=dict)

    def of(self, tenant: TenantId) -> Placement:
        """Where this tenant's are."""
        return self.placements.get(tenant, "own")

    def put(self, tenant: TenantId, placement: Placement) -> None:
        """Say where."""
        self.placements[tenant] = placement


@contextmanager
def pool(made: Bench, *tenants: TenantId) -> Iterator[Bench]:
    """A bench where these tenants share a pool that is nobody else's."""
    name = f"pool_{uuid.uuid4().hex[:12]}-messages"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quire.search.pool.POOL", name)
        try:
            yield replace(made, placements=Placed(dict.fromkeys(tenants, "pooled")))
        finally:
            made.raw.indices.delete(index=f"{name}-*", params={"ignore_unavailable": "true"})


@contextmanager
def embedded() -> Iterator[str]:
    """The address of an embedded engine."""
    with OsmemServer.start(addr="127.0.0.1:0") as server:
        yield server.url
    server.process.stdout.close()


@contextmanager
def bench(kind: str, url_of: Callable[[], str]) -> Iterator[Bench]:
    """A bench of one kind; ``url_of`` gives the embedded engine's address."""
    real = kind == "opensearch"
    if real and ADDRESS not in os.environ:
        pytest.skip(f"{ADDRESS} names no OpenSearch")
    url = os.environ[ADDRESS] if real else url_of()
    tenant = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    raw = OpenSearch([url])
    with guarded(url) as guard:
        try:
            yield Bench(connect(guard.url), raw, tenant, real, guard.url)
        finally:
            raw.indices.delete(index=f"{tenant}*-messages-*", params={"ignore_unavailable": "true"})
            raw.close()
    assert guard.refused == [], "the product asked for what OpenSearch Serverless does not have"
