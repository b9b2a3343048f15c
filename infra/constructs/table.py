"""A DynamoDB table of one lifecycle: keys ``pk`` and ``sk``, on demand, encrypted with a customer-managed key."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.nag import excuse
from infra.stages import Stage


class Table(Construct):
    """``table``; ``recovery_days`` is how far back it can be restored, ``expires`` the attribute of its rows' end."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        key: kms.IKey,
        recovery_days: int | None,
        expires: str | None = None,
        indexes: Sequence[dynamodb.GlobalSecondaryIndexPropsV2] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(key),
            deletion_protection=stage.retain,
            global_secondary_indexes=list(indexes),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=recovery_days is not None, recovery_period_in_days=recovery_days
            ),
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            time_to_live_attribute=expires,
        )
        if recovery_days is None:
            excuse(
                self.table, {"AwsSolutions-DDB3": "Rebuilt from the archive, or over in minutes: not from a backup."}
            )
