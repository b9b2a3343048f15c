"""``python -m bench.seal_many EVENTS``: seal so many events of one day; prints this process's peak memory in MiB.

See :mod:`bench.sealing_memory`.
"""

import sys
import uuid
from collections.abc import Iterator

from bench.archived_size import entries_of
from bench.fetch_one import peak
from bench.sealing_speed import run
from bench.sealing_stubs import TENANT, Held
from bench.subject_keys import frames
from bench.workload import ARRIVED, conversation
from quire.archive.entries import Entry
from quire.archive.segment_reader import SegmentReader, in_memory
from quire.archive.segment_writer import Identity, seal
from quire.aws.journal import Listed
from quire.domain.ids import EventId, SegmentId, TenantId

_EACH = 1000


class Made(Held):
    """A journal of ``events`` events; a segment is made when it is opened, of one conversation under new ids."""

    def __init__(self, events: int) -> None:
        super().__init__([])
        self._count = events // _EACH
        self._entries = entries_of(conversation(_EACH))

    def segments(self, _: TenantId, since: str = "") -> Iterator[Listed]:  # noqa: ARG002 - all there are
        """All of them."""
        return (Listed(f"{number:06}", "v1", 0, ARRIVED) for number in range(self._count))

    def open(self, tenant: TenantId, key: str, _: str) -> SegmentReader:
        """One of them."""
        entries = (_renamed(entry, f"{key}-{number}") for number, entry in enumerate(self._entries))
        data, _sealed = seal(entries, Identity(SegmentId(f"journal-{key}"), TENANT), frames(tenant))
        return SegmentReader(in_memory(data), frames(tenant))


def _renamed(entry: Entry, name: str) -> Entry:
    new = EventId(str(uuid.uuid5(uuid.NAMESPACE_URL, name)))
    old, named = entry.event_id.encode(), new.encode()
    line, encoded = entry.line.replace(old, named), entry.canonical.replace(old, named)
    return entry._replace(event_id=new, at=entry.at.replace(entry.event_id, new), canonical=encoded, line=line)


if __name__ == "__main__":
    run(Made(int(sys.argv[1])), int(sys.argv[1]))
    print(peak())
