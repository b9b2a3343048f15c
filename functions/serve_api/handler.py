"""The REST API."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import api

NAME = "serve_api"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """REST API proxy event in, its response out."""
    response = api.serve_api(event, context)
    logger.info("request answered", extra={"route": event.get("resource"), "status": response["statusCode"]})
    return response
