"""The HTML of a Teams message as plain text.

Not ``html.parser``: on malformed declarations it raises, and a message must not hide by being malformed. Here every
character either belongs to a tag or is text, in one pass whose time grows with the length alone.
"""

import html
import re
from collections.abc import Mapping
from typing import NamedTuple

_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:_-]*)(?P<rest>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>", re.ASCII
)
_ATTRIBUTE = re.compile(r"([a-zA-Z_:][-\w:.]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.ASCII)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_EMPTY_LINES = re.compile(r"\n{3,}")

_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "li", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"blockquote", "pre", "codeblock", "section", "article", "header", "footer"}
)
_FLOWS = frozenset({"p", "div"})  # blocks that begin no line of their own behind a list mark or in a table's cell
_SILENT = frozenset({"script", "style", "title", "template"})
_KEEPS_BLANKS = frozenset({"pre", "codeblock"})
_EMOJI_TYPE = "http://schema.skype.com/Emoji"
_REPLY_TYPE = "http://schema.skype.com/Reply"


class Image(NamedTuple):
    """An inline image: where it lies, and what it is called."""

    url: str
    name: str | None


class Page(NamedTuple):
    """What the HTML says. ``quoted`` are the ids of the messages it answers to."""

    text: str
    images: tuple[Image, ...]
    quoted: tuple[str, ...]


def html_page(source: str, mentioned: Mapping[str, str], attached: Mapping[str, str]) -> Page:
    """Read ``source``. ``mentioned`` maps an ``<at>``'s id to who it is; ``attached`` an attachment's id to its label.

    Blocks are lines, list items carry their mark, quotes ``> ``, links their address; never raises.
    """
    writer = _Writer(mentioned, attached)
    at = 0
    while (opening := source.find("<", at)) >= 0:
        writer.data(source[at:opening])
        if source.startswith("<!--", opening):
            closing = source.find("-->", opening + 4)
            if closing < 0:
                writer.data(source[opening:])
                return writer.page()
            at = closing + 3
            continue
        tag = _TAG.match(source, opening)
        if tag is None:
            writer.data("<")
            at = opening + 1
            continue
        name = tag["name"].lower()
        if tag["end"]:
            writer.end(name)
        else:
            writer.start(name, tag["rest"])
        at = tag.end()
    writer.data(source[at:])
    return writer.page()


def html_text(source: str) -> str:
    """The text alone."""
    return html_page(source, {}, {}).text


def _attributes(rest: str) -> dict[str, str]:
    return {
        found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(rest)
    }


