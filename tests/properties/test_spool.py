"""What a spool holds: each event once, nothing of a source that failed, every line as it came, in memory or on disk."""

import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from quire.archive.entries import CarriedLine
from quire.archive.sealing import spool as module
from quire.archive.sealing.spool import Spool
from quire.domain.errors import CorruptError
from quire.domain.ids import EventId, SubjectId

EVENTS = st.lists(st.integers(0, 12), max_size=6)
SOURCES = st.lists(st.tuples(EVENTS, st.booleans()), max_size=6)


def event(number: int) -> tuple[str, CarriedLine]:
    at = f"2026-03-0{1 + number % 3}T00:00:{number:02}"
    line = b"%d" % number * (number + 1) + b"\n"
    subject, event_id = SubjectId(f"U{number % 2}"), EventId(f"e{number:02}")
    carried = CarriedLine(subject, at, event_id, at, at, "key", bytes(32), 1, line)
    return ("standard" if number % 4 else "short"), carried


def fail() -> None:
    raise CorruptError("the source is not what it says")


@given(SOURCES, st.sets(st.integers(0, 12)), st.integers(0, 60), st.integers(1, 5))
def test_it_holds_what_came_whole_and_was_not_dropped(
    sources: list[tuple[list[int], bool]], dropped: set[int], in_memory: int, most: int
) -> None:
    expected: set[int] = set()
    with tempfile.TemporaryDirectory() as folder, patch.object(module, "MOST_HELD", in_memory):
        path = Path(folder) / "lines"
        with Spool(path) as spool:
            for numbers, fails in sources:
                before = set(expected)
                try:
                    with spool.all_or_nothing():
                        added = spool.add(map(event, numbers))
                        assert added == len(set(numbers) - before)
                        expected |= set(numbers)
                        if fails:
                            fail()
                except CorruptError:
                    expected = before
            assert spool.drop(event(number)[1].event_id for number in dropped) == len(expected & dropped)
            expected -= dropped
            spool.flush()
            found = []
            for group in spool.groups():
                parts = list(spool.parts(group, most))
                assert all(0 < len(part) <= most for part in parts)
                rows = [each for part in parts for each in part]
                assert len(rows) == group.events
                assert rows == sorted(rows)
                for each in rows:
                    name, wanted = event(int(each.event_id[1:]))
                    assert (group.retention_class, group.day) == (name, wanted.occurred_at[:10])
                    assert spool.line(each) == wanted.line
                    found.append(each.event_id)
            assert sorted(found) == sorted(event(number)[1].event_id for number in expected)
        assert not path.exists()
