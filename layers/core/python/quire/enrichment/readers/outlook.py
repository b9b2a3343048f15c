"""Messages as Outlook saves them (MS-OXMSG): who, what about, the words, and the names of what is attached."""

import olefile

from quire.enrichment.findings import Findings, Source
from quire.enrichment.readers.html import words_of
from quire.enrichment.texts import decoded

_SHOWN = (("From", "0C1A"), ("From", "0C1F"), ("To", "0E04"), ("Cc", "0E03"), ("Subject", "0037"))
_BODY, _HTML, _LONG_NAME, _SHORT_NAME = "1000", "1013", "3707", "3704"
_UNICODE, _BYTES, _BINARY = "001F", "001E", "0102"
_MOST = 8 * 1024**2


def read(source: Source, into: Findings) -> None:
    """The message's own properties and those of its attachments (MS-OXMSG 2.1 names the streams)."""
    with olefile.OleFileIO(source.file) as compound:
        for label, tag in _SHOWN:
            value = _text(compound, [], tag)
            if value:
                into.line(f"{label}: {value}")
        into.line("")
        body = _text(compound, [], _BODY)
        if body:
            into.line(body)
        else:
            words_of(_text(compound, [], _HTML), into)
        into.line("")
        for entry in compound.listdir(streams=False, storages=True):
            if len(entry) == 1 and entry[0].startswith("__attach_"):
                name = _text(compound, entry, _LONG_NAME) or _text(compound, entry, _SHORT_NAME)
                into.line(f"[{name}]")


def _text(compound: olefile.OleFileIO, place: list[str], tag: str) -> str:
    """A property's text; empty where there is none."""
    for kind in (_UNICODE, _BYTES, _BINARY):
        path = [*place, f"__substg1.0_{tag}{kind}"]
        if compound.exists(path):
            data = compound.openstream(path).read(_MOST)
            return data.decode("utf-16-le", "replace") if kind == _UNICODE else decoded(data, None)
    return ""
