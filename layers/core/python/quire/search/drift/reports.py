"""What looks at a day come to together: the report that is kept of it. Pure.

A report is written once in a ``step`` of a run, with where it stood before that step. A step that did not come to its
end is done again: then its counts take the place of those that the report has of it already, and what it found before,
and mended, stays found.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from quire.aws.index_checks import Before, DayReport, Named
from quire.search.drift.findings import Finding, Look

MOST_NAMED = 20
"""Messages of a day that are named; all are counted."""
MOST_MET = 500
_MOST_UNREAD = 20


def reported(look: Look, run: str, at: str, before: DayReport | None, step: int, *, goes_on: bool) -> DayReport:
    """The report of a look; ``before`` is that of an earlier look of the same run, on which this one ``goes_on`` or
    which it repeats."""
    report = before or DayReport(look.day, at, run)
    report = _anew(report, goes_on=goes_on) if report.step == step else _stepped(report, step, goes_on=goes_on)
    if not goes_on:
        # what is not found again is as it should be
        healed = tuple(replace(each, healed=True) for each in report.named)
        report = replace(report, archived=0, indexed=0, compared=0, left=0, named=healed)
    report = replace(
        report,
        at=at,
        archived=report.archived + look.archived,
        indexed=report.indexed + look.indexed,
        compared=report.compared + look.compared,
    )
    return _added(report, look.findings, look.faults)


def _stepped(report: DayReport, step: int, *, goes_on: bool) -> DayReport:
    """The report as the first writing of a step finds it."""
    unhealed = tuple(each.message_id for each in report.named if not each.healed)
    before = Before(report.archived, report.indexed, report.compared, report.left, unhealed)
    return replace(report, step=step, before=before, owed=report.owed if goes_on else report.left, amiss=False)


def _anew(report: DayReport, *, goes_on: bool) -> DayReport:
    """The report for a step that is done again: counts of before it, and found what it found then."""
    before = report.before
    return replace(
        report,
        archived=before.archived,
        indexed=before.indexed,
        compared=before.compared,
        left=before.left,
        named=tuple(replace(each, healed=each.message_id not in before.unhealed) for each in report.named),
        owed=report.owed + report.left - (before.left if goes_on else 0),
    )


def _added(report: DayReport, findings: Sequence[Finding], faults: Sequence[str]) -> DayReport:
    """The report with more findings. Those it has ``met`` are counted already; where it could not remember them all,
    so many of them are as are ``owed``."""
    fresh = [each for each in findings if each.message_id not in report.met]
    if report.found > MOST_MET:
        fresh = fresh[max(0, report.owed - (len(findings) - len(fresh))) :]
    kinds = Counter(each.kind for each in fresh)
    named = {each.message_id: each for each in report.named}
    for each in findings:
        if each.message_id in named or len(named) < MOST_NAMED:
            first = named.get(each.message_id)
            fields = tuple(sorted({*(first.fields if first else ()), *each.fields}))
            named[each.message_id] = Named(each.message_id, first.kind if first else each.kind, fields, each.healed)
    return replace(
        report,
        missing=report.missing + kinds["missing"],
        differing=report.differing + kinds["differing"],
        extra=report.extra + kinds["extra"],
        left=report.left + sum(not each.healed for each in findings),
        owed=max(0, report.owed - len(findings)),
        amiss=report.amiss or bool(findings),
        named=tuple(named.values()),
        met=tuple(dict.fromkeys((*report.met, *(each.message_id for each in findings))))[:MOST_MET],
        unread=tuple(dict.fromkeys((*report.unread, *faults)))[:_MOST_UNREAD],
    )
