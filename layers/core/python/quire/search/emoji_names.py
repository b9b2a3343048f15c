"""Names of the emoji in a text: as Unicode calls them and as people type them. Pure."""

import re
from functools import cache
from typing import Any

_TYPED = re.compile(r"(?<!\w):([a-z0-9_+\-]{2,50}):")
_PICTURED = re.compile(
    r"(?:[#*0-9]\ufe0f?\u20e3|[©®\u200d\u203c-\u2fff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001fbff\U000e0020-\U000e007f])+"
)
"""Runs of what emoji are made of: the library goes through a text sign by sign, so it is given these alone."""
_TONE = re.compile(r"[\U0001f3fb-\U0001f3ff]")


def emoji_names(text: str) -> list[str]:
    """Distinct names, without colons, in lower case and sorted: of each emoji its CLDR short name and its aliases,
    those of the emoji without a skin tone too, and whatever is typed ``:like_this:``."""
    found = set(_TYPED.findall(text)) if ":" in text else set()
    if not text.isascii():
        for run in set(_PICTURED.findall(text)):
            for each in _library().emoji_list(run):
                found.update(names_of(each["emoji"]))
    return sorted(found)


@cache
def names_of(character: str) -> frozenset[str]:
    """Names of one emoji; none where it is none."""
    data: dict[str, dict[str, Any]] = _library().EMOJI_DATA
    names: set[str] = set()
    for form in {character, _TONE.sub("", character)}:
        told = data.get(form, {})
        names.update(name.strip(":").lower() for name in (told.get("en"), *told.get("alias", ())) if name)
    return frozenset(names)


@cache
def _library() -> Any:
    import emoji

    return emoji
