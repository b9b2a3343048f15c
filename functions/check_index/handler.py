"""A step of checking indexes against the archive."""

import logging
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import check_index

NAME = "check_index"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """``{"step", "run", "tenantId"?, "day"?, "since"?, ...}`` in; the run out, for its next step: see
    ``check_index.step``."""
    told = check_index.step(event, context.get_remaining_time_in_millis)
    for ended in told.ended:
        _count(ended)
        logger.info("checked", extra={"tenant": ended["tenantId"], **_counts(ended)})
    run = told.run
    left = {"tenants_left": len(run["tenants"]), "busy": len(run["busy"]), "failed": len(run["failed"])}
    logger.info("stepped", extra={"step": event["step"], "run": run["run"], "wait": run["wait"], **left})
    return run


def _count(ended: Mapping[str, Any]) -> None:
    """By tenant where there is anything to tell, and of all."""
    metrics = EphemeralMetrics(namespace="Quire", service=NAME)
    if ended["found"] or ended["unread"]:
        metrics.add_dimensions(service=NAME, tenant=ended["tenantId"])
    for name in ("found", "healed", "left", "unread"):
        metrics.add_metric(f"drift_{name}", MetricUnit.Count, _counts(ended)[name])
    metrics.flush_metrics()


def _counts(ended: Mapping[str, Any]) -> dict[str, int]:
    names = ("messages", "compared", "found", "left", "unread")
    return {**{name: ended[name] for name in names}, "healed": ended["found"] - ended["left"]}
