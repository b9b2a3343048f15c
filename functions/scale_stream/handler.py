"""Every five minutes, and when a write was refused: sets the capture stream's shards to its load."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from quire.bootstrap import edge

logger = Logger(service="scale_stream")


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001
    """Whatever woke it in (the decision rests on the measured load); out, the shards before and after."""
    scaled = edge.scale_stream()
    logger.info("capture stream", extra={"before": scaled.before, "after": scaled.after})
    return {"before": scaled.before, "after": scaled.after}
