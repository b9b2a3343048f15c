"""Files that messages carry, from their platform into the locked bucket."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import attachments

NAME = "fetch_attachment"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """SQS event in; out, which work has to come again (``batchItemFailures``)."""
    batch = attachments.fetch_attachments(event)
    counts = batch.counts()
    metrics = EphemeralMetrics(namespace="Quire", service=NAME)
    for name, value in counts.items():
        metrics.add_metric(name, MetricUnit.Bytes if name.endswith("_bytes") else MetricUnit.Count, value)
    metrics.flush_metrics()
    for reason, number in batch.failures.items():
        failed = EphemeralMetrics(namespace="Quire", service=NAME)
        failed.add_dimensions(service=NAME, reason=reason)
        failed.add_metric("attachments_not_had", MetricUnit.Count, number)
        failed.flush_metrics()
    logger.info("files fetched", extra={"works": len(event.get("Records", [])), **counts})
    return batch.response
