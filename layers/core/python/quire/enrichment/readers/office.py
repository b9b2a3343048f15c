"""Documents and slides of Office and OpenDocument: every part that holds words, paragraph by paragraph.

Notes, comments, headers, text boxes and struck-out revisions are words too. Read as a stream, so that a document takes
no memory; document type declarations, and with them entities, are refused (ECMA-376 part 2, 8.2.1 forbids them).
Elements are known by their local names, which are the same in the transitional and the strict namespaces.
"""

import re
from collections.abc import Iterable
from typing import Any
from xml.sax import handler

from defusedxml.expatreader import DefusedExpatParser

from quire.enrichment.containers import opened
from quire.enrichment.findings import Findings, Source, UnreadableError

_PARTS = re.compile(
    r"word/(?:document|header|footer|footnotes|endnotes|comments)\d*\.xml"
    r"|ppt/(?:slides/slide|notesSlides/notesSlide|comments/[^/]*|diagrams/data)\d*\.xml"
    r"|content\.xml"
)
_FIRST = ("word/document", "ppt/slides/", "content.xml")
_TEXT = frozenset({"t", "delText", "text"})
_PARAGRAPHS = frozenset({"p", "h", "tr", "cm"})
_BREAKS = {"br": "\n", "cr": "\n", "line-break": "\n", "tab": "\t", "s": " ", "noBreakHyphen": "-"}
_OF_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def read(source: Source, into: Findings) -> None:
    """All parts that hold words, the main ones first."""
    with opened(source.file) as archive:
        names = set(archive.namelist())
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise UnreadableError("encrypted")
        for name in ordered(name for name in names if _PARTS.fullmatch(name)):
            parser = DefusedExpatParser(namespaceHandling=1, forbid_dtd=True)
            parser.setFeature(handler.feature_external_ges, False)
            parser.setContentHandler(Words(into))
            with archive.open(name) as part:
                parser.parse(part)
            into.line("")


def ordered(names: Iterable[str]) -> list[str]:
    """Slide 10 after slide 9, and what surrounds the words after them."""

    def place(name: str) -> tuple[bool, str, int, str]:
        number = re.search(r"(\d+)\.xml$", name)
        return (not name.startswith(_FIRST), name.rpartition("/")[0], int(number[1]) if number else 0, name)

    return sorted(names, key=place)


class Words(handler.ContentHandler):
    """Puts the words of one part where they belong, as the parser comes across them."""

    def __init__(self, into: Findings) -> None:
        super().__init__()
        self._into = into
        self._inside = 0

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:  # noqa: N802, ARG002
        """Text begins, or a break stands here."""
        if self._holds_text(name):
            self._inside += 1
        elif self._inside or name[0] != _OF_OPEN_DOCUMENT:
            broken = _BREAKS.get(name[1])
            if broken:
                self._into.add(broken)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: N802, ARG002
        """Text ends, or a paragraph does."""
        if self._holds_text(name):
            self._inside -= 1
        if name[1] in _PARAGRAPHS:
            self._into.add("\n")

    def characters(self, content: str) -> None:
        """Words, or the white space between elements."""
        if self._inside:
            self._into.add(content)

    def _holds_text(self, name: tuple[str | None, str]) -> bool:
        """OpenDocument has its words in paragraphs, Office in runs inside them."""
        if name[0] == _OF_OPEN_DOCUMENT:
            return name[1] in {"p", "h"}
        return name[1] in _TEXT
