"""The use case that checks indexes against the archive, call by call, tenant after tenant.

What one call needs of those before it goes along with the run: each answers with what it was given and what it added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient
from quire.domain.errors import ConflictError, MalformedError

if TYPE_CHECKING:
    from quire.aws.index_checks import DayReport, IndexChecks
    from quire.aws.journal import Journal
    from quire.domain.ids import TenantId
    from quire.search.drift.objects import Outline
    from quire.search.drift.rounds import Checking, Rounds

TIME_FOR_ONE = 300_000
"""Milliseconds that a stretch of a day takes at most, or so, even where all of it was lost; a call that has less left
leaves the rest to the next."""
_MOST_NAMED = 100
"""Tenants that are named in a run's end; all are counted."""
_OUTLINES = 4_096
_MOST_SETTLED = 1_440

Run = dict[str, Any]
"""``{"run", "tenantId"?, "day"?, "since"?, "settled"?}``, and with each step more. ``settled`` is the minutes within
which what was captured is not missed yet."""


@dataclass
class Told:
    """The run after a call, and for each tenant whose check ended in it what it came to."""

    run: Run
    ended: list[Mapping[str, Any]] = field(default_factory=list)


def step(event: Mapping[str, Any], milliseconds_left: Callable[[], int]) -> Told:
    """One step of a run, ``event["step"]``; the run as it is after it, for the next one.

    ``plan`` adds ``tenants``, those still to be checked, and counts. ``look`` goes on with the first of them, and with
    the next ones, while there is time; ``more`` says that it is to be called again, after ``wait`` seconds. ``skip``
    comes instead of a ``look`` that failed, and leaves the first of them out.

    Raises:
        MalformedError: there is no such step, or it is not a run.
        UnavailableError: something did not answer; call again.
    """
    told = Told({name: value for name, value in event.items() if name != "step"})
    steps = {"plan": _plan, "skip": _skip}
    name = event.get("step")
    if not told.run.get("run"):
        raise MalformedError("a run has a name")
    if name == "look":
        _look(told, milliseconds_left)
    elif name in steps:
        steps[name](told.run)
    else:
        raise MalformedError("no such step")
    told.run["more"] = bool(told.run["tenants"])
    return told


def reports(tenant: TenantId, day: str = "", since: str = "") -> list[DayReport]:
    """What the last looks at a tenant's days came to: at one ``day``, or at all ``since`` one."""
    return kept().reports(tenant, day or since, day or "~")


def _plan(run: Run) -> None:
    from quire.bootstrap.archive import journal
    from quire.domain.ids import is_tenant_id

    tenant = run.get("tenantId")
    if tenant and not is_tenant_id(tenant):
        raise MalformedError("not a tenant id")
    for name in ("day", "since"):
        if run.get(name) and not _is_day(str(run[name])):
            raise MalformedError(f"{name} is yyyy-mm-dd")
    if run.get("settled") is not None and not 0 <= float(run["settled"]) <= _MOST_SETTLED:
        raise MalformedError(f"settled is minutes, at most {_MOST_SETTLED}")
    run["tenants"] = [tenant] if tenant else sorted(journal().tenants())
    run |= {"current": None, "failed": [], "busy": [], "wait": 0}
    run["counts"] = dict.fromkeys(("tenants", "messages", "compared", "found", "left", "unread"), 0)


def _look(told: Told, milliseconds_left: Callable[[], int]) -> None:
    from quire.search.drift.rounds import Rounds

    run, begun = told.run, False
    run["wait"] = 0

    def may_go_on() -> bool:
        return milliseconds_left() > TIME_FOR_ONE

    while run["tenants"] and not run["wait"] and (not begun or may_go_on()):
        begun, tenant = True, str(run["tenants"][0])
        try:
            rounds = Rounds(**run["current"]) if run["current"] else _begin(tenant, run)
            checking().go_on(rounds, may_go_on)
        except ConflictError as error:
            run["busy"] = [*run["busy"], [tenant, error.detail]][:_MOST_NAMED]
            _next(run)
            continue
        run["current"], run["wait"] = rounds.as_json(), rounds.wait
        if rounds.done:
            told.ended.append(_counted(run, rounds))
            _next(run)


