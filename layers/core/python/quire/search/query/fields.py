"""The fields of the query language: what each asks, and which values it takes. Pure."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from quire.search.query import patterns, times

Kind = Literal["person", "channel", "keyword", "flag", "words", "time", "id"]

_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_KINDS = ("channel", "group", "direct", "meeting")
_HAS = ("attachment", "link", "reaction", "pii")
_IS = ("edited", "deleted", "external", "flagged")
_SENTIMENTS = ("positive", "neutral", "negative", "mixed")


class NotAValueError(Exception):
    """``expected`` is what the field takes."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


@dataclass(frozen=True, slots=True)
class FieldKind:
    """``says`` is how the field reads before its value in a sentence; ``value`` checks one and gives how it is kept."""

    kind: Kind
    says: str
    value: Callable[[str], str]
    quoted: Callable[[str], str] | None = None
    """How a value in quotes is checked, where that differs."""


def near_misses(name: str) -> list[str]:
    """Fields whose names are like ``name``, the likest first."""
    return difflib.get_close_matches(name.lower(), FIELDS, n=2, cutoff=0.6)


def _any(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise NotAValueError("a value with a letter or digit in it")
    return text


def _one_of(*values: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text.lower() not in values:
            raise NotAValueError(f"one of {', '.join(values)}")
        return text.lower()

    return check


def _lower(text: str) -> str:
    return _any(text).lower()


def _file(text: str) -> str:
    try:
        return patterns.wildcard(text) if patterns.is_wild(text) else _any(text)
    except patterns.PatternError as error:
        raise NotAValueError(error.expected) from error


def _extension(text: str) -> str:
    return _lower(text).removeprefix(".")


def _time(text: str) -> str:
    try:
        times.check(text)
    except times.NotASpanError as error:
        raise NotAValueError(times.EXPECTED) from error
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.match(text.lower()):
        raise NotAValueError("a language as its ISO 639 code, such as en or de")
    return text.lower()


FIELDS: Mapping[str, FieldKind] = {
    "from": FieldKind("person", "from", _any),
    "to": FieldKind("person", "to", _any),
    "in": FieldKind("channel", "in the conversation", _any),
    "platform": FieldKind("keyword", "on", _lower),
    "type": FieldKind("keyword", "in a conversation of type", _one_of(*_KINDS)),
    "thread": FieldKind("id", "in the thread", _any),
    "mention": FieldKind("person", "mentioning", _any),
    "has": FieldKind("flag", "with", _one_of(*_HAS)),
    "file": FieldKind("words", "with a file called", _file, _any),
    "filetype": FieldKind("keyword", "with a file of type", _extension),
    "is": FieldKind("flag", "that is", _one_of(*_IS)),
    "tag": FieldKind("keyword", "tagged", _any),
    "hold": FieldKind("keyword", "under the hold", _any),
    "before": FieldKind("time", "sent before", _time),
    "after": FieldKind("time", "sent after", _time),
    "on": FieldKind("time", "sent on", _time),
    "during": FieldKind("time", "sent during", _time),
    "sentiment": FieldKind("keyword", "of a mood that is", _one_of(*_SENTIMENTS)),
    "lang": FieldKind("keyword", "in the language", _language),
}
