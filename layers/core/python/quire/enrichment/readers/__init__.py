"""One module a family of files, each with ``read(source, into)``; which one reads what is told here.

A reader puts what it finds into a :class:`~quire.enrichment.findings.Findings` as it goes, so that what was read before
a file turned out to be broken is kept. It may raise anything: that is the file's fault.
"""

from collections.abc import Mapping

_MODULES: Mapping[str, str] = {
    "message/rfc822": "mail",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.ms-outlook": "outlook",
    "application/x-encrypted-office": "locked",
    "application/json": "plain",
    "application/xml": "plain",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "image/svg+xml": "html",
}
_FAMILIES: tuple[tuple[str, str], ...] = (
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.", "office"),
    ("application/vnd.openxmlformats-officedocument.presentationml.", "office"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.", "sheets"),
    ("application/vnd.ms-word.", "office"),
    ("application/vnd.ms-powerpoint.", "office"),
    ("application/vnd.ms-excel.sheet.macro", "sheets"),
    ("application/vnd.oasis.opendocument.", "office"),
    ("application/zip", "names"),
    ("application/epub+zip", "names"),
    ("application/java-archive", "names"),
    ("image/", "picture"),
    ("text/", "plain"),
)


def reader_of(media_type: str) -> str | None:
    """The name of the module that reads files of a detected type; ``None`` where there is none."""
    if media_type in _MODULES:
        return _MODULES[media_type]
    return next((module for prefix, module in _FAMILIES if media_type.startswith(prefix)), None)
