"""PDF: the text of its pages, in their order, as far as it is text and no picture of text."""

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, PyPdfError

from quire.enrichment.findings import EnoughError, Findings, Source, UnreadableError


def read(source: Source, into: Findings) -> None:
    """Page by page; a page that cannot be read is left out, and the text is then called truncated."""
    reader = PdfReader(source.file, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableError("encrypted")
    try:
        count = len(reader.pages)
    except FileNotDecryptedError as error:
        raise UnreadableError("encrypted") from error
    for number in range(count):
        into.check_time()
        try:
            into.line(reader.pages[number].extract_text())
        except (EnoughError, MemoryError):
            raise
        except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            into.cut = "malformed"
        into.line("")
