"""The bucket of Parquet files: no lock, no history; whatever lies there can be made again from the archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quire.aws.errors import translated
from quire.aws.layout import projection_key
from quire.domain.ids import SegmentId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONTENT_TYPE = "application/vnd.apache.parquet"


class ProjectionObjects:
    """Writes the files."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, tenant: TenantId, where: tuple[str, str, SegmentId], path: Path) -> str:
        """Store a file in place of what was there; ``where`` is (retention class, day, segment). Its key.

        Raises:
            UnavailableError: S3 did not take it.
        """
        key = projection_key(tenant, *where)
        with translated("s3 PutObject"), path.open("rb") as file:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=file, ContentType=CONTENT_TYPE, ChecksumAlgorithm="SHA256"
            )
        return key
