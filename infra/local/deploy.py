"""Put the shipped stacks on the emulator with the CDK command line, and do what its CloudFormation leaves out."""

import json
import os
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra.local import emulator, node, simulators
from infra.local.settings import ACCOUNT, REGION, ROOT, STAGE, Settings

CDK = ROOT / "node_modules" / ".bin" / "cdk"
SOURCES = ("app.py", "cdk.json", "functions", "layers/core", "statemachines", "uv.lock")


def session(settings: Settings) -> boto3.Session:
    """A boto3 session that speaks to the emulator as the account's root."""
    os.environ.update(emulator.aws_environment(settings))
    return boto3.Session(region_name=REGION)


def deploy(settings: Settings) -> bool:
    """Deploy every stack of stage ``local``, unless these very sources are deployed already; whether it did.

    Raises:
        CommandError: the CDK command line failed.
    """
    stamp = settings.data / "deployed"
    digest = fingerprint(settings)
    if stamp.exists() and stamp.read_text("ascii") == digest and outputs(settings):
        return False
    stamp.unlink(missing_ok=True)
    node.ensure_packages(ROOT)
    if not _bootstrapped(settings):
        _cdk(settings, "bootstrap", f"aws://{ACCOUNT}/{REGION}")
    _cdk(settings, "deploy", "--all", "--require-approval", "never", "--concurrency", "3")
    lock_buckets(settings)
    stamp.write_text(digest, "ascii")
    return True


def fingerprint(settings: Settings) -> str:
    """What was deployed is known by: all sources, and the addresses that go into the templates."""
    templates = sorted(path for path in (ROOT / "infra").iterdir() if path.name not in {"local", "__pycache__"})
    files = node.fingerprint([*templates, *(ROOT / name for name in SOURCES)])
    return f"{files}:{settings.port}:{settings.search_port}:{settings.platform_port}:{settings.engine}"


def outputs(settings: Settings) -> dict[str, str]:
    """The outputs of all stacks of the stage, by output key."""
    client = session(settings).client("cloudformation")
    found: dict[str, str] = {}
    for page in client.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            if stack["StackName"].startswith(f"Quire-{STAGE}-"):
                found |= {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
    return found


def lock_buckets(settings: Settings) -> list[str]:
    """Give every bucket the Object Lock configuration that its template asks for; the names of those buckets.

    The emulator enforces Object Lock but its CloudFormation does not read the properties.
    """
    client = session(settings).client("s3")
    locked = []
    for name, properties in _buckets(settings):
        if not properties.get("ObjectLockEnabled"):
            continue
        configuration: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
        retention = properties.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention")
        if retention:
            configuration["Rule"] = {"DefaultRetention": _numbers(retention)}
        client.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=configuration)  # type: ignore[arg-type]
        locked.append(name)
    return locked


def _buckets(settings: Settings) -> Iterator[tuple[str, dict[str, Any]]]:
    """Physical name and template properties of every bucket of the stage."""
    client = session(settings).client("cloudformation")
    for stack in client.describe_stacks()["Stacks"]:
        if not stack["StackName"].startswith(f"Quire-{STAGE}-"):
            continue
        template = client.get_template(StackName=stack["StackName"])["TemplateBody"]
        resources = (json.loads(template) if isinstance(template, str) else template)["Resources"]
        for page in client.get_paginator("list_stack_resources").paginate(StackName=stack["StackName"]):
            for item in page["StackResourceSummaries"]:
                if item["ResourceType"] == "AWS::S3::Bucket":
                    yield item["PhysicalResourceId"], resources[item["LogicalResourceId"]].get("Properties", {})


def _numbers(retention: dict[str, Any]) -> dict[str, Any]:
    return {name: int(value) if name in {"Days", "Years"} else value for name, value in retention.items()}


def _bootstrapped(settings: Settings) -> bool:
    try:
        session(settings).client("cloudformation").describe_stacks(StackName="CDKToolkit")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return False
        raise
    return True


def _cdk(settings: Settings, *arguments: str) -> None:
    extra = emulator.aws_environment(settings) | {
        "QUIRE_PORT": str(settings.port),
        "QUIRE_SEARCH_PORT": str(settings.search_port),
        "QUIRE_LOCAL_SEARCH_ENDPOINT": settings.guard_endpoint,
        "QUIRE_PLATFORM_PORT": str(settings.platform_port),
        "SEARCH": settings.engine,
        "QUIRE_PLATFORM_CA": simulators.authority(settings),
        "QUIRE_TSA_ROOTS": simulators.time_root(settings),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }
    common = ["--context", f"stage={STAGE}", "--no-color", "--ci", "--no-notices", "--no-version-reporting"]
    command = [str(CDK), *arguments, *common, "--output", str(settings.state / "cdk.out"), "--progress", "events"]
    printed = node.run(command, ROOT, extra)
    (settings.logs / f"cdk-{arguments[0]}.log").write_text(printed, "utf-8")
