"""What kind of file it is, by its content alone. A name only tells kinds of plain text apart."""

import re
from typing import BinaryIO, NamedTuple

import orjson

from quire.enrichment.texts import SAMPLE, encoding_of


class Kind(NamedTuple):
    """A media type, and the charset where it is text."""

    media_type: str
    encoding: str | None = None


UNKNOWN = "application/octet-stream"
EMPTY = "application/x-empty"
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (8, b"WEBPVP8", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypavis", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (0, b"\x7fELF", "application/x-executable"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PDF = re.compile(rb"%PDF-\d")
_PDF_WITHIN = 1024  # as far as readers look for it
_MZ = b"MZ"


def detect(file: BinaryIO, size: int, name: str | None) -> Kind:
    """The kind of an open file of ``size`` bytes."""
    if size == 0:
        return Kind(EMPTY)
    head = file.read(SAMPLE)
    return _packed(file, head) or _plainly(head) or _text(head, size, name) or _other(head)


def _packed(file: BinaryIO, head: bytes) -> Kind | None:
    """Kinds that are files of files."""
    from quire.enrichment import containers

    if head.startswith(_ZIP):
        return Kind(containers.zip_type(file, head))
    if head.startswith(_OLE):
        return Kind(containers.ole_type(file))
    return None


def _plainly(head: bytes) -> Kind | None:
    for offset, magic, media_type in _MAGIC:
        if head.startswith(magic, offset):
            return Kind(media_type)
    if head.startswith(b"BM") and head[14:18] in (b"\x0c\0\0\0", b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0"):
        return Kind("image/bmp")
    return Kind("application/pdf") if _PDF.search(head, 0, _PDF_WITHIN) else None


_HTML = re.compile(
    r"\s*+(?:<\?xml[^>]*>\s*+)?(?><!--.*?-->\s*+)*+"
    r"<(?:!doctype\s+html|html|head|body|title|meta|script|style|table|div|h1|p)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_SVG = re.compile(
    r"\s*+(?:<\?xml[^>]*>\s*+)?(?><!--.*?-->\s*+|<!doctype\s+svg[^>]*>\s*+)*+<svg[\s>]", re.IGNORECASE | re.DOTALL
)
_HEADERS = re.compile(r"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+")
_OF_MAIL = re.compile(
    r"^(From|To|Cc|Subject|Date|Received|Message-ID|MIME-Version|Return-Path|Delivered-To|Reply-To):",
    re.IGNORECASE | re.MULTILINE,
)
_BY_NAME = {
    **{"csv": "text/csv", "tsv": "text/tab-separated-values", "md": "text/markdown", "markdown": "text/markdown"},
    **{"css": "text/css", "js": "text/javascript", "py": "text/x-python", "yaml": "text/yaml", "yml": "text/yaml"},
    **{"json": "application/json", "srt": "text/plain", "log": "text/plain"},
}


def _text(head: bytes, size: int, name: str | None) -> Kind | None:
    encoding = encoding_of(head)
    if encoding is None:
        return None
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    return Kind(_kind_of_text(text, name, whole=size <= len(head)), encoding)


def _kind_of_text(text: str, name: str | None, *, whole: bool) -> str:
    start = text[:4096]
    if _SVG.match(start):
        return "image/svg+xml"
    if _HTML.match(start):
        return "text/html"
    if start.lstrip().startswith("<?xml"):
        return "application/xml"
    for begin, media_type in (("BEGIN:VCALENDAR", "text/calendar"), ("BEGIN:VCARD", "text/vcard")):
        if start.startswith(begin):
            return media_type
    if whole and text.lstrip()[:1] in {"{", "["} and _is_json(text):
        return "application/json"
    headers = _HEADERS.match(text[:SAMPLE].replace("\r\n", "\n"))
    if headers and len({found.lower() for found in _OF_MAIL.findall(headers[0])}) > 1:
        return "message/rfc822"
    return _BY_NAME.get((name or "").rpartition(".")[2].lower(), "text/plain")


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


def _other(head: bytes) -> Kind:
    """Kinds that are only named: sound, film, fonts, other archives. Marks of two bytes are no proof."""
    import puremagic

    if head.startswith(_MZ):
        return Kind("application/vnd.microsoft.portable-executable")
    try:
        found = puremagic.magic_string(head[:4096])
    except (puremagic.PureError, ValueError):
        return Kind(UNKNOWN)
    named = (one.mime_type for one in found if one.mime_type and len(one.byte_match.strip(b"\0")) > 2)
    return Kind(next(named, UNKNOWN))
