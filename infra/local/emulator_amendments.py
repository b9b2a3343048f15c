"""What is amended in the pinned emulator, each because AWS does it so and the difference would show.

* :func:`as_on_aws`: a Kinesis batch that a function answers with ``batchItemFailures`` is delivered again (the emulator
  moves on, and the records would be lost), and every invocation has its metrics, ``IteratorAge`` included (the
  emulator has them for the Invoke API only).
* :func:`over_tls`: an authorizer reads a user pool's keys over TLS, as everything here is served (the emulator asks
  its own port without, and so refuses every token).
* :func:`with_ranges`: a range of an object's version is answered with that range (the emulator sends all of it).
* :func:`in_windows`: records of a stream are gathered for ``MaximumBatchingWindowInSeconds`` (the emulator invokes with
  whatever is there, so that a laptop is busy with tiny batches).
* Retention and legal holds of objects are kept over a restart (the emulator keeps the objects, and forgets that they
  are locked).
* :func:`keeping_versions`: versioning of a bucket with Object Lock cannot be suspended (the emulator suspends it).
* :func:`by_permission`: a batch of messages needs the permission of a single one (the emulator asks for one named
  after the call, which no policy can give).
* :class:`SharedZip`: a layer is unpacked once and mounted into every execution environment (the emulator unpacks
  150 MB again for each, which on two cores takes longer than platforms wait for an answer).

Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html and
https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
"""

import hashlib
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

from ministack.core import iam_actions, lambda_runtime
from ministack.services import apigateway, apigateway_v1, cloudwatch, lambda_svc, s3

Answer = tuple[int, dict[str, str], bytes]
GetObject = Callable[..., Answer]
PutVersioning = Callable[[str, bytes], Answer]
ResolveKeys = Callable[[dict[str, Any]], Awaitable[str | None]]
Extract = Callable[..., str | None]
Execute = Callable[[dict[str, Any], Any], dict[str, Any]]

SHARED_FROM = 1_000_000
"""Bytes from which an archive is unpacked once for all; the functions' own code is far smaller."""


def install() -> None:
    """Amend the emulator that is loaded in this process."""
    lambda_svc._execute_function = as_on_aws(lambda_svc._execute_function)
    lambda_svc._emit_lambda_metrics = lambda *_arguments, **_named: None
    lambda_svc._poll_kinesis = in_windows(lambda_svc._poll_kinesis)
    lambda_runtime.zipfile = SharedZip.module()
    iam_actions.extract_iam_action = by_permission(iam_actions.extract_iam_action)
    s3._get_object = with_ranges(s3._get_object)
    s3._put_bucket_versioning = keeping_versions(s3._put_bucket_versioning)
    s3._PERSISTED_BUCKET_DICTS |= {"object_retention": s3._object_retention, "legal_holds": s3._object_legal_hold}
    for gateway in (apigateway, apigateway_v1):
        gateway._resolve_jwks_url = over_tls(gateway._resolve_jwks_url)


def by_permission(extract: Extract) -> Extract:
    """Wrap what names the permission that a call needs: SQS has none of their own for batches.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    """

    def extracted(*arguments: Any, **named: Any) -> str | None:
        action = extract(*arguments, **named)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    return extracted


def over_tls(resolve: ResolveKeys) -> ResolveKeys:
    """Wrap the emulator's way to find the address of an issuer's keys: its own addresses are https here."""

    async def secured(authorizer: dict[str, Any]) -> str | None:
        address = await resolve(authorizer)
        own = f"http://{apigateway._HOST}:{apigateway._PORT}/"
        return address.replace("http://", "https://", 1) if address and address.startswith(own) else address

    return secured


def in_windows(poll: Callable[[], bool]) -> Callable[[], bool]:
    """Wrap the emulator's look at its streams: not again before the longest batching window has passed."""
    looked = 0.0

    def poll_when_due() -> bool:
        nonlocal looked
        mappings = [mapping for _, _, mapping in lambda_svc._iter_all_esms()]
        window = max((mapping.get("MaximumBatchingWindowInSeconds") or 0 for mapping in mappings), default=0)
        if time.monotonic() - looked < window:
            return False
        looked = time.monotonic()
        return poll()

    return poll_when_due


