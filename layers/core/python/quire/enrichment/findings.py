"""Where readers put what they find: text up to a limit, cleaned, and at most one small picture."""

import re
import time
from typing import BinaryIO, NamedTuple

from quire.enrichment.reading import Reason

_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


class EnoughError(Exception):
    """There is more in the file, and it will not be read."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadableError(Exception):
    """The file is of a kind that is read, and cannot be."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Source(NamedTuple):
    """An open file of ``size`` bytes; ``media_type`` as detected, ``encoding`` where it is text."""

    file: BinaryIO
    size: int
    media_type: str
    encoding: str | None = None


class Findings:
    """Text in the order it was found; ``most`` characters, while this process has used less than ``cpu_seconds``."""

    def __init__(self, most: int, cpu_seconds: float) -> None:
        self._pieces: list[str] = []
        self._room = most
        self._until = cpu_seconds
        self.cut: Reason | None = None
        self.thumbnail: bytes | None = None

    def add(self, text: str) -> None:
        """Take some text, as it stands: line ends are up to the caller.

        Raises:
            EnoughError: the text is longer than is kept, or it took too long to get here.
        """
        text = _UNPRINTABLE.sub("", text)
        self._pieces.append(text[: self._room])
        self._room -= len(text)
        if self._room < 0:
            raise EnoughError("text_limit")
        self.check_time()

    def line(self, text: str) -> None:
        """Take one line of text."""
        self.add(text + "\n")

    def check_time(self) -> None:
        """For readers that work long between two pieces of text.

        Raises:
            EnoughError: the time is up.
        """
        if time.process_time() > self._until:
            raise EnoughError("time_limit")

    def cut_at_source(self) -> None:
        """Note that not all of the file was looked at, because of its length."""
        self.cut = self.cut or "text_limit"

    @property
    def text(self) -> str:
        """All of it: line ends are ``\\n``, never more than one blank line in a row, nothing around it."""
        text = _LINE_ENDS.sub("\n", "".join(self._pieces))
        return _BLANK_LINES.sub("\n\n", text).strip()
