"""What looks at a day come to together: every message that differed counts once, however often it is looked at."""

from quire.aws.index_checks import DayReport
from quire.domain.ids import MessageId
from quire.search.drift.findings import Finding, Look
from quire.search.drift.reports import MOST_MET, MOST_NAMED, reported

DAY = "2026-03-02"


def findings(first: int, last: int, *, healed: bool) -> list[Finding]:
    return [Finding(MessageId(f"m{number}"), "missing", (), healed) for number in range(first, last)]


def look(*found: Finding, archived: int = 10) -> Look:
    return Look(DAY, archived, archived, 1, [*found])


def report_of(*looks: Look, goes_on: bool = False) -> DayReport:
    report = None
    for number, each in enumerate(looks):
        report = reported(each, "run", f"at {number}", report, number + 1, goes_on=goes_on and number > 0)
    assert report is not None
    return report


def counts(report: DayReport) -> tuple[int, int]:
    return report.found, report.left


def test_what_is_left_and_mended_later_counts_once() -> None:
    report = report_of(look(*findings(0, 3, healed=False)), look(*findings(1, 3, healed=True)), look())
    assert counts(report) == (3, 0)
    assert [each.healed for each in report.named] == [True, True, True]


def test_what_only_a_later_look_sees_counts_too() -> None:
    report = report_of(look(*findings(0, 3, healed=True)), look(*findings(3, 5, healed=False)))
    assert counts(report) == (5, 2)


def test_more_than_can_be_remembered_count_once() -> None:
    many = findings(0, 3 * MOST_MET, healed=False)
    report = report_of(look(*many), look(*many))
    assert counts(report) == (3 * MOST_MET, 3 * MOST_MET)
    assert (len(report.named), len(report.met)) == (MOST_NAMED, MOST_MET)
    assert counts(report_of(look(*many), look(*many[:-100], *findings(5000, 5200, healed=False)))) == (
        3 * MOST_MET + 100,
        3 * MOST_MET + 100,
    )


def test_a_look_that_goes_on_adds_to_the_one_before() -> None:
    first, then = look(*findings(0, 2, healed=False), archived=3), look(*findings(2, 3, healed=True), archived=4)
    report = report_of(first, then, goes_on=True)
    assert (report.archived, counts(report)) == (7, (3, 2))


def test_a_segment_that_cannot_be_read_is_named_once() -> None:
    report = report_of(Look(DAY, faults=["a", "b"]), Look(DAY, faults=["b", "c"]), goes_on=True)
    assert report.unread == ("a", "b", "c")


def test_a_step_that_is_done_again_counts_once_and_what_it_mended_stays_found() -> None:
    before = report_of(look(*findings(0, 2, healed=False), archived=3))
    lost = reported(
        look(*findings(2, 5, healed=True), *findings(5, 7, healed=False)), "run", "x", before, 2, goes_on=True
    )
    assert (lost.archived, counts(lost)) == (13, (7, 4))
    again = reported(look(*findings(5, 6, healed=False)), "run", "y", lost, 2, goes_on=True)
    assert (again.archived, again.indexed, again.compared, counts(again)) == (13, 13, 2, (7, 3))
    assert [each.message_id for each in again.named if not each.healed] == ["m0", "m1", "m5"]


def test_so_does_one_that_begins_a_round() -> None:
    before = report_of(look(*findings(0, 4, healed=False), archived=3))
    lost = reported(look(*findings(0, 2, healed=False)), "run", "x", before, 2, goes_on=False)
    again = reported(look(*findings(0, 1, healed=False)), "run", "y", lost, 2, goes_on=False)
    assert (lost.archived, counts(lost), again.archived, counts(again)) == (10, (4, 2), 10, (4, 1))


def test_more_than_can_be_remembered_count_once_in_a_round_of_several_steps() -> None:
    many = findings(0, 3 * MOST_MET, healed=False)
    report = report_of(look(*many))
    half = len(many) // 2
    for step, part in ((2, many[:half]), (3, many[half:]), (3, many[half:])):
        report = reported(look(*part), "run", "x", report, step, goes_on=step > 2)
    assert counts(report) == (3 * MOST_MET, 3 * MOST_MET)
