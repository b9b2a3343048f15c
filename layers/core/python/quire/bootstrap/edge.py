"""The use cases around capture: who is let through, and how much the stream can take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from quire.bootstrap.sessions import patient, prompt

if TYPE_CHECKING:
    from quire.aws.origin_secret import OriginSecret
    from quire.aws.shards import Shards
    from quire.capture.scale_stream import Scaled


@cache
def origin_secret() -> OriginSecret:
    """What CloudFront adds to webhooks."""
    from quire.aws.origin_secret import OriginSecret
    from quire.config import settings

    return OriginSecret(prompt().secrets, settings().need("origin_secret_arn"), time.monotonic)


def admit_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request came by way of CloudFront."""
    from quire.capture.admit_origin import admit_origin as admit

    return admit(origin_secret(), headers)


@cache
def capture_shards() -> Shards:
    """The capture stream's shards."""
    from quire.aws.shards import Shards
    from quire.config import settings

    aws = patient()
    return Shards(aws.kinesis, aws.cloudwatch, settings().need("capture_stream"))


def scale_stream() -> Scaled:
    """Set the capture stream's shards to what it carries."""
    from quire.capture.scale_stream import scale_stream as scale
    from quire.config import settings

    known = settings()
    return scale(capture_shards(), known.shards_least, known.shards_most, datetime.now(UTC))
