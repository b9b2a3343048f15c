"""A customer-managed key that rotates every year and is hard to lose."""

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.stages import Stage


class EncryptionKey(Construct):
    """``key``, with the alias ``quire/<stage>/<purpose>``.

    Where the stage retains its data, the key policy refuses disabling and scheduled deletion: losing the key would
    destroy what Object Lock keeps. Somebody with ``kms:PutKeyPolicy`` must first take the statement out.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, purpose: str, description: str) -> None:
        super().__init__(scope, id_)
        self._stage = stage
        self.key = kms.Key(
            self,
            "Key",
            alias=f"quire/{stage.name}/{purpose}",
            description=description,
            enable_key_rotation=True,
            pending_window=Duration.days(30),
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
        )
        if stage.retain:
            self.key.add_to_resource_policy(hard_to_lose())

    def allow_logs(self) -> None:
        """Let CloudWatch Logs encrypt this stage's log groups, and no others, with it."""
        groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group"
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="LogGroups",
                principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.amazonaws.com")],
                actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"{groups}:/quire/{self._stage.name}/*"}},
            )
        )

    def allow_alarms(self) -> None:
        """Let CloudWatch alarms of this account publish to a topic that is encrypted with it."""
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )


class SigningKey(Construct):
    """``key`` (Ed25519) signs and never leaves KMS; it does not rotate, because its public half is what people keep.

    Where the stage retains its data, it is as hard to lose as :class:`EncryptionKey`.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, purpose: str, description: str) -> None:
        super().__init__(scope, id_)
        self.key = kms.Key(
            self,
            "Key",
            alias=f"quire/{stage.name}/{purpose}",
            description=description,
            key_spec=kms.KeySpec.ECC_NIST_EDWARDS25519,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            pending_window=Duration.days(30),
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
        )
        if stage.retain:
            self.key.add_to_resource_policy(hard_to_lose())


def hard_to_lose() -> iam.PolicyStatement:
    """Refuses disabling and scheduled deletion to everybody."""
    return iam.PolicyStatement(
        sid="NobodyLosesTheKey",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["kms:ScheduleKeyDeletion", "kms:DisableKey"],
        resources=["*"],  # a key policy's "*" is the key itself
    )
