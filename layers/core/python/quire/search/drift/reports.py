"""What looks at a day come to together: the report that is kept of it. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from quire.aws.index_checks import DayReport, Named
from quire.search.drift.findings import Finding, Look

MOST_NAMED = 20
"""Messages of a day that are named; all are counted."""
MOST_MET = 500
_MOST_UNREAD = 20


def reported(look: Look, run: str, at: str, before: DayReport | None, *, goes_on: bool) -> DayReport:
    """The report of a look; ``before`` is that of an earlier look of the same run, on which this one ``goes_on`` or
    which it repeats."""
    report = before or DayReport(look.day, at, run)
    left = report.left
    if goes_on:
        counted = (look.archived + report.archived, look.indexed + report.indexed, look.compared + report.compared)
    else:
        counted = (look.archived, look.indexed, look.compared)
        # what is not found again is as it should be
        report = replace(report, left=0, named=tuple(replace(each, healed=True) for each in report.named))
    archived, indexed, compared = counted
    report = replace(report, at=at, archived=archived, indexed=indexed, compared=compared)
    return added(report, look.findings, look.faults, left=0 if goes_on else left)


def added(report: DayReport, findings: Sequence[Finding], faults: Sequence[str] = (), left: int = 0) -> DayReport:
    """The report with more findings. Those it has ``met`` are counted already; where it could not remember them all,
    that many as were ``left`` are."""
    fresh = [each for each in findings if each.message_id not in report.met]
    if report.found > MOST_MET:
        fresh = fresh[max(0, left - (len(findings) - len(fresh))) :]
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
        named=tuple(named.values()),
        met=tuple(dict.fromkeys((*report.met, *(each.message_id for each in findings))))[:MOST_MET],
        unread=tuple(dict.fromkeys((*report.unread, *faults)))[:_MOST_UNREAD],
    )
