"""Keeps a provisioned stream's shards between two bounds; Application Auto Scaling does not know Kinesis."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.alarms import ABOVE
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import PythonFunction
from infra.nag import excuse_wildcards
from infra.stages import Shards, Stage


class StreamScaling(Construct):
    """``scale_stream`` looks at the stream's load every five minutes, and at once when a write was refused.

    It sets the number of shards itself, so there is one decision and no alarm whose threshold has to follow it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        stream: kinesis.Stream,
        shards: Shards,
        layers: CodeLayers,
        log_key: kms.IKey,
    ) -> None:
        super().__init__(scope, id_)
        self.scaler = PythonFunction(
            self,
            "scale_stream",
            stage=stage,
            layers=layers,
            log_key=log_key,
            description="Sets the capture stream's shards to its load",
            timeout=60,
            memory=256,
            environment={
                "QUIRE_CAPTURE_STREAM": stream.stream_name,
                "QUIRE_SHARDS_LEAST": str(shards.least),
                "QUIRE_SHARDS_MOST": str(shards.most),
            },
        )
        self.scaler.allow("Scale", ["kinesis:DescribeStreamSummary", "kinesis:UpdateShardCount"], [stream.stream_arn])
        self.scaler.allow("ReadLoad", ["cloudwatch:GetMetricData"], ["*"])
        excuse_wildcards(
            self.scaler.role, {"Resource::*": "GetMetricData and X-Ray know no resource-level permission."}
        )
        function = self.scaler.function
        events.Rule(
            self,
            "Schedule",
            description="Looks at the capture stream's load",
            schedule=events.Schedule.rate(Duration.minutes(5)),
            targets=[targets.LambdaFunction(function, retry_attempts=2)],
        )
        refused = cloudwatch.Alarm(
            self,
            "Refused",
            alarm_description="The capture stream refused a write: scale it up now.",
            comparison_operator=ABOVE,
            evaluation_periods=1,
            metric=stream.metric_write_provisioned_throughput_exceeded(period=Duration.minutes(1), statistic="Sum"),
            threshold=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        refused.add_alarm_action(actions.LambdaAction(function))
