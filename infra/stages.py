"""What differs between the places Quire is deployed to: one frozen value a stage, and nothing else.

``local`` is the emulator on one machine, ``dev`` is ``prod``'s shape at its smallest, ``prod`` is the real thing.
Stacks and constructs never ask for a stage's name; they read its settings.
"""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal


class UnknownStageError(Exception):
    """The stage asked for is none of ours; the text lists those that are."""


@dataclass(frozen=True)
class Shards:
    """Bounds between which the provisioned capture stream is scaled."""

    least: int
    most: int


@dataclass(frozen=True)
class SearchCapacity:
    """OpenSearch capacity units of the collection group, the same bounds for indexing and for searching."""

    least: int
    most: int


@dataclass(frozen=True)
class Rate:
    """Requests a second that an API serves steadily, and how many at once."""

    steady: int
    burst: int


@dataclass(frozen=True)
class RebuildWaits:
    """Seconds that a rebuild of the index waits: ``findable`` until what was written can be found, ``idle`` until
    whoever saw the old indexes has ended.

    OpenSearch Serverless refreshes every ten seconds, and ``index_segment`` ends after 120.
    """

    findable: int = 15
    idle: int = 150


@dataclass(frozen=True)
class Stage:
    """All settings of one stage."""

    name: Literal["local", "dev", "prod"]
    region: str

    lock_mode: Literal["COMPLIANCE", "GOVERNANCE"]
    """Object Lock mode. Compliance cannot be undone by anybody, so only ``prod`` has it."""
    lock_days: int
    """Days that the journal, and everything that is not sealed yet, is locked."""
    retention_days: int
    """Days that what is sealed is locked, from when it was sent."""
    tier_days: int | None
    """Days after which larger objects of the archive go to a colder class; ``None``: never."""
    retain: bool
    """Stateful resources outlive their stack, refuse deletion, and their stacks refuse termination."""
    shards: Shards | None
    """``None``: on demand."""
    archive_window: int
    """Seconds the segment writer waits for a fuller batch."""
    index_concurrency: int
    """Batches of segment notices that are indexed at the same time."""
    task_concurrency: int
    """Tasks of connections that run at the same time."""
    fetch_concurrency: int
    """Files that are fetched at the same time."""
    hand_over_concurrency: int
    """Large files that are copied for people at the same time."""

    search: SearchCapacity | None
    """``None``: no collection is made and :attr:`search_endpoint` is used unsigned."""
    search_endpoint: str
    search_languages: bool
    """Whether the engine is asked for stems of languages beside English; the embedded one finds too much by them."""

    waf: bool
    """Web ACLs on the REST API and, where :attr:`edge`, on CloudFront."""
    edge: bool
    """CloudFront stands in front of the webhooks, and the HTTP API behind it admits nobody else."""
    hooks_rate: Rate
    api_rate: Rate
    hooks_per_address: int
    """Webhook requests from one address in five minutes; platforms send all their customers' from a few."""
    api_per_address: int

    log_days: int
    tracing: bool
    threat_protection: bool
    """Cognito's Plus plan: compromised passwords and risky sign-ins are blocked."""
    cli_client: bool
    """An app client by which an administrator signs users in with a password (tests, the command line)."""
    architecture: Literal["arm64", "x86_64"]
    deploys_console: bool
    """The stack uploads the console; otherwise the local runtime does."""

    rebuild_waits: RebuildWaits = RebuildWaits()
    gateway_listeners: tuple[str, ...] = ()
    """Discord connections, ``<tenant>/<connection>``, whose gateway a container listens to; none: no container.

    ``QUIRE_GATEWAY_LISTENERS`` names them on AWS, separated by commas.
    """

    gateway: str = ""
    """Base address of the emulator, where addresses do not follow AWS's scheme; empty on AWS."""
    platform_gateway: str = ""
    """``host:port`` where every platform is reached, simulated; empty: each at its own address."""
    platform_ca: str = ""
    """Path of the certificate authorities that the simulated platforms' certificates are checked with."""
    policy_variables: bool = True
    """IAM evaluates policy variables and ``dynamodb:LeadingKeys``; else only the session policy names the tenant."""
    policed_writes: bool = True
    """Bucket policies refuse writes without ``If-None-Match``; off where that condition key is not known."""
    metric_math: bool = True
    """Alarms may be put on queries over metrics, not only on single ones."""
    alarm_email: str = ""
    tsa_url: str = ""
    """Address of the authority that stamps checkpoints (RFC 3161); empty: none does."""
    tsa_roots: str = ""
    """Certificates that its tokens lead to, in PEM or as a path."""
    mail_sender: str = ""
    """Whom SES sends checkpoints to mailboxes as; empty: none are mailed."""

    @property
    def attestation(self) -> dict[str, str]:
        """Variables of the function that has others vouch for checkpoints."""
        told = {
            "QUIRE_TSA_URL": self.tsa_url,
            "QUIRE_TSA_ROOTS": self.tsa_roots,
            "QUIRE_MAIL_SENDER": self.mail_sender,
            "QUIRE_PLATFORM_GATEWAY": self.platform_gateway,
            "QUIRE_PLATFORM_CA": self.platform_ca,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def prefix(self) -> str:
        """Prefix of stack names, in the form ``Quire-<stage>``."""
        return f"Quire-{self.name}"

    @property
    def secret_path(self) -> str:
        """Path under which the secrets of all tenants' connections lie."""
        return f"quire/{self.name}/t"


def _local(environment: Mapping[str, str]) -> Stage:
    port, search_port = environment.get("QUIRE_PORT") or "4580", environment.get("QUIRE_SEARCH_PORT") or "9280"
    return Stage(
        name="local",
        region="us-east-1",
        lock_mode="GOVERNANCE",
        lock_days=30,
        retention_days=30,
        tier_days=None,
        retain=False,
        shards=None,
        archive_window=1,
        index_concurrency=2,
        task_concurrency=2,
        fetch_concurrency=2,
        hand_over_concurrency=2,
        search=None,
        search_endpoint=environment.get("QUIRE_LOCAL_SEARCH_ENDPOINT") or f"http://127.0.0.1:{search_port}",
        search_languages=environment.get("SEARCH") == "opensearch",
        waf=False,
        edge=False,
        hooks_rate=Rate(1_000, 2_000),
        api_rate=Rate(200, 400),
        hooks_per_address=100_000,
        api_per_address=100_000,
        log_days=7,
        tracing=False,
        threat_protection=False,
        cli_client=True,
        architecture="arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64",
        deploys_console=False,
        gateway=f"https://localhost:{port}",
        platform_gateway=f"127.0.0.1:{environment.get('QUIRE_PLATFORM_PORT') or '4581'}",
        platform_ca=environment.get("QUIRE_PLATFORM_CA", ""),
        tsa_url="https://tsa.simulators.localhost/" if environment.get("QUIRE_TSA_ROOTS") else "",
        tsa_roots=environment.get("QUIRE_TSA_ROOTS", ""),
        policy_variables=False,
        policed_writes=False,
        metric_math=False,
        # Engines on one machine refresh every second. A writer that is slower than this makes an index that nobody
        # searches, which the next rebuild deletes; what it wrote lies in the new one as well.
        rebuild_waits=RebuildWaits(findable=3, idle=10),
    )


_DEV = Stage(
    name="dev",
    region="us-east-1",
    lock_mode="GOVERNANCE",
    lock_days=1,
    retention_days=1,
    tier_days=30,
    retain=False,
    shards=None,
    archive_window=10,
    index_concurrency=2,
    task_concurrency=2,
    fetch_concurrency=2,
    hand_over_concurrency=2,
    search=SearchCapacity(least=0, most=4),
    search_endpoint="",
    search_languages=True,
    waf=True,
    edge=True,
    hooks_rate=Rate(100, 200),
    api_rate=Rate(50, 100),
    hooks_per_address=20_000,
    api_per_address=2_000,
    log_days=30,
    tracing=True,
    threat_protection=False,
    cli_client=True,
    architecture="arm64",
    deploys_console=True,
)

_PROD = replace(
    _DEV,
    name="prod",
    lock_mode="COMPLIANCE",
    lock_days=30,
    retention_days=2_192,  # six years: the longest that SEC 17a-4 and FINRA 4511 ask of messages
    retain=True,
    shards=Shards(least=4, most=64),
    archive_window=30,
    index_concurrency=20,
    task_concurrency=50,
    fetch_concurrency=50,
    hand_over_concurrency=10,
    search=SearchCapacity(least=2, most=32),
    hooks_rate=Rate(3_000, 5_000),
    api_rate=Rate(500, 1_000),
    hooks_per_address=1_000_000,
    api_per_address=5_000,
    log_days=400,
    threat_protection=True,
    cli_client=False,
)


def named(name: str, environment: Mapping[str, str] | None = None) -> Stage:
    """The settings of a stage.

    ``environment`` gives what may be chosen outside: ``CDK_DEFAULT_REGION`` and ``QUIRE_ALARM_EMAIL`` and
    ``QUIRE_GATEWAY_LISTENERS`` on AWS,
    ``QUIRE_PORT``, ``QUIRE_SEARCH_PORT``, ``QUIRE_LOCAL_SEARCH_ENDPOINT``, ``SEARCH``, ``QUIRE_PLATFORM_PORT``,
    ``QUIRE_PLATFORM_CA`` and ``QUIRE_TSA_ROOTS`` on one machine.

    Raises:
        UnknownStageError: there is no such stage.
    """
    values = os.environ if environment is None else environment
    if name == "local":
        return _local(values)
    stages = {stage.name: stage for stage in (_DEV, _PROD)}
    if name not in stages:
        raise UnknownStageError(f"stage {name!r}: use one of local, {', '.join(stages)}")
    return replace(
        stages[name],
        region=values.get("CDK_DEFAULT_REGION") or stages[name].region,
        alarm_email=values.get("QUIRE_ALARM_EMAIL", ""),
        tsa_url=values.get("QUIRE_TSA_URL", ""),
        tsa_roots=values.get("QUIRE_TSA_ROOTS", ""),
        mail_sender=values.get("QUIRE_MAIL_SENDER", ""),
        gateway_listeners=tuple(filter(None, values.get("QUIRE_GATEWAY_LISTENERS", "").split(","))),
    )
