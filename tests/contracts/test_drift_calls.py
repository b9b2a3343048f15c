"""A day looked at in as many calls as one likes, cut and killed wherever: the report is that of one call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from quire.aws.index_checks import DayReport
from quire.domain.errors import ConflictError
from quire.search.drift.days import CAPTURED
from quire.search.drift.rounds import UNTIL_FINDABLE, Rounds
from quire.search.drift.stretches import MOST_MESSAGES
from tests.contracts.drifting import Firm
from tests.moto_aws import stack
from tests.pretend import fact
from tests.search_engines import bench

DAY = "2026-03-02"
AMISS = ("fine", "gone", "altered", "earlier", "elsewhere", "foreign")


class Killed(BaseException):
    """The process is no more."""


@dataclass(frozen=True)
class Said:
    """A message of that day: its minute, whether it is sealed and edited (so many minutes later), and what became of
    its document."""

    minute: int
    sealed: bool
    edited: int
    amiss: str


@dataclass
class Dying:
    """The store of reports, for a process that dies before or after its effect of number ``at``."""

    store: Any
    at: int = -1
    seen: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def put(self, *args: Any) -> None:
        self.store.put(*args)
        self._die()

    def keep(self, *args: Any) -> None:
        self.store.keep(*args)
        self._die()

    def _die(self) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise Killed


def time_of(minute: int) -> str:
    return f"{DAY}T{minute // 60:02}:{minute % 60:02}:05.000200Z"


@contextmanager
def firm_of(said: list[Said], url: str, most: int) -> Iterator[Firm]:
    """A tenant of which this was said, archived and indexed, before documents of it were changed."""
    with stack() as aws, bench("embedded", lambda: url) as search:
        firm = Firm(aws, search, most=most)
        for sealed in (True, False):
            for number, each in enumerate(said):
                if each.sealed is sealed:
                    firm.capture(fact(f"m{number}", at=time_of(each.minute)))
                    if each.edited:
                        at = time_of(min(each.minute + each.edited, 1439))
                        firm.capture(fact(f"m{number}", at=at, text=f"new text of m{number}", edit=True))
            if sealed and any(each.sealed for each in said):
                firm.seal()
        firm.index()
        for number, each in enumerate(said):
            spoil(firm, f"{'new ' if each.edited else ''}text of m{number}", each)
        yield firm


def spoil(firm: Firm, text: str, said: Said) -> None:
    if said.amiss == "fine":
        return
    index, message, source = firm.lies(text)
    if said.amiss == "gone":
        firm.search.raw.delete(index=index, id=message)
    elif said.amiss == "altered":
        firm.alter(text, user_name="Somebody Else")
    elif said.amiss == "earlier":
        earlier = max(0, said.minute - 300)
        away = (said.minute - earlier) * 60_000_000
        firm.alter(text, timestamp=time_of(earlier), instant=source["instant"] - away)
    elif said.amiss == "elsewhere":
        firm.alter(text, timestamp="2026-03-09T09:00:00Z", instant=1773046800000000)
    else:
        foreign = "".join(reversed(message))
        body = {**source, "message_id": foreign, "content": "nobody said this", "events": []}
        firm.search.raw.index(index=index, id=foreign, body=body)
    firm.search.refresh()


def looked(firm: Firm, more: Callable[[], bool], die_at: int = -1) -> Rounds:
    """A whole check of the day as the state machine has it made: a call that dies is made again, as it was."""
    store: Any = Dying(firm.kept, die_at)
    firm.checking._checks = store
    payload = firm.checking.begin(firm.tenant, "run", day=DAY).as_json()
    for _ in range(200):
        rounds = Rounds(**payload)
        try:
            firm.checking.go_on(rounds, more)
        except Killed:
            firm.make()
            firm.checking._checks = store
            continue
        if rounds.done:
            return rounds
        firm.search.refresh()
        if rounds.wait > UNTIL_FINDABLE:
            firm.forget()
        payload = rounds.as_json()
    raise AssertionError("it does not come to an end")


def told(firm: Firm, rounds: Rounds) -> dict[str, Any]:
    """All that a check came to."""
    reports = {each.day: plain(each) for each in firm.kept.reports(firm.tenant)}
    counts = (rounds.messages, rounds.compared, rounds.found, rounds.left, rounds.unread)
    return {"reports": reports, "counts": counts, "documents": firm.documents()}


def plain(report: DayReport) -> dict[str, Any]:
    """A report without how it came about."""
    found = asdict(report)
    for name in ("at", "step", "before", "owed", "amiss"):
        del found[name]
    return found | {name: sorted(found[name], key=str) for name in ("named", "met")}


def without_compared(of: dict[str, Any]) -> dict[str, Any]:
    reports = {day: {**each, "compared": 0} for day, each in of["reports"].items()}
    messages, _, *more = of["counts"]
    return of | {"reports": reports, "counts": (messages, *more)}


def without_ids(of: dict[str, Any]) -> str:
    """Tenants have ids of their own, so have their messages: how it looks without."""
    reports = {
        day: {
            **each,
            "named": sorted((one["kind"], one["fields"], one["healed"]) for one in each["named"]),
            "met": len(each["met"]),
        }
        for day, each in of["reports"].items()
    }
    contents = sorted(str(each["content"]) for each in of["documents"].values())
    return str((reports, of["counts"], contents))


messages = st.builds(Said, st.integers(0, 1439), st.booleans(), st.sampled_from([0, 0, 90]), st.sampled_from(AMISS))
SLOW = settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SLOW
@given(st.lists(messages, min_size=1, max_size=6), st.integers(1, 3), st.lists(st.booleans(), max_size=12))
def test_wherever_a_day_is_cut_the_report_is_that_of_one_call(
    embedded_engine: str, said: list[Said], most: int, cuts: list[bool]
) -> None:
    with firm_of(said, embedded_engine, most) as firm:
        whole = without_ids(told(firm, looked(firm, lambda: True)))
    with firm_of(said, embedded_engine, most) as firm:
        left = iter(cuts)
        cut = without_ids(told(firm, looked(firm, lambda: next(left, False))))
    assert cut == whole


@SLOW
@given(st.lists(messages, min_size=1, max_size=6), st.integers(1, 3))
def test_however_many_stretches_a_day_has_it_is_found_the_same(
    embedded_engine: str, said: list[Said], most: int
) -> None:
    answers = []
    for each in (most, MOST_MESSAGES):
        with firm_of(said, embedded_engine, each) as firm:
            answers.append(without_ids(without_compared(told(firm, looked(firm, lambda: True)))))
    assert answers[0] == answers[1]


@SLOW
@given(st.lists(messages, min_size=1, max_size=6), st.integers(1, 3), st.integers(1, 12), st.booleans())
def test_a_call_that_dies_and_is_made_again_counts_nothing_twice(
    embedded_engine: str, said: list[Said], most: int, die_at: int, more: bool
) -> None:
    with firm_of(said, embedded_engine, most) as firm:
        whole = without_ids(without_compared(told(firm, looked(firm, lambda: more))))
    with firm_of(said, embedded_engine, most) as firm:
        again = without_ids(without_compared(told(firm, looked(firm, lambda: more, die_at))))
    assert again == whole


def test_what_one_call_did_another_does_not_do_again(embedded_engine: str) -> None:
    """Two calls at a time, because the first was thought dead: one of them ends."""
    with firm_of([Said(60, True, 0, "gone"), Said(600, True, 0, "fine")], embedded_engine, 1) as firm:
        first = firm.checking.begin(firm.tenant, "run", day=DAY)
        payload = first.as_json()
        firm.checking.go_on(first, lambda: False)
        store: Any = firm.checking._checks
        with pytest.raises(ConflictError, match="another call has done this step"):
            store.keep(firm.tenant, "run", 1, payload)
        late = Rounds(**payload)
        firm.checking.go_on(late, lambda: False)
        assert (first.step, late.step) == (1, 2)
        firm.checking.go_on(late, lambda: True)
        assert (late.round, late.messages, late.found, late.left) == (2, 2, 1, 0)


def test_the_days_own_stretches_are_looked_at_one_a_call(embedded_engine: str) -> None:
    said = [Said(minute, bool(minute % 2), 0, "fine") for minute in range(0, 1400, 200)]
    with firm_of(said, embedded_engine, 2) as firm:
        rounds = firm.checking.begin(firm.tenant, "run", day=DAY)
        firm.checking.go_on(rounds, lambda: False)
        assert (rounds.edges, rounds.indexed) == ([400, 800, 1200, 1440], 7)
        assert CAPTURED not in rounds.units
        assert (rounds.messages, rounds.done) == (2, False)
        while not rounds.done:
            firm.checking.go_on(rounds, lambda: False)
        (report,) = firm.kept.reports(firm.tenant)
        assert (report.archived, report.indexed, report.compared, report.step) == (7, 7, 7, 4)