def as_on_aws(execute: Execute) -> Execute:
    """Wrap the emulator's one way to invoke a function.

    After a partial failure the whole batch comes again, not only what follows the first failure; effects of the
    functions are idempotent.
    """

    def invoke(function: dict[str, Any], event: Any) -> dict[str, Any]:
        result = execute(function, event)
        if _is_kinesis(event) and _failed(result.get("body")):
            body = {"errorType": "PartialBatchFailure", "errorMessage": "the function reported failed records"}
            result = result | {"error": True, "body": body}
        _measure(function, event, failed=bool(result.get("error")))
        return result

    return invoke


def with_ranges(get: GetObject) -> GetObject:
    """Wrap the emulator's way to read an object: of a version, too, only the bytes asked for come back.

    A checksum is of the whole object and says nothing of a part, so it is left out then.
    """

    def ranged(bucket: str, key: str, headers: dict[str, str], query: Any = None) -> Answer:
        status, told, body = get(bucket, key, headers, query)
        asked = headers.get("range", "")
        if status != 200 or not asked or not (query or {}).get("versionId"):
            return status, told, body
        found = s3._parse_range(asked, len(body))
        if found is None:
            refusal = {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}
            return 416, refusal, s3._xml_body(s3._range_error_xml(bucket, key))
        first, last = found
        part = body[first : last + 1]
        kept = {name: value for name, value in told.items() if not name.lower().startswith("x-amz-checksum")}
        kept |= {"Content-Length": str(len(part)), "Content-Range": f"bytes {first}-{last}/{len(body)}"}
        return 206, kept, part

    return ranged


def keeping_versions(put: PutVersioning) -> PutVersioning:
    """Wrap the emulator's PutBucketVersioning so that it refuses what S3 refuses."""

    def put_unless_locked(bucket: str, body: bytes) -> Answer:
        if bucket in s3._bucket_object_lock and b">Suspended<" in body:
            why = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            refusal: Answer = s3._error("InvalidBucketState", why, HTTPStatus.CONFLICT)
            return refusal
        return put(bucket, body)

    return put_unless_locked


class SharedZip(zipfile.ZipFile):
    """A zip file whose large archives are unpacked once a process and linked from there."""

    _place: ClassVar[Path | None] = None
    _unpacking: ClassVar[threading.Lock] = threading.Lock()

    @classmethod
    def module(cls) -> Any:
        """Something to put where a module expects ``zipfile``."""

        class Stand:
            ZipFile = cls
            BadZipFile = zipfile.BadZipFile
            LargeFileError = zipfile.LargeZipFile  # the name the emulator uses

        return Stand

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        """Unpack into a folder: copies of what is small, links into the shared copy of what is large."""
        size = Path(self.filename).stat().st_size if self.filename else 0
        if size < SHARED_FROM or path is None:
            super().extractall(path, members, pwd)
            return
        shared = self._unpacked()
        for entry in shared.iterdir():
            Path(path, entry.name).symlink_to(entry, target_is_directory=entry.is_dir())

    def _unpacked(self) -> Path:
        with Path(str(self.filename)).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        with SharedZip._unpacking:
            if SharedZip._place is None:
                SharedZip._place = Path(tempfile.mkdtemp(prefix="quire-layers-"))
            target = SharedZip._place / digest
            if not target.exists():
                unfinished = target.with_suffix(".unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                super().extractall(unfinished)
                unfinished.rename(target)
        return target


def _measure(function: dict[str, Any], event: Any, *, failed: bool) -> None:
    """Record the metrics that AWS has of an invocation; milliseconds for the age of a stream's batch."""
    where = {"FunctionName": (function.get("config") or function).get("FunctionName", "")}
    cloudwatch.record_metric("AWS/Lambda", "Invocations", 1, "Count", where)
    cloudwatch.record_metric("AWS/Lambda", "Errors", int(failed), "Count", where)
    if _is_kinesis(event):
        arrived = float(event["Records"][-1]["kinesis"]["approximateArrivalTimestamp"])
        age = max(0.0, (time.time() - arrived) * 1000)
        cloudwatch.record_metric("AWS/Lambda", "IteratorAge", age, "Milliseconds", where)


def _is_kinesis(event: Any) -> bool:
    records = event.get("Records") if isinstance(event, dict) else None
    return isinstance(records, list) and bool(records) and records[0].get("eventSource") == "aws:kinesis"


def _failed(body: Any) -> bool:
    return isinstance(body, dict) and bool(body.get("batchItemFailures"))
