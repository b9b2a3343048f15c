"""Discord's gateway, listened to: one container that holds a websocket for each connection named, and nothing else."""

from aws_cdk import Aws, IgnoreMode, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.python_function import KEY_ACTIONS, log_retention
from infra.layers import ROOT
from infra.nag import excuse, excuse_wildcards
from infra.stacks.data import DataStack
from infra.stacks.ingest import IngestStack
from infra.stages import Stage

NAME = "listen_discord"
_IMAGE = f"infra/images/{NAME}.Dockerfile"


class GatewayListener(Construct):
    """One task of ``NAME`` on Fargate. Nothing reaches it; it reaches the internet by HTTPS alone, and of our own only
    what a frame, a gap and a lost grant need. Its platform's connections are those the stage names."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        data: DataStack,
        ingest: IngestStack,
        notifications: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        self._stage, self._data, self._ingest, self._notifications = stage, data, ingest, notifications
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "ecs-tasks.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
            description=f"{NAME}: holds Discord's gateway",
        )
        self._grant(self.role)
        self.task = self._task()
        network = self._network()
        cluster = ecs.Cluster(self, "Cluster", vpc=network, container_insights_v2=ecs.ContainerInsights.ENABLED)
        door = ec2.SecurityGroup(self, "Door", vpc=network, allow_all_outbound=False, description="Out by HTTPS")
        door.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "Discord and AWS")
        self.service = ecs.FargateService(
            self,
            "Service",
            assign_public_ip=True,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            cluster=cluster,
            desired_count=1,
            max_healthy_percent=100,  # two of them would tell everything twice
            min_healthy_percent=0,
            security_groups=[door],
            task_definition=self.task,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        )

    def _network(self) -> ec2.Vpc:
        """Public subnets without a way in: a NAT gateway would cost more than the listener, and add nothing."""
        network = ec2.Vpc(
            self,
            "Network",
            ip_addresses=ec2.IpAddresses.cidr("10.64.0.0/26"),
            max_azs=2,
            nat_gateways=0,
            restrict_default_security_group=False,
            subnet_configuration=[ec2.SubnetConfiguration(name="out", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=28)],
        )
        excuse(
            network, {"AwsSolutions-VPC7": "Nothing can come in, and only the listener goes out: it logs what it does."}
        )
        return network

    def _task(self) -> ecs.FargateTaskDefinition:
        stage, data, ingest = self._stage, self._data, self._ingest
        arm = stage.architecture == "arm64"
        task = ecs.FargateTaskDefinition(
            self,
            "Task",
            cpu=256,
            memory_limit_mib=512,
            task_role=self.role,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64 if arm else ecs.CpuArchitecture.X86_64,
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
        )
        group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=data.operations_key,
            log_group_name=f"/quire/{stage.name}/{NAME}",
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            retention=log_retention(stage),
        )
        task.add_container(
            "Listener",
            environment={
                "QUIRE_STAGE": stage.name,
                "QUIRE_GATEWAY_CONNECTIONS": ",".join(stage.gateway_listeners),
                "QUIRE_CONTROL_TABLE": data.tables.control.table_name,
                "QUIRE_LIMITS_TABLE": data.tables.limits.table_name,
                "QUIRE_CAPTURE_STREAM": ingest.stream.stream_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                "QUIRE_JOURNAL_LOCK_MODE": stage.lock_mode,
                "QUIRE_JOURNAL_LOCK_DAYS": str(stage.lock_days),
                "QUIRE_TASK_QUEUE_URL": ingest.tasks.queue.queue_url,
                "QUIRE_NOTIFICATION_TOPIC_ARN": self._notifications.topic_arn,
            },
            image=ecs.ContainerImage.from_asset(
                str(ROOT),
                exclude=_all_but_the_product(),
                file=_IMAGE,
                ignore_mode=IgnoreMode.GIT,
                platform=assets.Platform.LINUX_ARM64 if arm else assets.Platform.LINUX_AMD64,
            ),
            logging=ecs.LogDrivers.aws_logs(log_group=group, stream_prefix=NAME),
            readonly_root_filesystem=True,
        )
        excuse(task, {"AwsSolutions-ECS2": "What it is told are names of resources: secrets it reads for itself."})
        if task.execution_role is not None:
            excuse_wildcards(
                task.execution_role, {"Resource::*": "ECR gives its token for no repository in particular."}
            )
        return task

    def _grant(self, role: iam.Role) -> None:
        """Frames on the stream, gaps to the queue of tasks, a lost grant to people; the named connections' secrets."""
        data, ingest, named = self._data, self._ingest, self._stage.gateway_listeners
        tenants = sorted({name.partition("/")[0] for name in named})
        path = f"arn:{Aws.PARTITION}:secretsmanager:{Aws.REGION}:{Aws.ACCOUNT_ID}:secret:{self._stage.secret_path}"
        secrets = [f"{path}/{tenant}/connections/{connection}-*" for tenant, _, connection in _parts(named)]
        _allow(role, "FindConnections", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [data.tables.control.table_arn])
        _allow(
            role,
            "HoldLeases",
            ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            [data.tables.limits.table_arn],
        )
        _allow(role, "Capture", ["kinesis:PutRecord"], [ingest.stream.stream_arn])
        _allow(role, "WakePollers", ["sqs:SendMessage"], [ingest.tasks.queue.queue_arn])
        _allow(role, "Notify", ["sns:Publish"], [self._notifications.topic_arn])
        _allow(role, "ReadConnectionSecrets", ["secretsmanager:GetSecretValue"], secrets)
        keys = f"arn:{Aws.PARTITION}:kms:{Aws.REGION}:{Aws.ACCOUNT_ID}:key/*"
        tagged = {
            "aws:ResourceTag/quire:stage": self._stage.name,
            "kms:ViaService": f"secretsmanager.{Aws.REGION}.amazonaws.com",
        }
        _allow(role, "UseTenantKeys", ["kms:Decrypt"], [keys], {"StringEquals": tagged})
        via = [f"{service}.{Aws.REGION}.amazonaws.com" for service in ("dynamodb", "kinesis", "s3", "sns", "sqs")]
        _allow(role, "UseKey", KEY_ACTIONS, [data.data_key.key_arn], {"StringEquals": {"kms:ViaService": via}})
        for tenant in tenants:
            data.journal.grant_write(role, f"t/{tenant}/deliveries/*")
        excuse_wildcards(
            role,
            {
                r"/^Resource::arn:.*:secret:quire\/.*-\*$/g": "Secrets Manager ends each name with six letters.",
                r"/^Resource::arn:.*:key\/\*$/g": "Tenants' keys are made later; a tag of theirs names the stage.",
                r"/^Resource::.*\/t\/.*\/deliveries\/\*$/g": "Deliveries of the named tenants, nothing else.",
            },
        )


def _parts(named: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [name.partition("/") for name in named]


def _allow(
    role: iam.Role, sid: str, actions: list[str], resources: list[str], conditions: dict[str, object] | None = None
) -> None:
    role.add_to_policy(iam.PolicyStatement(sid=sid, actions=actions, resources=resources, conditions=conditions))


def _all_but_the_product() -> list[str]:
    """Leaves the package, the lock and the image's recipe of the whole repository."""
    kept = ["!/layers", "/layers/*", "!/layers/core", "!/infra", "/infra/*", "!/infra/images"]
    return ["/*", *kept, "!/pyproject.toml", "!/uv.lock", "!/.python-version", "__pycache__", "*.pyc"]
