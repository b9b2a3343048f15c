"""What people write as one thing and tokenizers take apart (tickers, hashtags, handles, addresses, code), and what
tokenizers take for one thing though it has parts (``foo_bar``, ``getInvoiceTotal``, ``acme.example``). Pure."""

import re
import unicodedata
from collections.abc import Iterator

MOST, LONGEST = 500, 256
"""Distinct tokens kept of one message, and characters of one; what is beyond is still found word by word."""
MOST_PARTED = 10_000
"""Distinct things with parts of one message."""

_MARKED = re.compile(
    r"(?<![\w$€£¥#@/])(?:[#@][^\W_][\w.\-]*|[$€£¥](?:[^\W\d_][\w.\-]*|\d[\d.,]*[KkMmBb]?\b|\d[\d.,]*))"
)
_MARK = re.compile(r"[#@$€£¥]")
"""What everything marked begins with: looked for first, since few texts have any."""
_ASCII_SYMBOL = re.compile(r"[$+<=>^`|~]")
_ADDRESS = re.compile(r"\b(?:https?|ftp|file)://[^\s<>\"|]+", re.IGNORECASE)
_MAILBOX = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]+(?:\.[\w\-]+)+")
_CODE = re.compile(r"(?<![\w.])[^\W\d]\w*(?:(?:\.|::)[^\W\d]\w*)*(?:\(\)|(?<=\w)::[^\W\d]\w*)")
_TRAILING = ".,;:!?)]}>'\"*_-"
_LOWER, _UPPER, _LETTER = "a-z\xdf-\xf6\xf8-\xff", "A-Z\xc0-\xd6\xd8-\xde", r"[^\W\d_]"
_JOINT = re.compile(
    rf"[_.:,'’{_UPPER}](?:(?<=[_.:])(?=\w)|(?<=[{_LOWER}][{_UPPER}])|(?<=[{_UPPER}])(?=[{_UPPER}][{_LOWER}]{{2}})"
    r"|(?<=\d[,.'’])(?=\d\d))"
)
"""What everything with parts has: a quick look, which begins with few characters and spares most texts the rest."""
_PARTED = re.compile(
    rf"\b\w*?(?:{_LETTER}[.:]{_LETTER}|[^\W_]_+[^\W_]|[{_LOWER}][{_UPPER}]"
    rf"|[{_UPPER}]{{2}}[{_LOWER}]{{2}})[\w.:]*"
)
_CUT = re.compile(rf"[_.:]+|(?<=[{_LOWER}\d])(?=[{_UPPER}])|(?<=[{_UPPER}])(?=[{_UPPER}][{_LOWER}])")
_GROUPED = re.compile(
    r"(?<![\w.,])(?:(?P<commas>\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?)"
    r"|(?P<points>\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:\.\d{3})+,\d+)"
    r"|\d{1,3}(?:['’]\d{3})+(?:[.,]\d+)?)(?!\w|[.,'’]\d)"
)


def symbols_of(text: str) -> list[str]:
    """Every distinct symbol in ``text`` (emoji, currency signs, arrows ...): tokenizers disagree about these."""
    found = set(_ASCII_SYMBOL.findall(text))
    if not text.isascii():
        found.update(each for each in set(text) if unicodedata.category(each)[0] == "S")
    return sorted(found)


def special_tokens(text: str) -> list[str]:
    """The distinct tokens of ``text`` as written but in lower case, sorted: ``$acme``, ``$1,000.50`` (also as
    ``=$1000.50``), ``#orion``, ``@anna``, a mail address, a web address whole, without its scheme, and its host,
    ``foo.bar()``."""
    found: set[str] = set()
    for token in _tokens(text):
        if 1 < len(token) <= LONGEST:
            found.add(token)
            if len(found) == MOST:
                break
    return sorted(found)


def parts_of(text: str) -> list[str]:
    """The distinct things in ``text`` that tokenizers take for one word, as the words they are made of, in order:
    ``foo bar``, ``get Invoice Total``, ``acme example``; and numbers in groups without these: ``1000.50``."""
    if _JOINT.search(text) is None:
        return []
    found: dict[str, None] = {}
    for pattern in (_PARTED, _GROUPED):
        for match in pattern.finditer(text):
            if len(found) == MOST_PARTED:
                break
            found[_cut(match) if pattern is _PARTED else _plain(match)] = None
    return list(found)


def in_parts(thing: str) -> str:
    """One thing as :func:`parts_of` has it; itself where it has no parts."""
    return ungrouped(_PARTED.sub(_cut, thing)) if _JOINT.search(thing) else thing


def ungrouped(text: str) -> str:
    """``text`` with its numbers in groups as plain ones: ``1,000.50``, ``1.000,50`` and ``1'000.50`` are ``1000.50``.
    ``1.000`` may be one and stays."""
    return _GROUPED.sub(_plain, text)


def _cut(match: re.Match[str]) -> str:
    return " ".join(filter(None, _CUT.split(match[0])))


def _plain(match: re.Match[str]) -> str:
    number = match[0]
    if match["commas"]:
        return number.replace(",", "")
    if match["points"]:
        return number.replace(".", "").replace(",", ".")
    return number.replace("'", "").replace("’", "").replace(",", ".")


def _tokens(text: str) -> Iterator[str]:
    for match in _MARKED.finditer(text) if _MARK.search(text) else ():
        token = match[0].rstrip(_TRAILING).lower()
        yield token
        plain = ungrouped(token)
        if plain != token:
            yield f"={plain}"
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
