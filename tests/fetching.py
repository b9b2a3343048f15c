"""Fetching files over mocked AWS: a platform that answers as told, effects that can be made to fail, and what holds."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from quire.archive.attachments.ciphers import BlobCipher, PlainBlobs
from quire.archive.attachments.fetch import FileFetcher, Platform, Stores
from quire.archive.ciphers import PlainFrames
from quire.aws.blobs import Blobs
from quire.aws.journal import Lock
from quire.domain import ids
from quire.domain.attachments import RawAt, WantedFile
from quire.domain.calls import Answer, Call, Received
from quire.domain.delivery import Delivery, DeliveryHeader
from quire.domain.events import AttachmentRef, ChannelRef, Native
from quire.domain.ids import ConnectionId, EventId, TenantId
from quire.domain.message import MessageState
from tests.archiving import Interrupted, Stop, drain, messages_of
from tests.moto_aws import NOW, Stack
from tests.pretend import delivery, fact, stream

ARCHIVE = "archive"
MOST = 1_000_000
NOWHERE = RawAt(bucket="journal", key="t/acme/journal/x.qrs", version_id="v", frame=0, event_id=EventId("e"))


def wanted(
    native: str = "f-1",
    *,
    platform: str = "pretend",
    tenant: str = "acme",
    raw_at: RawAt = NOWHERE,
    kind: Literal["file", "image", "unavailable"] = "file",
    **told: Any,
) -> WantedFile:
    """Work for one file of the message ``m-1``; ``told`` is what the platform says of it."""
    acme = TenantId(tenant)
    return WantedFile(
        tenant_id=acme,
        connection_id=ConnectionId("pretend-1"),
        platform=platform,
        workspace_id="W1",
        message_id=ids.message_id(acme, platform, "W1", "C1", "m-1"),
        channel_id=ids.channel_id(acme, platform, "W1", "C1"),
        subject_id=ids.subject_id(acme, platform, "W1", "U1"),
        channel=ChannelRef(id="C1"),
        native=Native(message="m-1"),
        sent_at="2026-03-02T09:14:05.000200Z",
        attachment=AttachmentRef(id=native, kind=kind, **told),
        raw_at=raw_at,
    )


class Reading(NamedTuple):
    """What was found in a file."""

    detected_type: str | None = "text/plain"
    text: str | None = None
    text_status: Literal["complete", "truncated", "none", "unsupported", "failed"] = "none"
    thumbnail: bytes | None = None
    thumbnail_type: str | None = None


def read_text(path: Path, name: str | None, declared: str | None) -> Reading:
    """A reader that takes everything for text."""
    del name, declared
    return Reading(text=path.read_bytes().decode(errors="replace"), text_status="complete")


@dataclass
class Shelf:
    """A platform that answers with ``data`` (an error is raised), whatever is asked; ``token`` is counted."""

    data: bytes | Exception = b"bytes as sent"
    status: int = 200
    content_type: str | None = None
    inline: bool = False
    tokens: int = 0
    asked: list[Call] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def where(self, work: WantedFile, raw: bytes) -> Call | bytes:
        """Where the file is."""
        assert raw
        if self.inline:
            assert isinstance(self.data, bytes)
            return self.data
        return Call("GET", f"https://files.example.com/{len(work.attachment.id)}", "file")

    def token(self, *, fresh: bool = False) -> str:
        """An access token."""
        self.tokens += fresh
        return "token"

    def send(self, call: Call) -> Answer:
        """Nobody asks for anything else."""
        raise AssertionError(call.name)

    def download(self, call: Call, into: BinaryIO, most: int) -> Received:
        """The file, written as it comes."""
        self.asked.append(call)
        if isinstance(self.data, Exception):
            raise self.data
        assert most == MOST
        status = self.statuses.pop(0) if self.statuses else self.status
        if status != 200:
            return Received(status, {}, 0, hashlib.sha256(b"").hexdigest())
        into.write(self.data)
        return Received(200, {}, len(self.data), hashlib.sha256(self.data).hexdigest(), self.content_type)


def blobs(aws: Stack, part_bytes: int = 64 * 1024 * 1024) -> Blobs:
    """The locked bucket for files, made if need be."""
    names = [bucket["Name"] for bucket in aws.aws.s3.list_buckets()["Buckets"]]
    if ARCHIVE not in names:
        aws.aws.s3.create_bucket(Bucket=ARCHIVE, ObjectLockEnabledForBucket=True)
    return Blobs(aws.aws.s3, ARCHIVE, Lock("GOVERNANCE", 30), part_bytes)


def fetcher(
    aws: Stack,
    shelf: Shelf,
    *,
    stop: Stop | None = None,
    read_file: Callable[[Path, str | None, str | None], Any] = read_text,
    clock: Callable[[], datetime] = lambda: NOW,
    cipher: BlobCipher | None = None,
) -> FileFetcher:
    """The use case; its effects in order are put (blob, thumbnail) and put (the statement)."""
    around = stop or Stop(None)

    def put(header: DeliveryHeader, body: bytes, now: datetime) -> None:
        del now
        aws.stream.put(header.tenant_id, Delivery(header=header, body=body).record())

    stores = Stores(
        journal=aws.journal,
        rows=aws.rows,
        blobs=Interrupted(blobs(aws), ["put"], around),  # type: ignore[arg-type]
        frames=PlainFrames(),
        cipher=cipher or PlainBlobs(),
        put=around("put", put),
    )
    return FileFetcher(
        stores=stores,
        platform_of=lambda _: Platform(shelf.where, shelf),
        read_file=read_file,
        clock=clock,
        most=MOST,
    )


def stored(aws: Stack) -> Mapping[str, bytes]:
    """Every object of the files' bucket by its key."""
    listed = aws.aws.s3.list_objects_v2(Bucket=ARCHIVE).get("Contents", [])
    keys = [item["Key"] for item in listed]
    return {key: aws.aws.s3.get_object(Bucket=ARCHIVE, Key=key)["Body"].read() for key in keys}


def archived_work(aws: Stack, **told: Any) -> dict[str, Any]:
    """The record of work that a message with one file leads to, archived for real."""
    reference = {"id": "f-1", "kind": "file", "name": "note.txt", **told}
    drain(aws, stream([delivery("acme", fact("m-1", files=[reference])).record()], NOW))
    (record,) = aws.work()
    return record


def settled(aws: Stack) -> MessageState:
    """The message once everything on the stream is archived."""
    drain(aws, stream(aws.records(), NOW, first=900))
    (state,) = messages_of(aws, "acme").values()
    return state
