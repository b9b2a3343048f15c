"""``python -m tests.evidence_vectors``: writes ``docs/evidence/vectors``, the same bytes every time.

A package as the archive writes it, and what a forger might make of it: each variant is a list of changes to that
package, with the findings that verify.py then has.
"""

import argparse
import base64
import json
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moto.moto_api._internal import mock_random

from quire.archive.packages.folder import folder
from quire.archive.packages.pack import Packer, Wanted
from quire.evidence.merkle import consistency_proof, inclusion_proof, leaf_hash, root
from quire.evidence.standalone.verify import check
from tests.evidence_forgeries import FORGERIES, OWN, Forged
from tests.fixed_authority import fixed_authority
from tests.moto_aws import stack
from tests.packing import week
from tests.sealing import ACME, log_key

VECTORS = Path(__file__).parents[1] / "docs" / "evidence" / "vectors"
SIZES = (1, 2, 3, 7, 8, 255, 256, 257, 700)


def write(path: Path) -> None:
    """Write all vectors below ``path``, which is emptied before."""
    shutil.rmtree(path, ignore_errors=True)
    _package(path / "package")
    (path / "variants.json").write_bytes(_readable(_variant(path / "package", forged) for forged in FORGERIES))
    (path / "tree.json").write_bytes(_readable(_trees()))


def _package(path: Path) -> None:
    mock_random.seed(5)
    dice = random.Random(5)  # noqa: S311 - keys of nobody
    with stack() as aws:
        house = week(aws, dice.randbytes)
        made = fixed_authority()
        house.stamp(made, [3, 5])
        packer = Packer(house.ledger, house.objects, house.open_frames, log_key, {}, made.root_pem)
        packed = packer.pack(ACME, Wanted(everything=True), folder(path))
    assert not packed.faults
    assert check(path, log_key(ACME).text())["ok"]


def _variant(package: Path, forged: Forged) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as place:
        path, known = Path(place) / "package", Path(place) / "known"
        shutil.copytree(package, path)
        forged.forge(path)
        known.write_bytes(forged.known)
        report = check(path, forged.key or None, known_files=[str(known)] if forged.known else [])
        changes = _changes(package, path)
    findings = [{**each, "file": each["file"].replace(str(known), "known")} for each in report["findings"]]
    assert any(each["file"].startswith(forged.file) and forged.fact in each["fact"] for each in findings), forged.name
    told = {"key": forged.key, "known": base64.b64encode(forged.known).decode()}
    told = {name: value for name, value in told.items() if value}
    return {"name": forged.name, "what": forged.what, **changes, **told, "findings": findings}


def _changes(package: Path, path: Path) -> dict[str, Any]:
    """What became of the package's files: bytes in base64, ``null`` where one was removed. ``relisted`` says that the
    list in ``package.json`` was rewritten for that, and nothing else in it."""
    before, after = contents(package), contents(path)
    listed, relisted = (json.loads(each["package.json"]) for each in (before, after))
    only_list = listed != relisted and {**listed, "files": 0} == {**relisted, "files": 0}
    changed = {
        name: base64.b64encode(after[name]).decode() if name in after else None
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name) and not (only_list and name in OWN)
    }
    return {"changes": changed, "relisted": only_list}


def contents(path: Path) -> dict[str, bytes]:
    """A folder's files."""
    return {each.relative_to(path).as_posix(): each.read_bytes() for each in path.rglob("*") if each.is_file()}


def _trees() -> Iterator[dict[str, Any]]:
    """Roots and proofs over leaves that are hashes of the numbers 0, 1, 2 ..., four bytes each."""
    for size in SIZES:
        leaves = [leaf_hash(number.to_bytes(4)) for number in range(size)]
        index, earlier = size * 2 // 3, max(1, size // 2)
        yield {
            "size": size,
            "root": root(leaves).hex(),
            "index": index,
            "inclusion": [each.hex() for each in inclusion_proof(leaves, index)],
            "earlier": earlier,
            "earlier_root": root(leaves[:earlier]).hex(),
            "consistency": [each.hex() for each in consistency_proof(leaves, earlier)],
        }


def _readable(value: Any) -> bytes:
    return json.dumps(list(value), indent=2, ensure_ascii=False).encode() + b"\n"


def main() -> None:
    """Write the vectors where they are checked in."""
    argparse.ArgumentParser(prog="python -m tests.evidence_vectors", description=main.__doc__).parse_args()
    write(VECTORS)


if __name__ == "__main__":
    main()
