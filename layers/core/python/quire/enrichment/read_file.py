"""Look at one file, in a process of its own, and survive whatever is in it."""

import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from quire.enrichment.reading import Limits, Reading, Reason, TextStatus

THUMBNAIL_TYPE = "image/webp"
_MOST = 8 * 1024 * 1024
"""Bytes of an answer: text at the most four a character, a thumbnail, and room for quoting."""
_log = logging.getLogger(__name__)
_PASSED_ON = ("LD_LIBRARY_PATH", "PATH", "LANG", "LC_ALL")


class _Told(BaseModel):
    """A line of the child's answer."""

    model_config = ConfigDict(extra="forbid", val_json_bytes="base64", defer_build=True)

    type: Annotated[str, Field(max_length=200)] | None = None
    text: str = ""
    status: TextStatus | None = None
    reason: Reason | None = None
    thumbnail: Annotated[bytes, Field(max_length=1024**2)] | None = None


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
        stopped: Reason | None = "crashed"
        try:
            _hand_over(stdin, request)
            told, stopped = _receive(stdout, time.monotonic() + limits.wall_seconds)
        finally:
            _end(child, 0.0 if stopped else 2.0)
    return _reading(told, stopped or _cause(child.returncode), limits)


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


def _receive(stdout: IO[bytes], until: float) -> tuple[list[bytes], Reason | None]:
    """The complete lines of the answer, and why it was not waited for to its end."""
    received = bytearray()
    stopped: Reason | None = None
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while stopped is None:
            left = until - time.monotonic()
            if left <= 0 or not selector.select(left):
                stopped = "time_limit"
                break
            piece = os.read(stdout.fileno(), 65536)
            if not piece:
                break
            received += piece
            stopped = "crashed" if len(received) > _MOST else None
    return bytes(received).split(b"\n")[:-1], stopped


def _end(child: "subprocess.Popen[bytes]", patience: float) -> None:
    """Wait ``patience`` seconds for a child that has told all, then end it and all it started."""
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _cause(returncode: int) -> Reason:
    """Why a child that ended by itself did not tell all."""
    causes: dict[int, Reason] = {-signal.SIGXCPU: "time_limit", -signal.SIGKILL: "memory_limit"}
    return causes.get(returncode, "crashed")


def _reading(lines: list[bytes], cause: Reason, limits: Limits) -> Reading:
    """The last answer; with only the kind told, reading failed for ``cause``.

    The process that answers may have been taken over by what it read: its answer is checked like anybody's.
    """
    try:
        told = _Told.model_validate_json(lines[-1]) if lines else _Told()
    except ValidationError:
        told = _Told()
    if told.status is None or len(told.text) > limits.text_characters:
        _log.warning("a file could not be read", extra={"detected_type": told.type, "reason": cause})
        return Reading(told.type, "", "failed", reason=cause)
    return Reading(
        detected_type=told.type,
        text=told.text,
        text_status=told.status,
        thumbnail=told.thumbnail,
        thumbnail_type=THUMBNAIL_TYPE if told.thumbnail else None,
        reason=told.reason,
    )
