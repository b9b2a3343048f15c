"""Files handed over on mocked AWS: kept under their senders' keys, copied in the clear to where links lead."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from quire.archive.attachments.ciphers import FILE, SubjectBlobs, purpose_of
from quire.archive.attachments.hand_over import FileHandOver, StoredFile
from quire.aws.blobs import FileBytes, file_bytes
from quire.aws.data_keys import DataKeys
from quire.aws.hand_over_queue import WantedCopy
from quire.aws.hand_overs import HandOvers
from quire.aws.key_rows import KeyRows
from quire.aws.layout import BlobAddress, blob_key
from quire.domain.ids import SubjectId, TenantId, derive
from quire.keys.branches import BranchKeys
from quire.keys.files import Bound
from quire.keys.subjects import SubjectKeys
from tests.fetching import ARCHIVE, blobs
from tests.moto_aws import NOW, Stack

ACME = TenantId("acme")
ANN, BEN = SubjectId(derive("subject", "ann")), SubjectId(derive("subject", "ben"))
COPIES = "hand-over"
PART = 5 * 1024 * 1024


def subject_keys(aws: Stack, clock: Callable[[], datetime]) -> SubjectKeys:
    """Keys of any tenant, under one KMS key."""
    arn = aws.aws.kms.create_key()["KeyMetadata"]["Arn"]
    rows = KeyRows(aws.aws.dynamodb, "keys")
    return SubjectKeys(rows, BranchKeys(rows, DataKeys(aws.aws.kms), lambda _: arn), clock)


def destroy_key(aws: Stack, key_id: str, tenant: TenantId = ACME) -> None:
    """Take the wrapped key out of its row."""
    subject, number = key_id[:36], key_id[37:]
    aws.aws.dynamodb.update_item(
        TableName="keys",
        Key={"pk": {"S": f"T#{tenant}"}, "sk": {"S": f"SUBJECT#{subject}#{number}"}},
        UpdateExpression="REMOVE material",
    )


class Clock:
    """The time, as it is told."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)  # moto notes when objects were written by the machine's own clock

    def __call__(self) -> datetime:
        return self.now


class Counter:
    """Where one tenant's files are kept and handed over."""

    def __init__(self, aws: Stack, folder: Path) -> None:
        self.aws, self._folder = aws, folder
        self.clock = Clock()
        self.asked: list[WantedCopy] = []
        self.blobs = blobs(aws)
        self.cipher = SubjectBlobs(subject_keys(aws, self.clock))
        aws.aws.s3.create_bucket(Bucket=COPIES)
        self.copies = HandOvers(aws.aws.s3, COPIES, PART)
        self.hand_over = self.of(ACME)

    def of(self, tenant: TenantId) -> FileHandOver:
        return FileHandOver(tenant, self.blobs, self.copies, self.cipher, self.asked.append, self.clock)

    def keep(self, plain: bytes, subject: SubjectId = ANN) -> StoredFile:
        """A file that somebody sent."""
        key_id = self.cipher.key_id(ACME, subject)
        sent = self._written(plain)
        sealed = self.cipher.seal(key_id, Bound(ACME, FILE), sent, self._folder)
        blob = self.blobs.put(blob_key(ACME, key_id, sealed.sha256), sealed, NOW)
        return StoredFile(blob.key, blob.version_id, sent.sha256, sent.size)

    def keep_picture(self, plain: bytes, of: StoredFile) -> StoredFile:
        """The picture of a file."""
        _, _, _, key_id, sha256 = of.key.split("/")
        address = BlobAddress(key_id, sha256, ".thumb.webp")
        sealed = self.cipher.seal(key_id, Bound(ACME, purpose_of(address)), self._written(plain), self._folder)
        return StoredFile(self.blobs.put(blob_key(ACME, *address), sealed, NOW).key)

    def replace(self, file: StoredFile, data: bytes) -> StoredFile:
        """Other bytes in a blob's place, as somebody might write who holds every right but the keys."""
        written = self.aws.aws.s3.put_object(Bucket=ARCHIVE, Key=file.key, Body=data)
        return StoredFile(file.key, written["VersionId"], file.sha256, file.size)

    def stored(self, file: StoredFile) -> bytes:
        """The blob's own bytes."""
        return self.aws.aws.s3.get_object(Bucket=ARCHIVE, Key=file.key)["Body"].read()

    def lying(self) -> dict[str, bytes]:
        """What lies in the bucket of copies."""
        listed = self.aws.aws.s3.list_objects_v2(Bucket=COPIES).get("Contents", [])
        return {
            item["Key"]: self.aws.aws.s3.get_object(Bucket=COPIES, Key=item["Key"])["Body"].read() for item in listed
        }

    def pass_time(self, **told: float) -> None:
        self.clock.now += timedelta(**told)

    def _written(self, plain: bytes) -> FileBytes:
        path = self._folder / f"sent-{hashlib.sha256(plain).hexdigest()[:8]}"
        path.write_bytes(plain)
        return file_bytes(path)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Bytes, bit by bit."""
    return (data[at : at + size] for at in range(0, len(data), size))
