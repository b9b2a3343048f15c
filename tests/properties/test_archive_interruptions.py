"""Archiving killed between any two of its effects, then run again: the same messages, once each, nothing lost."""

import pytest

from quire.domain.errors import UnavailableError
from tests.archiving import Kill, Stop, archiver, check, drain, messages_of
from tests.moto_aws import NOW, Stack, stack
from tests.pretend import delivery, fact, stream

RECORDS = stream(
    [
        delivery("acme", fact("m1"), fact("m2", user="U2")).record(),
        b"garbage",
        delivery("acme", fact("m1", at="2026-03-02T09:16:00Z", edit=True, text="edited")).record(),
        delivery("globex", fact("m1")).record(),
        delivery("acme", fact("m2", at="2026-03-02T09:17:00Z", user="U2", delete=True), fact("m1")).record(),
    ],
    NOW,
)
EFFECTS = ["put_quarantine", "put", *["put"] * 4, "send", "put", "put", "send"]


def settled(aws: Stack) -> None:
    """What holds in the end, whatever happened on the way."""
    for tenant, revisions in (("acme", [2, 2]), ("globex", [1])):
        assert sorted(state.revision for state in messages_of(aws, tenant).values()) == revisions
    assert sorted(state.deleted_at or "" for state in messages_of(aws, "acme").values()) == ["", "2026-03-02T09:17:00Z"]
    assert [one.key for one in aws.journal.quarantined(None)] == ["quarantine/2026/03/02/shardId-000000000000-101.json"]


def test_the_effects_are_these_in_this_order() -> None:
    with stack() as aws:
        stop = Stop(None)
        archiver(aws, stop).archive(RECORDS, NOW)
        assert stop.seen == EFFECTS
        settled(aws)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(len(EFFECTS)))
def test_killed_at_any_effect_and_run_again(at: int, after: bool) -> None:
    with stack() as aws:
        with pytest.raises(Kill):
            archiver(aws, Stop(at, after=after)).archive(RECORDS, NOW)
        drain(aws, RECORDS)
        settled(aws)
        check(aws, "acme")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(len(EFFECTS)))
def test_refused_at_any_effect_and_brought_back_from_the_first_failure(at: int, after: bool) -> None:
    with stack() as aws:
        run = archiver(aws, Stop(at, after=after, error=UnavailableError("refused")))
        drain(aws, RECORDS, run)
        settled(aws)
        check(aws, "acme")


@pytest.mark.parametrize("at", range(len(EFFECTS)))
@pytest.mark.parametrize("cut", range(1, len(RECORDS)))
def test_killed_and_run_again_with_the_batch_cut_elsewhere(at: int, cut: int) -> None:
    """As bisecting does, or a retry that finds more records on the shard."""
    with stack() as aws:
        with pytest.raises(Kill):
            archiver(aws, Stop(at)).archive(RECORDS[: cut + 1], NOW) if at < 1 else archiver(aws, Stop(at)).archive(
                RECORDS, NOW
            )
        drain(aws, RECORDS[:cut])
        drain(aws, RECORDS[cut:])
        settled(aws)
        check(aws, "acme")


def test_killed_again_and_again() -> None:
    with stack() as aws:
        for at in range(len(EFFECTS)):
            with pytest.raises(Kill):
                archiver(aws, Stop(at)).archive(RECORDS, NOW)
        drain(aws, RECORDS)
        settled(aws)
        check(aws, "acme")
