"""Use case: set the capture stream's shards to what it carries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from quire.aws.shards import MINUTE, Carried, Shards
from quire.capture.capacity import Load, shards_wanted

NOW = timedelta(minutes=15)
PEAK = timedelta(hours=6)


@dataclass(frozen=True)
class Scaled:
    """Shards before and after; the same number when nothing was to be done, 0 while a change is under way."""

    before: int
    after: int


def scale_stream(shards: Shards, least: int, most: int, now: datetime) -> Scaled:
    """Look at the load and take one step towards the shards it needs, between ``least`` and ``most``.

    Raises:
        UnavailableError: AWS did not answer, or refused the change.
    """
    count = shards.open()
    if count is None:
        return Scaled(0, 0)
    load = measured(count, shards.carried(now, NOW), shards.carried(now, PEAK))
    wanted = shards_wanted(load, least, most)
    if wanted != count:
        shards.resize(wanted)
    return Scaled(count, wanted)


def measured(shards: int, recent: Carried, long: Carried) -> Load:
    """The load out of what was carried recently and over a longer time."""
    return Load(
        shards=shards,
        bytes_now=max(recent.bytes, default=0.0) / MINUTE,
        records_now=max(recent.records, default=0.0) / MINUTE,
        bytes_peak=max(long.bytes, default=0.0) / MINUTE,
        records_peak=max(long.records, default=0.0) / MINUTE,
        refused=int(sum(recent.refused)),
        calm=not sum(long.refused),
    )
