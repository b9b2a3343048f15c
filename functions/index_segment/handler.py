"""Notices of sealed segments into the search index."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import search

NAME = "index_segment"
_VALUES = 99  # a metric holds a hundred values, and is sent out by itself when it is full
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """SQS event in; out, which notices have to come again (``batchItemFailures``)."""
    batch = search.index_segments(event)
    counts = {
        "indexed_messages": sum(each.written for each in batch.indexed),
        "stale_writes": sum(each.stale for each in batch.indexed),
        "failed_notices": len(batch.failed),
        "refused_documents": batch.refused,
    }
    metrics = EphemeralMetrics(namespace="Quire", service=NAME)
    for name, value in counts.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    metrics.flush_metrics()
    for each in batch.indexed:
        for platform, seconds in each.seconds.items():
            _waited(platform, seconds)
    logger.info("notices indexed", extra={"notices": len(batch.indexed), **counts})
    return batch.response


def _waited(platform: str, seconds: list[float]) -> None:
    for start in range(0, len(seconds), _VALUES):
        metrics = EphemeralMetrics(namespace="Quire", service=NAME)
        metrics.add_dimensions(service=NAME, platform=platform)
        for value in seconds[start : start + _VALUES]:
            metrics.add_metric("capture_to_searchable_seconds", MetricUnit.Seconds, value)
        metrics.flush_metrics()