class _Writer:
    """Collects pieces of text; knows whether a line has begun and what stands at its beginning."""

    def __init__(self, mentioned: Mapping[str, str], attached: Mapping[str, str]) -> None:
        self._mentioned = mentioned
        self._attached = attached
        self._pieces: list[str] = []
        self._fresh = True  # at the beginning of a line
        self._blank = False  # a blank is due before the next word
        self._silent: str | None = None
        self._verbatim = 0
        self._quotes = 0
        self._lists: list[int] = []  # the next number of an ordered list; -1 in an unordered one
        self._mark = ""
        self._cells = 0
        self._link: tuple[str, int] | None = None  # where the open link leads, and the piece it begins at
        self._last_at: tuple[str, int] = ("", -1)
        self._images: list[Image] = []
        self._quoted: list[str] = []

    def page(self) -> Page:
        lines = "".join(self._pieces).split("\n")
        text = _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
        return Page(text, tuple(self._images), tuple(self._quoted))

    def data(self, source: str) -> None:
        """Text between tags, its blanks folded as a browser folds them."""
        if not source or self._silent:
            return
        words = html.unescape(source)
        if self._verbatim:
            for number, line in enumerate(words.replace("\r\n", "\n").replace("\xa0", " ").split("\n")):
                if number:
                    self._new_line()
                self._write(line)
            return
        folded = _BLANKS.sub(" ", words)
        if folded.startswith(" "):
            self._blank = True
            folded = folded[1:]
        if not folded:
            return
        trailing = folded.endswith(" ")
        self._write((folded[:-1] if trailing else folded).replace("\xa0", " "))
        self._blank = trailing

    def start(self, name: str, rest: str) -> None:
        if self._silent:
            return
        if name in _SILENT:
            self._silent = name
        elif name == "br":
            self._new_line()
        elif name in _BLOCKS:
            self._block(name, rest)
        elif name in {"td", "th"}:
            if self._cells:
                self._blank = False
                self._write(" | ")
            self._cells += 1
        elif name == "a":
            self._close_link()
            self._link = (_attributes(rest).get("href", ""), len(self._pieces))
        elif name == "at":
            self._address(_attributes(rest).get("id", ""))
        elif name in {"emoji", "customemoji"}:
            told = _attributes(rest)
            self._write(told.get("alt") or told.get("title") or "")
        elif name == "img":
            self._image(_attributes(rest))
        elif name == "attachment":
            self._write(self._attached.get(_attributes(rest).get("id", ""), ""))

    def end(self, name: str) -> None:
        if self._silent:
            if name == self._silent:
                self._silent = None
            return
        if name == "a":
            self._close_link()
        elif name == "at":
            self._last_at = (self._last_at[0], len(self._pieces))
        elif name in _FLOWS and self._cells:
            self._blank = True
        elif name in _BLOCKS:
            self._line()
            if name in {"ul", "ol"} and self._lists:
                self._lists.pop()
            elif name == "li":
                self._mark = ""
            elif name == "blockquote":
                self._quotes = max(0, self._quotes - 1)
            elif name in _KEEPS_BLANKS:
                self._verbatim = max(0, self._verbatim - 1)
            elif name in {"tr", "table"}:
                self._cells = 0

    def _block(self, name: str, rest: str) -> None:
        if name in _FLOWS and (self._mark or self._cells):
            self._blank = True
            return
        self._line()
        if name in {"ul", "ol"}:
            self._lists.append(1 if name == "ol" else -1)
        elif name == "li":
            self._mark = self._next_mark()
        elif name == "tr":
            self._cells = 0
        elif name in _KEEPS_BLANKS:
            self._verbatim += 1
        elif name == "blockquote":
            self._quotes += 1
            told = _attributes(rest)
            if told.get("itemtype") == _REPLY_TYPE and told.get("itemid"):
                self._quoted.append(told["itemid"])

    def _next_mark(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1] - 1}. "

    def _write(self, words: str) -> None:
        if not words:
            return
        if self._fresh:
            margin = "> " * min(self._quotes, 8) + "  " * min(max(0, len(self._lists) - 1), 8)
            self._pieces.append(margin + self._mark)
            self._mark, self._fresh = "", False
        elif self._blank and not self._pieces[-1].endswith(" "):
            self._pieces.append(" ")
        self._blank = False
        self._pieces.append(words)

    def _line(self) -> None:
        """End the line, if one has begun."""
        if not self._fresh:
            self._new_line()

    def _new_line(self) -> None:
        self._pieces.append("\n")
        self._fresh, self._blank = True, False

    def _address(self, native: str) -> None:
        """``@``; one name that Teams spells in several tags carries it once."""
        who = self._mentioned.get(native, "")
        since = "".join(self._pieces[self._last_at[1] :]) if self._last_at[1] >= 0 else "-"
        if not (who and who == self._last_at[0] and not since.strip()):
            self._write("@")
        self._last_at = (who, -1)

    def _image(self, told: Mapping[str, str]) -> None:
        name = told.get("alt", "")
        if told.get("itemtype") == _EMOJI_TYPE or "emoji" in told.get("class", "").lower():
            self._write(name)
            return
        shown = name if name.lower() not in {"", "image"} else ""
        self._write(f"[image: {shown}]" if shown else "[image]")
        if told.get("src"):
            self._images.append(Image(told["src"], shown or None))

    def _close_link(self) -> None:
        if self._link is None:
            return
        address, since = self._link
        self._link = None
        label = "".join(self._pieces[since:]).strip().rstrip("/")
        bare = address.removeprefix("mailto:").removeprefix("tel:").rstrip("/")
        if not bare or label in {address, bare, bare.removeprefix("https://").removeprefix("http://")}:
            return
        self._blank = self._blank or bool(label)
        self._write(f"({bare})" if label else bare)
