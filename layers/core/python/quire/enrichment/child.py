"""The process that reads one file: ``python -m quire.enrichment.child``, a request on standard input, lines out.

Request: ``{"path", "name", "limits"}``. Answer: JSON lines, each naming more than the one before; the first as soon as
the kind is known, so that it stays known when reading ends this process.
"""

import base64
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from quire.enrichment.confine import confine
from quire.enrichment.detect import UNKNOWN, Kind, detect
from quire.enrichment.findings import EnoughError, Findings, Source, UnreadableError
from quire.enrichment.readers import reader_of
from quire.enrichment.reading import Limits

_SOFT = 0.6
"""Share of the processor time after which a reader stops by itself and keeps what it has."""


def main() -> int:
    """Read the file asked for, and tell."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    request = orjson.loads(sys.stdin.buffer.read())
    limits = Limits(**request["limits"])
    with Path(request["path"]).open("rb") as file, answers:
        confine(limits)
        source = _look(file, request["name"])
        _tell(answers, {"type": source.media_type})
        _tell(answers, {"type": source.media_type} | _read(source, limits))
    return 0


def _look(file: BinaryIO, name: str | None) -> Source:
    size = os.fstat(file.fileno()).st_size
    try:
        kind = detect(file, size, name)
    except (ImportError, MemoryError):
        raise  # ours, or of the limits: no statement about the kind
    except Exception:  # noqa: BLE001 - the edge, as below
        kind = Kind(UNKNOWN)
    file.seek(0)
    return Source(file, size, kind.media_type, kind.encoding)


def _read(source: Source, limits: Limits) -> dict[str, Any]:
    """The answer's fields beside the type."""
    module = reader_of(source.media_type)
    if source.size == 0 or module is None:
        return {"status": "none" if source.size == 0 else "unsupported"}
    read = import_module(f"quire.enrichment.readers.{module}").read
    findings = Findings(limits.text_characters, limits.cpu_seconds * _SOFT)
    failure: str | None = None
    try:
        read(source, findings)
    except EnoughError as error:
        findings.cut = error.reason
    except UnreadableError as error:
        failure = error.reason
    except MemoryError:
        failure = "memory_limit"
    except Exception:  # noqa: BLE001 - the edge: whatever a library stumbles over, the file is not what it should be
        failure = "malformed"
    return _answer(findings, failure)


def _answer(findings: Findings, failure: str | None) -> dict[str, Any]:
    text, reason = findings.text, failure or findings.cut
    if text:
        status = "truncated" if reason else "complete"
    elif findings.thumbnail or reason == "too_many_pixels":
        status = "none"
    else:
        status = "failed" if reason else "none"
    thumbnail = base64.b64encode(findings.thumbnail).decode() if findings.thumbnail else None
    return {"text": text, "status": status, "reason": reason, "thumbnail": thumbnail}


def _tell(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(orjson.dumps(answer) + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
