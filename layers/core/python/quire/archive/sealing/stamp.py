"""Use case: a time-stamping authority says when a log's newest checkpoint was there; once a day, and when asked.

The checkpoint's note is stamped as its bytes lie in the bucket, and the answer lies beside it under the same lock. No
answer, a late, refused or wrong one is told and tried again with the next run; it never stops anything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from quire.archive.sealing.authority import Authority
from quire.archive.sealing.failures import failure
from quire.aws.archive_objects import ArchiveObjects
from quire.aws.ledger import Ledger
from quire.aws.log_marks import LogMarks, Mark, Stamp
from quire.domain.errors import CorruptError, QuireError, UnavailableError
from quire.domain.ids import TenantId
from quire.domain.time import from_datetime
from quire.evidence.timestamps import ask, check_answer, time_of

MARK = "stamp"
Outcome = Literal["stamped", "not_due", "nothing", "off", "failed"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stamping:
    """What came of it. ``size`` is the checkpoint's, ``at`` (a timestamp) its time; ``reason`` why it ``failed``."""

    outcome: Outcome
    size: int = 0
    at: str = ""
    reason: str = ""


class Stamper:
    """Has tenants' logs stamped; without an ``authority`` nothing is."""

    def __init__(
        self,
        ledger: Ledger,
        objects: ArchiveObjects,
        marks: LogMarks,
        authority: Authority | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._objects = objects
        self._marks = marks
        self._authority = authority
        self._clock = clock

    def stamp(self, tenant: TenantId, *, demand: bool = False) -> Stamping:
        """Have the newest checkpoint stamped, unless one was today (UTC); ``demand``: even then.

        Raises:
            UnavailableError: AWS did not do what it was asked; the authority's failures are outcomes.
        """
        if self._authority is None:
            return Stamping("off")
        head = self._ledger.head(tenant)
        if not head.published:
            return Stamping("nothing")
        newest, now = self._marks.newest_stamp(tenant), self._clock().astimezone(UTC)
        if newest is not None and (
            newest.size >= head.published or (not demand and newest.at[:10] >= f"{now:%Y-%m-%d}")
        ):
            return Stamping("not_due", newest.size, newest.at)
        return self._try(tenant, head.published, head.checkpoint.encode(), self._authority, now)

    def _try(self, tenant: TenantId, size: int, note: bytes, authority: Authority, now: datetime) -> Stamping:
        before = self._marks.mark(tenant, MARK)
        try:
            at = self._stamped(tenant, size, note, authority)
        except _Failed as failed:
            reason, detail = failed.args
            mark = Mark(before.size, from_datetime(now), reason, before.failures + 1, detail)
            self._marks.put_mark(tenant, MARK, mark)
            _log.warning("a checkpoint was not stamped", extra={"tenant": tenant, "size": size, "reason": reason})
            return Stamping("failed", size, reason=reason)
        self._marks.put_stamp(tenant, Stamp(size, at))
        self._marks.put_mark(tenant, MARK, Mark(size, from_datetime(now), "stamped"))
        return Stamping("stamped", size, at)

    def _stamped(self, tenant: TenantId, size: int, note: bytes, authority: Authority) -> str:
        """The time of the token that lies in the bucket now: one that was there already, or a new one."""
        path = f"timestamps/{size}.tsr"
        kept = self._objects.log_file(tenant, path)
        if kept is None:
            kept = self._asked(note, authority)
            try:
                self._objects.put_log(tenant, {path: kept}, self._clock())
            except CorruptError:  # another token: somebody else was faster, and theirs is locked
                kept = self._objects.log_file(tenant, path)
                if kept is None:
                    raise UnavailableError("the log's time token is not to be had") from None
        try:
            return from_datetime(time_of(kept, note, authority.roots))
        except QuireError as error:
            raise _Failed("wrong", f"the token that is kept: {error.detail}") from error

    def _asked(self, note: bytes, authority: Authority) -> bytes:
        """A new token, checked."""
        asked = ask(note)
        try:
            answer = authority.send(asked.request)
            check_answer(asked, answer, authority.roots, self._clock())
        except QuireError as error:
            raise _Failed(failure(error), error.detail) from error
        return answer


class _Failed(Exception):  # noqa: N818 - a way out, not an error
    """The authority did not do its part: (reason, detail)."""
