"""Use cases: searches under a name. One's own, and those that others share.

Whoever saved a search may change it, share it and delete it; a shared one is everybody's to see and run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ulid import ULID

from quire.aws.saved_searches import SavedSearch, SavedSearches
from quire.domain.errors import ConflictError, ForbiddenError, NotFoundError
from quire.domain.ids import TenantId
from quire.domain.time import from_datetime

MOST = 200
"""Searches that one person may save."""
MOST_ALERTS = 100
"""Searches of one tenant that alert: each is run every few minutes."""


class Saved:
    """The saved searches of a tenant, for somebody of it. ``clock`` gives aware times."""

    def __init__(self, tenant: TenantId, store: SavedSearches, clock: Callable[[], datetime]) -> None:
        self._tenant = tenant
        self._store = store
        self._clock = clock

    def visible(self, subject: str) -> list[SavedSearch]:
        """Somebody's own and those that are shared, by name."""
        found = [each for each in self._store.all(self._tenant) if each.shared or each.owner == subject]
        return sorted(found, key=lambda each: (each.name.casefold(), each.search_id))

    def find(self, subject: str, search_id: str) -> SavedSearch:
        """One that somebody may see.

        Raises:
            NotFoundError: there is none, or it is another person's own.
        """
        found = self._store.find(self._tenant, search_id)
        if found is None or not (found.shared or found.owner == subject):
            raise NotFoundError("there is no such saved search")
        return found

    def create(self, subject: str, name: str, asked: str, *, shared: bool, alerts: bool) -> SavedSearch:
        """Save one.

        Raises:
            ConflictError: somebody has as many as one may have, or the tenant as many that alert.
        """
        now, known = from_datetime(self._clock()), self._store.all(self._tenant)
        if sum(each.owner == subject for each in known) >= MOST:
            raise ConflictError(f"a person saves at most {MOST} searches")
        since = self._begun(now) if alerts else ""
        made = SavedSearch(str(ULID()), subject, name, asked, shared, now, now, since, since)
        self._store.create(self._tenant, made)
        return made

    def change(
        self,
        subject: str,
        search_id: str,
        *,
        name: str | None = None,
        asked: str | None = None,
        shared: bool | None = None,
        alerts: bool | None = None,
    ) -> SavedSearch:
        """Change what is given. What is asked anew, or alerts again, alerts on what is indexed from now on.

        Raises:
            NotFoundError: as :meth:`find`.
            ForbiddenError: it is shared by somebody else.
            ConflictError: somebody changed it meanwhile, or the tenant has as many that alert as it may have.
        """
        found, now = self._own(subject, search_id), from_datetime(self._clock())
        changed = replace(
            found,
            name=found.name if name is None else name,
            asked=found.asked if asked is None else asked,
            shared=found.shared if shared is None else shared,
            changed_at=now,
            revision=found.revision + 1,
        )
        wanted = bool(found.alerts_since) if alerts is None else alerts
        if not wanted:
            changed = replace(changed, alerts_since="", checked_until="")
        elif not found.alerts_since or changed.asked != found.asked:
            since = now if found.alerts_since else self._begun(now)
            changed = replace(changed, alerts_since=since, checked_until=since)
        self._store.replace(self._tenant, changed)
        return changed

    def delete(self, subject: str, search_id: str) -> None:
        """Delete one. Raises as :meth:`change`."""
        self._store.delete(self._tenant, self._own(subject, search_id).search_id)

    def _own(self, subject: str, search_id: str) -> SavedSearch:
        found = self.find(subject, search_id)
        if found.owner != subject:
            raise ForbiddenError("only who saved a search may change it")
        return found

    def _begun(self, now: str) -> str:
        if sum(bool(each.alerts_since) for each in self._store.all(self._tenant)) >= MOST_ALERTS:
            raise ConflictError(f"at most {MOST_ALERTS} saved searches of a tenant alert")
        return now
