"""OpenSearch is put together from checked files; tools come in locked versions; builds are known by their sources."""

import hashlib
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local import node, opensearch_package, suite, toolchain
from infra.local.opensearch_package import Artifact, Module, Package
from infra.local.settings import ROOT

LOCK = """[[package]]
name = "uv"
version = "0.9.1"

[[package]]
name = "uvloop"
version = "1.0"
"""


def artifact(name: str, kind: str, content: bytes) -> Artifact:
    return Artifact("org.example", name, "1.0", kind, hashlib.sha256(content).hexdigest())


def test_the_coordinates_file_reads() -> None:
    package = opensearch_package.read_package()

    assert package.distribution.file == f"opensearch-{package.version}.zip"
    assert {"analysis-common", "percolator", "lang-painless"} <= {module.name for module in package.modules}
    assert all(len(item.sha256) == 64 for item in package.artifacts)


def test_a_module_says_what_it_is() -> None:
    package = opensearch_package.read_package()
    module = next(module for module in package.modules if module.name == "analysis-common")

    text = opensearch_package.descriptor(module, package)

    assert "classname=org.opensearch.analysis.common.CommonAnalysisModulePlugin\n" in text
    assert "extended.plugins=lang-painless\n" in text
    assert f"opensearch.version={package.version}\n" in text


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """A made-up server and a Maven that serves it."""
    served = tmp_path / "served"
    served.mkdir()
    with zipfile.ZipFile(served / "server-1.0.zip", "w") as archive:
        archive.writestr("opensearch-9.9/modules/unwanted/x.jar", "x")
        archive.writestr("opensearch-9.9/bin/opensearch", "#!/bin/sh\n")
    (served / "plug-1.0.jar").write_bytes(b"jar")
    programs = tmp_path / "bin"
    programs.mkdir()
    maven = programs / "mvn"
    maven.write_text(f'#!/bin/sh\nmkdir "$(dirname "$4")/files" && cp {served}/* "$(dirname "$4")/files"\n', "utf-8")
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return Package(
        version="9.9",
        java=21,
        distribution=artifact("server", "zip", (served / "server-1.0.zip").read_bytes()),
        remove_modules=("unwanted",),
        modules=(Module("plug", "org.example.Plug", "", (artifact("plug", "jar", b"jar"),)),),
    )


def test_a_server_is_put_together_once(package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = opensearch_package.ensure_server(package, tmp_path / "cache")

    assert (home / "modules" / "plug" / "plug-1.0.jar").read_bytes() == b"jar"
    assert (home / "modules" / "plug" / "plugin-descriptor.properties").exists()
    assert not (home / "modules" / "unwanted").exists()
    assert (home / "bin" / "opensearch").stat().st_mode & 0o111
    monkeypatch.setenv("PATH", "")
    assert opensearch_package.ensure_server(package, tmp_path / "cache") == home


def test_a_file_that_is_not_the_one_named_is_refused(package: Package, tmp_path: Path) -> None:
    jar = artifact("plug", "jar", b"other bytes")
    altered = replace(package, remove_modules=(), modules=(Module("plug", "x", "", (jar,)),))

    with pytest.raises(opensearch_package.PackageError, match=r"plug-1\.0\.jar has SHA-256"):
        opensearch_package.ensure_server(altered, tmp_path / "cache")
    assert not opensearch_package.is_complete(altered, tmp_path / "cache")


def test_without_maven_the_package_to_install_is_named(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(Exception, match="apt-get install maven"):
        opensearch_package.ensure_server(package, tmp_path / "cache")


def test_the_locked_version_of_a_package_is_found() -> None:
    assert toolchain.locked_version(LOCK, "uv") == "0.9.1"
    with pytest.raises(toolchain.MissingToolError, match="does not name ruff"):
        toolchain.locked_version(LOCK, "ruff")


def test_sources_have_one_fingerprint_until_they_change() -> None:
    folder = ROOT / "infra" / "local"
    before = node.fingerprint([folder])

    assert node.fingerprint([folder]) == before
    assert node.fingerprint([folder, ROOT / "Makefile"]) != before
    assert node.fingerprint([ROOT / "nowhere"]) == node.fingerprint([ROOT / "nowhere"])


def test_reports_are_counted(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="1" errors="2" skipped="3"/>'
        '<testsuite tests="2" failures="0" errors="0"/></testsuites>',
        "utf-8",
    )

    assert str(suite.read_report(report)) == "6 passed, 3 failed, 3 skipped"
    assert str(suite.Count(1, 0, 0) + suite.Count(2, 1, 1)) == "3 passed, 1 failed, 1 skipped"


def test_a_part_without_a_report_counts_as_one(tmp_path: Path) -> None:
    assert suite.run(suite.Part("good", ["true"], "check", tmp_path)) == suite.Count(passed=1)
    assert suite.run(suite.Part("bad", ["false"], "check", tmp_path)) == suite.Count(failed=1)


def meeting(folder: Path, name: str, other: str) -> list[str | Path]:
    """A command that ends when another began: neither would end alone."""
    meet = "import pathlib, sys, time\nmine, other = map(pathlib.Path, sys.argv[1:])\nmine.touch()\n"
    meet += "while not other.exists(): time.sleep(0.01)\nprint('met', other.name)"
    return [sys.executable, "-c", meet, folder / name, folder / other]


def test_parts_beside_each_other_are_counted_and_their_output_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = [
        suite.Part(name, meeting(tmp_path, name, other), "check", beside="others")
        for name, other in (("one", "two"), ("two", "one"))
    ]
    monkeypatch.setattr(suite, "REPORTS", tmp_path)
    monkeypatch.setattr("infra.local.machine.prepare", lambda **_: None)
    monkeypatch.setattr(suite, "parts", lambda: [*pair, suite.Part("bad", ["false"], "check", tmp_path)])

    assert suite.main([]) == 1

    printed = capsys.readouterr().out
    assert printed.endswith("2 passed, 1 failed, 0 skipped\n")
    assert "=== one ===\nmet two" in printed
    assert "=== two ===\nmet one" in printed


def test_what_has_time_runs_beside_the_last_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = suite.Part("patient", meeting(tmp_path, "patient", "last"), "check", beside="last")
    first = suite.Part("first", ["false"], "unit")
    last = suite.Part("last", meeting(tmp_path, "last", "patient"), "stack")
    monkeypatch.setattr(suite, "REPORTS", tmp_path)
    monkeypatch.setattr("infra.local.machine.prepare", lambda **_: None)
    monkeypatch.setattr(suite, "parts", lambda: [patient, first, last])

    assert suite.main([]) == 1
    assert capsys.readouterr().out.endswith("2 passed, 1 failed, 0 skipped\n")
    (tmp_path / "patient").unlink()
    (tmp_path / "last").touch()
    assert suite.main(["--only", "check"]) == 0, "by itself where nothing else is asked for"


def test_a_part_that_breaks_before_its_report_is_a_failure(tmp_path: Path) -> None:
    part = suite.Part("broken", ["false"], "unit", tmp_path, tmp_path / "report.xml")

    assert suite.run(part) == suite.Count(failed=1)
