"""Words as the index keeps them: without case, accents, widths and fancy apostrophes. Pure.

Engines fold with Lucene's ``lowercase``, ``cjk_width`` and ``asciifolding``; the same is done here to what is compared
with their terms without being analysed (wildcards, fuzzy words, regular expressions).
"""

import unicodedata

_SPECIAL = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i",
        "ŋ": "n", "ŧ": "t", "ĸ": "q", "‘": "'", "’": "'", "‛": "'", "′": "'",
    }
)  # fmt: skip


def folded(text: str) -> str:
    """``text`` in lower case, accents off Latin letters, full-width letters narrow."""
    return "".join(_folded(character) for character in unicodedata.normalize("NFC", text))


def _folded(character: str) -> str:
    lower = character.lower().replace("\u0307", "")
    if lower.isascii():
        return lower
    if "\uff00" <= lower <= "\uffef":
        return unicodedata.normalize("NFKC", lower)
    lower = lower.translate(_SPECIAL)
    base = unicodedata.normalize("NFD", lower)
    if base[:1].isascii():
        return "".join(part for part in base if not unicodedata.combining(part))
    return lower
