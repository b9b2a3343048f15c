"""POST /hooks/{platform}/{connectionId}: one delivery onto the stream, acknowledged once the stream has it."""

import logging
from typing import Any

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import capture

NAME = "receive_webhook"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """HTTP API event (payload format 2.0) in, its response out."""
    reply = capture.receive_webhook(event)
    if reply.refused is not None:
        _count("refusals", MetricUnit.Count, 1, platform=reply.platform, slug=reply.refused)
        logger.info("refused", extra={"platform": reply.platform, "slug": reply.refused})
    elif reply.taken:
        _count("deliveries", MetricUnit.Count, 1, platform=reply.platform)
        _count("delivered_bytes", MetricUnit.Bytes, reply.taken, platform=reply.platform)
    else:
        _count("challenges", MetricUnit.Count, 1, platform=reply.platform)
    return reply.response


def _count(name: str, unit: MetricUnit, value: int, **dimensions: str) -> None:
    with single_metric(name, unit, value, namespace="Quire", default_dimensions={"service": NAME}) as metric:
        for dimension, word in dimensions.items():
            metric.add_dimension(dimension, word)
