"""Texts as tokens, near to how the index takes them apart (:mod:`quire.search.mapping`), for what is decided without an
engine. Pure.

Words are divided as Unicode's annex 29 does, with one token for each ideograph, hiragana sign and letter of Thai, Lao,
Burmese and Khmer; stems are those of Snowball's English stemmer, which is the engine's. Other languages are not stemmed
here.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from quire.search.mapping import COMBINING, UNSPACED
from quire.search.query.folding import folded

_IDEOGRAPH = r"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u309f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KATAKANA = r"\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"
_EMOJI = r"\u231a\u231b\u23e9-\u23f3\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff"
_ALONE = rf"{_IDEOGRAPH}{_KATAKANA}{UNSPACED}"
_SIGN = rf"(?:[^\W{_ALONE}])"
_LETTER = rf"(?:[^\W\d_{_ALONE}])"
_ABOVE_BELOW = (
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060"
    r"\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u17b4-\u17d3\u17dd\ua9e5\uaa7b-\uaa7d"
)
_TOKEN = re.compile(
    rf"[{_IDEOGRAPH}]"
    rf"|[{UNSPACED}][{_ABOVE_BELOW}]*"
    rf"|[{_KATAKANA}]+"
    rf"|{_SIGN}+(?:(?:(?<={_LETTER})[.:'’‘·](?={_LETTER})|(?<=\d)[.,;'’‘](?=\d)){_SIGN}+)*"
    rf"|[{_EMOJI}][\U0001f3fb-\U0001f3ff\ufe0f]*"
)
LETTERS = re.compile(f"[{UNSPACED}]")
_SPLIT = re.compile(rf"[{_KATAKANA}\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]+\Z")
_MARK = re.compile(rf"(?<=\w)[{COMBINING}]+")


def tokens(text: str) -> list[str]:
    """The words of a text in order, without case and accents."""
    return [folded(match[0]) for match in _TOKEN.finditer(_MARK.sub("", text))]


def places(text: str) -> list[tuple[str, int, int]]:
    """The words of a text in order, and where each stands: (word, start, end)."""
    bare, at = _MARK.sub("", text), range(len(text) + 1)
    if len(bare) != len(text):
        gone = {place for match in _MARK.finditer(text) for place in range(*match.span())}
        kept = [place for place in at if place not in gone]
    else:
        kept = list(at)
    found = _TOKEN.finditer(bare)
    return [(folded(each[0]), kept[each.start()], kept[each.end()]) for each in found]


def apart(text: str) -> str | None:
    """A text that holds letters of Thai, Lao, Burmese or Khmer, with a space between all its words, each of these
    letters one of them: so every word of theirs is found wherever it stands. ``None`` for any other text."""
    return " ".join(tokens(text)) if LETTERS.search(text) else None


def signs(tokens_: Sequence[str]) -> list[str]:
    """Tokens with words of Hangul and katakana taken apart sign by sign, as the index's bigrams do."""
    return [sign for token in tokens_ for sign in (token if _SPLIT.match(token) else [token])]


@lru_cache(maxsize=20_000)
def stem(token: str) -> str:
    """The stem of an English word; of anything else what the rules for English make of it."""
    whole = f"{token[:-3]}nt" if token.endswith("n't") else token
    return str(_stemmer().stemWord(whole))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
