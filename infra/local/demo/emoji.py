"""Emoji as people type them, and what Slack calls them."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from infra.local.demo.words import read_yaml

_TONES = {chr(code): number for number, code in enumerate(range(0x1F3FB, 0x1F400), start=2)}
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")


class Emoji(NamedTuple):
    """``name`` is Slack's, tone apart; ``tone`` is 2 (light) to 6 (dark), 0 without one."""

    characters: str
    name: str
    tone: int

    @property
    def slack(self) -> str:
        """The name as Slack's events give it: ``wave::skin-tone-4``."""
        return f"{self.name}::skin-tone-{self.tone}" if self.tone else self.name

    @property
    def code_points(self) -> str:
        """As Slack's blocks give it: ``1f44b-1f3fd``."""
        return "-".join(f"{ord(character):x}" for character in self.characters)


class UnknownEmojiError(ValueError):
    """``emoji.yaml`` does not list it."""


def find(text: str) -> list[tuple[int, int, Emoji]]:
    """Where emoji stand in ``text``: start, end and which.

    Raises:
        UnknownEmojiError: a picture character belongs to no listed emoji.
    """
    found = [(hit.start(), hit.end(), _read(hit[0])) for hit in _pattern().finditer(text)]
    covered = {place for start, end, _ in found for place in range(start, end)}
    for hit in _PICTURES.finditer(text):
        if hit.start() not in covered:
            raise UnknownEmojiError(f"add {hit[0]} to emoji.yaml")
    return found


def read(characters: str) -> Emoji:
    """The one emoji that ``characters`` are.

    Raises:
        UnknownEmojiError: they are not exactly one listed emoji.
    """
    if not _pattern().fullmatch(characters):
        raise UnknownEmojiError(f"add {characters} to emoji.yaml")
    return _read(characters)


def _read(characters: str) -> Emoji:
    tone = next((_TONES[character] for character in characters if character in _TONES), 0)
    base = "".join(character for character in characters if character not in _TONES)
    names = _names()
    return Emoji(characters, names.get(base) or names[base + "\ufe0f"], tone)


@cache
def _names() -> dict[str, str]:
    return read_yaml(Path(__file__).with_name("emoji.yaml"))


@cache
def _pattern() -> re.Pattern[str]:
    """Any listed emoji, longest first, with a skin tone where one may stand: after the first character."""
    tones = f"[{''.join(_TONES)}]?"
    ordered = sorted(_names(), key=len, reverse=True)
    return re.compile("|".join(re.escape(emoji[0]) + tones + re.escape(emoji[1:]) for emoji in ordered))
