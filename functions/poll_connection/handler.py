"""Tasks of connections: what is asked of platforms, on schedule, when a webhook wakes them, and by hand."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import connections

NAME = "poll_connection"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS event in; out, which messages have to come again (``batchItemFailures``)."""
    batch = connections.run_tasks(event, lambda: context.get_remaining_time_in_millis() / 1000)
    for ran in batch.ran:
        told = {"platform": ran.outcome.platform, "task": ran.task, "outcome": ran.outcome.word}
        metrics = EphemeralMetrics(namespace="Quire", service=NAME)
        metrics.add_dimensions(service=NAME, **told)
        metrics.add_metric("task_runs", MetricUnit.Count, 1)
        metrics.add_metric("task_pages", MetricUnit.Count, ran.outcome.pages)
        metrics.add_metric("task_seconds", MetricUnit.Seconds, ran.seconds)
        metrics.flush_metrics()
        logger.info("task", extra={**told, "pages": ran.outcome.pages, "seconds": round(ran.seconds, 3)})
    if batch.failed:
        metrics = EphemeralMetrics(namespace="Quire", service=NAME)
        metrics.add_metric("failed_tasks", MetricUnit.Count, len(batch.failed))
        metrics.flush_metrics()
    return batch.response
