"""What people write as one thing and tokenizers take apart: tickers, hashtags, handles, addresses, code. Pure."""

import re
from collections.abc import Iterator

MOST, LONGEST = 500, 256
"""Distinct tokens kept of one message, and characters of one; what is beyond is still found word by word."""

_MARKED = re.compile(
    r"(?<![\w$€£¥#@/])(?:[#@][^\W_][\w.\-]*|[$€£¥](?:[^\W\d_][\w.\-]*|\d[\d.,]*[KkMmBb]?\b|\d[\d.,]*))"
)
_ADDRESS = re.compile(r"\b(?:https?|ftp|file)://[^\s<>\"|]+", re.IGNORECASE)
_MAILBOX = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]+(?:\.[\w\-]+)+")
_CODE = re.compile(r"(?<![\w.])[^\W\d]\w*(?:(?:\.|::)[^\W\d]\w*)*(?:\(\)|(?<=\w)::[^\W\d]\w*)")
_TRAILING = ".,;:!?)]}>'\"*_-"


def special_tokens(text: str) -> list[str]:
    """The distinct tokens of ``text`` as written but in lower case, sorted: ``$acme``, ``$1,000.50``, ``#orion``,
    ``@anna``, a mail address, a web address whole, without its scheme, and its host, ``foo.bar()``."""
    found: set[str] = set()
    for token in _tokens(text):
        if 1 < len(token) <= LONGEST:
            found.add(token)
            if len(found) == MOST:
                break
    return sorted(found)


def _tokens(text: str) -> Iterator[str]:
    for match in _MARKED.finditer(text):
        yield match[0].rstrip(_TRAILING).lower()
    if "://" in text:
        for match in _ADDRESS.finditer(text):
            yield from _address(match[0].rstrip(_TRAILING).lower())
    if "@" in text:
        for match in _MAILBOX.finditer(text):
            yield match[0].rstrip(_TRAILING).lower()
    if "::" in text or "()" in text:
        for match in _CODE.finditer(text):
            yield match[0].lower()
            if match[0].endswith("()"):
                yield match[0][:-2].lower()


def _address(address: str) -> Iterator[str]:
    yield address
    rest = address.partition("://")[2]
    yield rest.rstrip("/")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    yield host
    yield host.partition(":")[0]
    if host.startswith("www."):
        yield host[4:]
