"""Files made to do harm: each is told in a word, in little time and little memory, and nothing is raised."""

import io
import os
import resource
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from quire.enrichment import read_file as module
from quire.enrichment.reading import Limits, Reading
from tests.unit.enrichment import making
from tests.unit.enrichment.making import reading, zipped

TYPES = "<Types/>"
TIGHT = Limits(cpu_seconds=4, wall_seconds=60.0, memory_bytes=512 * 1024**2)
MOST_GROWTH = 64 * 1024**2
"""Bytes by which the parent may grow: an answer, and the bytes a test made."""


@pytest.fixture(autouse=True)
def _parent_stays_small() -> Iterator[None]:
    before = resident()
    yield
    assert resident() - before < MOST_GROWTH


def resident() -> int:
    """Bytes of memory this process has now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def document(xml: str | bytes, **more: str) -> bytes:
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": xml, **more})


def flat_bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(200):
                part.write(b" " * 1024**2)
    return target.getvalue()


def overlapping_bomb() -> bytes:
    """Five hundred members that are all the same eight megabytes (after D. Fifield, "A better zip bomb", 2019)."""
    one = zipped({"word/document.xml": b" " * 8 * 1024**2})
    start = one.rindex(b"PK\x01\x02")
    end = one.rindex(b"PK\x05\x06")
    directory = b""
    for number in range(500):
        name = b"[Content_Types].xml" if number == 0 else f"word/header{number}.xml".encode()
        entry = bytearray(one[start : start + 46])
        entry[28:30] = struct.pack("<H", len(name))
        directory += bytes(entry) + name
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 500, 500, len(directory), start, 0)
    assert end > start
    return one[:start] + directory + tail


def lying_bomb() -> bytes:
    """A directory that says ten bytes of a member of a hundred megabytes."""
    data = bytearray(document(b"<p><t>" + b"a" * 100 * 1024**2 + b"</t></p>"))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(data)


LAUGHS = (
    '<!DOCTYPE d [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]><d><p><t>&a11;</t></p></d>"
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d><p><t>&x;</t></p></d>'


def workbook_with(part: str, content: str) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(making.workbook()))
    return zipped({name: content if name == part else source.read(name) for name in source.namelist()})


def pdf_of(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A document of these objects, the first one its catalogue, with a right table of where they are."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return data + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start)


def page_of(content: bytes, *, packed: bool = False) -> bytes:
    stream = b"<</Length %d%s>>\nstream\n%s\nendstream" % (
        len(content),
        b"/Filter/FlateDecode" if packed else b"",
        content,
    )
    return pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>",
        stream,
    )


def packed_zeroes(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b" " * 1024**2) for _ in range(megabytes)) + packer.flush()


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", packed_zeroes(1)) + chunk(b"IEND", b"")


def nested_mail(depth: int) -> bytes:
    heads = b"From: a@b.example\nSubject: deep\n" + b"Content-Type: message/rfc822\n\n" * depth
    return heads + b"words"


REFUSED: dict[str, tuple[Callable[[], bytes], str, set[str | None]]] = {
    "flat bomb": (flat_bomb, "failed", {"archive_bomb"}),
    "overlapping bomb": (overlapping_bomb, "failed", {"archive_bomb"}),
    "lying bomb": (lying_bomb, "failed", {"malformed"}),
    "billion laughs": (lambda: document(LAUGHS), "failed", {"malformed"}),
    "entity of a file": (lambda: document(OUTSIDE), "failed", {"malformed"}),
    "laughs in a workbook": (lambda: workbook_with("xl/workbook.xml", LAUGHS), "failed", {"malformed"}),
    "laughs in its styles": (lambda: workbook_with("xl/styles.xml", LAUGHS), "failed", {"malformed"}),
    "laughs in a sheet": (lambda: workbook_with("xl/worksheets/sheet1.xml", LAUGHS), "failed", {"malformed"}),
    "a document of depth": (lambda: document(b"<p>" * 500_000), "failed", {"malformed"}),
    "pages in a circle": (
        lambda: pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"),
        "failed",
        {"malformed", "time_limit", "memory_limit"},
    ),
    "tables in a circle": (
        lambda: pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Kids[]/Count 0>>", trailer=b"/Prev 9"),
        "none",
        {None},
    ),
    "lists in lists": (
        lambda: pdf_of(b"[" * 200_000, b"<<>>"),
        "failed",
        {"malformed", "time_limit", "crashed", "memory_limit"},
    ),
    "a stream of megabytes": (
        lambda: page_of(packed_zeroes(256), packed=True),
        "none",
        {None, "malformed", "memory_limit", "time_limit"},
    ),
    "a picture of ten thousand million pixels": (lambda: png(100_000, 100_000), "none", {"too_many_pixels"}),
    "groups in groups": (lambda: b"{\\rtf1" + b"{" * 3_000_000, "none", {None}),
    "mail in mail": (lambda: nested_mail(5_000), "truncated", {"malformed"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_harm_is_told_in_a_word(tmp_path: Path, name: str) -> None:
    make, status, reasons = REFUSED[name]
    found = reading(tmp_path, make(), limits=TIGHT)
    assert (found.text_status, found.reason in reasons) == (status, True), found
    assert "root:" not in found.text


def test_archives_in_archives_stay_closed(tmp_path: Path) -> None:
    inner = zipped({"zeroes": b"\0" * 20 * 1024**2})
    found = reading(tmp_path, zipped({f"{n}.zip": inner for n in range(10)}), limits=TIGHT)
    assert (found.text_status, found.text.count(".zip")) == ("complete", 10)


def test_a_document_that_never_ends_is_left(tmp_path: Path) -> None:
    found = reading(tmp_path, document("<d>" + "<p><t>word</t></p>" * 2_000_000))
    assert (found.text_status, len(found.text)) == ("truncated", 500_000 - 1)


@pytest.mark.parametrize(
    "content",
    [
        b"<html>" + b"<div>" * 1_000_000,
        b"<html><!--" + b"<!-" * 2_000_000,
        b"<!---->" * 100_000,
        b"<html><a " + b"x='" * 2_000_000,
        b"<html>&" + b"#" * 5_000_000,
        b"From: a\nSubject: b\n" + b"X: y\n" * 1_000_000,
        b"[" * 5_000_000,
        b"\xff\xfe" + b"\xd8\x00" * 1_000_000,
        b"\x1b$B" + b"\x21" * 1_000_001,
        b"\n" * 10_000_000,
    ],
    ids=lambda content: content[:12].hex(),
)
def test_text_of_the_worst_kind(tmp_path: Path, content: bytes) -> None:
    assert reading(tmp_path, content, limits=TIGHT).text_status in {"complete", "truncated", "none", "failed"}


SAMPLES: dict[str, Callable[[], bytes]] = {
    "docx": partial(making.word, "words"),
    "xlsx": making.workbook,
    "pptx": partial(making.slides, 1),
    "odt": partial(making.open_document, "words"),
    "pdf": partial(making.pdf, "words"),
    "eml": making.mail,
    "zip": partial(zipped, {"a": "b"}),
    **{kind: partial(making.picture, kind.upper()) for kind in ("png", "jpeg", "gif", "tiff", "webp", "avif")},
}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_breaks_off_anywhere(tmp_path: Path, name: str) -> None:
    whole = SAMPLES[name]()
    for part in (1, len(whole) // 3, len(whole) * 2 // 3, len(whole) - 1):
        found = reading(tmp_path, whole[:part], f"file.{name}", TIGHT)
        assert found.detected_type is not None
        assert found.reason in {None, "malformed", "text_limit"}


def failed(found: Reading, *reasons: str) -> bool:
    return found.text_status == "failed" and found.text == "" and found.reason in reasons


def test_the_clock_on_the_wall(tmp_path: Path) -> None:
    assert failed(reading(tmp_path, b"words", limits=Limits(wall_seconds=0.01)), "time_limit")


def test_a_process_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert failed(
        reading(tmp_path, b"words " * 2_000_000, limits=Limits(memory_bytes=8 * 1024**2)), "crashed", "memory_limit"
    )
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert failed(reading(tmp_path, b"words"), "crashed")


ANSWERS = {
    "without end": "yes",
    "no JSON": "echo hello",
    "another shape": """echo '{"type":"text/plain","status":"fine"}'""",
    "too long": """printf '{"type":"text/plain","status":"complete","text":"%0600000d"}\\n' 7""",
    "too much": """echo '{"type":"text/plain","status":"complete","path":"/etc"}'""",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{ANSWERS[name]}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    assert failed(reading(tmp_path, b"words"), "crashed")


@pytest.mark.parametrize(
    "name", [None, "", "\ud800.csv", "a\0b.csv", "../../etc/passwd", "x" * 100_000, "-rf", "名前.csv"]
)
def test_names_are_only_names(tmp_path: Path, name: str | None) -> None:
    path = tmp_path / "fetched"
    path.write_bytes(b"words")
    assert module.read_file(path, name, None).text == "words"


def test_the_process_knows_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the function")
    assert set(module._environment()) <= {
        *("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONUTF8", "OPENPYXL_LXML", "MALLOC_ARENA_MAX")
    }


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket()",
        "import subprocess; subprocess.Popen(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "open('must-not-be', 'w')",
        "import os; os.open('must-not-be', os.O_WRONLY | os.O_CREAT)",
        "import os; os.remove('must-not-be')",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:1')",
        "bytearray(2 * 1024 ** 3)",
    ],
)
def test_the_process_may_do_nothing_but_read(tmp_path: Path, attempt: str) -> None:
    program = (
        "import base64, socket, urllib.request\n"
        "from quire.enrichment.confine import RefusedError, confine\n"
        "from quire.enrichment.reading import Limits\n"
        "confine(Limits())\n"
        f"try: {attempt}\n"
        "except (RefusedError, MemoryError) as error: raise SystemExit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, cwd=tmp_path)
    assert done.returncode == 7, done.stderr.decode()
    assert not list(tmp_path.iterdir())


def test_the_kernel_bounds_it_too() -> None:
    program = (
        "import resource\nfrom quire.enrichment.confine import confine\nfrom quire.enrichment.reading import Limits\n"
        "confine(Limits())\n"
        "for name in ('AS', 'CPU', 'CORE', 'FSIZE', 'NOFILE'):\n"
        "    print(resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    limits = Limits()
    assert [int(line) for line in done.stdout.split()] == [limits.memory_bytes, limits.cpu_seconds, 0, 0, 64]
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY
