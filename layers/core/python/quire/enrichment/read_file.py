"""Look at one file, in a process of its own, and survive whatever is in it."""

import base64
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

import orjson

from quire.enrichment.reading import Limits, Reading, Reason

THUMBNAIL_TYPE = "image/webp"
_MOST = 8 * 1024 * 1024
"""Bytes of an answer: text at the most four a character, a thumbnail, and room for quoting."""
_PASSED_ON = ("LD_LIBRARY_PATH", "PATH", "LANG", "LC_ALL")


def read_file(path: Path, name: str | None, declared_type: str | None, limits: Limits | None = None) -> Reading:
    """What is in the file at ``path``; never raises for its content, its name, or what reading it does.

    ``name`` only tells kinds of plain text apart. ``declared_type`` is what the sender said; it is not believed, and
    stands in nowhere.

    Raises:
        OSError: the file is not there, or no process could be started.
    """
    del declared_type
    limits = limits or Limits()
    path.stat()
    request = orjson.dumps({"path": str(path), "name": _plain(name), "limits": asdict(limits)})
    with subprocess.Popen(
        [sys.executable, "-sSPB", "-m", "quire.enrichment.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        start_new_session=True,
    ) as child:
        stdin, stdout = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
        late = True
        try:
            _hand_over(stdin, request)
            told, late = _receive(stdout, time.monotonic() + limits.wall_seconds)
        finally:
            _end(child, 0.0 if late else 2.0)
    return _reading(told, _cause(child.returncode, late=late))


def _environment() -> dict[str, str]:
    """What the child needs to start and import as this process does, and no credentials."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    paths = os.pathsep.join(str(Path(place).resolve()) for place in sys.path if place)
    return kept | {"PYTHONPATH": paths, "PYTHONUTF8": "1", "OPENPYXL_LXML": "False", "MALLOC_ARENA_MAX": "1"}


def _plain(name: str | None) -> str | None:
    return name.encode("utf-8", "replace").decode()[:255] if name else None


def _hand_over(stdin: IO[bytes], request: bytes) -> None:
    """The request is smaller than a pipe holds; a child that is gone already shows when its answer is read."""
    try:
        stdin.write(request)
        stdin.close()
    except BrokenPipeError:
        return


def _receive(stdout: IO[bytes], until: float) -> tuple[list[bytes], bool]:
    """The complete lines of the answer, and whether the time was up before it ended."""
    received = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            left = until - time.monotonic()
            if left <= 0 or not selector.select(left):
                return bytes(received).split(b"\n")[:-1], True
            piece = os.read(stdout.fileno(), 65536)
            received += piece
            if not piece or len(received) > _MOST:
                return bytes(received).split(b"\n")[:-1], False


def _end(child: "subprocess.Popen[bytes]", patience: float) -> None:
    """Wait ``patience`` seconds for a child that has told all, then end it and all it started."""
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _cause(returncode: int, *, late: bool) -> Reason:
    """Why an answer is missing."""
    return "time_limit" if late or returncode in (-signal.SIGXCPU, -signal.SIGKILL) else "crashed"


def _reading(lines: list[bytes], cause: Reason) -> Reading:
    """The last answer; with only the kind told, reading failed for ``cause``."""
    told: dict[str, Any] = orjson.loads(lines[-1]) if lines else {}
    if "status" not in told:
        return Reading(told.get("type"), "", "failed", reason=cause)
    thumbnail = base64.b64decode(told["thumbnail"]) if told.get("thumbnail") else None
    return Reading(
        detected_type=told["type"],
        text=told.get("text", ""),
        text_status=told["status"],
        thumbnail=thumbnail,
        thumbnail_type=THUMBNAIL_TYPE if thumbnail else None,
        reason=told.get("reason"),
    )
