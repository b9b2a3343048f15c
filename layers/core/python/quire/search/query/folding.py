"""Words as the index keeps them: without case, accents, widths and fancy apostrophes. Pure.

Engines fold with Lucene's ``lowercase``, ``cjk_width``, ``decimal_digit``, ``arabic_normalization``,
``persian_normalization`` and ``asciifolding``, and take combining marks off; the same is done here to what is compared
with their terms without being analysed (wildcards, fuzzy words, regular expressions).
"""

import re
import unicodedata

from quire.search.mapping import COMBINING

_MARKS = re.compile(f"[{COMBINING}]")

_SPECIAL = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i",
        "ŋ": "n", "ŧ": "t", "ĸ": "q", "‘": "'", "’": "'", "‛": "'", "′": "'",
        "آ": "ا", "أ": "ا", "إ": "ا", "ى": "ي", "ی": "ي", "ے": "ي", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ک": "ك", "ـ": "",
    }
)  # fmt: skip


def folded(text: str) -> str:
    """``text`` in lower case, accents off Latin letters, points off Hebrew and Arabic ones, full-width letters narrow,
    digits those of ASCII."""
    return _MARKS.sub("", "".join(_folded(character) for character in unicodedata.normalize("NFC", text)))


def _folded(character: str) -> str:
    lower = character.lower().replace("\u0307", "")
    if lower.isascii():
        return lower
    if "\uff00" <= lower <= "\uffef":
        return unicodedata.normalize("NFKC", lower)
    if lower.isdecimal():
        return str(unicodedata.decimal(lower))
    lower = lower.translate(_SPECIAL)
    base = unicodedata.normalize("NFD", lower)
    if base[:1].isascii():
        return "".join(part for part in base if not unicodedata.combining(part))
    return lower
