"""Leases: one holder at a time, and none for ever."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from quire.aws.leases import Leases
from quire.domain.errors import ConflictError
from tests.moto_aws import Stack, stack


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


@pytest.fixture
def leases(aws: Stack) -> Leases:
    return Leases(aws.aws.dynamodb, "limits", aws.clock)


def test_a_second_worker_is_refused_until_the_first_gives_back(leases: Leases) -> None:
    first = leases.take("task one", 60)
    assert first is not None
    assert leases.take("task one", 60) is None
    assert leases.take("task two", 60) is not None
    leases.free(first)
    assert leases.take("task one", 60) is not None


def test_a_lease_ends_by_itself_and_numbers_rise(aws: Stack, leases: Leases) -> None:
    first = leases.take("task", 60)
    aws.clock.now += 60
    second = leases.take("task", 60)
    assert first is not None
    assert second is not None
    assert second.number > first.number
    assert second.until == aws.clock.now + 60


def test_who_lost_a_lease_can_neither_keep_it_nor_give_it_away(aws: Stack, leases: Leases) -> None:
    first = leases.take("task", 60)
    assert first is not None
    aws.clock.now += 61
    with pytest.raises(ConflictError):
        leases.keep(first, 60)
    assert leases.take("task", 60) is not None
    leases.free(first)
    assert leases.take("task", 60) is None


def test_a_kept_lease_lasts_longer(aws: Stack, leases: Leases) -> None:
    lease = leases.take("task", 60)
    assert lease is not None
    aws.clock.now += 59
    leases.keep(lease, 60)
    aws.clock.now += 59
    assert leases.take("task", 60) is None


def test_the_block_gives_it_back_also_after_a_fault(leases: Leases) -> None:
    def work() -> None:
        with leases.held("task", 60) as lease, leases.held("task", 60) as other:
            assert (lease is None, other is None) == (False, True)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert leases.take("task", 60) is not None


def test_of_many_workers_one_gets_it(leases: Leases) -> None:
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda _: leases.take("task", 60), range(64)))
    assert sum(lease is not None for lease in taken) == 1
