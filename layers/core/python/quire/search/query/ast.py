"""What a query says, as a tree of immutable nodes. Pure.

The tree is in one form only: no conjunction directly within a conjunction, none with fewer than two parts (the same
for alternatives); build it with :func:`all_of` and :func:`any_of`. That is what makes printing and parsing inverse.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any form, or one thing of several signs (``budget.xlsx``, ``$ACME``, ``:rocket:``, an emoji)."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side exactly as written: no stemming."""

    text: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Words of a form: ``*`` stands for any letters or none, ``?`` for exactly one."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words at most ``edits`` letters (1 or 2) off ``text``."""

    text: str
    edits: int


@dataclass(frozen=True, slots=True)
class Regexp:
    """Words that a regular expression (:mod:`quire.search.query.regexps`) matches whole."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Near:
    """Two things in one text with at most ``distance`` words between; ``ordered``: the first before the second."""

    first: "Operand"
    second: "Operand"
    distance: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class Value:
    """What a field is asked for."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a message (:data:`quire.search.query.fields.FIELDS`) that has one of ``values``."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be."""

    of: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """What must all be."""

    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Of which any will do."""

    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Signs that say nothing (``!!!``): no message matches. Only ever the root."""


Leaf = Word | Phrase | Wildcard | Fuzzy | Regexp
Operand = Word | Phrase | Wildcard | Fuzzy | Or
Node = Leaf | Near | Field | Not | And | Or | Nothing


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; without ``root`` every message matches."""

    root: Node | None = None


def all_of(parts: Iterable[Node]) -> Node | None:
    """The conjunction of some nodes, ``None`` of none."""
    return _joined(And, parts)


def any_of(parts: Iterable[Node]) -> Node | None:
    """The alternatives of some nodes, ``None`` of none."""
    return _joined(Or, parts)


def leaves(node: Node | None, *, negated: bool = True) -> Iterator[Leaf | Field]:
    """Every word, phrase, pattern and field, from left to right; without what stands under a NOT unless ``negated``."""
    if isinstance(node, And | Or):
        for part in node.of:
            yield from leaves(part, negated=negated)
    elif isinstance(node, Near):
        yield from leaves(node.first, negated=negated)
        yield from leaves(node.second, negated=negated)
    elif isinstance(node, Not):
        if negated:
            yield from leaves(node.of, negated=negated)
    elif node is not None and not isinstance(node, Nothing):
        yield node


def _joined(kind: type[And] | type[Or], parts: Iterable[Node]) -> Node | None:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.of if isinstance(part, kind) else [part])
    distinct = list(dict.fromkeys(flat))
    if len(distinct) < 2:
        return distinct[0] if distinct else None
    return kind(tuple(distinct))
