"""A state machine as it is written in ``statemachines/``: its functions, its log, its alarm."""

import re
from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.python_function import PythonFunction, log_retention
from infra.layers import ROOT
from infra.nag import excuse, excuse_wildcards
from infra.stages import Stage

_PLACEHOLDER = re.compile(r"\$\{([a-z_]+)\}")


class PlaceholderError(ValueError):
    """The definition names others than it is given."""


class Workflow(Construct):
    """``machine`` runs ``statemachines/<name>.asl.json``, in which ``${verb_noun}`` stands for a function's ARN, or for
    one of ``seconds``, which differ by stage."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        functions: Mapping[str, PythonFunction],
        log_key: kms.IKey,
        seconds: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(scope, "".join(word.title() for word in name.split("_")))
        self.name = name
        text = (ROOT / "statemachines" / f"{name}.asl.json").read_text("utf-8")
        named = set(_PLACEHOLDER.findall(text))
        values = {each: str(value) for each, value in (seconds or {}).items()}
        if named != {*functions, *values}:
            raise PlaceholderError(f"{name} names {sorted(named)} and is given {sorted({*functions, *values})}")
        group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=log_key,
            log_group_name=f"/quire/{stage.name}/{name}",
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            retention=log_retention(stage),
        )
        arns = {each: function.function.function_arn for each, function in functions.items()}
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_string(text),
            definition_substitutions=arns | values,
            logs=sfn.LogOptions(destination=group, level=sfn.LogLevel.ALL, include_execution_data=False),
            state_machine_type=sfn.StateMachineType.STANDARD,
            tracing_enabled=stage.tracing,
        )
        for function in functions.values():
            function.function.grant_invoke(self.machine)
        excuse_wildcards(
            self.machine.role,
            {
                "Resource::*": "CloudWatch's log delivery and X-Ray know no resources.",
                r"/^Resource::<.*Arn>:\*$/g": "Any version of the machine's own functions.",
            },
        )

        if not stage.tracing:
            excuse(self.machine, {"AwsSolutions-SF2": "This stage traces nothing: on one machine there is no X-Ray."})

    def watches(self) -> list[Watch]:
        """Executions that failed."""
        failed = self.machine.metric_failed(period=Duration.minutes(5), statistic="Sum")
        return [Watch(f"{self.name}-failed", failed, 1, f"{self.name} failed: see the execution's last state.")]
