"""HTTP API authorizer: admits webhooks that came through CloudFront."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import edge

logger = Logger(service="admit_origin")


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, bool]:  # noqa: ARG001
    """Authorizer request (payload format 2.0) in; out, whether it may pass."""
    admitted = edge.admit_origin(event.get("headers") or {})
    if not admitted:
        logger.info("refused", extra={"route": event.get("routeKey", "")})
    return {"isAuthorized": admitted}
