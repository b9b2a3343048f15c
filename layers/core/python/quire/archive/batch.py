"""What comes off the stream, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from quire.domain.delivery import Delivery
from quire.domain.events import Observation

Normalise = Callable[[Delivery], list[Observation]]
Connectors = Mapping[str, Normalise]
"""By platform. Each reads any delivery of its platform and raises on none."""


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One record of the capture stream; ``arrived_at`` (aware) is when the stream took it."""

    shard: str
    sequence: str
    data: bytes
    arrived_at: datetime


@dataclass
class Outcome:
    """Counts of one batch. ``failed`` is the position of the first record that has to come again, if any.

    ``archived`` counts new rows by (platform, kind), ``quarantined`` records by reason, ``corrupt`` segments that were
    there and could not be read.
    """

    failed: int | None = None
    segments: int = 0
    duplicates: int = 0
    corrupt: int = 0
    archived: Counter[tuple[str, str]] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)

    def fail(self, position: int) -> None:
        """That record, and so all behind it, must come again."""
        self.failed = position if self.failed is None else min(self.failed, position)

    def counts(self) -> dict[str, int]:
        """What is counted of every batch, by metric name; ``retried`` is 1 when something has to come again."""
        unrecognised = sum(number for (_, kind), number in self.archived.items() if kind == "unrecognised")
        return {
            "segments": self.segments,
            "archived": self.archived.total(),
            "unrecognised": unrecognised,
            "duplicates": self.duplicates,
            "quarantined": self.quarantined.total(),
            "corrupt_segments": self.corrupt,
            "retried": int(self.failed is not None),
        }
