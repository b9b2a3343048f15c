"""Synthesises a stage by the app itself, without credentials and without network, and reads what it wrote."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("local", "dev", "prod")
NO_NETWORK = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "UV_OFFLINE": "1"}

Resource = dict[str, Any]


@dataclass(frozen=True)
class Synthesised:
    """What one stage's app wrote."""

    stage: str
    folder: Path

    @cached_property
    def templates(self) -> dict[str, dict[str, Any]]:
        """Templates by the last part of their stack's name (``Data``, ``Ingest``, ...)."""
        found = {}
        for path in sorted(self.folder.glob("*.template.json")):
            found[path.name.removeprefix(f"Quire-{self.stage}-").removesuffix(".template.json")] = json.loads(
                path.read_text("utf-8")
            )
        return found

    @cached_property
    def stacks(self) -> dict[str, dict[str, Any]]:
        """The cloud assembly's entry of each stack, by the same names."""
        artifacts = json.loads((self.folder / "manifest.json").read_text("utf-8"))["artifacts"]
        return {
            name.removeprefix(f"Quire-{self.stage}-"): artifact
            for name, artifact in artifacts.items()
            if artifact["type"] == "aws:cloudformation:stack"
        }

    def resources(self, kind: str, stack: str | None = None) -> dict[str, Resource]:
        """Resources of a type (``AWS::S3::Bucket``) by ``stack/logical id``; of all stacks, or of one."""
        return {
            f"{name}/{logical_id}": resource
            for name, template in self.templates.items()
            if stack in {None, name}
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def one(self, kind: str, stack: str, part: str = "") -> Resource:
        """The resource of a type whose logical id begins with ``part``; there has to be exactly one."""
        found = [
            resource for name, resource in self.resources(kind, stack).items() if name.startswith(f"{stack}/{part}")
        ]
        assert len(found) == 1, (kind, stack, part, list(self.resources(kind, stack)))
        return found[0]

    def outputs(self, stack: str) -> set[str]:
        """Output keys, those of CDK's own exports left out."""
        keys = self.templates[stack].get("Outputs", {})
        return {key for key in keys if not key.startswith("ExportsOutput")}

    def findings(self) -> list[dict[str, str]]:
        """Rows of cdk-nag's reports."""
        rows: list[dict[str, str]] = []
        for path in sorted(self.folder.glob("AwsSolutions-*-NagReport.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                rows.extend(csv.DictReader(file))
        return rows


def synthesise(stage: str, folder: Path, settings: Mapping[str, str] | None = None) -> Synthesised:
    """Run ``app.py`` as the CDK command line does, in an environment without credentials, proxied to nowhere.

    ``settings`` are variables that choose something of the stage.
    """
    context = json.loads((ROOT / "cdk.json").read_text("utf-8"))["context"] | {"stage": stage}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_", "QUIRE_"))}
    environment = kept | {
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_OUTDIR": str(folder),
        "JSII_NODE": str(Path(sys.executable).with_name("node")),
        **NO_NETWORK,
        **(settings or {}),
    }
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Synthesised(stage, folder)
