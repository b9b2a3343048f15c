"""The use case that makes a tenant's indexes anew from the archive, step by step.

What one step needs of those before it goes along with the run: each answers with what it was given and what it added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient
from quire.domain.errors import MalformedError

if TYPE_CHECKING:
    from quire.domain.ids import TenantId
    from quire.search.rebuilding.rebuild import Rebuild, Rebuilder

TIME_FOR_ONE = 300_000
"""Milliseconds that one segment takes at most; a call that has less left leaves the rest to the next."""
_MOST_NAMED = 100
"""Segments that could not be read and are named; all are counted."""

Run = dict[str, Any]
"""``{"tenantId", "run", "month"?, "into"?}``, and with each step more."""


def step(event: Mapping[str, Any], milliseconds_left: Callable[[], int]) -> Run:
    """One step of a run, ``event["step"]``; the run as it is after it, for the next one.

    ``begin`` adds ``spans`` and where ``index`` goes on, which is called until it has no ``more``, and counts
    ``segments`` read, ``unread`` and the names of some of those (``faults``); ``compare`` adds ``counts``, a month's
    documents before and after; ``switch`` nothing; ``end`` the names that were ``dropped``. ``giveUp`` comes instead
    of whatever failed, and ``end`` after it.

    Raises:
        MalformedError: there is no such step, or it is not a run.
        ConflictError: another run of this tenant is under way, or this one is over: calling again does not help.
        CorruptError: what was built lacks something that is searched.
        UnavailableError: something did not answer; call again.
    """
    from quire.domain.ids import TenantId
    from quire.search.rebuilding.rebuild import Rebuild

    into: Any = event.get("into") or ""
    run: Run = {name: value for name, value in event.items() if name != "step"}
    wanted = Rebuild(
        TenantId(str(run.get("tenantId") or "")), str(run.get("run") or ""), str(run.get("month") or ""), into
    )
    steps = {"begin": _begin, "compare": _compare, "switch": _switch, "giveUp": _give_up, "end": _end}
    name = event.get("step")
    if name == "index":
        return _index(wanted, run, milliseconds_left)
    if name not in steps:
        raise MalformedError("no such step")
    return steps[name](wanted, run)


def _begin(wanted: Rebuild, run: Run) -> Run:
    spans = [[span.first, span.until] for span in rebuilder().begin(wanted)]
    # What is not sealed yet (no span) comes first: it may be sealed meanwhile.
    return run | {"spans": [None, *spans], "after": "", "more": True, "segments": 0, "unread": 0, "faults": []}


def _index(wanted: Rebuild, run: Run, milliseconds_left: Callable[[], int]) -> Run:
    from quire.search.rebuilding.sources import Span

    run = dict(run)
    while run["spans"] and milliseconds_left() > TIME_FOR_ONE:
        first = run["spans"][0]
        span = Span(*first) if first else None
        done = rebuilder().index(wanted, span, run["after"], lambda: milliseconds_left() > TIME_FOR_ONE)
        run["segments"] += done.segments
        run["unread"] += len(done.faults)
        run["faults"] = [*run["faults"], *done.faults][:_MOST_NAMED]
        run["after"] = done.after if done.more else ""
        run["spans"] = run["spans"] if done.more else run["spans"][1:]
    return run | {"more": bool(run["spans"])}


def _compare(wanted: Rebuild, run: Run) -> Run:
    return run | {"counts": {month: list(counts) for month, counts in rebuilder().compare(wanted).items()}}


def _switch(wanted: Rebuild, run: Run) -> Run:
    rebuilder().switch(wanted)
    return run


def _give_up(wanted: Rebuild, run: Run) -> Run:
    rebuilder().give_up(wanted)
    return run


def _end(wanted: Rebuild, run: Run) -> Run:
    return run | {"dropped": rebuilder().end(wanted)}


@cache
def rebuilder() -> Rebuilder:
    """Rebuilds indexes, from what is sealed and from what is not yet."""
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
    from quire.search.indexer import Indexer
    from quire.search.rebuilding.rebuild import Rebuilder
    from quire.search.rebuilding.sources import Sources

    known, aws = settings(), patient()
    lock = lock_of(known.archive_lock_mode, known.archive_lock_days)
    sealed = Journal(aws.s3, known.need("archive_bucket"), lock)
    control, ledger, engine = known.need("control_table"), known.need("ledger_table"), engine_of(aws)
    placements = IndexPlacements(aws.dynamodb, control)
    indexer = Indexer(
        segment_events(journal(), opened, sealed),
        known_events(aws, journal(), opened),
        Directory(aws.dynamodb, control),
        Memberships(aws.dynamodb, control),
        engine,
        now,
        placements,
    )
    sources = Sources(journal(), Ledger(aws.dynamodb, ledger), SealedLists(aws.dynamodb, ledger))
    return Rebuilder(sources, indexer, engine, leases(), placements)


def outdated(tenant: TenantId) -> list[str]:
    """A tenant's indexes that were made with an older analysis than new ones are."""
    from quire.bootstrap.search import engine_of
    from quire.search.indexes import Indexes

    return Indexes(engine_of(patient())).to_be_rebuilt(tenant)
