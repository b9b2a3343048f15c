"""OpenSearch itself, put together from Maven Central: fetched once, checked, unpacked into a folder that is kept.

The coordinates stand in ``opensearch.yaml``. Nothing is downloaded when the folder is there already.
"""

import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml

from infra.local import preflight

COORDINATES = Path(__file__).with_name("opensearch.yaml")
DEPENDENCY_PLUGIN = "3.8.1"


class PackageError(Exception):
    """OpenSearch could not be put together; the text says which file and why."""


@dataclass(frozen=True)
class Artifact:
    """One file of Maven Central with the SHA-256 of its bytes."""

    group: str
    name: str
    version: str
    kind: str
    sha256: str

    @property
    def file(self) -> str:
        """What Maven calls the file."""
        return f"{self.name}-{self.version}.{self.kind}"


@dataclass(frozen=True)
class Module:
    """A folder below ``modules/``: its jars and the class that the server loads."""

    name: str
    plugin_class: str
    extends: str
    jars: tuple[Artifact, ...]


@dataclass(frozen=True)
class Package:
    """What ``opensearch.yaml`` says."""

    version: str
    java: int
    distribution: Artifact
    remove_modules: tuple[str, ...]
    modules: tuple[Module, ...]

    @property
    def artifacts(self) -> list[Artifact]:
        """Every file that is fetched."""
        return [self.distribution, *(jar for module in self.modules for jar in module.jars)]


def read_package(path: Path = COORDINATES) -> Package:
    """The coordinates file as values."""
    document = yaml.safe_load(path.read_text("utf-8"))
    return Package(
        version=document["version"],
        java=document["java"],
        distribution=_artifact(document["distribution"]),
        remove_modules=tuple(document["remove_modules"]),
        modules=tuple(
            Module(item["name"], item["class"], item.get("extends", ""), tuple(map(_artifact, item["jars"])))
            for item in document["modules"]
        ),
    )


def is_complete(package: Package, base: Path) -> bool:
    """Whether the server was put together below ``base`` before."""
    modules = base / f"opensearch-{package.version}" / "modules"
    return all((modules / module.name).is_dir() for module in package.modules)


def ensure_server(package: Package, base: Path) -> Path:
    """The folder of the unpacked server below ``base``; fetched and put together when it is not there.

    Raises:
        PreflightError: Maven is missing.
        PackageError: a file did not come, or is not the one the coordinates name.
    """
    home = base / f"opensearch-{package.version}"
    if is_complete(package, base):
        return home
    preflight.need("mvn")
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base) as scratch:
        files = fetch(package, Path(scratch))
        with zipfile.ZipFile(files / package.distribution.file) as archive:
            archive.extractall(scratch)
        unpacked = Path(scratch) / f"opensearch-{package.version}"
        _arrange(package, unpacked, files)
        shutil.rmtree(home, ignore_errors=True)
        unpacked.rename(home)
    return home


def fetch(package: Package, folder: Path) -> Path:
    """Let Maven copy every artifact into ``folder/files`` and check each; the folder they are in."""
    (folder / "pom.xml").write_text(_pom(package), "utf-8")
    done = subprocess.run(
        ["mvn", "--batch-mode", "--quiet", "--file", str(folder / "pom.xml"), "dependency:copy"],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise PackageError(f"Maven could not fetch OpenSearch {package.version}:\n{done.stdout}{done.stderr}")
    files = folder / "files"
    for artifact in package.artifacts:
        with (files / artifact.file).open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != artifact.sha256:
            raise PackageError(f"{artifact.file} has SHA-256 {found}, not {artifact.sha256} as {COORDINATES.name} says")
    return files


def descriptor(module: Module, package: Package) -> str:
    """The ``plugin-descriptor.properties`` that makes a folder of jars a module."""
    return "\n".join(
        [
            f"description={module.name}",
            f"version={package.version}",
            f"name={module.name}",
            f"classname={module.plugin_class}",
            f"java.version={package.java}",
            f"opensearch.version={package.version}",
            "custom.foldername=",
            f"extended.plugins={module.extends}",
            "has.native.controller=false",
            "",
        ]
    )


def _arrange(package: Package, home: Path, files: Path) -> None:
    for name in package.remove_modules:
        shutil.rmtree(home / "modules" / name)
    for module in package.modules:
        folder = home / "modules" / module.name
        folder.mkdir()
        for jar in module.jars:
            shutil.copy2(files / jar.file, folder)
        (folder / "plugin-descriptor.properties").write_text(descriptor(module, package), "ascii")
    for script in (home / "bin").iterdir():
        script.chmod(0o755)


def _artifact(item: dict[str, Any]) -> Artifact:
    group, name, version, *kind = item["artifact"].split(":")
    return Artifact(group, name, version, kind[0] if kind else "jar", item["sha256"])


def _pom(package: Package) -> str:
    items = "".join(
        f"<artifactItem><groupId>{escape(item.group)}</groupId><artifactId>{escape(item.name)}</artifactId>"
        f"<version>{escape(item.version)}</version><type>{escape(item.kind)}</type></artifactItem>"
        for item in package.artifacts
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>quire.local</groupId><artifactId>opensearch</artifactId><version>1</version><packaging>pom</packaging>"
        "<build><plugins><plugin><groupId>org.apache.maven.plugins</groupId>"
        f"<artifactId>maven-dependency-plugin</artifactId><version>{DEPENDENCY_PLUGIN}</version>"
        "<configuration><outputDirectory>${project.basedir}/files</outputDirectory>"
        f"<artifactItems>{items}</artifactItems></configuration></plugin></plugins></build></project>\n"
    )
