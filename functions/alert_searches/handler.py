"""Saved searches that alert: what is new among what they find."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import saved_searches

NAME = "alert_searches"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """The schedule's event, or an SQS event; out, which messages have to come again (``batchItemFailures``)."""
    looked = saved_searches.look_for_new_hits(event)
    told = {
        "planned": looked.planned,
        "searches": sum(each.searches for each in looked.rounds),
        "alerted": sum(each.alerted for each in looked.rounds),
        "broken": sum(each.broken for each in looked.rounds),
    }
    metrics = EphemeralMetrics(namespace="Quire", service=NAME)
    metrics.add_metric("searches_alerted", MetricUnit.Count, told["alerted"])
    metrics.add_metric("searches_broken", MetricUnit.Count, told["broken"])
    metrics.flush_metrics()
    logger.info("looked", extra=told)
    return looked.response
