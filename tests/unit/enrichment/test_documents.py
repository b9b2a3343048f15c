"""Documents give their words, all of them and in order."""

import struct
from pathlib import Path

import pytest

from tests.unit.enrichment import making
from tests.unit.enrichment.making import reading, zipped

OPEN_XML = "application/vnd.openxmlformats-officedocument."


def test_word(tmp_path: Path) -> None:
    found = reading(tmp_path, making.word("Erste Zeile: Grüße", "שלום עולם", "東京の会議"))
    assert found.detected_type == f"{OPEN_XML}wordprocessingml.document"
    assert found.text_status == "complete"
    assert found.text.startswith("Erste Zeile: Grüße\nשלום עולם\n東京の会議\n")
    for words in ("left cell", "right cell", "Kopfzeile Vertraulich"):
        assert words in found.text


def test_what_was_struck_out_of_a_document_is_there(tmp_path: Path) -> None:
    body = (
        '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>pay </w:t></w:r>'
        "<w:del><w:r><w:delText>nothing</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText><w:tab/>"
        "<w:t>now</w:t></w:r></w:p></w:body></w:document>"
    )
    found = reading(tmp_path, zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": body}))
    assert (found.text, found.text_status) == ("pay nothing\tnow", "complete")


def test_a_workbook_with_a_cell_far_below(tmp_path: Path) -> None:
    found = reading(tmp_path, making.workbook())
    assert found.detected_type == f"{OPEN_XML}spreadsheetml.sheet"
    assert found.text_status == "complete"
    rows = ["Résultats", "Kontrahent\tBetrag\tDatum", "Orion Gießerei\t1234.5\t2026-03-02", "far away"]
    assert found.text.split("\n") == rows


def test_slides_in_their_order_with_notes(tmp_path: Path) -> None:
    found = reading(tmp_path, making.slides(11))
    assert found.detected_type == f"{OPEN_XML}presentationml.presentation"
    places = [found.text.index(f"Slide number {number}") for number in range(1, 12)]
    assert places == sorted(places)
    assert "Note number 11" in found.text


def test_open_document(tmp_path: Path) -> None:
    found = reading(tmp_path, making.open_document("Привет"))
    assert found.detected_type == "application/vnd.oasis.opendocument.text"
    assert found.text == "Heading\nПривет\tafter\nbelow in a span"


def test_macros_are_not_words(tmp_path: Path) -> None:
    with_macros = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<p><t>hello</t></p>"}
    found = reading(tmp_path, zipped(with_macros | {"word/vbaProject.bin": b"Sub AutoOpen()"}))
    assert found.detected_type == "application/vnd.ms-word.document.macroEnabled.12"
    assert found.text == "hello"


def test_pdf(tmp_path: Path) -> None:
    found = reading(tmp_path, making.pdf("First page", "Zweite Seite f\xfcr Orion"))
    assert (found.detected_type, found.text_status) == ("application/pdf", "complete")
    assert found.text == "First page\n\nZweite Seite für Orion"


def test_a_pdf_without_text_has_none(tmp_path: Path) -> None:
    found = reading(tmp_path, making.pdf("", ""))
    assert (found.text, found.text_status, found.reason) == ("", "none", None)


def test_a_pdf_behind_a_password(tmp_path: Path) -> None:
    found = reading(tmp_path, making.pdf("secret", password="guess"))
    assert (found.text, found.text_status, found.reason) == ("", "failed", "encrypted")


def test_a_pdf_that_only_forbids_printing_is_read(tmp_path: Path) -> None:
    assert reading(tmp_path, making.pdf("open", password="")).text == "open"


def test_rich_text(tmp_path: Path) -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Caf\'e9 \u26481?\u20140?\par Second {\b bold} line}"
    found = reading(tmp_path, rtf)
    assert (found.detected_type, found.text) == ("application/rtf", "Café 東京\nSecond bold line")


def test_html_as_a_person_sees_it(tmp_path: Path) -> None:
    page = (
        "<!DOCTYPE html><html><head><title>Angebot</title><style>p{color:red}</style></head><body><script>alert(1)"
        "</script><p>Preis:   100&nbsp;&euro;</p><img alt='Logo'><ul><li>eins</li><li>zwei</li></ul>"
        "<pre>a\n  b</pre></body></html>"
    )
    found = reading(tmp_path, page.encode())
    assert found.detected_type == "text/html"
    assert found.text == "Angebot\n\nPreis: 100\xa0€\nLogo\n\neins\n\nzwei\n\na\n  b".replace("\xa0", " ")
    assert "alert" not in found.text


@pytest.mark.parametrize("charset", ["windows-1251", "shift_jis", "iso-8859-2"])
def test_html_in_the_charset_it_names(tmp_path: Path, charset: str) -> None:
    words = {"windows-1251": "Привет", "shift_jis": "東京の会議", "iso-8859-2": "Zażółć gęślą"}[charset]
    page = f"<html><head><meta charset={charset}></head><body>{words}</body></html>"
    assert reading(tmp_path, page.encode(charset)).text == words


def test_mail_with_everything(tmp_path: Path) -> None:
    found = reading(tmp_path, making.mail())
    assert (found.detected_type, found.text_status) == ("message/rfc822", "complete")
    for words in (
        *("From: Åsa Öberg <asa@meridian.example>", "Subject: Überweisung 東京", "The plain words.", "[Größe.pdf]"),
        *("[table.csv]\ncol1,col2\n1,2", "Subject: Forwarded matter", "Words inside words."),
    ):
        assert words in found.text
    assert "same" not in found.text


def test_an_archive_tells_names_and_nothing_else(tmp_path: Path) -> None:
    members = dict.fromkeys(("../../etc/passwd", "C:\\Windows\\evil.exe", "Verträge/Grüße.txt"), "inside")
    found = reading(tmp_path, zipped(members))
    assert (found.detected_type, found.text_status) == ("application/zip", "complete")
    assert found.text.split("\n") == list(members)


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file ([MS-CFB]) of 512-byte sectors: one of allocation, one of directory a four entries, data.

    Streams are padded to 4,096 bytes so that none goes to the mini stream.
    """
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    directory_sectors = (len(padded) + 1 + 3) // 4
    table = [0xFFFFFFFD, *range(2, directory_sectors + 1), 0xFFFFFFFE]
    entries, data = [("Root Entry", 5, 0xFFFFFFFE, 0)], b""
    for name, content in padded.items():
        first = len(table)
        sectors = len(content) // 512
        table += [*range(first + 1, first + sectors), 0xFFFFFFFE]
        entries.append((name, 2, first, len(content)))
        data += content
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * 432
    directory = b""
    for number, (name, kind, first, size) in enumerate(entries):
        label = (name + "\0").encode("utf-16-le")
        right = number + 1 if 0 < number < len(entries) - 1 else 0xFFFFFFFF
        child = 1 if number == 0 and len(entries) > 1 else 0xFFFFFFFF
        directory += label.ljust(64, b"\0") + struct.pack("<HBBIII", len(label), kind, 1, 0xFFFFFFFF, right, child)
        directory += bytes(36) + struct.pack("<IQ", first, size)
    directory = directory.ljust(directory_sectors * 512, b"\0")
    allocation = b"".join(struct.pack("<I", one) for one in table).ljust(512, b"\xff")
    return header + allocation + directory + data


@pytest.mark.parametrize(
    ("stream", "media_type"),
    [("WordDocument", "application/msword"), ("Workbook", "application/vnd.ms-excel")],
)
def test_old_office_is_named_and_not_read(tmp_path: Path, stream: str, media_type: str) -> None:
    found = reading(tmp_path, compound({stream: b"\xec\xa5"}))
    assert (found.detected_type, found.text_status) == (media_type, "unsupported")


def test_office_behind_a_password(tmp_path: Path) -> None:
    found = reading(tmp_path, compound({"EncryptedPackage": b"x"}))
    assert (found.detected_type, found.text_status) == ("application/x-encrypted-office", "failed")
    assert found.reason == "encrypted"


def test_a_message_as_outlook_saves_it(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        compound(
            {
                "__properties_version1.0": b"",
                "__substg1.0_0037001F": "Grüße aus 東京".encode("utf-16-le"),
                "__substg1.0_1000001F": "The words".encode("utf-16-le"),
            }
        ),
    )
    assert found.detected_type == "application/vnd.ms-outlook"
    assert found.text == "Subject: Grüße aus 東京\n\nThe words"
