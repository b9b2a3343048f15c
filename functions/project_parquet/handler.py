"""What was sealed and published of a tenant's log, as Parquet files."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import projection

NAME = "project_parquet"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """``{"tenantId", "anew"?}`` in; out, what was done and how many log entries are ``left``: call again while any are.

    ``anew`` begins with the log's first entry; it belongs to the first of a row of calls only.
    """
    done = projection.project(event, context.get_remaining_time_in_millis)
    counts = {
        "projected_files": done.files,
        "projected_events": done.events,
        "projection_faults": len(done.faults),
    }
    metrics = EphemeralMetrics(namespace="Quire", service=NAME)
    for name, value in counts.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    metrics.flush_metrics()
    logger.info("projected", extra={"tenant": event["tenantId"], "left": done.left, **counts})
    return {
        "tenantId": event["tenantId"],
        "files": done.files,
        "events": done.events,
        "shredded": done.shredded,
        "faults": done.faults,
        "left": done.left,
    }
