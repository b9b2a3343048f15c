"""``python -m infra.local up|down|reset|status|load|synth``: what the Makefile calls."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from infra.layers import LayerError
from infra.local import emulator, node, search, search_guard, settings, simulators
from infra.local.freshness import NotFoundInTimeError
from infra.local.opensearch_package import PackageError
from infra.local.preflight import PreflightError
from infra.local.processes import StartError
from infra.local.progress import Progress
from infra.local.settings import ROOT, SettingError, Settings
from quire.cli.rebuild import NotIndexedError

EXPECTED = (
    SettingError,
    PreflightError,
    StartError,
    PackageError,
    LayerError,
    NotFoundInTimeError,
    NotIndexedError,
    node.CommandError,
    TimeoutError,
)
"""What may go wrong on a machine: its text tells the person what to do, a traceback would not."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("--no-demo", action="store_true", help="up: an empty archive, without the demo week")
    told = parser.parse_args(arguments)
    progress = Progress()
    try:
        return COMMANDS[told.command](settings.from_environment(), progress, told)
    except EXPECTED as error:
        progress.print("", str(error))
        return 1


def up(here: Settings, progress: Progress, told: argparse.Namespace) -> int:
    """Start everything and say where it is."""
    from infra.local.up import Up, demo_times

    stack = Up(here, progress).run(demo=not told.no_demo)
    progress.print("", *closing_words(here, stack, demo_times(here)))
    return 0


def down(here: Settings, progress: Progress, _told: argparse.Namespace) -> int:
    """Stop what was started, and nothing else; what was archived stays."""
    with progress.step("Emulator of AWS") as step:
        step.note = "stopped, its state is kept" if emulator.stop(here) else "was not running"
    with progress.step("Guard of the search engine") as step:
        step.note = "stopped" if search_guard.stop(here) else "was not running"
    with progress.step("Search engine") as step:
        step.note = "stopped" if search.stop(here) else "was not running"
    with progress.step("Simulated platforms") as step:
        step.note = "stopped" if simulators.stop(here) else "were not running"
    return 0


def reset(here: Settings, progress: Progress, told: argparse.Namespace) -> int:
    """Stop, and empty everything: archive, users, secrets. The next start begins from nothing."""
    down(here, progress, told)
    with progress.step("State") as step:
        for folder in (here.data, here.state / "tmp", here.state / "cdk.out", here.logs, here.run):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (here.stack_file, here.state / "secrets.json", here.state / "simulators.json"):
            file.unlink(missing_ok=True)
        step.note = f"{here.state} is empty"
    return 0


def status(here: Settings, _progress: Progress, _told: argparse.Namespace) -> int:
    """``quire status`` of this stack."""
    return _run([node.TOOLS / "quire", "status"], here)


def load(here: Settings, _progress: Progress, _told: argparse.Namespace) -> int:
    """2,000 deliveries within a minute, and how long they take until they are found."""
    user = _compliance_officer(here)
    return _run([sys.executable, "-m", "infra.local.load", "--stack", here.stack_file, "--user", user], here)


def synth(_here: Settings, progress: Progress, _told: argparse.Namespace) -> int:
    """Production's templates, without credentials and without a network."""
    node.ensure_packages(ROOT)
    target = ROOT / "cdk.out"
    with progress.step("Templates of stage prod") as step:
        arguments = ["synth", "--quiet", "--context", "stage=prod", "--output", str(target)]
        node.run([ROOT / "node_modules" / ".bin" / "cdk", *arguments], ROOT)
        step.note = f"{len(list(target.glob('*.template.json')))} templates in {target.name}"
    return 0


COMMANDS: dict[str, Callable[[Settings, Progress, argparse.Namespace], int]] = {
    "up": up,
    "down": down,
    "reset": reset,
    "status": status,
    "load": load,
    "synth": synth,
}


def closing_words(here: Settings, stack: dict[str, Any], times: dict[str, Any]) -> list[str]:
    """What to say when everything runs: where, as whom, how fast, and what to try."""
    lines = [f"Console   {stack['web']}", f"API       {stack['api']}", f"Webhooks  {stack['hooks']}", "", "Sign in as"]
    lines += [
        f"  {user['email']:<44} {user['password']:<22} {tenant['name']}, {user['role']}"
        for tenant in stack["tenants"]
        for user in tenant["users"]
    ]
    if times:
        lines += [
            "",
            f"Captured to searchable, {times['messages']} messages on {here.engine}: "
            f"p50 {times['p50']:.1f} s, p99 {times['p99']:.1f} s",
            "",
            *str(times["told"]).strip().splitlines(),
        ]
    return [
        *lines,
        "",
        f"The console's certificate is signed by {here.tls / 'ca.pem'}: trust it, or accept it once in the browser.",
        f"Scripts read {here.stack_file}; `make status` tells how it is, `make down` stops it.",
    ]


def _compliance_officer(here: Settings) -> str:
    from infra.local.up import read_stack

    users = [user for tenant in read_stack(here).get("tenants", []) for user in tenant["users"]]
    found = [user["email"] for user in users if user["role"] == "compliance_officer"]
    if not found:
        raise PreflightError("nothing runs here: run `make up` first")
    return str(found[0])


def _run(command: Sequence[object], here: Settings) -> int:
    environment = node.environment({"QUIRE_STACK": str(here.stack_file)})
    return subprocess.run(list(map(str, command)), check=False, env=environment, cwd=ROOT).returncode


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
