"""The layers of wheels: the locked packages, named by what goes into them."""

import ast
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pyarrow
import pytest

from infra import layers
from tests.infra.synthesis import Synthesised

ENRICHMENT = layers.ROOT / "layers" / "core" / "python" / "quire" / "enrichment"


WRITES = """
import sys, tempfile, pathlib, pyarrow
assert pyarrow.__file__.startswith(sys.argv[1]), pyarrow.__file__
from quire.archive.projection.columns import Place, row
from quire.archive.projection.parquet import ParquetFile
path = pathlib.Path(tempfile.mkdtemp()) / "a.parquet"
with ParquetFile(path) as file:
    file.add(row({"event_id": "e", "occurred_at": "2026-03-02T09:14:05Z", "body": {}}, Place("c", "s", 0, b"")), 1)
from pyarrow.parquet import read_table
print(read_table(path).num_rows)
"""


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


def test_what_writes_parquet_is_one_package() -> None:
    assert names("analytics") == {"pyarrow"}


def test_what_is_left_out_is_not_missed(tmp_path: Path) -> None:
    """A trimmed copy of pyarrow still writes the files."""
    place = tmp_path / "python"
    shutil.copytree(Path(pyarrow.__file__).parent, place / "pyarrow", symlinks=True)
    layers._trim(place, "analytics")
    assert not list(place.glob("pyarrow/libarrow_flight*"))
    assert sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) < layers.ROOM["analytics"]
    environment = {"PYTHONPATH": f"{place}:{layers.ROOT / 'layers/core/python'}", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", WRITES, str(place)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "1\n", done.stderr


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


def test_the_layers_of_a_function_leave_room_for_the_product() -> None:
    core = sum(path.stat().st_size for path in (layers.ROOT / "layers" / "core" / "python").rglob("*.py"))
    assert set(layers.ROOM) == set(layers.LAYERS)
    for layer in set(layers.ROOM) - {"deps"}:
        assert core + layers.ROOM["deps"] + layers.ROOM[layer] < layers.LIMIT, layer


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
