"""What the grammar's rules make: nodes, checked against the limits, with their place in the text. Pure."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from lark import Token, Transformer

from quire.search.query import patterns, regexps
from quire.search.query.ast import (
    Field,
    Fuzzy,
    Near,
    Node,
    Not,
    Nothing,
    Operand,
    Or,
    Phrase,
    Query,
    Regexp,
    Value,
    Wildcard,
    Word,
    all_of,
    any_of,
)
from quire.search.query.errors import QueryError
from quire.search.query.fields import FIELDS, NotAValueError, near_misses
from quire.search.query.limits import (
    MAX_DEPTH,
    MAX_DISTANCE,
    MAX_PATTERN,
    MAX_PATTERNS,
    MAX_REGEXPS,
    MAX_TERMS,
    MIN_FUZZY,
)

_PROXIMITY = re.compile(r"(NEAR|BEFORE)/(\d{1,4})\Z", re.ASCII)
_SPACES = re.compile(r"\s+")
_FUZZY = re.compile(r"[\w'’]+\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the query: its node (``None`` where the text says nothing), place, depth, and what it costs."""

    node: Node | None
    start: int
    end: int
    depth: int = 0
    terms: int = 0
    wild: int = 0
    regexps: int = 0
    values: tuple[Value, ...] = field(default=())

    def query(self) -> Query:
        """The whole query, where this is the whole text."""
        return Query(Nothing() if self.node is None else self.node)


def says(text: str) -> bool:
    """Whether there is anything to look for: a letter, a digit or a symbol."""
    return any(unicodedata.category(character)[0] in "LNS" for character in text)


class Builder(Transformer[Token, Part]):
    """One method a rule. Called while the text is read, from the inside out, so nothing here recurses."""

    def alternatives(self, parts: list[Part]) -> Part:
        return parts[0] if len(parts) == 1 else _joined(parts, any_of)

    def conjunction(self, parts: list[Part]) -> Part:
        return parts[0] if len(parts) == 1 else _joined(parts, all_of)

    def negated(self, children: list[Any]) -> Part:
        sign, part = children
        node = None if part.node is None else Not(part.node)
        return _deeper(part, node, sign.start_pos, part.end)

    def group(self, children: list[Any]) -> Part:
        opening, part, closing = children
        return _deeper(part, part.node, opening.start_pos, closing.end_pos)

    def silent(self, children: list[Token]) -> Part:
        return Part(None, children[0].start_pos or 0, children[1].end_pos or 0)

    def near(self, children: list[Any]) -> Part:
        first, sign, second = children
        match = _PROXIMITY.match(sign)
        if match is None:
            _refuse(sign, "NEAR or BEFORE in capitals with a distance, as in NEAR/5 (or the word in quotes)")
        if int(match[2]) > MAX_DISTANCE:
            _refuse(sign, f"a distance of at most {MAX_DISTANCE} words")
        node = Near(_operand(first), _operand(second), int(match[2]), match[1] == "BEFORE")
        return _joined([first, second], lambda _: node)

    def word(self, children: list[Token]) -> Part:
        (token,) = children
        return _leaf(token, Word(str(token)) if says(token) else None)

    def phrase(self, children: list[Token]) -> Part:
        text = _inside(children[0])
        return _leaf(children[0], Phrase(text) if says(text) else None)

    def wildcard(self, children: list[Token]) -> Part:
        (token,) = children
        text = str(token)
        if "*" not in text and not says(text):
            return _leaf(token, None)
        return _leaf(token, Wildcard(_wildcard(token)), wild=1)

    def fuzzy(self, children: list[Token]) -> Part:
        (token,) = children
        text, _, edits = token.rpartition("~")
        if edits not in ("1", "2"):
            _refuse(token, "~1 or ~2 after a word, for how many letters may differ")
        if not _FUZZY.match(text) or len(text) > MAX_PATTERN:
            _refuse(token, f"one word of letters and digits before ~{edits}")
        if len(text) < MIN_FUZZY[int(edits)]:
            _refuse(token, f"a word of at least {MIN_FUZZY[int(edits)]} letters before ~{edits}")
        return _leaf(token, Fuzzy(text, int(edits)), wild=1)

    def regexp(self, children: list[Token]) -> Part:
        (token,) = children
        pattern = str(token[1:-1])
        try:
            regexps.compiled(pattern)
        except regexps.RegexpError as error:
            at = (token.start_pos or 0) + 1 + min(error.at, len(pattern) - 1)
            raise QueryError(at, 1, error.expected) from error
        return _leaf(token, Regexp(pattern), wild=1, regexps_=1)

    def bare(self, children: list[Token]) -> Part:
        (token,) = children
        return Part(None, token.start_pos or 0, token.end_pos or 0, values=(Value(str(token)),))

    def quoted(self, children: list[Token]) -> Part:
        (token,) = children
        return Part(None, token.start_pos or 0, token.end_pos or 0, values=(Value(_inside(token), quoted=True),))

    def field(self, children: list[Any]) -> Part:
        sign, *inner = children
        name = str(sign).rstrip(":").lower()
        parts = [each for each in inner if isinstance(each, Part)]
        values = tuple(dict.fromkeys(_value(name, each) for each in parts))
        _limit(len(parts), 0, 0, sign)
        return Part(Field(name, values), sign.start_pos, _end(inner[-1]), terms=len(parts))

    # What is recognised only to say what is wrong with it.

    def UNCLOSED(self, token: Token) -> NoReturn:  # noqa: N802 - named as the terminal
        raise QueryError(token.start_pos or 0, 1, 'a closing " for this one')

    def SLOP(self, token: Token) -> NoReturn:  # noqa: N802
        _refuse(token, "a phrase without ~ (for words near each other write: one NEAR/5 other)")

    def UNKNOWN_FIELD(self, token: Token) -> NoReturn:  # noqa: N802
        name = token[:-1]
        close = near_misses(name)
        hint = f"did you mean {' or '.join(f'{each}:' for each in close)}?" if close else f"the fields are {_NAMES}"
        _refuse(token, f"a known field before the colon ({hint}) or the whole in quotes")


