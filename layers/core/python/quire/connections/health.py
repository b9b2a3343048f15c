"""How a connection is: what its tasks find wrong, whether that degrades it, and who is told.

A trouble that degrades is notified once: it is written down, one worker claims to tell it, tells it, and marks it as
told. Who dies in between is made good by a later report, and none repeats what was told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from quire.aws.connection_items import ACTIVE, DEGRADED, Connection, Health, Trouble
from quire.aws.control import Control
from quire.aws.notifications import Notification, Notifications
from quire.domain.errors import UnavailableError
from quire.domain.time import from_datetime, nanoseconds

GRANT = "grant"
"""The source of troubles with a connection's access as such, whichever task met them."""
GRANT_LOST = "grant_lost"
RECOVERED = "recovered"
_TELLING_SECONDS = 60
"""After this long whoever set out to tell is taken for dead."""
_log = logging.getLogger(__name__)


def with_troubles(connection: Connection, found: Iterable[Trouble]) -> Connection:
    """With what was ``found`` now; what was known already stays known since when it was, and told if it was."""
    troubles = {(one.source, one.code): one for one in connection.health.troubles}
    for trouble in found:
        known = troubles.get((trouble.source, trouble.code))
        if known is not None:
            told = known.told and (known.degraded or not trouble.degraded)
            trouble = replace(trouble, since=known.since, told=told, telling=known.telling)
        troubles[trouble.source, trouble.code] = trouble
    return _settled(connection, replace(connection.health, troubles=tuple(troubles.values())))


def without_troubles(connection: Connection, source: str, keep: Collection[str] = ()) -> Connection:
    """Without those that ``source`` found before, but for the codes that are found still."""
    left = tuple(one for one in connection.health.troubles if one.source != source or one.code in keep)
    return _settled(connection, replace(connection.health, troubles=left))


def _settled(connection: Connection, health: Health) -> Connection:
    """With this health, and the status that follows of it where the connection is at work."""
    status = connection.status
    if connection.at_work:
        status = DEGRADED if any(one.degraded for one in health.troubles) else ACTIVE
    return replace(connection, status=status, health=health)


class HealthBook:
    """Keeps the health of all connections, and tells people where it is given a way to. ``now`` is aware."""

    def __init__(self, control: Control, notifications: Notifications | None, now: Callable[[], datetime]) -> None:
        self._control = control
        self._notifications = notifications
        self._now = now

    def report(self, connection: Connection, source: str, code: str, detail: str, *, degraded: bool) -> None:
        """Something is wrong.

        Raises:
            UnavailableError: it could not be kept, or not be told; to be reported again.
        """
        trouble = Trouble(source, code, detail, from_datetime(self._now()), degraded)
        self._revise(connection, lambda known: with_troubles(known, [trouble]))

    def lost(self, connection: Connection, detail: str) -> None:
        """The platform took the access back. Raises as :meth:`report`."""
        self.report(connection, GRANT, GRANT_LOST, detail, degraded=True)

    def clear(self, connection: Connection, source: str) -> None:
        """What ``source`` found wrong is over. Raises as :meth:`report`."""
        self._revise(connection, lambda known: without_troubles(known, source))

    def ran(
        self, connection: Connection, task: str, found: Iterable[Trouble], *, whole: bool, proven: bool = False
    ) -> None:
        """A task ran and ``found`` this. ``whole``: all else that it found in runs before is over; ``proven``: the
        platform let it in, so the access works. Raises as :meth:`report`."""
        troubles, at = list(found), from_datetime(self._now())

        def alter(known: Connection) -> Connection:
            if whole:
                known = without_troubles(known, task, {one.code for one in troubles})
            if proven:
                known = without_troubles(known, GRANT)
            known = with_troubles(known, troubles)
            return replace(known, health=replace(known.health, last_task_at=at))

        self._revise(connection, alter)

    def _revise(self, connection: Connection, alter: Callable[[Connection], Connection]) -> None:
        revised = self._control.revise(connection.tenant_id, connection.connection_id, alter)
        if revised is None:
            return
        before, after = revised
        self._tell(after)
        if (before.status, after.status) == (DEGRADED, ACTIVE):
            self._publish(after, RECOVERED, "works again", "It works again; nothing needs to be done.")

    def _tell(self, connection: Connection) -> None:
        """Notify what degrades the connection, was not told yet, and is not being told by another worker."""
        if self._notifications is None or not any(_untold(connection)):
            return  # without a topic: whoever has one tells it with the next report
        mine: list[Trouble] = []
        now = from_datetime(self._now())

        def claim(known: Connection) -> Connection:
            mine[:] = [
                one for one in _untold(known) if not one.telling or _seconds(one.telling, now) > _TELLING_SECONDS
            ]
            return _marked(known, mine, telling=now)

        self._control.revise(connection.tenant_id, connection.connection_id, claim)
        for trouble in mine:
            text = f"{trouble.detail}\n\nSince {trouble.since}. Messages may be missed until somebody sees to it."
            self._publish(connection, trouble.code, "needs attention", text)
        self._control.revise(
            connection.tenant_id, connection.connection_id, lambda known: _marked(known, mine, told=True)
        )

    def _publish(self, connection: Connection, code: str, what: str, text: str) -> None:
        _log.warning(
            "connection " + what,
            extra={"tenant": connection.tenant_id, "connection": connection.connection_id, "code": code},
        )
        if self._notifications is None:
            return
        who = f"{connection.platform} connection {connection.connection_id} of {connection.tenant_id}"
        about = {"connection": connection.connection_id, "platform": connection.platform}
        news = Notification(connection.tenant_id, code, f"Quire: {who} {what}", text, about)
        try:
            self._notifications.publish(news)
        except UnavailableError:
            if code != RECOVERED:
                raise
            _log.warning("a recovery was not told", extra={"connection": connection.connection_id})


def _untold(connection: Connection) -> Iterator[Trouble]:
    if connection.at_work:
        yield from (one for one in connection.health.troubles if one.degraded and not one.told)


def _marked(connection: Connection, troubles: Iterable[Trouble], **marks: Any) -> Connection:
    """With marks on those troubles that are there still."""
    meant = {(one.source, one.code) for one in troubles}
    marked = tuple(
        replace(one, **marks) if (one.source, one.code) in meant else one for one in connection.health.troubles
    )
    return replace(connection, health=replace(connection.health, troubles=marked))


def _seconds(earlier: str, later: str) -> float:
    return (nanoseconds(later) - nanoseconds(earlier)) / 1e9
