"""The API's use case: everything a request touches is built from credentials of its tenant alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from quire.bootstrap.sessions import prompt

if TYPE_CHECKING:
    from quire.api.routing import Api
    from quire.api.scope import TenantScope
    from quire.aws.sessions import Aws
    from quire.config import Settings
    from quire.domain.ids import TenantId
    from quire.identity.isolation import Reach


def serve_api(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request, as the REST API hands it over."""
    return api().resolve(event, context)


@cache
def api() -> Api:
    """The API."""
    from functools import partial

    from quire.api.app import build
    from quire.api.gate import Gate
    from quire.bootstrap.search import now
    from quire.config import settings
    from quire.identity.policy import decide
    from quire.identity.principal import Expected, principal_of

    known = settings()
    clients = frozenset(filter(None, (client.strip() for client in known.need("client_ids").split(","))))
    expected = Expected(clients, known.need("api_scope"))

    def authenticate(claims: Mapping[str, Any], moment: Any) -> Any:
        return principal_of(claims, expected, moment)

    return build(Gate(authenticate, decide, partial(_scope_of, scopes()), now), known.console_origin)


@cache
def scopes() -> Callable[[TenantId], TenantScope | None]:
    """Tenants' stores, each kept no longer than its credentials live."""
    from functools import partial

    from quire.aws.expiring import Expiring, Life
    from quire.config import settings
    from quire.identity.isolation import KEPT_SECONDS, assume_tenant, session_policy

    known = settings()
    policy = partial(session_policy, reach=reach_of(known))
    become = assume_tenant(prompt(), known.need("tenant_role_arn"), policy)
    life = Life(present=KEPT_SECONDS, absent=0, entries=64)
    kept: Expiring[TenantId, TenantScope] = Expiring(
        lambda tenant: tenant_scope(tenant, become(tenant)), life, time.monotonic
    )
    return kept.get


def tenant_scope(tenant: TenantId, aws: Aws) -> TenantScope:
    """The stores of a tenant, over credentials that reach no other."""
    from functools import partial

    from quire.api.scope import TenantScope
    from quire.audit.searches import SearchRecords
    from quire.audit.trail import AuditTrail
    from quire.aws.audit_table import AuditTable
    from quire.aws.control import Control
    from quire.aws.directory import Directory
    from quire.aws.event_rows import EventRows
    from quire.aws.memberships import Memberships
    from quire.aws.search_alerts import SearchAlerts
    from quire.aws.synonym_settings import SynonymSettings
    from quire.bootstrap import desk, evidence, hand_over, saved_searches
    from quire.bootstrap.archive import locked_journal
    from quire.bootstrap.evidence import opener
    from quire.bootstrap.questions import interpreter_of, searcher_of
    from quire.bootstrap.search import engine_of, known_events, now
    from quire.config import settings
    from quire.connectors.registry import CONNECTORS
    from quire.identity.actions import Action
    from quire.search.conversations import Conversations
    from quire.search.days import Days
    from quire.search.directory import same_conversation
    from quire.search.lately import Lately
    from quire.search.membership import Members
    from quire.search.messages import Messages
    from quire.search.recent import Recent
    from quire.search.recent_search import RecentSearch

    known, engine = settings(), engine_of(aws).for_tenant(tenant)
    control = Control(aws.dynamodb, known.need("control_table"))
    directory = Directory(aws.dynamodb, known.need("control_table"))
    ids_of = partial(same_conversation, directory, tenant)
    events = known_events(aws, locked_journal(aws), lambda whose: opener(whose, control))
    synonyms = SynonymSettings(aws.dynamodb, known.need("control_table"))
    rows = EventRows(aws.dynamodb, known.need("events_table"))
    conversations = Conversations(engine, ids_of, Recent(rows, events, tenant, ids_of, now))
    messages = Messages(tenant, events, conversations, now)
    interpreter = interpreter_of(tenant, aws)
    trail = AuditTable(aws.dynamodb, known.need("audit_table"))
    return TenantScope(
        tenant=tenant,
        audit=AuditTrail(trail),
        control=control,
        directory=directory,
        searcher=searcher_of(engine, interpreter),
        lately=Lately(tenant, RecentSearch(rows, events, directory, tenant, now), interpreter),
        conversations=conversations,
        members=Members(Memberships(aws.dynamodb, known.need("control_table")), tenant, ids_of),
        days=Days(engine),
        clock=now,
        messages=messages,
        hand_over=partial(hand_over.hand_over, tenant, control),
        proof=partial(evidence.proof, tenant, messages, control),
        platforms=CONNECTORS,
        hooks_url=known.hooks_url,
        activity=lambda: desk.activity_of(engine),
        people=desk.people_of(tenant, aws),
        desk=lambda: desk.desk_of(tenant, control),
        registrar=lambda: desk.people_of(tenant, desk.managing(tenant, control)),
        synonyms=lambda: synonyms,
        synonym_desk=lambda: SynonymSettings(desk.managing(tenant, control).dynamodb, known.need("control_table")),
        saved=saved_searches.saved_of(tenant, aws),
        saving=lambda: saved_searches.saved_of(tenant, desk.managing(tenant, control)),
        alerts=SearchAlerts(aws.dynamodb, known.need("control_table")),
        searched=SearchRecords(trail, tenant, {Action.SEARCH_MESSAGES, Action.RUN_SEARCH}),
    )


def reach_of(known: Settings) -> Reach:
    """What a tenant's credentials may reach a part of: the ARNs of this deployment, in the tenant role's account."""
    from quire.aws.event_rows import TIMELINE
    from quire.identity.isolation import Reach

    _, partition, _, _, account, _ = known.need("tenant_role_arn").split(":", 5)

    def table(name: str) -> str:
        return f"arn:{partition}:dynamodb:{known.region}:{account}:table/{known.need(name)}"

    collection = ""
    if known.search_signed:
        collection_id = (urlsplit(known.need("search_endpoint")).hostname or "").split(".", 1)[0]
        collection = f"arn:{partition}:aoss:{known.region}:{account}:collection/{collection_id}"
    return Reach(
        read=(table("control_table"), table("events_table")),
        written=(table("audit_table"),),
        journal=f"arn:{partition}:s3:::{known.need('journal_bucket')}",
        key=known.data_key_arn,
        collection=collection,
        timeline=f"{table('events_table')}/index/{TIMELINE}",
    )


def _scope_of(kept: Callable[[TenantId], TenantScope | None], tenant: TenantId) -> TenantScope:
    scope = kept(tenant)
    assert scope is not None, "a tenant's stores are always built"  # noqa: S101
    return scope
