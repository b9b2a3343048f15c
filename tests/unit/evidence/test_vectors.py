"""The vectors in ``docs/evidence``: what the archive writes today, and two verifiers that agree about them."""

import ast
import base64
import json
import shutil
from pathlib import Path
from typing import Any

import aics_tlog
import pytest

from quire.evidence.standalone.verify import check
from tests import evidence_forgeries, evidence_vectors, independent_verifier
from tests.evidence_vectors import VECTORS, contents

PACKAGE = VECTORS / "package"
VARIANTS: list[dict[str, Any]] = json.loads((VECTORS / "variants.json").read_bytes())
TREES: list[dict[str, Any]] = json.loads((VECTORS / "tree.json").read_bytes())
each_variant = pytest.mark.parametrize("variant", VARIANTS, ids=[each["name"] for each in VARIANTS])


def forged(variant: dict[str, Any], path: Path) -> Path:
    """The package as a variant has it."""
    shutil.copytree(PACKAGE, path / "package")
    for name, data in variant["changes"].items():
        file = path / "package" / name
        if data is None:
            file.unlink()
        else:
            file.write_bytes(base64.b64decode(data))
    if variant["relisted"]:
        evidence_forgeries.relist(path / "package")
    (path / "known").write_bytes(base64.b64decode(variant.get("known", "")))
    return path / "package"


def test_they_are_what_the_archive_writes(tmp_path: Path) -> None:
    """When they are not: ``python -m tests.evidence_vectors``, and say in docs/evidence.md what changed."""
    evidence_vectors.write(tmp_path / "vectors")
    assert contents(tmp_path / "vectors") == contents(VECTORS)


def test_the_package_holds() -> None:
    report = check(PACKAGE)
    assert report["findings"] == []
    assert report["checked"]["stamped"] == dict.fromkeys(("3", "5"), "2026-03-02T12:00:00Z")


@each_variant
def test_every_variant_is_found(variant: dict[str, Any], tmp_path: Path) -> None:
    known = str(tmp_path / "known")
    report = check(forged(variant, tmp_path), variant.get("key"), known_files=[known] if "known" in variant else [])
    assert [{**each, "file": each["file"].replace(known, "known")} for each in report["findings"]] == variant[
        "findings"
    ]


def test_another_verifier_agrees_about_the_package() -> None:
    assert independent_verifier.verify(PACKAGE) == check(PACKAGE)["checked"]["events"] == 7


@each_variant
def test_another_verifier_agrees_about_every_variant(variant: dict[str, Any], tmp_path: Path) -> None:
    path = forged(variant, tmp_path)
    known = [(tmp_path / "known").read_bytes()] if "known" in variant else []
    with pytest.raises((independent_verifier.WrongError, OSError, LookupError)):
        independent_verifier.verify(path, variant.get("key", ""), known)


def test_the_other_verifier_is_another() -> None:
    tree = ast.parse(Path(independent_verifier.__file__).read_text())
    imported = {name for node in ast.walk(tree) for name in _imported(node)}
    assert "aics_tlog" in imported
    assert not {name for name in imported if name.split(".")[0] in ("quire", "tests")}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [each.name for each in node.names] if isinstance(node, ast.Import) else []


@pytest.mark.parametrize("tree", TREES, ids=[str(each["size"]) for each in TREES])
def test_trees(tree: dict[str, Any]) -> None:
    data = [number.to_bytes(4) for number in range(tree["size"])]
    other = aics_tlog.MerkleTree(data)
    assert other.root().hex() == tree["root"]
    assert [each.hex() for each in other.inclusion_proof(tree["index"])] == tree["inclusion"]
    assert [each.hex() for each in other.consistency_proof(tree["earlier"])] == tree["consistency"]
    assert aics_tlog.MerkleTree(data[: tree["earlier"]]).root().hex() == tree["earlier_root"]
