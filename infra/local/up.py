"""``make up``: from nothing to a running, seeded stack, step by step; each step is skipped when it is done already."""

import json
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from infra import layers
from infra.local import (
    administrator,
    certificates,
    console,
    deploy,
    emulator,
    node,
    preflight,
    processes,
    search,
    search_guard,
    simulated,
    simulators,
    tenants,
    worm,
)
from infra.local.demo.facts import expected_facts
from infra.local.demo.story import read_week
from infra.local.freshness import Watch, percentile
from infra.local.progress import Progress
from infra.local.settings import REGION, ROOT, Settings
from quire.aws.sessions import Aws
from quire.aws.task_queue import TaskQueue, WantedTask
from quire.cli.deployment import Deployment
from quire.cli.rebuild import Rebuilt, rebuild, tenants_of, wait_until_indexed

DEMO_TIMES = "demo.json"
TABLES = ("control", "ledger", "events", "keys", "audit")


@dataclass(frozen=True)
class Up:
    """One start of the stack."""

    settings: Settings
    progress: Progress

    def run(self, *, demo: bool) -> dict[str, Any]:
        """Bring everything up; what was written to ``stack.json``.

        Raises:
            PreflightError, StartError, CommandError, PackageError, LayerError: a step failed; the text says why.
        """
        crashed = processes.died(self.settings, emulator.NAME)
        self._prepare()
        with ThreadPoolExecutor(1) as aside:  # nothing asks for the console before its files are uploaded
            console_built = aside.submit(node.ensure_console)
            fresh = self._start()
            stack = self._deploy(console_built)
        if crashed:
            self._relock(stack)
        if fresh or crashed:
            self._restore(stack)
        if demo:
            self._demo(stack)
        emulator.checkpoint(self.settings)
        return stack

    def _prepare(self) -> None:
        """Everything that needs no running program: it may take a while the first time."""
        with self.progress.step("Looking at ports and tools") as step:
            preflight.check_ports(self.settings)
            ports = (self.settings.port, self.settings.search_port, self.settings.guard_port)
            step.note = f"ports {', '.join(map(str, ports))} and {self.settings.platform_port}"
        with self.progress.step("Certificate for this machine") as step:
            step.note = "made" if certificates.ensure(self.settings) else "there already"
        with self.progress.step("Layers of locked packages") as step:
            step.note = ", ".join(layers.build("local", layer).name for layer in layers.LAYERS)

    def _start(self) -> bool:
        """Start emulator and search engine; whether the engine is a new one, with nothing in it."""
        with self.progress.step("Emulator of AWS") as step:
            record = emulator.start(self.settings)
            step.note = f"{record.version}, pid {record.pid}, {self.settings.endpoint}"
        with self.progress.step("Search engine") as step:
            if self.settings.engine == "opensearch" and not search.opensearch_is_here():
                step.say("fetching OpenSearch from Maven Central (130 MB)")
            record, fresh = search.start(self.settings)
            step.note = f"{record.version}, pid {record.pid}, {self.settings.search_endpoint}"
        with self.progress.step("Guard of the search engine") as step:
            record = search_guard.start(self.settings)
            step.note = f"{record.version}, pid {record.pid}, {self.settings.guard_endpoint}"
        with self.progress.step("Simulated platforms") as step:
            states = simulated.states(self.settings, first=not demo_times(self.settings))
            record = simulators.start(self.settings, states)
            step.note = f"{record.version}, pid {record.pid}, {simulators.endpoint(self.settings)}"
        return fresh

    def _deploy(self, console_built: Future[bool]) -> dict[str, Any]:
        """Deploy, seed the tenants, upload the console once it is built, write the stack file."""
        with self.progress.step("Stacks of stage local") as step:
            step.note = "deployed" if deploy.deploy(self.settings) else "deployed already"
        emulator.checkpoint(self.settings)
        outputs = deploy.outputs(self.settings)
        session = deploy.session(self.settings)
        with self.progress.step("Console") as step:
            step.note = "built" if console_built.result() else "built already"
        with self.progress.step("Console's files") as step:
            step.note = f"{console.upload(self.settings, outputs)} files"
        with self.progress.step("Tenants, users and connections") as step:
            known = read_stack(self.settings).get("admin")
            stack = stack_document(
                self.settings,
                outputs,
                administrator.ensure(session, known),
                tenants.ensure(self.settings, session, outputs),
            )
            write_stack(self.settings, stack)
            step.note = ", ".join(tenant["name"] for tenant in stack["tenants"])
        return stack

    def _relock(self, stack: dict[str, Any]) -> None:
        """The emulator did not stop in order: what it did not write down is made good."""
        with self.progress.step("Locks of what was sealed before the hard stop") as step:
            client = deploy.session(self.settings).client("s3")
            step.note = f"{worm.relock(client, list(stack['buckets'].values()))} objects locked again"

    def _restore(self, stack: dict[str, Any]) -> None:
        """Put back what only lay in memory, from the archive alone."""
        deployment = _deployment(self.settings, stack)
        with self.progress.step("Rows and search index, from the archive") as step:
            # What was in flight when it stopped would only come back after its time-out; every notice is sent anew.
            deployment.client("sqs").purge_queue(QueueUrl=deployment.outputs["SegmentQueueUrl"])
            known = tenants_of(deployment)
            done = rebuild(deployment, known) if known else Rebuilt()
            wait_until_indexed(deployment, 600.0, step.say)
            step.note = str(done) if known else "nothing archived yet"

    def _demo(self, stack: dict[str, Any]) -> None:
        """Replay the demo, once in the life of an archive, and measure until all of it is found."""
        if demo_times(self.settings):
            return
        with self.progress.step("Demo: a week of Meridian Capital") as step:
            expected = sum(expected_facts(read_week()).distinct_messages.values())
            watch = Watch(self.settings.search_endpoint, tenants.SPECS[0].tenant_id).start()
            try:
                step.say("sending deliveries")
                command = [sys.executable, "-m", "infra.local.demo", "--stack", str(self.settings.stack_file)]
                told = node.run(command, ROOT)
                ask_for(stack, "discord", "poll")
                watch.wait_for(expected, 300.0, step.say)
                simulated.change_discord(self.settings)
                ask_for(stack, "discord", "poll")
            finally:
                watch.stop()
            times = list(watch.latencies.values())
            step.note = f"{len(times)} messages searchable"
            measured = {"messages": len(times), "p50": percentile(times, 0.5), "p99": percentile(times, 0.99)}
            (self.settings.data / DEMO_TIMES).write_text(json.dumps(measured | {"told": told}), "utf-8")


