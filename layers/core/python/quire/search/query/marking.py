"""Where a message says what was looked for, told without an engine: by the rules of :mod:`.matching`. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from quire.search.highlight import AFTER, BEFORE, MAX_FRAGMENTS
from quire.search.query import regexps
from quire.search.query.analysis import places, signs, stem, tokens
from quire.search.query.ast import Field, Leaf, Phrase, Query, Regexp, Word, leaves
from quire.search.query.matching import Text, in_a_row, stretches
from quire.search.query.texts import CJK, TEXT_FIELDS, only_symbols, readings
from quire.search.tokens import in_parts

UP_TO = 100_000
"""Characters of a text that are looked at."""
_AROUND = 80
_STRAY = re.compile(f"[{BEFORE}{AFTER}]")
Span = tuple[int, int]


def marked(query: Query, document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Fragments of a message's texts by field, with the engine's marks around what was looked for."""
    said = [
        leaf for leaf in leaves(query.root, negated=False) if not isinstance(leaf, Field) and not only_symbols(leaf)
    ]
    if not said:
        return {}
    found = {name: [part for text in _texts(document, name) for part in _fragments(text, said)] for name in TEXT_FIELDS}
    return {name: parts for name, parts in found.items() if parts}


def _texts(document: Mapping[str, Any], name: str) -> Sequence[str]:
    value = document.get(name) or ()
    return [value] if isinstance(value, str) else value


def _fragments(whole: str, said: Sequence[Leaf]) -> list[str]:
    text = _STRAY.sub("", whole[:UP_TO])
    found = places(text)
    spans = [(start, end) for _, start, end in found]
    there = [token for token, _, _ in found]
    words = Text(there, [stem(token) for token in there])
    hit = sorted({at for leaf in said for at in _where(leaf, words, [text[start:end] for start, end in spans])})
    return _cut(text, [spans[at] for at in hit])


def _where(leaf: Leaf, words: Text, written: Sequence[str]) -> Iterator[int]:
    """The words of a text, by number, that are what was looked for."""
    match leaf:
        case Regexp(pattern):
            compiled = re.compile(regexps.compiled(pattern).pattern)
            yield from (at for at, token in enumerate(words.exact) if compiled.fullmatch(token))
        case Word(said) | Phrase(said) if CJK.search(said):
            counts = [len(signs([token])) for token in words.exact]
            of = [at for at, count in enumerate(counts) for _ in range(count)]
            for first, last in in_a_row(signs(tokens(said)), signs(words.exact)):
                yield from {of[at] for at in range(first, last + 1)}
        case Word(said):
            for reading in readings(said):
                yield from _spread(stretches(Word(reading), words))
            parts = [stem(token) for token in tokens(in_parts(said))]
            yield from (at for at, word in enumerate(written) if _has_part(word, parts))
        case _:
            yield from _spread(stretches(leaf, words))


def _has_part(word: str, parts: Sequence[str]) -> bool:
    inside = in_parts(word)
    return inside != word and any(True for _ in in_a_row(parts, [stem(token) for token in tokens(inside)]))


def _spread(found: Iterator[Span]) -> Iterator[int]:
    for first, last in found:
        yield from range(first, last + 1)


def _cut(text: str, spans: Sequence[Span]) -> list[str]:
    """The first fragments that hold one of ``spans``, each with some words around it."""
    fragments: list[str] = []
    done = 0
    for start, end in spans:
        if start < done:
            continue
        if len(fragments) == MAX_FRAGMENTS:
            break
        begun, done = _begin(text, max(done, start - _AROUND)), _finish(text, end + _AROUND)
        fragments.append(
            _with_marks(text, begun, done, [each for each in spans if begun <= each[0] and each[1] <= done])
        )
    return fragments


def _begin(text: str, at: int) -> int:
    space = text.find(" ", at, at + _AROUND // 2) if at else -1
    return space + 1 if space >= 0 else at


def _finish(text: str, at: int) -> int:
    space = text.rfind(" ", max(0, at - _AROUND // 2), at) if at < len(text) else -1
    return space if space >= 0 else min(at, len(text))


def _with_marks(text: str, begun: int, ended: int, spans: Sequence[Span]) -> str:
    bounds = [begun, *(at for span in spans for at in span), ended]
    pieces = [text[one:other] for one, other in pairwise(bounds)]
    return "".join(f"{BEFORE}{piece}{AFTER}" if number % 2 else piece for number, piece in enumerate(pieces))
