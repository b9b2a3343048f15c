"""Sealing killed between any two of its effects, or done by two at once: every event in the archive once."""

from contextlib import suppress

import pytest

from quire.archive.sealing.spool import Spool
from quire.domain.errors import ConflictError, UnavailableError
from quire.evidence.checkpoint import open_checkpoint
from quire.evidence.merkle import leaf_hash, root
from tests.archiving import Kill, Stop
from tests.moto_aws import Stack, stack
from tests.pretend import fact
from tests.sealing import ACME, House, capture, log_key

EFFECTS = [
    "start_run",
    *["put_segment"] * 3,
    "append",
    "settle",
    "settle",
    "end_run",
    "put_log",
    "put_log",
    "publish",
    "mark_swept",
]
IN_PIECES = [
    "start_run",
    *["put_segment", "put_segment", "append"],
    *["put_segment", "append"],
    "settle",
    "settle",
    "end_run",
    "put_log",
    "put_log",
    "publish",
    "mark_swept",
]
"""Of a run that is sealed in two pieces, one of each source."""


def captured(aws: Stack) -> None:
    capture(aws, fact("m1"), fact("m2", user="U2"), fact("m3", at="2026-03-01T10:00:00Z"))
    capture(aws, fact("m1"), fact("m4", at="2026-02-27T10:00:00Z"), first=200)


def settled(house: House) -> None:
    """What holds in the end, whatever happened on the way."""
    house.run()
    logged = house.logged()
    assert {name: len(ids) for name, ids in logged.items()} == {
        "standard 2026-02-27": 1,
        "standard 2026-03-01": 1,
        "standard 2026-03-02": 2,
    }
    assert len({each for ids in logged.values() for each in ids}) == 4
    head = house.ledger.head(ACME)
    checkpoint = open_checkpoint(head.checkpoint, log_key(ACME))
    assert checkpoint.root == root([leaf_hash(entry) for entry in house.ledger.entries(ACME, 0, head.size)])
    assert head.size == head.published == checkpoint.size == 3
    assert house.ledger.open_run(ACME) is None


def test_the_effects_are_these_in_this_order() -> None:
    with stack() as aws:
        captured(aws)
        stop = Stop(None)
        House(aws, stop).run()
        assert stop.seen == EFFECTS
        settled(House(aws))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(len(EFFECTS)))
def test_killed_at_any_effect_and_run_again(at: int, after: bool) -> None:
    with stack() as aws:
        captured(aws)
        with pytest.raises(Kill):
            House(aws, Stop(at, after=after)).run()
        capture(aws, fact("m1"), first=300)  # the journal goes on meanwhile
        settled(House(aws))


@pytest.mark.parametrize("at", range(len(IN_PIECES)))
def test_a_run_in_pieces_killed_after_any_effect_and_run_again(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Whether the second run is in the same pieces or, after an update, in larger ones."""
    with stack() as aws:
        captured(aws)
        with monkeypatch.context() as small:
            small.setattr(Spool.__init__, "__defaults__", (1,))
            stop = Stop(at, after=True)
            with pytest.raises(Kill):
                House(aws, stop).run()
            assert stop.seen == IN_PIECES[: at + 1]
            if at % 2:
                settled(House(aws))
        settled(House(aws))


@pytest.mark.parametrize("at", range(len(EFFECTS)))
def test_a_second_one_comes_in_at_any_effect(at: int) -> None:
    """Two at once, the second one whole within the first: one of them may find that it lost, nothing is there twice."""
    with stack() as aws:
        captured(aws)

        class Overtaken(Stop):
            def __call__(self, name: str, method: object) -> object:  # type: ignore[override]
                passing = super().__call__(name, method)  # type: ignore[arg-type]

                def run(*args: object, **kwargs: object) -> object:
                    if len(self.seen) == at:
                        self.seen.append("overtaken")
                        House(aws).run()
                    return passing(*args, **kwargs)

                return run

        with suppress(ConflictError, UnavailableError):
            House(aws, Overtaken(None)).run()
        settled(House(aws))
