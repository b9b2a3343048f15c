"""Saved searches: kept by people, looked at for new hits by schedule."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.aws.sessions import Aws
    from quire.domain.ids import TenantId
    from quire.search.alerts import AlertRound, Checked, Fresh
    from quire.search.saved import Saved

_LEASE_SECONDS = 840
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Looked:
    """What one call did: ``planned`` tenants asked for, rounds made, ids of messages that failed."""

    planned: int
    rounds: tuple[Checked, ...]
    failed: tuple[str, ...]

    @property
    def response(self) -> dict[str, Any]:
        """What SQS is answered."""
        return {"batchItemFailures": [{"itemIdentifier": each} for each in self.failed]}


def saved_of(tenant: TenantId, aws: Aws) -> Saved:
    """The tenant's saved searches, over these credentials."""
    from quire.aws.saved_searches import SavedSearches
    from quire.bootstrap.search import now
    from quire.config import settings
    from quire.search.saved import Saved

    return Saved(tenant, SavedSearches(aws.dynamodb, settings().need("control_table")), now)


def look_for_new_hits(event: Mapping[str, Any]) -> Looked:
    """By schedule: ask for a round over every tenant that has an archive. From the queue: make those rounds."""
    from quire.domain.errors import QuireError
    from quire.domain.ids import TenantId

    if "Records" not in event:
        return Looked(_plan(), (), ())
    rounds: list[Checked] = []
    failed: list[str] = []
    for record in event["Records"]:
        try:
            rounds.append(_round(TenantId(str(record["body"]))))
        except QuireError as error:
            _log.warning("a round failed", extra={"error": type(error).__name__})
            failed.append(str(record["messageId"]))
    return Looked(0, tuple(rounds), tuple(failed))


def _plan() -> int:
    from quire.aws.alert_queue import AlertQueue
    from quire.bootstrap.archive import journal
    from quire.config import settings
    from quire.domain.ids import TenantId

    tenants = sorted(map(TenantId, journal().tenants()))
    AlertQueue(patient().sqs, settings().need("alert_queue_url")).ask(tenants)
    return len(tenants)


def _round(tenant: TenantId) -> Checked:
    """One round, unless another one of the tenant is under way: that one, or the next, sees everything."""
    from quire.bootstrap.outbound import leases
    from quire.search.alerts import Checked

    lease = leases().take(f"alerts {tenant}", _LEASE_SECONDS)
    if lease is None:
        return Checked()
    try:
        return alert_round().check(tenant)
    finally:
        leases().free(lease)


@cache
def alert_round() -> AlertRound:
    """Looks at the saved searches of any tenant."""
    from quire.aws.notifications import Notifications
    from quire.aws.saved_searches import SavedSearches
    from quire.aws.search_alerts import SearchAlerts
    from quire.bootstrap.search import engine_of, now
    from quire.config import settings
    from quire.search.alerts import AlertRound

    known, aws = settings(), patient()
    table = known.need("control_table")
    return AlertRound(
        SavedSearches(aws.dynamodb, table),
        SearchAlerts(aws.dynamodb, table),
        Notifications(aws.sns, known.need("notification_topic_arn")),
        partial(_look, engine_of(aws), aws),
        known.console_origin,
        now,
    )


def _look(
    engine: Any, aws: Aws, tenant: TenantId, asked: str, *, indexed_since: str, captured_since: str, most: int
) -> Fresh:
    from pydantic import ValidationError

    from quire.api.search_request import SavedRequest, question_of
    from quire.bootstrap.questions import interpreter_of, searcher_of
    from quire.domain.errors import MalformedError
    from quire.search.alerts import Fresh

    try:
        question = question_of(SavedRequest.model_validate_json(asked))
    except ValidationError as error:
        raise MalformedError("the saved search is of no form that this version reads") from error
    searcher = searcher_of(engine.for_tenant(tenant), interpreter_of(tenant, aws))
    ids, total = searcher.fresh(question, indexed_since=indexed_since, captured_since=captured_since, most=most)
    return Fresh(ids, total > len(ids))
