"""Whatever is done to a package as the archive writes it, encrypted, the verifier names the file.

``test_evidence_tampering`` does the same to folders made by hand, and more of it.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quire.evidence.standalone.verify import check
from tests.evidence_forgeries import FORGERIES, Forged, relist
from tests.moto_aws import stack
from tests.packing import week
from tests.sealing import ACME, log_key
from tests.timestamping import authority

KEY = log_key(ACME).text()
SIGNED = ("log/", "segments/", "messages/")
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A package of a tenant's whole archive, with times."""
    path = tmp_path_factory.mktemp("evidence") / "package"
    with stack() as aws:
        house, made = week(aws), authority()
        house.stamp(made, [3, 5])
        house.pack(path, everything=True, roots=made.root_pem)
    assert check(path, KEY)["findings"] == []
    yield path
    assert check(path, KEY)["findings"] == [], "every test puts back what it changed"


@contextmanager
def changed(path: Path, file: str, data: bytes | None, *, relisted: bool = False) -> Iterator[None]:
    """One file is another, or gone (``None``), for a while."""
    kept = {name: (path / name).read_bytes() for name in (file, "package.json", "package.sha256")}
    try:
        if data is None:
            (path / file).unlink()
        else:
            (path / file).write_bytes(data)
        if relisted:
            relist(path)
        yield
    finally:
        for name, before in kept.items():
            (path / name).write_bytes(before)


def names(path: Path) -> list[str]:
    return sorted(each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file())


def blamed(path: Path) -> set[str]:
    report = check(path, KEY)
    assert report["ok"] is (not report["findings"])
    return {finding["file"] for finding in report["findings"]}


def flipped(data: bytes, more: st.DataObject) -> bytes:
    place = more.draw(st.integers(0, len(data) - 1))
    return data[:place] + bytes([data[place] ^ more.draw(st.integers(1, 255))]) + data[place + 1 :]


@relaxed
@given(st.data())
def test_any_flipped_byte_is_named(package: Path, more: st.DataObject) -> None:
    file = more.draw(st.sampled_from(names(package)))
    with changed(package, file, flipped((package / file).read_bytes(), more)):
        assert blamed(package) & {file, "package.json"}


@relaxed
@given(st.data())
def test_a_file_dropped_cut_grown_or_replaced_is_named(package: Path, more: st.DataObject) -> None:
    file, other = more.draw(st.permutations(names(package)))[:2]
    data = (package / file).read_bytes()
    cut = data[: more.draw(st.integers(0, len(data) - 1))]
    put = more.draw(st.sampled_from([None, cut, data + b"\0", (package / other).read_bytes()]))
    if put != data:
        with changed(package, file, put):
            assert blamed(package) & {file, "package.json"}


@relaxed
@given(st.data())
def test_the_list_of_files_is_not_what_the_proof_rests_on(package: Path, more: st.DataObject) -> None:
    """A forger who rewrites the list gets no further with anything under the log's signature."""
    file = more.draw(st.sampled_from([name for name in names(package) if name.startswith(SIGNED)]))
    data = (package / file).read_bytes()
    put = more.draw(st.sampled_from(["flip", "drop", "cut"]))
    forged = None if put == "drop" else flipped(data, more) if put == "flip" else data[:-1]
    with changed(package, file, forged, relisted=True):
        found = blamed(package)
        dispensable = file.startswith("log/checkpoints/") and forged is None
        assert found or dispensable, "only a checkpoint between may be left out: what it says, the others say too"
        if found and not file.startswith("log/tile/entries"):
            assert file in found or dispensable


@pytest.mark.parametrize("forged", FORGERIES, ids=[each.name for each in FORGERIES])
def test_a_knowing_forger_is_found(package: Path, forged: Forged, tmp_path: Path) -> None:
    path = tmp_path / "package"
    shutil.copytree(package, path)
    forged.forge(path)
    known = tmp_path / "known"
    known.write_bytes(forged.known)
    findings: list[dict[str, Any]] = check(path, forged.key or KEY, known_files=[str(known)] if forged.known else [])[
        "findings"
    ]
    named = [(each["file"].replace(str(known), "known"), each["fact"]) for each in findings]
    assert any(name.startswith(forged.file) and forged.fact in fact for name, fact in named), findings
