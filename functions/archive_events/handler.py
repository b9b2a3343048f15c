"""A batch of the capture stream into the journal."""

import logging
from typing import Any

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import archive

NAME = "archive_events"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """Kinesis event in; out, where the stream has to go on (``batchItemFailures``)."""
    outcome, response = archive.archive_events(event)
    counts = outcome.counts()
    for name, value in counts.items():
        _count(name, value)
    for (platform, kind), number in outcome.archived.items():
        _count("archived_events", number, platform=platform, kind=kind)
    for reason, number in outcome.quarantined.items():
        _count("quarantined_records", number, reason=reason)
    logger.info("batch archived", extra={"records": len(event.get("Records", [])), **counts})
    return response


def _count(name: str, value: int, **dimensions: str) -> None:
    with single_metric(
        name, MetricUnit.Count, value, namespace="Quire", default_dimensions={"service": NAME}
    ) as metric:
        for dimension, word in dimensions.items():
            metric.add_dimension(dimension, word)
