"""OpenSearch is put together from checked files; tools come in locked versions; builds are known by their sources."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local import node, opensearch_package, toolchain
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
