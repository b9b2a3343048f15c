"""A tenant's newest checkpoint to its time-stamping authority and its witnesses."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import attest

NAME = "attest_checkpoint"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """``{"tenantId", "demand"?}`` in; out, what came of it. Nothing that others fail to do is an error here."""
    attested = attest.attest(event)
    told = attested.as_json()
    outcomes = [("checkpoint_stamps", told["stamp"]), *(("checkpoints_sent", each) for each in told["witnesses"])]
    for name, each in outcomes:
        metrics = EphemeralMetrics(namespace="Quire", service=NAME)
        metrics.add_dimensions(service=NAME, outcome=each["reason"] or each["outcome"])
        metrics.add_metric(name, MetricUnit.Count, 1)
        metrics.flush_metrics()
    failed = EphemeralMetrics(namespace="Quire", service=NAME)
    failed.add_metric("attestations_failed", MetricUnit.Count, sum(each["outcome"] == "failed" for _, each in outcomes))
    failed.flush_metrics()
    logger.info("attested", extra={"tenant": attested.tenant, "outcomes": [each["outcome"] for _, each in outcomes]})
    return told
