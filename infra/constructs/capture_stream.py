"""The capture stream: what every webhook and poller writes to, and the archive reads from."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.nag import excuse
from infra.stages import Stage

RETENTION_DAYS = 7


class CaptureStream(Construct):
    """``stream``: seven days of deliveries, encrypted; provisioned shards where the stage has bounds for them.

    The template holds the number it starts with; from then on ``scale_stream`` owns it.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, key: kms.IKey) -> None:
        super().__init__(scope, id_)
        provisioned = stage.shards is not None
        self.stream = kinesis.Stream(
            self,
            "Stream",
            encryption=kinesis.StreamEncryption.KMS,
            encryption_key=key,
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            retention_period=Duration.days(RETENTION_DAYS),
            shard_count=stage.shards.least if stage.shards else None,
            stream_mode=kinesis.StreamMode.PROVISIONED if provisioned else kinesis.StreamMode.ON_DEMAND,
        )

        excuse(
            self.stream,
            {"AwsSolutions-KDS3": "A customer-managed key, so that customers' data has one owner and trail."},
        )

    def watches(self) -> list[Watch]:
        """Writes that the stream refused."""
        refused = self.stream.metric_write_provisioned_throughput_exceeded(period=Duration.minutes(1), statistic="Sum")
        return [
            Watch(
                "capture-writes-refused",
                refused,
                1,
                "The capture stream refused writes for five minutes: platforms are told to send again.",
                periods=5,
            )
        ]
