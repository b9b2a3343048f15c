"""HTML and SVG: the words a person would see; scripts and styles are none."""

import codecs
import re
from html.parser import HTMLParser

from quire.enrichment.findings import Findings, Source
from quire.enrichment.texts import pieces

_UNSEEN = frozenset({"script", "style", "template", "noscript", "object", "iframe"})
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form
        h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table title tr ul text tspan""",
    )
)
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_LOOKED_AT = 4096


def read(source: Source, into: Findings) -> None:
    """What is seen, in the order it stands in."""
    words = Words(into)
    for piece in pieces(source._replace(encoding=_encoding(source))):
        words.feed(piece)
        into.check_time()
    words.close()


def _encoding(source: Source) -> str | None:
    """The charset that the document names, where it is one and the bytes do not tell better."""
    named = _CHARSET.search(source.file.read(_LOOKED_AT))
    source.file.seek(0)
    if named is None or (source.encoding or "").startswith("utf"):
        return source.encoding
    try:
        return codecs.lookup(named[1].decode("ascii")).name
    except LookupError:
        return source.encoding


def words_of(text: str, into: Findings) -> None:
    """The same for a document that is at hand."""
    words = Words(into)
    words.feed(text)
    words.close()


class Words(HTMLParser):
    """Puts what is seen where it belongs; white space is one blank, blocks stand on lines of their own."""

    def __init__(self, into: Findings) -> None:
        super().__init__(convert_charrefs=True)
        self._into = into
        self._unseen = 0
        self._as_is = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins, or what is not seen does."""
        self._unseen += tag in _UNSEEN
        self._as_is += tag == "pre"
        if tag in _BLOCKS or tag == "br":
            self._into.add("\n")
        elif tag in {"td", "th"}:
            self._into.add("\t")
        elif tag == "img":
            self._into.add(" ".join(value for name, value in attrs if name == "alt" and value))

    def handle_endtag(self, tag: str) -> None:
        """A block ends."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "pre":
            self._as_is = max(0, self._as_is - 1)
        if tag in _BLOCKS:
            self._into.add("\n")

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._unseen:
            self._into.add(data if self._as_is else re.sub(r"\s+", " ", data))
