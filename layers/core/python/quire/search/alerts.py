"""Use case: what saved searches newly found, looked for from time to time and told as one digest a search.

A run looks at what was *indexed* since the last one, so that nothing slips through between capture and index, and
begins a little earlier, because what is written can be found only some seconds later. Whatever was told before within
``REMEMBERED`` is left out; so is what was captured before that, because a rebuilt index is indexed anew as a whole.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from quire.aws.notifications import Notification, Notifications
from quire.aws.saved_searches import SavedSearch, SavedSearches
from quire.aws.search_alerts import Alert, SearchAlerts
from quire.domain.errors import BadInputError
from quire.domain.ids import TenantId
from quire.domain.time import from_datetime, nanoseconds, sort_key

OVERLAP = timedelta(minutes=10)
"""Indexed to searchable: OpenSearch Serverless refreshes about every ten seconds, and an indexer's clock may be off."""
REMEMBERED = timedelta(days=7)
MOST_HITS = 1_000
"""New hits of one search that one run counts; beyond it says "at least"."""
CODE = "search_hits"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fresh:
    """Messages that match, the latest first; ``more``: not all of them."""

    message_ids: Sequence[str]
    more: bool


class Look(Protocol):
    """Runs what a saved search asks."""

    def __call__(self, tenant: TenantId, asked: str, *, indexed_since: str, captured_since: str, most: int) -> Fresh:
        """What matches of that.

        Raises:
            BadInputError: what is asked cannot be asked any more.
            UnavailableError: the engine or the directory did not answer.
        """
        ...


@dataclass(frozen=True)
class Checked:
    """Of one run over a tenant: saved searches looked at, those that alerted, those that cannot be asked."""

    searches: int = 0
    alerted: int = 0
    broken: int = 0


class AlertRound:
    """Looks at the saved searches of any tenant. ``link`` is the console's address; ``clock`` gives aware times."""

    def __init__(
        self,
        searches: SavedSearches,
        alerts: SearchAlerts,
        notifications: Notifications,
        look: Look,
        link: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._searches = searches
        self._alerts = alerts
        self._notifications = notifications
        self._look = look
        self._link = link
        self._clock = clock

    def check(self, tenant: TenantId) -> Checked:
        """Look once at each search of a tenant that alerts; any number of times, by one at a time.

        Raises:
            UnavailableError: something did not answer; what was not looked at is at the next call.
        """
        wanted = [each for each in self._searches.all(tenant) if each.alerts_since]
        alerted = broken = 0
        for search in wanted:
            try:
                alerted += self._check(tenant, search)
            except BadInputError:
                broken += 1
                _log.warning("a saved search cannot be run", extra={"tenant": tenant, "search": search.search_id})
        return Checked(len(wanted), alerted, broken)

    def _check(self, tenant: TenantId, search: SavedSearch) -> bool:
        now = self._clock()
        known = self._alerts.since(tenant, search.search_id, from_datetime(now - REMEMBERED))
        for untold in (each for each in known if not each.told):  # whoever wrote it did not come to tell it
            self._tell(tenant, search, untold)
        since = _before(search.checked_until, OVERLAP)
        captured = max(search.alerts_since, from_datetime(now - REMEMBERED), key=nanoseconds)
        seen = {each for each_alert in known for each in each_alert.message_ids}
        fresh = self._look(
            tenant, search.asked, indexed_since=since, captured_since=captured, most=MOST_HITS + len(seen)
        )
        new = [each for each in fresh.message_ids if each not in seen]
        counted, until = tuple(new[:MOST_HITS]), from_datetime(now)
        alert: Alert | None = None
        if counted:
            more = fresh.more or len(new) > len(counted)
            alert = Alert(search.search_id, search.checked_until, until, len(counted), more, counted)
        if not self._alerts.advance(tenant, search, until, alert) or alert is None:
            return False
        self._tell(tenant, search, alert)
        return True

    def _tell(self, tenant: TenantId, search: SavedSearch, alert: Alert) -> None:
        """How many, of which search, and where to look: nothing that anybody wrote, not even the search's name."""
        count = f"{'at least ' if alert.at_least else ''}{alert.count}"
        what = f"{count} new {'message' if count == '1' else 'messages'}"
        text = f"A saved search found {what}, indexed by {alert.until}.\n\n{self._link}/searches/{search.search_id}"
        self._notifications.publish(
            Notification(
                tenant,
                CODE,
                f"Quire: {what} in a saved search of {tenant}",
                text,
                {"search": search.search_id, "owner": search.owner},
            )
        )
        self._alerts.mark_told(tenant, alert)


def _before(timestamp: str, span: timedelta) -> str:
    moment = datetime.fromisoformat(sort_key(timestamp)[:26] + "+00:00")
    return from_datetime(moment - span)
