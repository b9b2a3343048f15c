"""The use case that makes a tenant's indexes anew from the archive, step by step.

What one step needs of those before it goes along with the run: each answers with what it was given and what it added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import batched
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient
from quire.domain.errors import CorruptError, MalformedError

if TYPE_CHECKING:
    from quire.audit.trail import AuditTrail
    from quire.domain.ids import TenantId
    from quire.search.pool import Placement
    from quire.search.rebuilding.rebuild import Rebuild, Rebuilder
    from quire.search.rebuilding.sources import Span

TIME_FOR_ONE = 300_000
"""Milliseconds that one segment takes at most; a call that has less left leaves the rest to the next."""
_MOST_NAMED = 100
"""Segments that could not be read, and messages, that are named; all are counted."""
_IN_A_SENTENCE = 20
_IN_AN_ENTRY = 500
"""Messages that one entry of the audit trail names."""

Run = dict[str, Any]
"""``{"tenantId", "run", "month"?, "into"?, "dropStrays"?}``, and with each step more."""


def step(event: Mapping[str, Any], milliseconds_left: Callable[[], int]) -> Run:
    """One step of a run, ``event["step"]``; the run as it is after it, for the next one.

    ``begin`` adds ``spans`` and where ``index`` goes on, which is called until it has no ``more``, and counts
    ``segments`` read, ``unread`` and the names of some of those (``faults``). ``verify`` goes through the same spans
    again, until it has no ``more``, and counts messages that were ``mended``. ``compare`` goes through what is
    searched, until it has no ``more``, and adds ``counts``, a month's documents before and after; it counts what was
    ``erased`` and the ``strays``: documents that no segment tells of, some named in ``strayIds``. Where ``dropStrays``
    is true, each is put on the audit trail instead of ending the run. ``switch`` adds nothing, ``end`` the names that
    were ``dropped``, and of a tenant that was moved those that began meanwhile where it was (``unmoved``). ``giveUp``
    comes instead of whatever failed, and ``end`` after it.

    Raises:
        MalformedError: there is no such step, or it is not a run.
        ConflictError: another run of this tenant is under way, or this one is over: calling again does not help.
        CorruptError: what was built lacks something that the archive tells of, or that is searched; some are named.
        UnavailableError: something did not answer; call again.
    """
    from quire.domain.ids import TenantId
    from quire.search.rebuilding.rebuild import Rebuild

    into: Any = event.get("into") or ""
    run: Run = {name: value for name, value in event.items() if name != "step"}
    wanted = Rebuild(
        TenantId(str(run.get("tenantId") or "")), str(run.get("run") or ""), str(run.get("month") or ""), into
    )
    steps = {"begin": _begin, "switch": _switch, "giveUp": _give_up, "end": _end}
    long_steps = {"index": _index, "verify": _verify, "compare": _compare}
    name = event.get("step")
    if name in long_steps:
        return long_steps[name](wanted, run, lambda: milliseconds_left() > TIME_FOR_ONE)
    if name not in steps:
        raise MalformedError("no such step")
    return steps[name](wanted, run)


def _begin(wanted: Rebuild, run: Run) -> Run:
    # What is not sealed yet (no span) comes first: it may be sealed meanwhile.
    spans = [None, *([span.first, span.until] for span in rebuilder().begin(wanted))]
    found = {"segments": 0, "unread": 0, "faults": [], "mended": 0, "missing": 0, "missingIds": []}
    return run | found | {"spans": spans, "again": spans, "after": "", "more": True}


def _index(wanted: Rebuild, run: Run, may_go_on: Callable[[], bool]) -> Run:
    run = dict(run)
    while run["spans"] and may_go_on():
        done = rebuilder().index(wanted, _span(run["spans"][0]), run["after"], may_go_on)
        run["segments"] += done.segments
        run["unread"] += len(done.faults)
        run["faults"] = [*run["faults"], *done.faults][:_MOST_NAMED]
        run["after"] = done.after if done.more else ""
        run["spans"] = run["spans"] if done.more else run["spans"][1:]
    return run | {"more": bool(run["spans"])}


def _verify(wanted: Rebuild, run: Run, may_go_on: Callable[[], bool]) -> Run:
    run = dict(run)
    while run["again"] and may_go_on():
        done = rebuilder().verify(wanted, _span(run["again"][0]), run["after"], may_go_on)
        run["mended"] += done.mended
        run["missing"] += len(done.missing)
        run["missingIds"] = [*run["missingIds"], *done.missing][:_MOST_NAMED]
        run["after"] = done.after if done.more else ""
        run["again"] = run["again"] if done.more else run["again"][1:]
    if run["missing"] and (not run["again"] or run["missing"] >= _MOST_NAMED):
        named = _named(run["missingIds"], run["missing"])
        raise CorruptError(f"the archive tells of messages that are not in the new index: {named}")
    return run | {"more": bool(run["again"])}


def _compare(wanted: Rebuild, run: Run, may_go_on: Callable[[], bool]) -> Run:
    if "months" not in run:
        found = {"counts": {}, "lost": 0, "lostIds": [], "strays": 0, "strayIds": [], "erased": 0}
        run = run | found | {"months": rebuilder().join(wanted), "after": ""}
    while run["months"] and may_go_on():
        month = run["months"][0]
        done = rebuilder().compare(wanted, month, run["after"], may_go_on)
        if done.strays and run.get("dropStrays"):
            _record(wanted, month, done.strays)
        run = run | {
            "lost": run["lost"] + len(done.missing),
            "lostIds": [*run["lostIds"], *done.missing][:_MOST_NAMED],
            "strays": run["strays"] + len(done.strays),
            "strayIds": [*run["strayIds"], *done.strays][:_MOST_NAMED],
            "erased": run["erased"] + done.erased,
            "after": done.after if done.more else "",
        }
        if not done.more:
            counts = {**run["counts"], month: list(rebuilder().counts(wanted, month))}
            run = run | {"months": run["months"][1:], "counts": counts}
    if not run["months"]:
        _refuse_what_is_lost(run)
    return run | {"more": bool(run["months"])}


def _refuse_what_is_lost(run: Run) -> None:
    if run["lost"]:
        named = _named(run["lostIds"], run["lost"])
        raise CorruptError(f"messages that are searched now are not in the new index: {named}")
    if run["strays"] and not run.get("dropStrays"):
        unread = f"; {run['unread']} segments could not be read" if run["unread"] else ""
        named = _named(run["strayIds"], run["strays"])
        raise CorruptError(f"no segment tells of documents that are searched now{unread}: {named}")


def _record(wanted: Rebuild, month: str, strays: Sequence[str]) -> None:
    """Put on the tenant's audit trail what will be searched no more, before it is not; who began the run, CloudTrail
    knows by its name."""
    from quire.audit.entries import Act
    from quire.bootstrap.search import now
    from quire.domain.time import from_datetime

    for some in batched(strays, _IN_AN_ENTRY, strict=False):
        trail().append(
            Act(
                tenant_id=wanted.tenant,
                at=from_datetime(now()),
                subject="rebuild_index",
                role="operator",
                action="DropStrays",
                resource_type="Index",
                resource_id=month,
                decision="allowed",
                status=200,
                request_id=wanted.run,
                source_ip="",
                detail={"messages": list(some)},
            )
        )


def _named(ids: Sequence[str], count: int) -> str:
    some = ", ".join(ids[:_IN_A_SENTENCE])
    return f"{some} and {count - _IN_A_SENTENCE} more" if count > _IN_A_SENTENCE else some


def _span(told: Sequence[str] | None) -> Span | None:
    from quire.search.rebuilding.sources import Span

    return Span(*told) if told else None


def _switch(wanted: Rebuild, run: Run) -> Run:
    rebuilder().switch(wanted)
    return run


def _give_up(wanted: Rebuild, run: Run) -> Run:
    rebuilder().give_up(wanted)
    return run


def _end(wanted: Rebuild, run: Run) -> Run:
    return run | {"dropped": rebuilder().end(wanted), "unmoved": rebuilder().unmoved(wanted)}


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
    from quire.search.rebuilding.comparing import Comparing
    from quire.search.rebuilding.rebuild import Rebuilder
    from quire.search.rebuilding.sources import Sources

    known, aws = settings(), patient()
    lock = lock_of(known.archive_lock_mode, known.archive_lock_days)
    sealed = Journal(aws.s3, known.need("archive_bucket"), lock)
    control, ledger, engine = known.need("control_table"), known.need("ledger_table"), engine_of(aws)
    placements = IndexPlacements(aws.dynamodb, control)
    segments = segment_events(journal(), opened, sealed)
    indexer = Indexer(
        segments,
        known_events(aws, journal(), opened),
        Directory(aws.dynamodb, control),
        Memberships(aws.dynamodb, control),
        engine,
        now,
        placements,
    )
    sources = Sources(journal(), Ledger(aws.dynamodb, ledger), SealedLists(aws.dynamodb, ledger))
    comparing = Comparing(segments, indexer, engine)
    return Rebuilder(sources, indexer, comparing, engine, leases(), placements)


@cache
def trail() -> AuditTrail:
    """The audit trail of any tenant."""
    from quire.audit.trail import AuditTrail
    from quire.aws.audit_table import AuditTable
    from quire.config import settings

    return AuditTrail(AuditTable(patient().dynamodb, settings().need("audit_table")))


def outdated(tenant: TenantId) -> list[str]:
    """A tenant's indexes that were made with an older analysis than new ones are."""
    from quire.bootstrap.search import engine_of
    from quire.search.indexes import Indexes

    return Indexes(engine_of(patient())).to_be_rebuilt(tenant)


def placement(tenant: TenantId) -> Placement:
    """Where a tenant's messages are indexed."""
    from quire.aws.index_placements import IndexPlacements
    from quire.config import settings

    return IndexPlacements(patient().dynamodb, settings().need("control_table")).of(tenant)
