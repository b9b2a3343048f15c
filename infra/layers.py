"""Builds the layers of third-party wheels from the lock file; ``python -m infra.layers --platform local|lambda``.

``--layer deps`` holds exactly the locked dependencies of the package ``quire``; ``--layer enrichment`` and ``--layer
analytics`` those of the dependency group of that name that are not among them. Each is a zip of wheels for the platform
it runs on, with ``python/`` at its top; its name carries the hash of what goes into it, so it is built again only when
that changes. The only line on standard output is the zip's path: the CDK command line calls this program when it
publishes a layer, and synthesis needs no layer at all.
"""

import argparse
import compileall
import hashlib
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "layers" / "deps"
PLATFORMS = {
    "local": (),  # whatever this machine is
    "lambda": ("--python-platform", "aarch64-manylinux_2_28"),  # Amazon Linux 2023 on Graviton has glibc 2.34
}
PYTHON = "3.13"
LAYERS = {
    "deps": ("--package", "quire", "--no-dev", "--prune", "typer"),  # the command line's own stays at home
    "enrichment": ("--only-group", "enrichment"),
    "analytics": ("--only-group", "analytics"),
}
LIMIT = 250 * 1024 * 1024
"""Bytes that a function's code and layers may take when unpacked
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""
MIB = 1024 * 1024
ROOM = {"deps": 140 * MIB, "enrichment": 45 * MIB, "analytics": 104 * MIB}
"""What each layer may take of it: a function has ``deps`` and at most one of the others; the rest is the product's."""
_PYARROW = (
    *("include", "includes", "src", "interchange", "*.pyx", "*.pxd", "*.pxi"),
    *("libarrow_flight*", "libarrow_python_flight*", "_flight*", "libarrow_s3*", "_s3fs*", "_gcsfs*", "_azurefs*"),
    *("_hdfs*", "_orc*", "_dataset_orc*", "_feather*", "_csv.*", "_json.*", "_pyarrow_cpp_tests*"),
    *("libarrow_python.so", "libarrow_python.so.*.*.*", "libarrow_python_parquet_encryption.so"),
    "libarrow_python_parquet_encryption.so.*.*.*",
)
UNUSED = {
    "deps": ("zstandard/_cffi*", "zstandard/backend_cffi.py"),
    "analytics": tuple(f"pyarrow/{pattern}" for pattern in _PYARROW),
}
"""What is left out: a second backend, what writing Parquet files takes no part in, further copies of its libraries."""
RECIPE = b"4"
"""Raise it when the building itself changes."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


class LayerError(Exception):
    """The layer cannot be built; the text says why."""


def main(arguments: list[str] | None = None) -> int:
    """Build the layer unless it is there, and print where it is."""
    parser = argparse.ArgumentParser(prog="infra.layers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--platform", choices=sorted(PLATFORMS), required=True)
    parser.add_argument("--layer", choices=sorted(LAYERS), default="deps")
    given = parser.parse_args(arguments)
    try:
        path = build(given.platform, given.layer)
    except LayerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


def build(platform: str, layer: str = "deps") -> Path:
    """The layer's zip, built if need be.

    Raises:
        LayerError: a wheel is missing, a registry does not answer, or the layer grew too large.
    """
    wanted = requirements(layer)
    prefix = platform if layer == "deps" else f"{layer}-{platform}"
    target = BUILT / f"{prefix}-{digest(platform, wanted)[:16]}.zip"
    if target.exists():
        return target
    BUILT.mkdir(parents=True, exist_ok=True)
    sys.stderr.write(f"building {target.relative_to(ROOT)} from uv.lock\n")
    with tempfile.TemporaryDirectory(dir=BUILT) as folder:
        place = Path(folder) / "python"
        _install(platform, wanted, place)
        _trim(place, layer)
        compileall.compile_dir(
            place,
            quiet=2,
            workers=0,
            stripdir=folder,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        _check_size(place, layer)
        unfinished = Path(folder) / "layer.zip"
        _zip(Path(folder) / "python", unfinished)
        for older in BUILT.glob(f"{prefix}-*.zip"):
            older.unlink(missing_ok=True)
        unfinished.replace(target)
    return target


def requirements(layer: str = "deps") -> str:
    """The locked third-party packages of a layer with their hashes; what another one always brings is left out."""
    if layer == "deps":
        return _exported(layer)
    brought = set(_packages(_exported("deps")))
    return "".join(package for package in _packages(_exported(layer)) if package not in brought)


def _exported(layer: str) -> str:
    command = [_uv(), "--color", "never", "export", "--quiet", "--frozen", "--no-header", "--no-annotate"]
    return _run([*command, *LAYERS[layer], "--no-emit-workspace"])


def _packages(wanted: str) -> list[str]:
    """Requirements one by one: a line that names a package, and the indented ones of its hashes."""
    return re.findall(r"^\S.*\n(?:[ \t].*\n)*", wanted, re.MULTILINE)


def digest(platform: str, wanted: str) -> str:
    """What names a layer: everything that goes into it."""
    machine = sysconfig.get_platform() if platform == "local" else ""
    parts = (RECIPE, platform.encode(), machine.encode(), PYTHON.encode(), wanted.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _install(platform: str, wanted: str, place: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(wanted)
        file.flush()
        _run(
            [
                *(_uv(), "pip", "install", "--quiet", "--no-config", "--require-hashes", "--requirements", file.name),
                *("--target", str(place), "--python-version", PYTHON, "--only-binary", ":all:", "--link-mode", "copy"),
                *PLATFORMS[platform],
            ]
        )


def _trim(place: Path, layer: str) -> None:
    """Leave out what no function imports: programs, tests, caches, what is named as unused."""
    shutil.rmtree(place / "bin", ignore_errors=True)
    for pattern in UNUSED.get(layer, ()):
        for path in sorted(place.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in ("__pycache__", "tests"):
        for folder in sorted(place.rglob(name)):
            shutil.rmtree(folder, ignore_errors=True)


def _check_size(place: Path, layer: str) -> None:
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    if size >= ROOM[layer]:
        raise LayerError(f"layer {layer} takes {size:,} bytes unpacked, it may take {ROOM[layer]:,} of {LIMIT:,}")


def _zip(place: Path, target: Path) -> None:
    """Pack a folder under its own name: the same files make the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(path for path in place.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(path.relative_to(place.parent)), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
            archive.writestr(entry, path.read_bytes())


def _uv() -> str:
    """The ``uv`` beside this interpreter, else the one on the path."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if not found:
        raise LayerError("uv is missing: it is in the dependency group `infra`")
    return found


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise LayerError(f"{' '.join(command[:3])} failed:\n{done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
