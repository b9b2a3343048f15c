"""Every command the documents give runs, as far as it can without a stack; ``tests/local`` runs the rest on one.

A program that changes the machine (``make up``, ``cdk deploy``) is asked whether it knows what the page tells it to do.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import StructureShape
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ROOT = Path(__file__).parents[3]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CDK = {"bootstrap", "deploy", "destroy", "diff", "synth", "ls"}
_OPTION = re.compile(r"--[a-z][a-z-]*")


def commands(page: Path) -> Iterator[str]:
    """The commands of a page, one by one, without comments and continuation lines."""
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            for command in line.split(" && "):
                words = shlex.split(command, comments=True)
                if words:
                    yield shlex.join(words)


FOUND = [(page.relative_to(ROOT).as_posix(), command) for page in PAGES for command in commands(page)]


@pytest.mark.parametrize(("page", "command"), FOUND, ids=[f"{page}: {command[:60]}" for page, command in FOUND])
def test_command_is_one_that_runs(page: str, command: str, tmp_path: Path) -> None:
    words = [word for word in shlex.split(command) if not re.fullmatch(r"[A-Z_]+=.*", word)]
    if words[:2] == ["uv", "run"]:
        words = words[2:]
    if not words:
        return
    assert words[0] in RUN, f"{page}: nothing here knows how to try {words[0]!r}"
    RUN[words[0]](words[1:], tmp_path)


def test_pages_give_commands() -> None:
    assert len(FOUND) >= 5


def _make(words: list[str], _: Path) -> None:
    targets = [word for word in words if "=" not in word]
    assert targets
    subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, check=True, capture_output=True)


def _python(words: list[str], _: Path) -> None:
    assert words[0] == "-m"
    _knows([sys.executable, "-m", words[1]], words[2:])


def _quire(words: list[str], _: Path) -> None:
    verbs = [word for word in words[:2] if re.fullmatch(r"[a-z-]+", word) and not word.startswith("-")]
    known = verbs[:1]
    _knows([str(Path(sys.executable).with_name("quire")), *known], words[len(known) :])


def _npx(words: list[str], _: Path) -> None:
    assert words[0] == "cdk"
    assert words[1] in _CDK
    for word in words:
        if word.startswith("stage="):
            assert word.removeprefix("stage=") in {"local", "dev", "prod", "<stage>"}


def _aws(words: list[str], _: Path) -> None:
    """The service has the operation, and the operation the parameters."""
    service, operation = words[:2]
    model = botocore.session.get_session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    assert isinstance(shape, StructureShape)
    known = {f"--{xform_name(member, '-')}" for member in shape.members}
    assert {word for word in words if word.startswith("--")} <= known


def _openssl(words: list[str], where: Path) -> None:
    """The certificate that the page makes is one Graph takes: RSA of 2048 to 4096 bits."""
    subprocess.run(["openssl", *words], cwd=where, check=True, capture_output=True)
    key = x509.load_pem_x509_certificate(next(where.glob("*.pem")).read_bytes()).public_key()
    assert isinstance(key, RSAPublicKey)
    assert 2048 <= key.key_size <= 4096


def _nothing(_words: list[str], _where: Path) -> None:
    """The shell's own words."""


def _knows(program: list[str], words: list[str]) -> None:
    """The program's help names every option that the page gives it."""
    said = subprocess.run([*program, "--help"], cwd=ROOT, check=True, capture_output=True, text=True, env=_plain())
    told = set(_OPTION.findall(said.stdout))
    assert {option for word in words for option in _OPTION.findall(word) if word.startswith("--")} <= told


def _plain() -> Mapping[str, str]:
    return {**os.environ, "TERM": "dumb", "COLUMNS": "200", "NO_COLOR": "1"}


RUN: Mapping[str, Callable[[list[str], Path], None]] = {
    "aws": _aws,
    "make": _make,
    "python": _python,
    "quire": _quire,
    "npx": _npx,
    "npm": _nothing,
    "openssl": _openssl,
    "sha256sum": _nothing,  # tests/unit/packages/test_files_proven.py does what these two do
    "grep": _nothing,
    "curl": _nothing,  # tests/local/test_documents.py sends it
    "export": _nothing,
    "cd": _nothing,
}
