"""Large files into the hands of whoever asked for them: opened, verified, copied to where a link leads."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import hand_over

NAME = "hand_over_file"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """SQS event in; out, that none of it has to come again: a copy that failed is noted as such."""
    counts = hand_over.hand_over_files(event).counts()
    metrics = EphemeralMetrics(namespace="Quire", service=NAME)
    for name, value in counts.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    metrics.flush_metrics()
    logger.info("files handed over", extra={"works": len(event.get("Records", [])), **counts})
    return {"batchItemFailures": []}