def demo_times(settings: Settings) -> dict[str, Any]:
    """What was measured when the demo was replayed; nothing while it was not."""
    path = settings.data / DEMO_TIMES
    if not path.exists():
        return {}
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def stack_document(
    settings: Settings, outputs: dict[str, str], admin: dict[str, str], found: list[dict[str, Any]]
) -> dict[str, Any]:
    """What scripts and tests need to know of the stack; ``stack.json`` is this."""
    return {
        "api": outputs["ApiUrl"],
        "hooks": outputs["HooksUrl"],
        "web": outputs["WebUrl"],
        "search": settings.search_endpoint,
        "search_guard": settings.guard_endpoint,
        "search_languages": settings.engine == "opensearch",
        "admin": admin,
        "aws_endpoint": settings.endpoint,
        "region": REGION,
        "ca_bundle": str(settings.tls / "bundle.pem"),
        "buckets": {"journal": outputs["JournalBucket"], "archive": outputs["ArchiveBucket"]},
        "tables": {name: outputs[f"{name.capitalize()}Table"] for name in TABLES},
        "streams": {"capture": outputs["CaptureStream"]},
        "queues": {"tasks": outputs["TaskQueueUrl"]},
        "simulators": {"url": simulators.endpoint(settings), "ca": simulators.authority(settings)},
        "tsa_roots": simulators.time_root(settings),
        "tenants": found,
    }


def read_stack(settings: Settings) -> dict[str, Any]:
    """The stack file, or nothing where there is none."""
    if not settings.stack_file.exists():
        return {}
    content: dict[str, Any] = json.loads(settings.stack_file.read_text("utf-8"))
    return content


def write_stack(settings: Settings, stack: dict[str, Any]) -> None:
    """Write the stack file: it holds secrets, so its owner alone may read it."""
    settings.stack_file.touch(mode=0o600)
    settings.stack_file.write_text(json.dumps(stack, indent=2) + "\n", "utf-8")


def ask_for(stack: dict[str, Any], platform: str, task: str) -> None:
    """Let a task of the first tenant's connection run now: nothing here waits for a schedule."""
    tenant = stack["tenants"][0]
    connection = next(item for item in tenant["connections"] if item["platform"] == platform)
    wanted = WantedTask(tenant_id=tenant["tenantId"], connection_id=connection["connectionId"], task=task, cause="hand")
    TaskQueue(Aws(REGION).sqs, stack["queues"]["tasks"]).send(wanted)


def _deployment(settings: Settings, stack: dict[str, Any]) -> Deployment:
    return Deployment("local", deploy.session(settings), stack, settings.state)
