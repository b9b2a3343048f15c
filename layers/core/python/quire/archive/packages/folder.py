"""A package as a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from quire.domain.errors import ConflictError

WriteFile = Callable[[str, Iterable[bytes]], None]
"""Puts a file into a package: its path, parts joined by ``/``, and its bytes piece by piece. Each path once."""


def folder(path: Path) -> WriteFile:
    """Files in a folder, which is made.

    Raises:
        ConflictError: it is there and not empty: what lies in it would pass for part of the package.
    """
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise ConflictError(f"{path} is not empty")

    def write(name: str, data: Iterable[bytes]) -> None:
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as opened:
            opened.writelines(data)

    return write
