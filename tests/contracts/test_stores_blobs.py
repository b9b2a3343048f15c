"""The bytes of files in the locked bucket."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from quire.aws.blobs import Blobs, FileBytes, file_bytes
from quire.aws.layout import blob_key
from quire.domain.errors import MalformedError, UnavailableError
from quire.domain.ids import TenantId
from tests.fetching import ARCHIVE, blobs
from tests.moto_aws import NOW, Stack, stack

ACME = TenantId("acme")
MEGABYTE = 1024 * 1024
PART = 5 * MEGABYTE


@pytest.fixture
def aws() -> Iterator[Stack]:
    """A fresh account."""
    with stack() as made:
        yield made


def a_file(folder: Path, data: bytes) -> FileBytes:
    """Bytes on disk."""
    path = folder / "file"
    path.write_bytes(data)
    return file_bytes(path)


def body(aws: Stack, key: str) -> bytes:
    """What lies there."""
    return aws.aws.s3.get_object(Bucket=ARCHIVE, Key=key)["Body"].read()


@pytest.mark.parametrize("size", [0, 1, PART, PART + 1, 2 * PART + 7])
def test_what_is_read_is_what_was_put_and_twice_is_once(aws: Stack, tmp_path: Path, size: int) -> None:
    data = hashlib.sha256(b"x").digest() * (size // 32 + 1)
    file = a_file(tmp_path, data[:size])
    key, store = blob_key(ACME, "none", file.sha256), blobs(aws, PART)
    first, second = store.put(key, file, NOW), store.put(key, file, NOW)
    assert (first.created, second.created) == (True, False)
    assert (first.key, first.version_id) == (second.key, second.version_id)
    assert body(aws, key) == data[:size]
    head = aws.aws.s3.head_object(Bucket=ARCHIVE, Key=key)
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"]) == ("GOVERNANCE", NOW + timedelta(days=30))


def test_a_later_writer_prolongs_the_lock_and_an_earlier_one_does_not_shorten_it(aws: Stack, tmp_path: Path) -> None:
    file, later = a_file(tmp_path, b"x"), NOW + timedelta(days=10)
    key, store = blob_key(ACME, "none", file.sha256), blobs(aws)
    for moment in (NOW, later, NOW):
        store.put(key, file, moment)
    head = aws.aws.s3.head_object(Bucket=ARCHIVE, Key=key)
    assert head["ObjectLockRetainUntilDate"] == later + timedelta(days=30)


@pytest.mark.parametrize("size", [3, PART + 1])
def test_a_race_is_won_by_one(aws: Stack, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    file = a_file(tmp_path, b"x" * size)
    key, store = blob_key(ACME, "none", file.sha256), blobs(aws, PART)
    won = store.put(key, file, NOW)
    real, looks = Blobs._extended, iter([None])  # the first look comes too early
    monkeypatch.setattr(Blobs, "_extended", lambda *args: next(looks, real(*args)))

    def refused(**asked: Any) -> Any:
        raise ClientError({"Error": {"Code": "PreconditionFailed"}}, asked["IfNoneMatch"])

    monkeypatch.setattr(aws.aws.s3, "put_object", refused)
    monkeypatch.setattr(aws.aws.s3, "complete_multipart_upload", refused)
    lost = store.put(key, file, NOW)
    assert (lost.version_id, lost.created) == (won.version_id, False)
    assert aws.aws.s3.list_multipart_uploads(Bucket=ARCHIVE).get("Uploads", []) == []


def test_every_write_names_its_hash_its_lock_and_that_nothing_may_be_there(
    aws: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, dict[str, Any]] = {}
    for name in ("put_object", "create_multipart_upload", "upload_part", "complete_multipart_upload"):
        real = getattr(aws.aws.s3, name)

        def seen(_name: str = name, _real: Any = real, **told: Any) -> Any:
            asked[_name] = told
            return _real(**told)

        monkeypatch.setattr(aws.aws.s3, name, seen)
    store = blobs(aws, PART)
    store.put(blob_key(ACME, "none", "0" * 64), a_file(tmp_path, b"x"), NOW)
    store.put(blob_key(ACME, "none", "1" * 64), a_file(tmp_path, b"x" * (PART + 1)), NOW)
    for name in ("put_object", "create_multipart_upload"):
        assert asked[name]["ObjectLockMode"] == "GOVERNANCE"
        assert asked[name]["ObjectLockRetainUntilDate"] == NOW + timedelta(days=30)
        assert asked[name]["ChecksumAlgorithm"] == "SHA256"
    assert asked["put_object"]["ChecksumSHA256"] == "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="
    assert asked["upload_part"]["ChecksumSHA256"] == "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="
    assert asked["put_object"]["IfNoneMatch"] == asked["complete_multipart_upload"]["IfNoneMatch"] == "*"


def test_an_upload_that_breaks_leaves_no_parts_behind(
    aws: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "UploadPart")

    monkeypatch.setattr(aws.aws.s3, "upload_part", broken)
    file = a_file(tmp_path, b"x" * (PART + 1))
    with pytest.raises(UnavailableError):
        blobs(aws, PART).put(blob_key(ACME, "none", file.sha256), file, NOW)
    assert aws.aws.s3.list_multipart_uploads(Bucket=ARCHIVE).get("Uploads", []) == []


def test_a_link_names_version_and_headers_and_ends(aws: Stack) -> None:
    link = blobs(aws).link("t/acme/blobs/none/x", "v1", {"ResponseContentType": "application/octet-stream"}, 60)
    asked = parse_qs(urlsplit(link).query)
    assert asked["versionId"] == ["v1"]
    assert asked["response-content-type"] == ["application/octet-stream"]
    assert (asked["X-Amz-Algorithm"], asked["X-Amz-Expires"]) == (["AWS4-HMAC-SHA256"], ["60"])


@pytest.mark.parametrize(
    "parts",
    [("none", "0" * 63, ""), ("none", "A" * 64, ""), ("../x", "0" * 64, ""), ("", "0" * 64, ""), ("n", "0" * 64, "/x")],
)
def test_a_key_is_made_of_nothing_a_sender_chose(parts: tuple[str, str, str]) -> None:
    with pytest.raises(MalformedError):
        blob_key(ACME, *parts)
    with pytest.raises(MalformedError):
        blob_key(TenantId("a/b"), "none", "0" * 64)
