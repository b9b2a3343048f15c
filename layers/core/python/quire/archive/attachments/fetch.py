"""Use case: one file that a message carries, from its platform into the locked bucket, and told of as an event.

The effects come in one order: blob, thumbnail, statement. Each can happen twice and is one: a blob's address is what
its bytes hash to, and the event's id is made of that hash. So whoever was stopped anywhere simply begins again.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

import orjson

from quire.archive.attachments.ciphers import FILE, BlobCipher, purpose_of
from quire.archive.attachments.raw import archived
from quire.archive.attachments.reasons import NotHadError, not_had, refused
from quire.archive.attachments.received import ReceivedFile, check
from quire.archive.attachments.statements import Found, statement
from quire.archive.ciphers import Ciphers
from quire.aws.blobs import Blob, Blobs, FileBytes, file_bytes
from quire.aws.event_rows import EventRow, EventRows
from quire.aws.journal import Journal
from quire.aws.layout import BlobAddress, blob_key
from quire.domain.attachments import RawAt, WantedFile
from quire.domain.calls import Call, Outside, Received
from quire.domain.delivery import DeliveryHeader
from quire.domain.errors import BusyError, GoneError, UnavailableError
from quire.keys.files import Bound

_THUMBNAILS = {"image/webp": ".thumb.webp", "image/png": ".thumb.png", "image/jpeg": ".thumb.jpg"}
_LONGEST_TYPE = 200
_log = logging.getLogger(__name__)


class Reading(Protocol):
    """What was found in a file: see ``quire.enrichment``."""

    @property
    def detected_type(self) -> str | None: ...
    @property
    def text(self) -> str | None: ...
    @property
    def text_status(self) -> Literal["complete", "truncated", "none", "unsupported", "failed"]: ...
    @property
    def thumbnail(self) -> bytes | None: ...
    @property
    def thumbnail_type(self) -> str | None: ...


ReadFile = Callable[[Path, str | None, str | None], Reading]
"""From a file on disk, its name and its declared type."""


@dataclass(frozen=True)
class Platform:
    """Where a connection's files are had: ``where`` gives the call, or the bytes where they came with the message.

    ``where`` raises as a connector's ``fetch`` does.
    """

    where: Callable[[WantedFile, bytes], Call | bytes]
    outside: Outside


@dataclass(frozen=True)
class Stores:
    """What is read and written. ``put`` takes a delivery of our own onto the capture stream."""

    journal: Journal
    rows: EventRows
    blobs: Blobs
    frames: Ciphers
    cipher: BlobCipher
    put: Callable[[DeliveryHeader, bytes, datetime], None]


@dataclass(frozen=True)
class Result:
    """What became of a piece of work; ``known``: the file was there before. ``size`` is in bytes."""

    ending: Literal["captured", "failed", "known"]
    reason: str | None = None
    size: int = 0


@dataclass(frozen=True)
class FileFetcher:
    """Fetches files. ``platform_of`` raises ``OutOfReachError`` where there is nobody to ask; ``most`` is in bytes."""

    stores: Stores
    platform_of: Callable[[WantedFile], Platform]
    read_file: ReadFile
    clock: Callable[[], datetime]
    most: int

    def fetch(self, wanted: WantedFile, attempts: int) -> Result:
        """Fetch and keep a file, or state why it will never be had.

        Raises:
            BusyError: to be asked for later.
            NotHadError: it could not be had, and asking again may help.
        """
        if self._captured_before(wanted):
            return Result("known")
        with tempfile.TemporaryDirectory(prefix="file-") as folder:
            try:
                received = self._received(wanted, Path(folder))
                check(wanted, received)
            except BusyError:
                raise
            except Exception as error:
                why = not_had(error)
                if why.mendable:
                    raise why from error
                return self.state_failure(wanted, why.reason, attempts)
            return self._keep(wanted, received, Path(folder), attempts)

    def state_failure(self, wanted: WantedFile, reason: str, attempts: int) -> Result:
        """State that a file was not had, once a reason.

        Raises:
            UnavailableError: nothing is known about the statement.
        """
        self._state(wanted, Found(reason=reason, attempts=attempts))
        return Result("failed", reason)

    def _captured_before(self, wanted: WantedFile) -> bool:
        """Whether the message's rows tell that the file is kept already."""
        return any(self._tells(wanted, row) for row in self.stores.rows.of_message(wanted.tenant_id, wanted.message_id))

    def _tells(self, wanted: WantedFile, row: EventRow) -> bool:
        if row.event is not None:
            event = orjson.loads(row.event)
        else:
            at = RawAt(
                bucket=self.stores.journal.bucket,
                key=row.segment,
                version_id=row.version_id,
                frame=row.frame,
                event_id=row.event_id,
            )
            with _our_keys():
                event = archived(self.stores.journal, self.stores.frames, wanted.tenant_id, at).event
        told = event["body"].get("attachment_id")
        return event["kind"] == "attachment.captured" and bool(told == wanted.attachment.id)

    def _received(self, wanted: WantedFile, folder: Path) -> ReceivedFile:
        if wanted.attachment.size is not None and wanted.attachment.size > self.most:
            raise NotHadError("too_large", "the platform says that it is larger than what is fetched")
        platform = self.platform_of(wanted)
        with _our_keys():
            raw = archived(self.stores.journal, self.stores.frames, wanted.tenant_id, wanted.raw_at).raw
        path = folder / "sent"  # never by a name that somebody chose
        where = platform.where(wanted, raw)
        if isinstance(where, bytes):
            if len(where) > self.most:
                raise NotHadError("too_large", "it is larger than what is kept")
            path.write_bytes(where)
            return ReceivedFile(file_bytes(path), wanted.attachment.content_type, downloaded=False)
        return self._downloaded(wanted, platform, raw, where, path)

    def _downloaded(self, wanted: WantedFile, platform: Platform, raw: bytes, where: Call, path: Path) -> ReceivedFile:
        """The file as the platform answers; asked once more with a fresh token where the first was refused."""
        answer = self._download(platform, where, path)
        if answer.status == 401:
            platform.outside.token(fresh=True)
            again = platform.where(wanted, raw)
            if isinstance(again, Call):
                answer = self._download(platform, again, path)
        if not 200 <= answer.status < 300:
            raise refused(answer.status)
        sent = FileBytes(path, answer.sha256, answer.size)
        if path.stat().st_size != answer.size:
            raise NotHadError("gave_up", "the file on disk is not as long as what came")
        return ReceivedFile(sent, answer.content_type, downloaded=True)

    def _download(self, platform: Platform, where: Call, path: Path) -> Received:
        with path.open("wb") as file:
            return platform.outside.download(where, file, self.most)

    def _keep(self, wanted: WantedFile, received: ReceivedFile, folder: Path, attempts: int) -> Result:
        declared = (received.content_type or wanted.attachment.content_type or "")[:_LONGEST_TYPE] or None
        reading = self._read(wanted, received.path, wanted.attachment.content_type or declared)
        with _our_keys():
            key_id = self.stores.cipher.key_id(wanted.tenant_id, wanted.subject_id)
            blob, address = self._stored(wanted, key_id, received, folder)
            thumbnail = self._thumbnail(wanted, address, reading, folder) if reading else None
        sent = received.bytes
        found = Found(
            sha256=sent.sha256,
            size=sent.size,
            content_type=declared,
            detected_type=reading.detected_type if reading else None,
            storage_key=blob.key,
            storage_version=blob.version_id,
            thumbnail_key=thumbnail,
            text=_sound(reading.text) if reading and reading.text else None,
            text_status=reading.text_status if reading else "failed",
            attempts=attempts,
        )
        self._state(wanted, found)
        return Result("captured", size=sent.size)

    def _read(self, wanted: WantedFile, path: Path, declared: str | None) -> Reading | None:
        """What the file says; a file that breaks its reader is kept all the same."""
        try:
            return self.read_file(path, wanted.attachment.name, declared)
        except Exception as error:  # noqa: BLE001 - the edge: bytes that anybody chose; its text may quote them
            _log.warning("a file could not be read", extra={"error": type(error).__name__})
            return None

    def _stored(
        self, wanted: WantedFile, key_id: str, received: ReceivedFile, folder: Path
    ) -> tuple[Blob, BlobAddress]:
        sealed = self.stores.cipher.seal(key_id, Bound(wanted.tenant_id, FILE), received.bytes, folder)
        address = BlobAddress(key_id, sealed.sha256, "")
        return self.stores.blobs.put(blob_key(wanted.tenant_id, *address), sealed, self.clock()), address

    def _thumbnail(self, wanted: WantedFile, file: BlobAddress, reading: Reading, folder: Path) -> str | None:
        """The thumbnail beside the blob; its key."""
        ending = _THUMBNAILS.get(reading.thumbnail_type or "")
        if reading.thumbnail is None or ending is None:
            return None
        path, address = folder / "thumbnail", file._replace(ending=ending)
        path.write_bytes(reading.thumbnail)
        bound = Bound(wanted.tenant_id, purpose_of(address))
        sealed = self.stores.cipher.seal(file.key_id, bound, file_bytes(path), folder)
        return self.stores.blobs.put(blob_key(wanted.tenant_id, *address), sealed, self.clock()).key

    def _state(self, wanted: WantedFile, found: Found) -> None:
        now = self.clock()
        header, body = statement(wanted, found, now)
        self.stores.put(header, body, now)


def _sound(text: str) -> str:
    """Text that every encoder takes: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


@contextmanager
def _our_keys() -> Iterator[None]:
    """A key of ours that cannot be had says nothing of the file at its source: the work comes again.

    Raises:
        UnavailableError: the key was destroyed, or the tenant's is disabled.
    """
    try:
        yield
    except GoneError as error:
        raise UnavailableError("a key of the archive cannot be had") from error
