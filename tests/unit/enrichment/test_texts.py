"""Text is read in whatever charset; a name only tells kinds of text apart."""

import codecs
from pathlib import Path

import pytest

from quire.enrichment.read_file import read_file
from quire.enrichment.reading import Limits
from tests.unit.enrichment.making import reading

RUSSIAN = "Прошу подтвердить условия сделки до конца дня. Договор будет подписан завтра утром.\n" * 5
JAPANESE = "本日の会議は午後三時に変更されました。資料は共有フォルダにあります。\n" * 5
GERMAN = "Die Überweisung an die Gießerei wurde für Dienstag bestätigt, größere Beträge später.\n" * 5
HEBREW = "שלום לכולם, הישיבה נדחתה למחר בבוקר. נא לאשר את ההשתתפות.\n" * 5


@pytest.mark.parametrize(
    ("words", "charset"),
    [
        *((GERMAN, charset) for charset in ("utf-8", "utf-8-sig", "cp1252", "utf-16-le", "utf-16-be")),
        *((RUSSIAN, charset) for charset in ("utf-8", "cp1251", "koi8-r")),
        *((JAPANESE, charset) for charset in ("utf-8", "shift_jis", "euc_jp", "iso2022_jp")),
        *((HEBREW, charset) for charset in ("utf-8", "cp1255")),
    ],
)
def test_charsets(tmp_path: Path, words: str, charset: str) -> None:
    found = reading(tmp_path, words.encode(charset), "note.txt")
    assert (found.detected_type, found.text_status) == ("text/plain", "complete")
    assert found.text == words.strip()


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_byte_order_marks(tmp_path: Path, mark: bytes) -> None:
    charset = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    assert reading(tmp_path, mark + JAPANESE.encode(charset)).text == JAPANESE.strip()


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        ("a,b\n1,2\n", "table.csv", "text/csv"),
        ("# Title\n\ntext", "notes.md", "text/markdown"),
        ('{"a": [1, 2]}', "data.bin", "application/json"),
        ("def f(): return 1", "prog.py", "text/x-python"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "invite.ics", "text/calendar"),
        ("<?xml version='1.0'?><a>b</a>", "feed", "application/xml"),
        ("just words", "picture.png", "text/plain"),
        ("just words", "report.pdf", "text/plain"),
        ("Dear all: see below\nFrom: here", "x", "text/plain"),
    ],
)
def test_kinds_of_text(tmp_path: Path, content: str, name: str, media_type: str) -> None:
    found = reading(tmp_path, content.encode(), name)
    assert found.detected_type == media_type
    assert found.text == content.strip()


def test_what_cannot_be_printed_is_left_out(tmp_path: Path) -> None:
    found = reading(tmp_path, ("words" * 200 + "\x07\x1b[31m\x00red\r\nnext\n\n\n\n\nlast\x85").encode())
    assert found.text == "words" * 200 + "[31mred\nnext\n\nlast"


def test_text_ends_where_there_is_enough(tmp_path: Path) -> None:
    found = reading(tmp_path, "東".encode() * 600_000)
    assert (len(found.text), found.text_status, found.reason) == (500_000, "truncated", "text_limit")
    few = Limits(text_characters=10)
    exactly = reading(tmp_path, b"0123456789", limits=few)
    assert (exactly.text, exactly.text_status) == ("0123456789", "complete")


def test_a_gigabyte_of_text_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "fetched"
    with path.open("wb") as file:
        file.write(b"words-and-" * 100_000)
        file.truncate(3 * 1024**3)
    found = read_file(path, "big.log", "text/plain")
    assert (found.text_status, len(found.text)) == ("truncated", 500_000)


def test_nothing_in_it(tmp_path: Path) -> None:
    found = reading(tmp_path, b"", "empty.pdf")
    assert (found.detected_type, found.text_status, found.text) == ("application/x-empty", "none", "")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\0\0\0\x20ftypisom" + bytes(100), "video/mp4"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "application/x-7z-compressed"),
        (b"MZ" + bytes(200), "application/vnd.microsoft.portable-executable"),
        (bytes(range(256)) * 4, "application/octet-stream"),
    ],
)
def test_other_kinds_are_named_where_they_are_known(tmp_path: Path, content: bytes, media_type: str) -> None:
    found = reading(tmp_path, content, "letter.docx")
    assert (found.detected_type, found.text_status, found.reason) == (media_type, "unsupported", None)
