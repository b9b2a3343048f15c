"""``quire status``: what runs, in which version, how far it lags, and what waits for somebody to look at it."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from quire.aws.journal import Journal, Lock
from quire.cli.deployment import Deployment, NoDeploymentError
from quire.domain.errors import QuireError
from quire.domain.ids import TenantId

FUNCTIONS = (
    "ReceiveWebhook",
    "ArchiveEvents",
    "FetchAttachment",
    "IndexSegment",
    "PollConnection",
    "ServeApi",
    "AddClaims",
)
WINDOW = timedelta(minutes=15)
_STORED = Lock("GOVERNANCE", 0)
"""A journal store wants to know how to lock what it writes; nothing is written here."""


@dataclass
class Report:
    """Sections of (name, value) lines, and what is wrong: one sentence each, empty when all is well."""

    sections: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, section: str, name: str, value: object) -> None:
        """Add a line to a section."""
        self.sections.setdefault(section, []).append((name, str(value)))

    def text(self) -> str:
        """The report as it is printed."""
        width = max((len(name) for lines in self.sections.values() for name, _ in lines), default=0)
        parts = [
            "\n".join([title, *(f"  {name.ljust(width)}  {value}" for name, value in lines)])
            for title, lines in self.sections.items()
        ]
        verdict = ["All is well."] if not self.problems else ["Look at:", *(f"  - {text}" for text in self.problems)]
        return "\n\n".join([*parts, "\n".join(verdict)])


def report(deployment: Deployment) -> Report:
    """Ask every part of a deployment how it is. What does not answer becomes a problem, not an exception."""
    found = Report()
    if deployment.local:
        _programs(deployment, found)
    for part in (_stacks, _stream, _queues, _functions, _archive, _indexes):
        try:
            part(deployment, found)
        except (BotoCoreError, ClientError, NoDeploymentError) as error:
            found.problems.append(f"{part.__name__.removeprefix('_')}: {error}")
    return found


def _programs(deployment: Deployment, found: Report) -> None:
    """The programs of the local stack: asked over the network, with the process ids from their records."""
    local = deployment.local
    emulator = _ask(f"{local['aws_endpoint']}/_ministack/health", local["ca_bundle"])
    search = _ask(str(local["search"]), local["ca_bundle"])
    versions = {
        "emulator": emulator and f"ministack {emulator.get('version', '')}".strip(),
        "search": search and _engine(search),
    }
    if "search_guard" in local:
        listed = _ask(f"{local['search_guard']}/_guard/refused", local["ca_bundle"])
        versions["guard"] = listed and f"in front of it, {listed['count']} requests refused"
        if listed and listed["count"]:
            found.problems.append("the product asked for what OpenSearch Serverless does not have: see log/guard.log")
    for name, version in versions.items():
        record = _record(deployment, name)
        where = f"pid {record.get('pid', '?')}, port {record.get('port', '?')}" if record else "started elsewhere"
        found.add("Programs", name, f"{version}  ({where})" if version else "does not answer")
        if not version:
            found.problems.append(f"{name} does not answer: run `make up`")


def _stacks(deployment: Deployment, found: Report) -> None:
    for name in ("WebUrl", "ApiUrl", "HooksUrl", "JournalBucket", "ArchiveBucket", "CaptureStream"):
        found.add("Outputs", name, deployment.outputs.get(name, "-"))


def _stream(deployment: Deployment, found: Report) -> None:
    name = deployment.outputs["CaptureStream"]
    summary = deployment.client("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    function = deployment.outputs["ArchiveEventsFunction"]
    age = _metric(deployment, "IteratorAge", function, "Maximum")
    found.add("Flow", "capture stream", f"{summary['StreamStatus']}, {summary['OpenShardCount']} open shard(s)")
    found.add("Flow", "iterator age", "idle" if age is None else f"{age / 1000:.1f} s at most in 15 minutes")
    if age is not None and age > 300_000:
        found.problems.append(f"archiving lags by {age / 1000:.0f} s")


def _queues(deployment: Deployment, found: Report) -> None:
    waiting, in_flight = _depth(deployment, "SegmentQueueUrl")
    dead, _ = _depth(deployment, "SegmentDeadLetterQueueUrl")
    failed = _count(deployment, "FailureBucket", "")
    found.add("Flow", "segments to index", f"{waiting} waiting, {in_flight} in flight")
    found.add("Flow", "dead letters", dead)
    found.add("Flow", "batches given up", failed)
    if dead or failed:
        found.problems.append(f"{dead} dead letters, {failed} batches given up: `quire replay` sends them again")
    if "AttachmentQueueUrl" in deployment.outputs:
        _files(deployment, found)


def _files(deployment: Deployment, found: Report) -> None:
    waiting, in_flight = _depth(deployment, "AttachmentQueueUrl")
    dead, _ = _depth(deployment, "AttachmentDeadLetterQueueUrl")
    found.add("Flow", "files to fetch", f"{waiting} waiting, {in_flight} in flight")
    found.add("Flow", "files not had", dead)
    if dead:
        found.problems.append(
            f"{dead} files could not be had: `quire replay --attachments TENANT` tells why, and retries"
        )


def _functions(deployment: Deployment, found: Report) -> None:
    for name in FUNCTIONS:
        function = deployment.outputs.get(f"{name}Function")
        if function is None:
            continue
        calls = _metric(deployment, "Invocations", function, "Sum") or 0
        errors = _metric(deployment, "Errors", function, "Sum") or 0
        found.add("Functions, 15 minutes", name, f"{calls:.0f} calls, {errors:.0f} errors")


def _archive(deployment: Deployment, found: Report) -> None:
    journal = Journal(deployment.client("s3"), deployment.outputs["JournalBucket"], _STORED)
    nobody = sum(1 for _ in journal.quarantined(None))
    found.add("Archive", "quarantined, no tenant", nobody)
    for tenant in sorted({*deployment.tenants, *journal.tenants()}):
        quarantined = sum(1 for _ in journal.quarantined(TenantId(tenant)))
        segments = sum(1 for _ in journal.segments(TenantId(tenant)))
        line = f"{segments} segments, {quarantined} quarantined"
        if deployment.local:
            line += f", {_messages(deployment, tenant)} messages searchable"
        found.add("Archive", tenant, line)


def _indexes(deployment: Deployment, found: Report) -> None:
    """Where tenants' messages are indexed, and which indexes wait to be made anew. On AWS the engine tells this only to
    those whom a data access policy names."""
    from quire.cli.rebuild import tenants_of
    from quire.cli.rebuild_index import outdated

    refused = ""
    for tenant in sorted({*deployment.tenants, *tenants_of(deployment)}):
        waiting: list[str] = []
        if not refused:
            try:
                waiting = outdated(deployment, tenant)
            except QuireError as error:
                refused = f"of which analysis is unknown: {error}"
        found.add(
            "Search", tenant, f"{_placed(deployment, tenant)}, {refused or f'{len(waiting)} of an older analysis'}"
        )
        if waiting:
            how = f"`quire rebuild-index --tenant {tenant}`"
            found.problems.append(f"{len(waiting)} indexes of {tenant} were made by an older release: {how}")


def _placed(deployment: Deployment, tenant: str) -> str:
    from quire.cli.rebuild_index import placement

    try:
        return {"own": "own indexes", "pooled": "indexes of the pool"}[placement(deployment, tenant)]
    except QuireError as error:
        return f"own indexes or the pool's: unknown ({error})"


def _messages(deployment: Deployment, tenant: str) -> str:
    ours = {"query": {"term": {"tenant_id": tenant}}}  # others may lie in the same indexes
    answer = _ask(f"{deployment.search_endpoint}/{tenant}-messages/_count", deployment.local["ca_bundle"], ours)
    return str(answer.get("count", "no")) if answer else "unknown"


def _depth(deployment: Deployment, output: str) -> tuple[int, int]:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = deployment.client("sqs").get_queue_attributes(QueueUrl=deployment.outputs[output], AttributeNames=names)
    return int(answer["Attributes"][names[0]]), int(answer["Attributes"][names[1]])


def _count(deployment: Deployment, output: str, prefix: str) -> int:
    pages = deployment.client("s3").get_paginator("list_objects_v2")
    return sum(page["KeyCount"] for page in pages.paginate(Bucket=deployment.outputs[output], Prefix=prefix))


def _metric(deployment: Deployment, name: str, function: str, statistic: str) -> float | None:
    """Sum or maximum of a Lambda metric over the window; None when nothing was measured."""
    now = datetime.now(UTC)
    answer = deployment.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": "FunctionName", "Value": function.rpartition(":")[2]}],
        StartTime=now - WINDOW,
        EndTime=now,
        Period=60,
        Statistics=[statistic],
    )
    values = [float(point[statistic]) for point in answer["Datapoints"]]
    if not values:
        return None
    return sum(values) if statistic == "Sum" else max(values)


def _ask(url: str, bundle: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The JSON object at an address of this machine, asked with ``body``; None when there is none."""
    pool = urllib3.PoolManager(ca_certs=bundle, timeout=3.0, retries=False)
    try:
        content = json.loads(pool.request("POST" if body else "GET", url, json=body).data)
    except (urllib3.exceptions.HTTPError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _engine(answer: dict[str, Any]) -> str:
    number = answer.get("version", {}).get("number", "")
    return f"{'osmem, speaks OpenSearch' if answer.get('cluster_name') == 'osmem' else 'OpenSearch'} {number}"


def _record(deployment: Deployment, name: str) -> dict[str, Any]:
    """What the local runtime wrote down about a program it started, if that process is still there."""
    path = deployment.folder / "run" / f"{name}.json" if deployment.folder else None
    if path is None or not path.exists():
        return {}
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return record if _is_alive(int(record["pid"])) else {}


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's, so it is there
        return True
    return True
