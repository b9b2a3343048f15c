"""E-mail as it travels (RFC 5322): the headers people know, the words, and the names of what is attached."""

from contextlib import suppress
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser

from quire.enrichment.findings import Findings, Source
from quire.enrichment.readers.html import words_of
from quire.enrichment.texts import decoded

_SHOWN = ("From", "To", "Cc", "Bcc", "Subject", "Date")
_MOST = 48 * 1024**2
_DEEPEST = 12


def read(source: Source, into: Findings) -> None:
    """The message and those inside it."""
    if source.size > _MOST:
        into.cut_at_source()
    data = source.file.read(_MOST)
    try:
        message = message_from_bytes(data)
    except RecursionError:  # parts in parts in parts: nobody writes so
        message = BytesHeaderParser().parsebytes(data)
        into.cut = "malformed"
    _message(message, into, 0)


def _message(message: "Message[str, str]", into: Findings, depth: int) -> None:
    for name in _SHOWN:
        for value in message.get_all(name, []):
            into.line(f"{name}: {header(str(value))}")
    into.line("")
    _part(message, into, depth)


def _part(part: "Message[str, str]", into: Findings, depth: int) -> None:
    """One part and all below it; of alternatives the plain one."""
    into.check_time()
    name = _file_name(part)
    if name:
        into.line(f"[{name}]")
    if depth > _DEEPEST:
        into.cut = "malformed"
    elif part.is_multipart():
        parts = [inner for inner in part.get_payload() if isinstance(inner, Message)]
        kinds = [inner.get_content_type() for inner in parts]
        for inner, kind in zip(parts, kinds, strict=True):
            if part.get_content_type() == "message/rfc822":
                _message(inner, into, depth + 1)
            elif not (part.get_content_subtype() == "alternative" and kind == "text/html" and "text/plain" in kinds):
                _part(inner, into, depth + 1)
    elif part.get_content_maintype() == "text":
        _words(part, into)


def _words(part: "Message[str, str]", into: Findings) -> None:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes) and b"\0" not in payload:
        charset = part.get_param("charset")
        text = decoded(payload, charset if isinstance(charset, str) else None)
        words_of(text, into) if part.get_content_subtype() == "html" else into.add(text)
        into.line("")


def _file_name(part: "Message[str, str]") -> str | None:
    try:
        found = part.get_filename()
    except (LookupError, ValueError, TypeError):
        return "?"
    return header(found) if found else None


def header(value: str) -> str:
    """A header's value with its encoded words undone (RFC 2047), on one line."""
    with suppress(LookupError, ValueError):
        value = str(make_header(decode_header(value)))
    return " ".join(value.split())
