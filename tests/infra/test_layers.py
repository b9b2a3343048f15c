"""The layers of wheels: the locked packages, named by what goes into them."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from infra import layers
from tests.infra.synthesis import Synthesised

ENRICHMENT = layers.ROOT / "layers" / "core" / "python" / "quire" / "enrichment"


def names(layer: str) -> set[str]:
    return {line.split("==")[0] for line in layers.requirements(layer).splitlines() if "==" in line}


def test_it_holds_the_locked_packages_with_their_hashes_and_not_the_command_line() -> None:
    wanted = layers.requirements()
    names = {line.split("==")[0] for line in wanted.splitlines() if "==" in line}
    assert {"boto3", "aws-lambda-powertools", "pydantic", "cedarpy", "cryptography", "opensearch-py"} <= names
    assert not {"typer", "quire", "pytest", "aws-cdk-lib", "ministack"} & names
    assert wanted.count("--hash=sha256:") >= len(names)


def test_what_reads_files_lies_beside_it_and_brings_nothing_twice() -> None:
    wanted = layers.requirements("enrichment")
    assert {"pypdf", "pillow", "openpyxl", "defusedxml"} <= names("enrichment")
    assert not names("enrichment") & names("deps")
    assert not {"python-docx", "lxml", "pytest"} & names("enrichment")
    assert wanted.count("--hash=sha256:") >= len(names("enrichment"))


def test_what_reads_files_finds_all_it_imports() -> None:
    imported = set[str]()
    for path in ENRICHMENT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    where = packages_distributions()
    brought = names("deps") | names("enrichment")
    for name in imported - set(sys.stdlib_module_names) - {"quire"}:
        assert {re.sub(r"[-_.]+", "-", one).lower() for one in where[name]} & brought, name


def test_all_layers_together_leave_room_for_the_product() -> None:
    core = sum(path.stat().st_size for path in (layers.ROOT / "layers" / "core" / "python").rglob("*.py"))
    assert core + sum(layers.ROOM.values()) < layers.LIMIT
    assert set(layers.ROOM) == set(layers.LAYERS)


def test_a_layer_without_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "library.so").write_bytes(bytes(2000))
    monkeypatch.setitem(layers.ROOM, "enrichment", 2000)
    with pytest.raises(layers.LayerError, match="2,000 bytes"):
        layers._check_size(tmp_path, "enrichment")


def test_only_what_fetches_files_can_read_them(stage: Synthesised) -> None:
    for name, function in stage.resources("AWS::Lambda::Function").items():
        found = [one for one in function["Properties"].get("Layers", []) if "Enrichment" in str(one)]
        assert len(found) == ("FetchAttachment" in name), name


def test_its_name_changes_with_its_content_and_its_platform() -> None:
    same = layers.digest("lambda", "a==1")
    assert same == layers.digest("lambda", "a==1")
    assert len({same, layers.digest("lambda", "a==2"), layers.digest("local", "a==1")}) == 3


def test_a_layer_that_is_there_is_not_built_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path_factory.mktemp("deps")
    monkeypatch.setattr(layers, "BUILT", folder)
    monkeypatch.setattr(layers, "requirements", lambda _: "a==1")
    built = folder / f"lambda-{layers.digest('lambda', 'a==1')[:16]}.zip"
    built.write_bytes(b"")
    assert layers.main(["--platform", "lambda"]) == 0
    assert capsys.readouterr().out == f"{built}\n"


def test_what_a_registry_does_not_have_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(layers, "ROOT", tmp_path_factory.getbasetemp())
    monkeypatch.setattr(layers, "BUILT", tmp_path_factory.mktemp("deps"))
    monkeypatch.setattr(layers, "requirements", lambda _: "not a requirement")
    assert layers.main(["--platform", "local"]) == 1
    assert "failed" in capsys.readouterr().err
