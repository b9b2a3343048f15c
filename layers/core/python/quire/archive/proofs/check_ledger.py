"""Use case: whether the ledger's rows, which somebody with rights could rewrite, still say what the locked log says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import orjson

from quire.archive.proofs.published_log import CHECKPOINTS, PublishedLog, sizes
from quire.archive.sealing.manifest import SCHEMA
from quire.aws.archive_objects import ArchiveObjects
from quire.aws.ledger import Ledger, SegmentRow
from quire.domain.errors import CorruptError, NotFoundError, UnavailableError
from quire.domain.ids import TenantId
from quire.evidence.tiles import WIDTH, tiles_of, unbundled


class Difference(NamedTuple):
    """``file`` is a row of the ledger, or an object's key; ``fact`` is what is wrong with it."""

    file: str
    fact: str


def check_ledger(tenant: TenantId, ledger: Ledger, objects: ArchiveObjects, log: PublishedLog) -> Iterator[Difference]:
    """Compare head, entries and segments' rows with ``log``, and see whether each segment is where the log says.

    Raises:
        CorruptError: a file of the log is cut.
        UnavailableError: something did not answer.
    """
    yield from _head(tenant, ledger, objects)
    rows = _Rows(tenant, ledger)
    for first, entries in _bundles(tenant, objects, log):
        try:
            noted = ledger.entries(tenant, first, first + len(entries))
        except UnavailableError:
            yield Difference("ledger/LOG", f"some of the entries from {first} on are missing")
            noted = entries
        for number, (entry, ours) in enumerate(zip(entries, noted, strict=True), start=first):
            if entry != ours:
                yield Difference("ledger/LOG", f"entry {number} is not the one in the log")
            manifest = orjson.loads(entry)
            if manifest.get("schema") == SCHEMA:
                yield from rows.differences(number, entry, manifest)
                yield from _object(objects, manifest)


def _head(tenant: TenantId, ledger: Ledger, objects: ArchiveObjects) -> Iterator[Difference]:
    head = ledger.head(tenant)
    listed = max(sizes(objects.log_files(tenant, CHECKPOINTS)), default=0)
    if head.published < listed:
        yield Difference("ledger/HEAD", f"the newest checkpoint is of {listed} entries: the ledger was set back")
    elif objects.log_file(tenant, f"{CHECKPOINTS}{head.published}") != head.checkpoint.encode():
        yield Difference("ledger/HEAD", "the newest checkpoint is not the one in the bucket")


def _bundles(tenant: TenantId, objects: ArchiveObjects, log: PublishedLog) -> Iterator[tuple[int, list[bytes]]]:
    """(number of the first, entries) of the log, as far as its bundles are there."""
    for tile in tiles_of(log.checkpoint.size):
        if tile.level:
            return
        bundle = objects.log_file(tenant, tile.entries_path)
        if bundle is not None:
            yield tile.number * WIDTH, list(islice(unbundled(bundle), tile.width))


def _object(objects: ArchiveObjects, manifest: Mapping[str, Any]) -> Iterator[Difference]:
    try:
        if objects.size(manifest["key"], manifest["version_id"]) != manifest["size"]:
            yield Difference(manifest["key"], "the segment has another length than when it was sealed")
    except NotFoundError:
        yield Difference(manifest["key"], "the segment is missing")


class _Rows:
    """Segments' rows; those of one day are kept, for neighbours in the log are often of one day."""

    def __init__(self, tenant: TenantId, ledger: Ledger) -> None:
        self._tenant = tenant
        self._ledger = ledger
        self._day = ""
        self._rows: dict[str, SegmentRow] = {}

    def differences(self, number: int, entry: bytes, manifest: Mapping[str, Any]) -> Iterator[Difference]:
        """What the row of a segment says otherwise than the log."""
        day, segment = _day(manifest["key"]), manifest["segment_id"]
        if day != self._day:
            self._day = day
            self._rows = {row.segment_id: row for row in self._ledger.segments_of(self._tenant, day)}
        row, name = self._rows.get(segment), f"ledger/SEGMENTS/{day}/{segment}"
        if row is None:
            yield Difference(name, "the row is missing")
        elif (row.entry, row.manifest, row.key, row.version_id, row.events) != (
            number,
            entry,
            manifest["key"],
            manifest["version_id"],
            manifest["counts"]["events"],
        ):
            yield Difference(name, "the row says otherwise than the log")


def _day(key: str) -> str:
    """The day in a segment's key, ``.../<yyyy>/<mm>/<dd>/<segment>.qrs``."""
    parts = key.split("/")
    if len(parts) < 4:
        raise CorruptError("a manifest names a key that is none of ours")
    return "-".join(parts[-4:-1])
