"""Files of every kind that is read, made by the libraries people make them with, or byte by byte."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from quire.enrichment.read_file import read_file
from quire.enrichment.reading import Limits, Reading

FEW = Limits(cpu_seconds=10, wall_seconds=60.0, memory_bytes=512 * 1024**2)


def reading(folder: Path, content: bytes, name: str = "file.bin", limits: Limits = FEW) -> Reading:
    """What is read in these bytes; the name is the sender's, the file's own is another."""
    path = folder / "fetched"
    path.write_bytes(content)
    return read_file(path, name, "application/x-claimed", limits)


def zipped(members: Mapping[str, str | bytes], **settings: Any) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, **settings) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Kopfzeile Vertraulich"
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "left cell", "right cell"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Résultats"
    sheet.append(["Kontrahent", "Betrag", "Datum"])
    sheet.append(["Orion Gießerei", 1234.5, date(2026, 3, 2)])
    sheet["A1048576"] = "far away"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def slides(count: int) -> bytes:
    presentation = pptx.Presentation()
    for number in range(1, count + 1):
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = f"Slide number {number}"
        slide.notes_slide.notes_text_frame.text = f"Note number {number}"
    target = io.BytesIO()
    presentation.save(target)
    return target.getvalue()


def pdf(*pages: str, password: str | None = None) -> bytes:
    """One line of Latin text a page."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(300, 300)
        content = DecodedStreamObject()
        content.set_data(b"BT /F1 12 Tf 20 200 Td (" + text.encode("latin-1") + b") Tj ET")
        page[NameObject("/Contents")] = writer._add_object(content)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"] = "Åsa Öberg <asa@meridian.example>"
    message["To"] = "ops@meridian.example"
    message["Subject"] = "Überweisung 東京"
    message["Date"] = "Mon, 2 Mar 2026 09:14:06 +0000"
    message.set_content("The plain words.")
    message.add_alternative("<p>The <b>same</b> words.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Größe.pdf")
    message.add_attachment("col1,col2\n1,2\n", subtype="csv", filename="table.csv")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "client@northgate.example", "Forwarded matter"
    inner.set_content("Words inside words.")
    message.add_attachment(inner)
    return message.as_bytes()


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (1000, 500), **settings: Any) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size).save(target, kind, **settings)
    return target.getvalue()


def open_document(text: str) -> bytes:
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
        f"<text:h>Heading</text:h><text:p>{text}<text:tab/>after<text:line-break/>below "
        "<text:span>in a span</text:span></text:p></office:text></office:body></office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})