def _begin(tenant: str, run: Run) -> Rounds:
    from datetime import timedelta

    from quire.domain.ids import TenantId
    from quire.search.drift.check import SETTLED

    told = run.get("settled")
    settled = SETTLED if told is None else timedelta(minutes=float(told))
    day, since = str(run.get("day") or ""), str(run.get("since") or "")
    return checking().begin(TenantId(tenant), run["run"], day=day, since=since, settled=settled)


def _skip(run: Run) -> None:
    if run["current"]:
        from quire.search.drift.rounds import Rounds

        checking().give_up(Rounds(**run["current"]))
    run["failed"] = [*run["failed"], run["tenants"][0]][:_MOST_NAMED]
    run["wait"] = 0
    _next(run)


def _next(run: Run) -> None:
    run["current"], run["tenants"] = None, run["tenants"][1:]


def _counted(run: Run, rounds: Rounds) -> Mapping[str, Any]:
    counts = {name: getattr(rounds, name) for name in ("messages", "compared", "found", "left", "unread")}
    run["counts"] = {name: value + counts.get(name, 1) for name, value in run["counts"].items()}
    return {"tenantId": rounds.tenant, **counts}


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@cache
def kept() -> IndexChecks:
    """Where reports are kept."""
    from quire.aws.index_checks import IndexChecks
    from quire.config import settings

    return IndexChecks(patient().dynamodb, settings().need("ledger_table"))


def outlines(journal: Journal, sealed: Journal) -> Callable[[str, str], Outline]:
    """Reads segments' footers, of the journal and of the archive; those of some thousand are remembered."""
    from quire.archive.segment_reader import Source, read_footer
    from quire.aws.layout import is_archive_segment
    from quire.search.drift.objects import Outline

    @lru_cache(_OUTLINES)
    def outline_of(key: str, version_id: str) -> Outline:
        bucket = sealed if is_archive_segment(key) else journal
        source = Source(
            bucket.size(key, version_id), lambda offset, length: bucket.read_range(key, version_id, offset, length)
        )
        footer = read_footer(source)
        events = sum(each.events for each in footer.frames)
        return Outline(footer.first_occurred_at, footer.last_occurred_at, len(footer.frames), events)

    return outline_of


@cache
def checking() -> Checking:
    """Checks any tenant's index, against what is sealed and what is not yet."""
    from quire.aws.directory import Directory
    from quire.aws.index_placements import IndexPlacements
    from quire.aws.journal import Journal
    from quire.aws.ledger import Ledger
    from quire.aws.memberships import Memberships
    from quire.aws.sealed_lists import SealedLists
    from quire.bootstrap.archive import journal, lock_of
    from quire.bootstrap.outbound import leases
    from quire.bootstrap.search import engine_of, known_events, now, opened, segment_events
    from quire.config import settings
    from quire.search.drift.check import Check
    from quire.search.drift.closely import Closely
    from quire.search.drift.hunt import Hunting
    from quire.search.drift.mending import Mending
    from quire.search.drift.objects import Objects
    from quire.search.drift.rounds import Checking
    from quire.search.drift.shelf import Shelf
    from quire.search.indexer import Indexer
    from quire.search.indexes import Indexes
    from quire.search.rebuilding.sources import Sources
    from quire.search.writes import Writes

    known, aws = settings(), patient()
    sealed = Journal(aws.s3, known.need("archive_bucket"), lock_of(known.archive_lock_mode, known.archive_lock_days))
    control, ledger, engine = known.need("control_table"), known.need("ledger_table"), engine_of(aws)
    segments = segment_events(journal(), opened, sealed)
    events = known_events(aws, journal(), opened)
    directory, memberships = Directory(aws.dynamodb, control), Memberships(aws.dynamodb, control)
    indexer = Indexer(segments, events, directory, memberships, engine, now, IndexPlacements(aws.dynamodb, control))
    lists = SealedLists(aws.dynamodb, ledger)
    objects = Objects(
        journal(), Sources(journal(), Ledger(aws.dynamodb, ledger), lists), segments, outlines(journal(), sealed)
    )
    shelf, mending = Shelf(engine), Mending(indexer, Writes(engine))
    closely = Closely(objects, events, indexer, Indexes(engine), shelf, now)
    check, hunting = Check(objects, closely, shelf, mending), Hunting(objects, closely, shelf, mending)
    return Checking(check, hunting, shelf, lists, kept(), leases(), now)
