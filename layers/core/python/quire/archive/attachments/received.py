"""A file on disk that was just received, and whether it is what was promised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from quire.archive.attachments.reasons import NotHadError
from quire.aws.blobs import FileBytes
from quire.domain.attachments import WantedFile

_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.I)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_HTML_ENDINGS = (".html", ".htm", ".xhtml", ".mht", ".mhtml", ".shtml")
_TEXT_ENDINGS = (".txt", ".md", ".log", ".csv", ".json", ".xml", ".svg", ".eml", ".php", ".js", ".css", ".vue")
_HEAD_BYTES = 4096


@dataclass(frozen=True)
class ReceivedFile:
    """``bytes`` is the file as sent; ``content_type`` what it was said to be when it was handed over.

    ``downloaded`` tells a file that was asked for from one that came within the delivery, whose sender is proven.
    """

    bytes: FileBytes
    content_type: str | None
    downloaded: bool

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.bytes.path


def check(wanted: WantedFile, received: ReceivedFile) -> None:
    """Whether this is the file that was promised, as far as anybody can tell.

    Raises:
        NotHadError: its hash is not the stated one, or it is a page of HTML (a login, an excuse) in place of a file
            (``wrong_content``); nothing came of a file that has bytes (``wrong_length``).
    """
    told = wanted.attachment
    if told.sha256 is not None:
        if told.sha256 != received.bytes.sha256:
            raise NotHadError("wrong_content", "the bytes do not hash to what the platform states")
        return
    if not received.downloaded:
        return
    if not received.bytes.size and told.size:
        raise NotHadError("wrong_length", "the answer is empty")
    if _is_page(received) and not _may_be_page(wanted, received):
        raise NotHadError("wrong_content", "a page of HTML came in place of the file")


def _is_page(received: ReceivedFile) -> bool:
    with received.path.open("rb") as file:
        head = file.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    while head.startswith(b"<!--"):
        head = head.partition(b"-->")[2].lstrip()
    return _PAGE.match(head) is not None


def _may_be_page(wanted: WantedFile, received: ReceivedFile) -> bool:
    """HTML was promised, or nothing was; or a text was, and the platform does not itself call it a page."""
    promised, name = _bare(wanted.attachment.content_type), (wanted.attachment.name or "").lower()
    if promised in _HTML_TYPES or name.endswith(_HTML_ENDINGS):
        return True
    if not promised and "." not in name:
        return wanted.attachment.kind != "image"
    texts = promised.startswith("text/") or promised.endswith(("json", "xml")) or name.endswith(_TEXT_ENDINGS)
    return texts and _bare(received.content_type) not in _HTML_TYPES


def _bare(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()
