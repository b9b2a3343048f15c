"""``quire witness``: keeps a log's checkpoints for whoever does not want to take the log's word for it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Annotated

import typer

from quire.domain.errors import CorruptError, NotFoundError, QuireError, UnavailableError
from quire.evidence.note import VerifierKey, read_key
from quire.evidence.tiles import ReadTile, Tile
from quire.evidence.witness import Finding, WitnessFolder, unreadable

CODES = {"unproven": 6, "not_signed": 5, "rolled_back": 4, "fork": 3}
"""Exit codes, the worst last; 0 is none of these, 2 a wrong call."""
_MOST_NOTE, _MOST_TILE, _MOST_FILE = 64 * 1024, 256 * 32, 16 * 1024 * 1024
_MARK = b"\xe2\x80\x94 "


def witness(
    folder: Annotated[Path, typer.Argument(help="where checkpoints are kept; one folder a log")],
    checkpoint: Annotated[
        list[str] | None,
        typer.Argument(help="files with checkpoints (also saved mails), - for the standard input, or addresses"),
    ] = None,
    key: Annotated[
        str, typer.Option("--key", help="the log's verifier key, or a file of it; needed the first time")
    ] = "",
    log: Annotated[
        str, typer.Option("--log", help="address or folder of the log: its newest checkpoint, and tiles to check by")
    ] = "",
    bearer: Annotated[str, typer.Option("--bearer-file", help="file of a token that the log's address wants")] = "",
    every: Annotated[int, typer.Option("--every", help="seconds between two looks; without it, one look")] = 0,
) -> None:
    """Keep checkpoints of a log and check them against each other; tells, and ends with, what does not fit.

    Exit code 0: all fits. 3: the log was forked. 4: it was rolled back. 5: a checkpoint is not signed with its key.
    6: what would show it could not be had.
    """
    try:
        looking = Looking(WitnessFolder(folder, _key(key)), tuple(checkpoint or ()), log, bearer)
    except (QuireError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error
    code = looking.look()
    while every > 0 and code in (0, CODES["unproven"]):
        time.sleep(every)
        code = looking.look()
    raise typer.Exit(code)


@dataclass
class Looking:
    """One witness at work. ``sources`` are files, ``-`` and addresses; ``log`` an address or a folder."""

    folder: WitnessFolder
    sources: tuple[str, ...]
    log: str = ""
    bearer_file: str = ""
    findings: list[Finding] = field(default_factory=list)

    def look(self) -> int:
        """Look once: the report goes to the standard output; the exit code."""
        self.findings = []
        try:
            for source in self.sources:
                self._take(source, newest=_is_address(source))
            if self.log:
                self._take(f"{self.log.rstrip('/')}/checkpoint", newest=True)
                self.findings += self.folder.cross_check(self._tiles())
            else:
                self._tell_unchecked()
        except CorruptError as error:
            self.findings.append(Finding("not_signed", f"a checkpoint that was kept was changed: {error.detail}"))
        self.findings += self.folder.forks()
        print(json.dumps(self._report(), indent=2, ensure_ascii=False))
        return min((CODES[finding.kind] for finding in self.findings), default=0)

    def _take(self, source: str, *, newest: bool) -> None:
        try:
            notes = list(self._notes(source))
        except (QuireError, OSError) as error:
            self.findings.append(unreadable(error))
            return
        for note in notes:
            self.findings += self.folder.take(note, newest=newest)

    def _notes(self, source: str) -> Iterator[bytes]:
        """The checkpoints that a source holds: one, or those attached to a mail."""
        if _is_address(source):
            yield self._get(source, "", _MOST_NOTE)
            return
        data = sys.stdin.buffer.read(_MOST_FILE) if source == "-" else Path(source).read_bytes()
        attached = [] if data.rpartition(b"\n\n")[2].startswith(_MARK) else list(_attached(data))
        yield from attached or [data]

    def _tiles(self) -> ReadTile:
        def read(tile: Tile) -> bytes:
            if _is_address(self.log):
                return self._get(self.log, tile.path, _MOST_TILE)
            try:
                return (Path(self.log) / tile.path).read_bytes()
            except OSError as error:
                raise NotFoundError(f"{tile.path} is not there") from error

        return read

    def _get(self, url: str, at: str, most: int) -> bytes:
        from quire.outbound.named import NamedByOperator

        headers = {}
        if self.bearer_file and url.startswith(self.log):
            headers["Authorization"] = f"Bearer {Path(self.bearer_file).read_text('utf-8').strip()}"
        answer = NamedByOperator(url).get(at, headers, most)
        if answer.status == 404:
            raise NotFoundError(f"{at or 'the checkpoint'} is not there")
        if answer.status != 200:
            raise UnavailableError(f"{at or 'the checkpoint'} was not given: status {answer.status}")
        return answer.body

    def _tell_unchecked(self) -> None:
        left = set(self.folder.sizes()) - self.folder.consistent()
        if left and len(self.folder.sizes()) > 1:
            fact = f"{len(left)} checkpoints were not checked against the others: give --log"
            self.findings.append(Finding("unproven", fact))

    def _report(self) -> dict[str, object]:
        sizes = self.folder.sizes()
        return {
            "ok": not self.findings,
            "log": self.folder.key.name,
            "kept": len(sizes),
            "consistent": len(self.folder.consistent()),
            "newest": sizes[-1] if sizes else None,
            "findings": [finding._asdict() for finding in self.findings],
        }


def _key(told: str) -> VerifierKey | None:
    if not told:
        return None
    path = Path(told)
    return read_key(path.read_text("utf-8") if "+" not in told and path.exists() else told)


def _attached(mail: bytes) -> Iterator[bytes]:
    """What is attached to a mail that looks like a signed note."""
    for part in message_from_bytes(mail).walk():
        data = part.get_payload(decode=True)
        if part.get_filename() and isinstance(data, bytes) and _MARK in data:
            yield data


def _is_address(source: str) -> bool:
    return source.startswith(("https://", "http://"))
