"""What a function needs that talks to platforms: the table of limits, and on one machine where platforms are."""

from infra.constructs.python_function import PythonFunction
from infra.stacks.data import DataStack
from infra.stages import Stage


def outside_environment(stage: Stage, data: DataStack) -> dict[str, str]:
    """Variables for ``quire.bootstrap.outbound``."""
    variables = {"QUIRE_LIMITS_TABLE": data.tables.limits.table_name}
    if stage.platform_gateway:
        variables["QUIRE_PLATFORM_GATEWAY"] = stage.platform_gateway
    if stage.platform_ca:
        variables["QUIRE_PLATFORM_CA"] = stage.platform_ca
    return variables


def allow_outside(function: PythonFunction, data: DataStack) -> None:
    """Let it count its calls and hold leases; the data key it uses by way of ``dynamodb`` (``use_key``)."""
    function.allow(
        "CountCalls",
        ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        [data.tables.limits.table_arn],
    )
