"""Whatever bytes under whatever name: something is said of them, nothing is raised, and the text is clean."""

import tempfile
import unicodedata
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quire.enrichment.findings import EnoughError, Findings
from quire.enrichment.read_file import read_file
from quire.enrichment.reading import Limits
from tests.unit.enrichment.test_hostile import SAMPLES

LIMITS = Limits(cpu_seconds=5, wall_seconds=120.0, memory_bytes=512 * 1024**2)
MAGIC = (
    *(b"%PDF-1.7\n", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1", b"<html>"),
    *(b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"MM\0*", b"BM" + bytes(12) + b"\x28\0\0\0"),
    *(b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x1cftypavif", b"From: a\nSubject: b\n\n", b"\xff\xfe", b"\0\0\xfe\xff"),
    *(b"\x1b$B", b"<svg ", b""),
)
WHOLE = {name: make() for name, make in SAMPLES.items()}
names = st.sampled_from(["txt", "pdf", "docx", "xlsx", "pptx", "eml", "html", "png", "zip", "rtf", "csv", ""]).map(
    lambda extension: f"file.{extension}"
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file with some bytes of it overwritten, taken out, or doubled."""
    data = bytearray(WHOLE[draw(st.sampled_from(sorted(WHOLE)))])
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(data)))
        change = draw(st.binary(max_size=8))
        span = draw(st.sampled_from([0, 1, len(change), 64]))
        data[place : place + span] = change
    return bytes(data)


content = st.builds(bytes.__add__, st.sampled_from(MAGIC), st.binary(max_size=3000)) | damaged()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(content, names)
def test_something_is_said_of_any_bytes(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fetched"
        path.write_bytes(data)
        found = read_file(path, name, None, LIMITS)
    assert found.text_status in {"complete", "truncated", "none", "unsupported", "failed"}
    assert bool(found.text) == (found.text_status in {"complete", "truncated"})
    assert found.reason not in {"crashed", "memory_limit"}
    assert (found.thumbnail is None) == (found.thumbnail_type is None)
    assert (found.reason is not None) >= (found.text_status in {"failed", "truncated"})


anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@given(st.lists(anything, max_size=20), st.integers(0, 60))
def test_text_is_clean_and_no_longer_than_asked(pieces: list[str], most: int) -> None:
    findings = Findings(most, 1e9)
    with suppress(EnoughError):
        for piece in pieces:
            findings.add(piece)
    text = findings.text
    assert len(text) <= most
    text.encode()
    assert not [char for char in text if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t"]
    assert "\n\n\n" not in text
