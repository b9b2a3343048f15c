"""Whose journal is to be sealed."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import sealing

NAME = "plan_sealing"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """``{"tenantId"?}`` in; ``{"tenants": [id]}`` out."""
    tenants = sealing.plan(event)
    logger.info("planned", extra={"tenants": len(tenants)})
    return {"tenants": tenants}
