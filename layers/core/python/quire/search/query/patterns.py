"""Wildcards as a person may write them. Pure."""

import re

from quire.search.mapping import UNSPACED
from quire.search.query.folding import folded
from quire.search.query.limits import MAX_PATTERN, MAX_STARS, MIN_PREFIX

_STARS = re.compile(r"\*+")
_WILD = re.compile(r"[#@$]?[\w.'’*?]+\Z")
_SIGN = re.compile(r"[*?]")
_ALONE = re.compile(rf"[\u2e80-\u30ff\u31f0-\u9fff\uf900-\ufaff\U00020000-\U0003ffff{UNSPACED}]")
_TRAILING = "!.,;:…"


class PatternError(Exception):
    """``expected`` is what could have been written instead."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def is_wild(text: str) -> bool:
    """Whether there is a wildcard in ``text``."""
    return _SIGN.search(text) is not None


def wildcard(text: str) -> str:
    """The pattern as it is kept.

    Raises:
        PatternError: it is none, or would cost too much.
    """
    pattern = _STARS.sub("*", text)
    if not _WILD.match(pattern):
        pattern = pattern.rstrip(_TRAILING)
    before = _SIGN.split(pattern, maxsplit=1)[0]
    if sum(character.isalnum() for character in folded(before)) < MIN_PREFIX:
        raise PatternError(f"at least {MIN_PREFIX} letters or digits before the first * or ?")
    if not _WILD.match(pattern) or not is_wild(pattern):
        raise PatternError("letters and digits of one word around * and ?, or the whole in quotes")
    if _ALONE.search(pattern):
        raise PatternError("no wildcard: Chinese, Japanese, Thai and their like are found wherever they stand")
    if len(_SIGN.findall(pattern)) > MAX_STARS or len(pattern) > MAX_PATTERN:
        raise PatternError(f"at most {MAX_STARS} signs * and ? in a word of at most {MAX_PATTERN} characters")
    return pattern
