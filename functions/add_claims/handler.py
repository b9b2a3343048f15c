"""Tenant and role into access tokens, before they are issued."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import claims

NAME = "add_claims"
logging.getLogger("quire")
logger = Logger(service=NAME)
copy_config_to_registered_loggers(logger, include={"quire"})


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """Cognito's pre-token-generation event (version 2) in, the same with our claims out."""
    answer = claims.add_claims(event)
    token = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    logger.info("token completed", extra={"known": "claimsToAddOrOverride" in token})
    return answer
