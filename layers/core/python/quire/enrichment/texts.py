"""Bytes that are text: whether they are, and in which charset."""

import codecs
from collections.abc import Iterator
from contextlib import suppress

from quire.enrichment.findings import Source

SAMPLE = 65_536
"""Bytes from which a file is judged."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(range(32)).translate(None, b"\t\n\r\x0b\x0c\x1b\x08") + b"\x7f"
_MOST_CONTROLS = 0.01


def encoding_of(sample: bytes) -> str | None:
    """The charset that text beginning so is written in; ``None`` for bytes that are no text.

    Told by a byte order mark, by being valid UTF-8, by the pattern of zero bytes, else by what letters it would give.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding if _decodes(sample, encoding) else None
    if b"\0" in sample and (wide := _wide(sample)):
        return wide
    if len(sample.translate(None, _CONTROLS)) < len(sample) * (1 - _MOST_CONTROLS):
        return None
    if b"\x1b$" in sample and _decodes(sample, "iso2022_jp_2"):
        return "iso2022_jp_2"
    return "utf-8" if _decodes(sample, "utf-8") else guessed(sample)


def guessed(sample: bytes) -> str | None:
    """The legacy charset that makes the most sense of a sample; ``None`` if none does."""
    from charset_normalizer import from_bytes  # a tenth of a second that most files do not need

    best = from_bytes(sample).best()
    return None if best is None else best.encoding


def decoded(data: bytes, declared: str | None) -> str:
    """A text of a few megabytes at most, by its declared charset where that one works."""
    if declared:
        with suppress(LookupError, ValueError):
            return data.decode(declared)
    return data.decode(encoding_of(data[:SAMPLE]) or "cp1252", "replace")


def pieces(source: Source) -> Iterator[str]:
    """The text of a file, piece by piece; what its charset cannot say becomes the replacement character."""
    reader = codecs.getreader(source.encoding or "utf-8")(source.file, "replace")
    while piece := reader.read(SAMPLE):
        yield piece


def _decodes(sample: bytes, encoding: str) -> bool:
    """Whether a sample is valid, but for a character that its end may have cut."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, final=False)
    except ValueError:
        return False
    return True


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: where letters are Latin every other byte is zero."""
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    share = len(sample) // 2 * 0.3
    if odd > share and even < share / 20 and _decodes(sample, "utf-16-le"):
        return "utf-16-le"
    if even > share and odd < share / 20 and _decodes(sample, "utf-16-be"):
        return "utf-16-be"
    return None
