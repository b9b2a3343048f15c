"""How many shards the capture stream needs. Pure: what was measured in, a number out.

A shard takes 1 MiB or 1,000 records a second; one call at most doubles or halves a stream
(https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html).
"""

import math
from dataclasses import dataclass

SHARD_BYTES = 1024 * 1024
SHARD_RECORDS = 1_000
AIM = 0.5
"""The share of its limit that a shard should carry at the peak."""
FULL = 0.7
"""The share at which shards are added."""
WORTH = 0.75
"""Shards are taken away only when no more than this share of them is needed: each change copies the stream's tail."""
UNEVEN = 0.25
"""Below this share a refused write is one busy tenant's partition, which more shards do not divide."""


@dataclass(frozen=True)
class Load:
    """What the stream carried: the busiest minute of the last quarter of an hour, and of the last six hours.

    Bytes and records a second; ``refused`` writes of the last quarter of an hour, ``calm`` when there were none in six
    hours.
    """

    shards: int
    bytes_now: float
    records_now: float
    bytes_peak: float
    records_peak: float
    refused: int
    calm: bool


def shards_wanted(load: Load, least: int, most: int) -> int:
    """The number of shards to have, one permitted step away at most; today's number when nothing is to be done."""
    share = _shards(load.bytes_now, load.records_now) / load.shards
    wanted = load.shards
    if share >= FULL:
        wanted = max(load.shards + 1, _enough(load.bytes_now, load.records_now))
    elif load.refused and share >= UNEVEN:
        wanted = load.shards + max(1, load.shards // 4)
    elif load.calm and _enough(load.bytes_peak, load.records_peak) <= WORTH * load.shards:
        wanted = _enough(load.bytes_peak, load.records_peak)
    wanted = min(max(wanted, least), most)
    return min(max(wanted, math.ceil(load.shards / 2)), 2 * load.shards)


def _shards(bytes_: float, records: float) -> float:
    """How many shards, filled to the brim, carry this."""
    return max(bytes_ / SHARD_BYTES, records / SHARD_RECORDS)


def _enough(bytes_: float, records: float) -> int:
    """How many shards carry this with room to spare."""
    return math.ceil(_shards(bytes_, records) / AIM)
