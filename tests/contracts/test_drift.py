"""Where index and archive differ, it is found by name and mended; where they do not, nothing is written."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from quire.aws.index_checks import DayReport
from quire.domain.errors import ConflictError
from quire.domain.ids import message_id, subject_id
from quire.domain.time import from_datetime
from quire.search.drift.days import RECENT_DAYS, WITHIN_DAYS, daily
from quire.search.mapping import ANALYSIS_VERSION, MAPPING_VERSION
from quire.search.rebuilding.rebuild import Rebuild
from tests.contracts.drifting import Firm, Shredded
from tests.moto_aws import NOW, stack
from tests.pretend import PLATFORM, fact
from tests.search_engines import Bench

POOLED = "embedded"
"""What a pool changes for the check, names and aliases, any engine has."""


@pytest.fixture
def firm(search: Bench) -> Iterator[Firm]:
    with stack() as aws:
        yield Firm(aws, search)


def filled(firm: Firm) -> None:
    """Two months; edits, a reaction, a deletion; some sealed, some not; all of it indexed."""
    firm.capture(
        fact("m1", at="2026-02-27T10:00:00Z"),
        fact("m2"),
        fact("m2", at="2026-03-02T09:20:00Z", react="tada", user="U2"),
        fact("m1", at="2026-03-01T10:00:00Z", text="m1 edited", edit=True),
    )
    firm.seal()
    firm.capture(fact("m3", at="2026-02-28T10:00:00Z"), fact("m4"), fact("m4", at="2026-03-02T09:30:00Z", delete=True))
    firm.index()
    assert len(firm.documents()) == 4


def told(report: DayReport) -> tuple[int, int, int, int]:
    return report.missing, report.differing, report.extra, report.left


def id_of(firm: Firm, message: str) -> str:
    return message_id(firm.tenant, PLATFORM, "W1", "C1", message)


def test_where_nothing_differs_nothing_is_written(firm: Firm) -> None:
    filled(firm)
    before = firm.documents()
    firm.watched.written.clear()
    assert firm.looked() == []
    assert firm.watched.written == []
    assert firm.documents() == before
    assert firm.rounds is not None
    assert (firm.rounds.messages, firm.rounds.compared >= 4) == (4, True)
    days = {each.day: (each.archived, each.indexed) for each in firm.kept.reports(firm.tenant)}
    assert days == {
        "2026-02-27": (1, 1),
        "2026-02-28": (1, 1),
        "2026-03-01": (0, 0),
        "2026-03-02": (2, 2),
        "captured": (0, 0),
    }


@pytest.mark.parametrize("message", ["m1", "m2", "m3", "m4"])
def test_a_document_that_is_gone_comes_back(firm: Firm, message: str) -> None:
    filled(firm)
    before = firm.documents()
    index, found, _ = firm.lies({"m1": "m1 edited"}.get(message, f"text of {message}"))
    firm.search.raw.delete(index=index, id=found)
    firm.search.refresh()
    (report,) = firm.looked()
    assert told(report) == (1, 0, 0, 0)
    assert [(each.message_id, each.kind, each.healed) for each in report.named] == [(found, "missing", True)]
    assert firm.documents() == before == firm.rebuilt()
    assert firm.looked() == []


ALTERED = [
    ({"content": "something else"}, ("content",)),
    ({"timestamp": "2026-03-02T11:11:11Z", "instant": 1772449871000000}, ("instant", "timestamp")),
    ({"timestamp": "2026-01-05T11:11:11Z", "instant": 1767611471000000}, ("instant", "timestamp")),
    ({"user_name": "Somebody Else", "revision": 7}, ("revision", "user_name")),
    ({"evidence": {"segment": "t/x/journal/none.qrs", "version_id": "x", "frame": 0}}, ("evidence",)),
    ({"events": []}, ("events",)),
    ({"message_id": "another"}, ("message_id",)),
    ({"channel_name": "invented"}, ("channel_name",)),
    ({"words_de": ["erfunden"]}, ("words_de",)),
]


@pytest.mark.parametrize(
    ("text", "fields", "named"),
    [*(("text of m2", *each) for each in ALTERED), *(("text of m3", *each) for each in ALTERED[:2])],
    ids=[*(f"sealed-{','.join(each[1])}" for each in ALTERED), *(f"unsealed-{each[1][0]}" for each in ALTERED[:2])],
)
def test_what_was_altered_behind_its_version_is_written_over(
    firm: Firm, text: str, fields: dict[str, Any], named: tuple[str, ...]
) -> None:
    filled(firm)
    before = firm.documents()
    firm.alter(text, **fields)
    reports = firm.looked()
    assert sum(each.differing for each in reports) == 1
    assert [told(each)[3] + each.missing + each.extra for each in reports] == [0]
    assert [each.fields for report in reports for each in report.named] == [named]
    assert firm.documents() == before == firm.rebuilt()


def test_a_pointer_to_where_the_event_does_not_lie_is_written_over(firm: Firm) -> None:
    filled(firm)
    before = firm.documents()
    _, _, source = firm.lies("text of m2")
    other = firm.lies("text of m3")[2]["events"][0]
    wrong = [
        {**each, **{name: other[name] for name in ("segment", "version_id", "frame")}} for each in source["events"]
    ]
    firm.alter("text of m2", events=wrong)
    (report,) = firm.looked()
    assert [each.fields for each in report.named] == [("events",)]
    assert firm.documents() == before
    beyond = [{**each, "frame": 99} for each in source["events"]]
    firm.alter("text of m2", events=beyond)
    (report,) = firm.looked()
    assert (report.differing, list(report.unread), report.left) == (1, [], 0)
    assert firm.documents() == before


def test_what_was_altered_to_a_higher_version_takes_events_again(firm: Firm) -> None:
    """Written over at that version, it would refuse the next events of the message."""
    filled(firm)
    before = firm.documents()
    firm.alter("text of m2", version=50, content="something else")
    (report,) = firm.looked()
    assert (told(report), report.named[0].fields) == ((0, 1, 0, 0), ("content",))
    assert firm.documents() == before
    firm.capture(fact("m2", at="2026-03-02T10:20:00Z", text="said anew", edit=True))
    firm.index()
    assert firm.lies("said anew")[1] == id_of(firm, "m2")


def test_a_document_that_lost_an_event_gets_it_again(firm: Firm) -> None:
    """What an indexer would have made of the message before its reaction."""
    filled(firm)
    before = firm.documents()
    known = [each for each in firm.indexer_knows("m2") if each.event.kind == "message.created"]
    write = firm.indexer.folded(firm.tenant, known)
    index, found, _ = firm.lies("text of m2")
    firm.search.raw.delete(index=index, id=found)
    firm.forget()
    firm.search.raw.index(
        index=index, id=found, body=dict(write.document), params={"version": 1, "version_type": "external"}
    )
    firm.search.refresh()
    (report,) = firm.looked()
    assert told(report) == (0, 1, 0, 0)
    assert "reactions" in report.named[0].fields
    assert firm.documents() == before


def stray(firm: Firm, **fields: Any) -> tuple[str, str]:
    index, _, source = firm.lies("text of m2")
    other = "00000000-0000-4000-8000-000000000001"
    events = [{**each, "event": {**each["event"], "event_id": other, "message_id": other}} for each in source["events"]]
    body = {**source, "message_id": other, "content": "never said", "place": f"000{other}", "events": events, **fields}
    firm.search.raw.index(index=index, id=other, body=body)
    firm.search.refresh()
    return index, other


@pytest.mark.parametrize(
    "fields", [{}, {"events": []}, {"timestamp": "2025-05-05T00:00:00Z", "instant": 1746403200000000}]
)
def test_a_document_that_no_segment_tells_of_is_taken_away(firm: Firm, fields: dict[str, Any]) -> None:
    filled(firm)
    before = firm.documents()
    _, other = stray(firm, **fields)
    reports = firm.looked()
    assert [(told(each), each.named[0].message_id, each.named[0].healed) for each in reports] == [
        ((0, 0, 1, 0), other, True)
    ]
    assert firm.documents() == before


def test_a_check_goes_on_call_by_call(firm: Firm) -> None:
    filled(firm)
    before = firm.documents()
    stray(firm)
    firm.alter("text of m3", content="something else")
    reports = firm.looked(in_haste=True)
    assert sorted(told(each) for each in reports) == [(0, 0, 1, 0), (0, 1, 0, 0)]
    assert firm.documents() == before


def test_what_was_captured_lately_is_looked_at_whenever_it_was_sent(firm: Firm) -> None:
    """A history that was read yesterday, and whose notice was lost."""
    filled(firm)
    firm.capture(fact("old", at="2019-05-05T10:00:00Z"))
    assert len(firm.aws.sent()) == 1
    (report,) = firm.looked()
    assert (report.day, told(report)) == ("captured", (1, 0, 0, 0))
    assert "text of old" in firm.said()


def test_what_was_erased_goes_and_does_not_come_back(firm: Firm) -> None:
    """Its rows are still there, and say every word of it."""
    filled(firm)
    before = firm.documents()
    firm.capture(
        fact("m6", user="U9"), fact("m6", at="2026-03-02T09:40:00Z", react="tada", user="U2"), fact("m7", user="U9")
    )
    firm.index()
    assert {"text of m6", "text of m7"} <= firm.said()
    firm.make(cipher=Shredded(subject_id(firm.tenant, PLATFORM, "W1", "U9")))
    (report,) = firm.looked()
    assert told(report) == (0, 1, 1, 0)
    now = firm.documents()
    assert now.pop(id_of(firm, "m6"))["reactions"]
    assert now == before
    assert firm.looked() == []
    assert not {"text of m6", "text of m7"} & firm.said()


def test_what_a_release_added_is_not_missed_in_an_index_that_waits_to_be_rebuilt(firm: Firm) -> None:
    filled(firm)
    index, _, source = firm.lies("text of m2")
    meta = {"quire_mapping": MAPPING_VERSION, "quire_analysis": ANALYSIS_VERSION - 1}
    firm.search.raw.indices.put_mapping(index=index, body={"_meta": meta})
    firm.alter("text of m2", actors=["nobody"], tokens=["of another release"])
    assert firm.looked() == []
    firm.alter("text of m2", actors=source["actors"], content="something else")
    (report,) = firm.looked()
    assert [each.fields for each in report.named] == [("content",)]


def test_every_day_has_its_turn(firm: Firm) -> None:
    """A year of them, at most so many a day, each within the time that is promised."""
    year = [(NOW - timedelta(days=ago)).date().isoformat() for ago in range(10, 375)]
    seen: dict[str, str] = {}
    for run in range(WITHIN_DAYS):
        at = NOW + timedelta(days=run)
        looked = daily(year, seen, at)
        assert len(looked) <= 1 + RECENT_DAYS + 6
        seen |= dict.fromkeys(looked, from_datetime(at))
    assert {*year} <= seen.keys()


def test_a_document_in_another_month_is_taken_away(firm: Firm) -> None:
    filled(firm)
    before = firm.documents()
    _, found, source = firm.lies("text of m2")
    other = firm.lies("text of m3")[0]
    firm.search.raw.index(index=other, id=found, body=source)
    firm.search.refresh()
    (report,) = firm.looked()
    assert told(report) == (0, 0, 1, 0)
    assert firm.documents() == before


def test_a_month_that_was_lost_comes_back(firm: Firm) -> None:
    filled(firm)
    before = firm.documents()
    (lost,) = [name for name in firm.names() if "-2026-03" in name]
    firm.search.raw.indices.delete(index=lost)
    reports = firm.looked()
    assert sum(each.missing for each in reports) == 2
    assert sum(each.left + each.extra + each.differing for each in reports) == 0
    assert firm.documents() == before == firm.rebuilt()


def test_everything_comes_back_though_its_rows_have_expired(firm: Firm) -> None:
    filled(firm)
    before = firm.documents()
    firm.seal()
    firm.search.raw.indices.delete(index=",".join(firm.names()))
    firm.expire()
    reports = firm.looked(since="2026-01-01")
    assert {named.message_id for each in reports for named in each.named if named.kind == "missing"} == before.keys()
    assert sum(each.left for each in reports) == 0
    assert firm.said() == {"m1 edited", "text of m2", "text of m3", "text of m4"}
    assert firm.documents().keys() == before.keys()
    assert firm.looked(since="2026-01-01") == []
    assert firm.documents() == firm.rebuilt()


def test_what_was_altered_is_written_over_though_its_rows_have_expired(firm: Firm) -> None:
    filled(firm)
    before = firm.documents()
    firm.expire()
    firm.alter("text of m2", content="something else")
    (report,) = firm.looked(since="2026-01-01")
    assert (told(report), report.named[0].fields) == ((0, 1, 0, 0), ("content",))
    assert firm.documents() == before


def test_what_is_on_its_way_is_no_drift(firm: Firm) -> None:
    """Captured, and not indexed yet; and the other way about: indexed while the check is under way."""
    filled(firm)
    firm.at = NOW + timedelta(minutes=10)
    firm.capture(fact("m5"), fact("m1", at="2026-03-02T09:10:00Z", text="edited again", edit=True))
    firm.watched.written.clear()
    assert firm.looked() == []
    assert firm.watched.written == []
    firm.index()
    assert firm.looked() == []


def test_what_is_captured_and_indexed_during_the_check_is_no_drift(firm: Firm) -> None:
    """Before each thing that the check asks of the engine, something new is said and something old is edited."""
    filled(firm)
    firm.at = NOW + timedelta(minutes=10)
    number, inside = 10, False

    def live(_: str) -> None:
        nonlocal number, inside
        if inside or number >= 40:
            return
        inside = True
        number += 1
        firm.capture(
            fact(f"m{number}", at=f"2026-03-02T08:{number}:00Z"),
            fact("m2", at=f"2026-03-02T10:{number}:00Z", text=f"edit {number}", edit=True),
        )
        firm.index()
        inside = False

    firm.watched.before = live
    assert firm.looked() == []
    assert number > 15
    firm.watched.before = lambda _: None
    assert firm.looked() == []
    assert firm.documents() == firm.rebuilt()


def test_what_loses_against_a_live_write_is_left_as_that_wrote_it(firm: Firm) -> None:
    """An altered document gets a new event between the look at it and the write over it."""
    filled(firm)
    firm.alter("text of m2", content="something else")
    happened = False

    def live(name: str) -> None:
        nonlocal happened
        if name == "bulk" and not happened:
            happened = True
            firm.capture(fact("m2", at="2026-03-02T10:20:00Z", text="said anew", edit=True))
            firm.index()

    firm.watched.before = live
    firm.looked()
    assert happened
    assert firm.lies("said anew")[1] == id_of(firm, "m2")
    assert firm.documents() == firm.rebuilt()


def test_a_segment_that_cannot_be_read_is_named(firm: Firm) -> None:
    """Of what it holds nothing is said, and nothing is taken away for want of it."""
    filled(firm)
    _, other = stray(firm)
    listed = list(firm.aws.journal.segments(firm.tenant))
    broken = listed[-1]
    data = bytearray(firm.aws.journal.read(broken.key, broken.version_id))
    firm.spoil(broken.key, broken.version_id, bytes(data[:40]) + b"x" + bytes(data[41:]))
    reports = firm.looked()
    unread = {key for each in reports for key in each.unread}
    assert unread == {broken.key}
    assert sum(each.left for each in reports) == 1, "the stray: that segment might tell of it"
    assert other in firm.documents()


def test_while_a_rebuild_is_under_way_nothing_is_said(firm: Firm) -> None:
    filled(firm)
    firm.rebuilder.begin(Rebuild(firm.tenant, "a run"))
    with pytest.raises(ConflictError, match="a rebuild"):
        firm.looked()