_NAMES = " ".join(f"{name}:" for name in FIELDS)


def _joined(parts: list[Part], make: Callable[[list[Node]], Node | None]) -> Part:
    node = make([part.node for part in parts if part.node is not None])
    terms, wild = sum(part.terms for part in parts), sum(part.wild for part in parts)
    regexps_ = sum(part.regexps for part in parts)
    last = parts[-1]
    _limit(terms, wild, regexps_, last)
    return Part(node, parts[0].start, last.end, max(part.depth for part in parts), terms, wild, regexps_)


def _deeper(part: Part, node: Node | None, start: int, end: int) -> Part:
    if part.depth + 1 > MAX_DEPTH:
        raise QueryError(start, 1, f"at most {MAX_DEPTH} parentheses and NOTs within each other")
    return Part(node, start, end, part.depth + 1, part.terms, part.wild, part.regexps)


def _leaf(token: Token, node: Node | None, *, wild: int = 0, regexps_: int = 0) -> Part:
    return Part(node, token.start_pos or 0, token.end_pos or 0, 0, 0 if node is None else 1, wild, regexps_)


def _limit(terms: int, wild: int, regexps_: int, at: Part | Token) -> None:
    start, length = (at.start, at.end - at.start) if isinstance(at, Part) else (at.start_pos or 0, len(at))
    if terms > MAX_TERMS:
        raise QueryError(start, length, f"at most {MAX_TERMS} words, phrases and values in a query")
    if wild > MAX_PATTERNS:
        raise QueryError(start, length, f"at most {MAX_PATTERNS} wildcards, fuzzy words and regular expressions")
    if regexps_ > MAX_REGEXPS:
        raise QueryError(start, length, f"at most {MAX_REGEXPS} regular expressions in a query")


def _operand(part: Part) -> Operand:
    node = part.node
    alternatives = node.of if isinstance(node, Or) else (node,)
    for each in alternatives:
        said = isinstance(each, Word | Phrase) and any(character.isalnum() for character in each.text)
        if not said and not isinstance(each, Wildcard | Fuzzy):
            raise QueryError(
                part.start,
                part.end - part.start,
                "a word, a phrase, a wildcard or (one OR another) of these beside NEAR and BEFORE",
            )
    assert isinstance(node, Word | Phrase | Wildcard | Fuzzy | Or)  # noqa: S101
    return node


def _wildcard(token: Token) -> str:
    try:
        return patterns.wildcard(str(token))
    except patterns.PatternError as error:
        _refuse(token, error.expected)


def _value(name: str, part: Part) -> Value:
    (value,) = part.values
    try:
        known = FIELDS[name]
        return Value((known.quoted or known.value if value.quoted else known.value)(value.text), value.quoted)
    except NotAValueError as error:
        raise QueryError(part.start, part.end - part.start, f"{error.expected} after {name}:") from error


def _inside(token: Token) -> str:
    return _SPACES.sub(" ", token[1:-1]).strip()


def _end(last: Part | Token) -> int:
    return last.end if isinstance(last, Part) else last.end_pos or 0


def _refuse(token: Token, expected: str) -> NoReturn:
    raise QueryError(token.start_pos or 0, len(token), expected)
