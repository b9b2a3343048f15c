"""The files of the story, made in code: the same bytes every time, each with the words its line gives it."""

import io
import struct
import zipfile
import zlib
from functools import cache
from xml.sax.saxutils import escape

from infra.local.demo.script import File

_MEDIA = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MADE = (2026, 3, 2, 7, 0, 0)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_P = "http://schemas.openxmlformats.org/package/2006"


def media_type(file: File) -> str:
    """What the platforms say the file is."""
    return _MEDIA[file.type]


def content(file: File) -> bytes:
    """The file's bytes.

    Raises:
        KeyError: no such type of file can be made.
        UnicodeEncodeError: a PDF made here writes Western letters only.
    """
    return _made(file.type, file.text, file.name)


@cache
def _made(kind: str, text: str, name: str) -> bytes:
    lines = text.splitlines() or [""]
    match kind:
        case "pdf":
            return _pdf(lines)
        case "docx":
            return _docx(lines)
        case "xlsx":
            return _xlsx(lines)
        case "png":
            return _png(name)
        case "ogg":
            return _ogg(name)
        case _:
            return ("\n".join(lines) + "\n").encode("utf-8")


def _pdf(lines: list[str]) -> bytes:
    """One page in Helvetica (ISO 32000-1, 7.5)."""
    shown = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    drawn = "BT /F1 11 Tf 56 780 Td 16 TL " + " ".join(f"({line}) Tj T*" for line in shown) + " ET"
    stream = drawn.encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    written = io.BytesIO()
    written.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = written.tell()
    written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    written.writelines(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    written.write(trailer)
    return written.getvalue()


def _docx(lines: list[str]) -> bytes:
    """A document of plain paragraphs (ECMA-376)."""
    paragraphs = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in lines)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    body = f'<w:document xmlns:w="{_W}"><w:body>{paragraphs}</w:body></w:document>'
    return _package({"/word/document.xml": (main, body)}, "word/document.xml")


def _xlsx(lines: list[str]) -> bytes:
    """One sheet; a line is a row, ``|`` parts its cells (ECMA-376)."""
    rows = "".join(f"<row>{''.join(map(_cell, line.split('|')))}</row>" for line in lines)
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheet = f'<worksheet xmlns="{_S}"><sheetData>{rows}</sheetData></worksheet>'
    listed = '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>'
    book = f'<workbook xmlns="{_S}" xmlns:r="{_R}">{listed}</workbook>'
    parts = {
        "/xl/workbook.xml": (f"{kinds}.sheet.main+xml", book),
        "/xl/worksheets/sheet1.xml": (f"{kinds}.worksheet+xml", sheet),
    }
    links = {"xl/_rels/workbook.xml.rels": _links(f"{_R}/worksheet", "worksheets/sheet1.xml")}
    return _package(parts, "xl/workbook.xml", links)


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text.strip())}</t></is></c>'


def _package(parts: dict[str, tuple[str, str]], root: str, links: dict[str, str] | None = None) -> bytes:
    types = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, (kind, _) in parts.items())
    relations = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_P}/content-types">{relations}{types}</Types>',
        "_rels/.rels": _links(f"{_R}/officeDocument", root),
        **{name.removeprefix("/"): body for name, (_, body) in parts.items()},
        **(links or {}),
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, _MADE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{body}')
    return written.getvalue()


def _links(kind: str, target: str) -> str:
    link = f'<Relationship Id="rId1" Type="{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_P}/relationships">{link}</Relationships>'


def _png(name: str) -> bytes:
    """A picture of 160 by 120 pixels, its colours by its name."""
    seed = zlib.crc32(name.encode("utf-8"))
    red, green, blue = seed & 0xFF, seed >> 8 & 0xFF, seed >> 16 & 0xFF
    rows = [
        b"\0" + bytes(value for x in range(160) for value in ((red + x) % 256, (green + y) % 256, (blue + x * y) % 256))
        for y in range(120)
    ]
    head = struct.pack(">IIBBBBB", 160, 120, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def _ogg(name: str) -> bytes:
    """The head of an Ogg stream of Opus, and silence: no player's, but known for what it is (RFC 7845)."""
    serial = zlib.crc32(name.encode("utf-8"))
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 16000, 0, 0)
    page = struct.pack("<4sBBqIIIB", b"OggS", 0, 2, 0, serial, 0, 0, 1) + bytes([len(head)]) + head
    return page + bytes(2048)
