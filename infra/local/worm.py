"""After a hard stop: lock again what was sealed since the emulator last wrote its state down.

The emulator keeps every object on disk at once, but whether it is locked only when it writes its state. On AWS an
object and its lock are one.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from infra.stages import named

NO_LOCK = "NoSuchObjectLockConfiguration"


def relock(client: Any, buckets: list[str]) -> int:
    """Give every object version without a retention the one it was written with; how many there were.

    ``client`` is an S3 client of boto3.
    """
    stage = named("local")
    count = 0
    for bucket in buckets:
        for version in _unlocked(client, bucket):
            client.put_object_retention(
                Bucket=bucket,
                Key=version["Key"],
                VersionId=version["VersionId"],
                Retention={
                    "Mode": stage.lock_mode,
                    "RetainUntilDate": version["LastModified"] + timedelta(days=stage.lock_days),
                },
            )
            count += 1
    return count


def _unlocked(client: Any, bucket: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for version in page.get("Versions", []):
            try:
                client.get_object_retention(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
            except ClientError as error:
                if error.response["Error"]["Code"] != NO_LOCK:
                    raise
                yield version
