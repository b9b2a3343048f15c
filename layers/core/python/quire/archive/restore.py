"""Use case: rebuild what was projected from a tenant's segments: every row again, every notice again.

Rows that are there stay as they are, so it may run at any time, beside the archive at work, and twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from quire.archive.journal_segments import JournalSegments
from quire.aws.journal import Journal
from quire.domain.errors import CorruptError
from quire.domain.ids import TenantId


@dataclass(frozen=True)
class Restored:
    """One segment: rows that were missing, rows that were there; ``fault`` where it could not be read."""

    key: str
    version_id: str
    new: int = 0
    present: int = 0
    fault: str | None = None


def restore(
    journal: Journal, segments: JournalSegments, tenant: TenantId, now: datetime, under: str = ""
) -> Iterator[Restored]:
    """Restore the tenant's segments one by one, oldest first; ``under`` narrows to ``yyyy/mm/dd``.

    A segment that cannot be read is told as such, and the next ones are restored all the same.

    Raises:
        UnavailableError: something did not answer; run again.
    """
    for listed in journal.segments(tenant, under):
        try:
            written = segments.restore(tenant, listed.key, listed.version_id, now)
        except CorruptError as error:
            yield Restored(listed.key, listed.version_id, fault=error.detail)
        else:
            yield Restored(listed.key, listed.version_id, len(written.new), written.duplicates)
