"""A step of making a tenant's indexes anew from the archive."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import rebuild

NAME = "reindex_tenant"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """``{"step", "tenantId", "run", "month"?, ...}`` in; the run out, for its next step: see ``rebuild.step``."""
    before = int(event.get("unread", 0))
    run = rebuild.step(event, context.get_remaining_time_in_millis)
    unread = int(run.get("unread", 0)) - before
    metrics = EphemeralMetrics(namespace="Quire", service=NAME)
    metrics.add_metric("rebuilding_unread", MetricUnit.Count, unread)
    metrics.flush_metrics()
    told = {"step": event["step"], "segments": run.get("segments", 0), "unread": unread, "more": run.get("more", False)}
    logger.info("rebuilt", extra={"tenant": run["tenantId"], "run": run["run"], **told})
    return run
