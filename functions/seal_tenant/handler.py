"""A tenant's journal into the archive and its log."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import sealing

NAME = "seal_tenant"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """``{"tenantId"}`` in; out, what each run came to, the log's size, and whether there is ``more``: call again."""
    done = sealing.seal(event, context.get_remaining_time_in_millis)
    counts = {
        "sealed_events": sum(run["out"] for run in done["runs"]),
        "sealed_segments": sum(run["segments"] for run in done["runs"]),
        "sealing_duplicates": sum(run["duplicates"] for run in done["runs"]),
        "sealing_quarantined": sum(len(run["quarantined"]) for run in done["runs"]),
    }
    metrics = EphemeralMetrics(namespace="Quire", service=NAME)
    for name, value in counts.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    metrics.flush_metrics()
    logger.info("sealed", extra={"tenant": event["tenantId"], "busy": done["busy"], "more": done["more"], **counts})
    return done
