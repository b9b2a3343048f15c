"""Use case: a tenant's index checked, mended and checked again, call by call.

Every day is looked at once, by its events and a sample. Days on which anything was amiss are looked at again once what
was written can be found, this time in full, and once more; what is amiss then is left, and said to be.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from quire.aws.index_checks import IndexChecks
from quire.aws.leases import Lease, Leases
from quire.aws.sealed_lists import SealedLists
from quire.domain.errors import ConflictError
from quire.domain.ids import TenantId
from quire.domain.time import from_datetime
from quire.search.drift import days
from quire.search.drift.check import SETTLED, Check
from quire.search.drift.closely import Asked
from quire.search.drift.findings import Look
from quire.search.drift.hunt import Hunt, Hunting
from quire.search.drift.reports import reported
from quire.search.drift.shelf import Shelf
from quire.search.drift.stretches import MOST_MESSAGES, Stretch

LEASE_SECONDS = 3_600
"""Longer than any call takes; a check that died holds the next one up for so long."""
ROUNDS = 3
UNTIL_FINDABLE, UNTIL_FORGOTTEN = 15, 90
"""Seconds until what was written can be found (OpenSearch Serverless refreshes every ten), and until an engine has
forgotten the version of what was deleted (60)."""
MOST_STRAYS = 500
_FOUND, _LEFT, _UNREAD = range(3)


@dataclass
class Rounds:
    """How far a tenant's check has come; of JSON values, so that another call can go on. It is kept after every
    ``step`` as well: a call that is made again goes on where the one before it ended, whatever became of that.

    ``units`` are days still to be looked at in this ``round``, ``days`` all of the check's, ``again`` those of the next
    round. The first unit goes on ``after`` a key of the journal, or with the rest of the day's stretches: ``edges`` are
    the minutes where they begin, and the end of the day, which has ``indexed`` messages. ``hunt`` is about documents of
    which no day told. ``counts`` are of each day with anything amiss: found, left, segments that cannot be read.
    ``wait`` is seconds until it goes on.
    """

    tenant: str
    run: str
    until: str
    units: list[str]
    days: list[str]
    again: list[str] = field(default_factory=list)
    round: int = 1
    after: str = ""
    edges: list[int] = field(default_factory=list)
    indexed: int = 0
    step: int = 0
    hunt: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, list[int]] = field(default_factory=dict)
    messages: int = 0
    compared: int = 0
    wait: int = 0
    done: bool = False

    def as_json(self) -> dict[str, Any]:
        """For the next call."""
        return asdict(self)

    @property
    def found(self) -> int:
        """Messages that were amiss."""
        return sum(each[_FOUND] for each in self.counts.values())

    @property
    def left(self) -> int:
        """Messages that still are."""
        return sum(each[_LEFT] for each in self.counts.values())

    @property
    def unread(self) -> int:
        """Segments that cannot be read, each once a day that they were asked for."""
        return sum(each[_UNREAD] for each in self.counts.values())


class Checking:
    """Does the calls of checks."""

    def __init__(
        self,
        check: Check,
        hunting: Hunting,
        shelf: Shelf,
        lists: SealedLists,
        checks: IndexChecks,
        leases: Leases,
        clock: Callable[[], datetime],
        most: int = MOST_MESSAGES,
    ) -> None:
        self._check = check
        self._hunting = hunting
        self._shelf = shelf
        self._lists = lists
        self._checks = checks
        self._leases = leases
        self._clock = clock
        self._most = most

    def begin(
        self, tenant: TenantId, run: str, *, day: str = "", since: str = "", settled: timedelta = SETTLED
    ) -> Rounds:
        """What is to be looked at: a ``day``, all days ``since`` one, or what a daily run looks at. What was captured
        less than ``settled`` ago is not missed.

        Raises:
            ConflictError: another check of this tenant is under way.
        """
        self._hold(tenant, run)
        now = self._clock()
        units = [day] if day else self._units(tenant, since, now)
        until = from_datetime(now - settled)
        return Rounds(tenant, run, until, units, [unit for unit in units if unit != days.CAPTURED])

    def go_on(self, rounds: Rounds, may_go_on: Callable[[], bool]) -> None:
        """Look, for as long as it ``may_go_on``, until it is ``done`` or has to ``wait``.

        Raises:
            ConflictError: a rebuild of this tenant is under way, or this check is over.
            UnavailableError: something did not answer; call again.
        """
        lease, begun = self._hold(TenantId(rounds.tenant), rounds.run), False
        self._catch_up(rounds)
        rounds.wait = 0
        while rounds.units or rounds.hunt:
            if begun and not may_go_on():
                return
            begun = True
            rounds.step += 1
            if rounds.units:
                self._unit(rounds, may_go_on)
            else:
                self._hunt(rounds, may_go_on)
            self._checks.keep(TenantId(rounds.tenant), rounds.run, rounds.step, rounds.as_json())
        if rounds.again and rounds.round < ROUNDS:
            rounds.wait = UNTIL_FORGOTTEN if rounds.left else UNTIL_FINDABLE
            rounds.units, rounds.again, rounds.round = rounds.again, [], rounds.round + 1
            return
        rounds.done = True
        self._leases.free(lease)

    def give_up(self, rounds: Rounds) -> None:
        """Let the next check begin."""
        self._leases.free(self._hold(TenantId(rounds.tenant), rounds.run))

    def _units(self, tenant: TenantId, since: str, now: datetime) -> list[str]:
        known = {days.indexed_day(day) for day in self._lists.events_by_day(tenant)} | self._shelf.days(tenant)
        if since:
            return days.since(known | {*days.recent(now)}, since)
        return days.daily(known, self._checks.looked_at(tenant), now)

    def _catch_up(self, rounds: Rounds) -> None:
        """Go on after the last step that was kept, where the call that did it did not tell of it."""
        kept = self._checks.kept(TenantId(rounds.tenant), rounds.run)
        if kept is not None and kept["step"] > rounds.step:
            vars(rounds).update(kept)

    def _unit(self, rounds: Rounds, may_go_on: Callable[[], bool]) -> None:
        unit, goes_on = rounds.units[0], bool(rounds.after or rounds.edges)
        if unit == days.CAPTURED:
            look, after, more = self._check.captured(_asked(rounds), rounds.after, rounds.days, may_go_on)
            rounds.after = after if more else ""
        else:
            look = self._stretch(rounds, unit)
        if look.strays:
            hunt = Hunt.of(rounds.hunt)
            look.findings += [finding for _, finding in hunt.take(look.strays, MOST_STRAYS)]
            rounds.hunt = hunt.as_json()
        amiss = self._report(rounds, look, goes_on=goes_on)
        rounds.messages += look.archived if rounds.round == 1 else 0
        rounds.compared += look.compared
        if (amiss or look.strays) and unit not in rounds.again:
            rounds.again.append(unit)
        if not (rounds.after or rounds.edges):
            rounds.units = rounds.units[1:]

    def _stretch(self, rounds: Rounds, day: str) -> Look:
        """The next stretch of a day; with the first one its messages are counted."""
        asked, counted = _asked(rounds), 0
        if not rounds.edges:
            rounds.indexed, rounds.edges = self._check.plan(asked, day, self._most)
            counted = rounds.indexed
        first, until, *rest = rounds.edges
        look = self._check.stretch(asked, Stretch(day, first, until), rounds.indexed)
        look.indexed = counted
        rounds.edges = [until, *rest] if rest else []
        return look

    def _hunt(self, rounds: Rounds, may_go_on: Callable[[], bool]) -> None:
        hunt = Hunt.of(rounds.hunt)
        if self._hunting.go_on(_asked(rounds), hunt, may_go_on):
            rounds.hunt = hunt.as_json()
        else:
            by_day: dict[str, Look] = {}
            for day, finding in self._hunting.end(_asked(rounds), hunt):
                by_day.setdefault(day, Look(day, faults=hunt.faults)).findings.append(finding)
            for look in by_day.values():
                self._report(rounds, look, goes_on=True)
            rounds.hunt = {}

    def _report(self, rounds: Rounds, look: Look, *, goes_on: bool) -> bool:
        """Keep what a step came to, once a day; whether it found anything amiss."""
        tenant, at = TenantId(rounds.tenant), from_datetime(self._clock())
        before = self._checks.get(tenant, look.day)
        if before is not None and before.run != rounds.run:
            before = None
        report = reported(look, rounds.run, at, before, rounds.step, goes_on=goes_on)
        self._checks.put(tenant, report)
        counts = [report.found, report.left, len(report.unread)]
        rounds.counts.pop(report.day, None)
        if any(counts):
            rounds.counts[report.day] = counts
        return report.amiss

    def _hold(self, tenant: TenantId, run: str) -> Lease:
        lease = self._leases.take(f"check {tenant}", LEASE_SECONDS, run)
        if lease is None:
            raise ConflictError("a check of this tenant is under way")
        return lease


def _asked(rounds: Rounds) -> Asked:
    return Asked(TenantId(rounds.tenant), rounds.run, datetime.fromisoformat(rounds.until), full=rounds.round > 1)
