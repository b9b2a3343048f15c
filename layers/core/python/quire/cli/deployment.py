"""The deployment that a command speaks to: the local stack by its ``stack.json``, else a stage on AWS.

On one machine ``.local/stack.json`` holds address, certificate and administrator's keys; on AWS boto3 finds the
operator's own credentials as it always does.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

STACK_FILE = Path(".local") / "stack.json"
_VARIABLES = {
    "QUIRE_CONTROL_TABLE": "ControlTable",
    "QUIRE_EVENTS_TABLE": "EventsTable",
    "QUIRE_JOURNAL_BUCKET": "JournalBucket",
    "QUIRE_ARCHIVE_BUCKET": "ArchiveBucket",
    "QUIRE_LEDGER_TABLE": "LedgerTable",
    "QUIRE_KEYS_TABLE": "KeysTable",
    "QUIRE_LOG_KEY_ARN": "LogKeyArn",
    "QUIRE_SEARCH_ENDPOINT": "SearchEndpoint",
    "QUIRE_CAPTURE_STREAM": "CaptureStream",
    "QUIRE_SEGMENT_QUEUE_URL": "SegmentQueueUrl",
    "QUIRE_DATA_KEY_ARN": "DataKeyArn",
    "QUIRE_LIMITS_TABLE": "LimitsTable",
    "QUIRE_HOOKS_URL": "HooksUrl",
    "QUIRE_TASK_QUEUE_URL": "TaskQueueUrl",
    "QUIRE_TASK_QUEUE_ARN": "TaskQueueArn",
    "QUIRE_SCHEDULE_GROUP": "ScheduleGroup",
    "QUIRE_SCHEDULE_ROLE_ARN": "ScheduleRoleArn",
    "QUIRE_NOTIFICATION_TOPIC_ARN": "NotificationTopicArn",
}
_PATIENCE = Config(connect_timeout=3, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 4})


class NoDeploymentError(Exception):
    """There is nothing to speak to; the text says how to get there."""


@dataclass(frozen=True)
class Deployment:
    """One stage of Quire and the identity to speak to it as. ``local`` is the stack file's content, if any."""

    stage: str
    session: boto3.Session
    local: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    def client(self, service: str) -> Any:
        """A boto3 client of this deployment."""
        extra: dict[str, Any] = {}
        if self.local:
            extra = {"endpoint_url": self.local["aws_endpoint"], "verify": self.local["ca_bundle"]}
        return self.session.client(service, config=_PATIENCE, **extra)  # type: ignore[call-overload]

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The outputs of all stacks of the stage, by output key.

        Raises:
            NoDeploymentError: no such stack is deployed.
        """
        found: dict[str, str] = {}
        for stack in self._stacks():
            found |= {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
        if not found:
            raise NoDeploymentError(f"no stack of stage {self.stage} is deployed here")
        return found

    def enter(self) -> None:
        """Set the environment of this process as a function of the deployment has it, for use cases of the product."""
        os.environ |= {name: self.outputs[output] for name, output in _VARIABLES.items() if output in self.outputs}
        os.environ["QUIRE_STAGE"] = self.stage
        if self.local:
            keys = self.local["admin"]
            os.environ |= {"QUIRE_SEARCH_ENDPOINT": self.search_endpoint, "QUIRE_SEARCH_SIGNED": "false"}
            os.environ["QUIRE_SEARCH_LANGUAGES"] = "true" if self.local.get("search_languages") else "false"
            os.environ["QUIRE_TSA_ROOTS"] = str(self.local.get("tsa_roots", ""))
            endpoint, bundle = str(self.local["aws_endpoint"]), str(self.local["ca_bundle"])
            os.environ |= {
                "AWS_ACCESS_KEY_ID": keys["accessKeyId"],
                "AWS_SECRET_ACCESS_KEY": keys["secretAccessKey"],
                "AWS_REGION": self.local["region"],
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ENDPOINT_URL_S3": endpoint,
                "AWS_CA_BUNDLE": bundle,
            }
            os.environ.pop("AWS_SESSION_TOKEN", None)

    @property
    def tenants(self) -> list[str]:
        """Ids of the tenants that the stack file names; none on AWS."""
        return [str(tenant["tenantId"]) for tenant in self.local.get("tenants", [])]

    @property
    def search_endpoint(self) -> str:
        """Where the product asks for searches."""
        if not self.local:
            return self.outputs["SearchEndpoint"]
        return str(self.local.get("search_guard") or self.local["search"])

    def _stacks(self) -> "Iterator[Mapping[str, Any]]":
        for page in self.client("cloudformation").get_paginator("describe_stacks").paginate():
            for stack in page["Stacks"]:
                if stack["StackName"].startswith(f"Quire-{self.stage}-"):
                    yield stack


def find(stage: str = "local") -> Deployment:
    """The deployment of a stage.

    For ``local`` the stack file is ``$QUIRE_STACK``, or the nearest ``.local/stack.json`` from here upwards.

    Raises:
        NoDeploymentError: there is no stack file, or it cannot be read.
    """
    if stage != "local":
        return Deployment(stage, boto3.Session())
    path = stack_file()
    try:
        content = json.loads(path.read_text("utf-8"))
        keys = content["admin"]
        session = boto3.Session(
            aws_access_key_id=keys["accessKeyId"],
            aws_secret_access_key=keys["secretAccessKey"],
            region_name=content["region"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise NoDeploymentError(f"{path} is not a stack file: run `make up` again") from error
    return Deployment("local", session, content, path.parent)


def stack_file() -> Path:
    """Where the stack file is.

    Raises:
        NoDeploymentError: nowhere.
    """
    if named := os.environ.get("QUIRE_STACK"):
        candidates = [Path(named)]
    else:
        here = Path.cwd()
        candidates = [folder / STACK_FILE for folder in (here, *here.parents)]
    for candidate in candidates:
        if candidate.exists():
            return candidate.resolve()
    raise NoDeploymentError("no local stack is here (.local/stack.json): run `make up`")
