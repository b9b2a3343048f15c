"""A query in words, as it is shown back to who asked it. Pure."""

from quire.search.query.ast import (
    And,
    Field,
    Fuzzy,
    Near,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Query,
    Regexp,
    Value,
    Wildcard,
    Word,
)
from quire.search.query.fields import FIELDS

_MARKED = str.maketrans({"“": "'", "”": "'"})
_FLAGS = {
    ("has", "attachment"): "with an attachment",
    ("has", "link"): "with a link",
    ("has", "reaction"): "with a reaction",
    ("has", "pii"): "with personal data",
}


def in_words(query: Query) -> str:
    """A sentence without its full stop."""
    match query.root:
        case None:
            return "every message"
        case Nothing():
            return "no message: there is no letter, digit or symbol to look for"
        case root:
            return f"messages {_clause(root)}"


def part_in_words(node: Node) -> str:
    """A part of a query, as it reads within a sentence."""
    return _clause(node)


def _clause(node: Node) -> str:
    match node:
        case And(of):
            return ", and ".join(_part(each) for each in of)
        case Or(of):
            return ", or ".join(_part(each) for each in of)
        case Not(of):
            return f"not {_part(of)}"
        case Field(name, values):
            return _field(name, values)
        case Near(first, second, distance, ordered):
            words = "right" if distance == 0 else f"at most {distance} word{'' if distance == 1 else 's'}"
            beside = ("before" if ordered else "beside") if distance == 0 else "before" if ordered else "from"
            return f"with {_thing(first)} {words} {beside} {_thing(second)}"
        case _:
            return f"with {_thing(node)}"


def _part(node: Node) -> str:
    return f"({_clause(node)})" if isinstance(node, And | Or) else _clause(node)


def _thing(node: Node) -> str:
    match node:
        case Word(text):
            return f"{_marked(text)} in any form" if text.isalpha() else _marked(text)
        case Phrase(text):
            return f"exactly {_marked(text)}"
        case Wildcard(pattern):
            return f"a word like {_marked(pattern)}"
        case Fuzzy(text, edits):
            return f"{_marked(text)} or a word at most {edits} letter{'' if edits == 1 else 's'} off it"
        case Regexp(pattern):
            return f"a word that matches /{pattern}/"
        case Or(of):
            return f"({' or '.join(map(_thing, of))})"
        case _:
            raise TypeError(f"not a thing that stands in a text: {type(node).__name__}")


def _field(name: str, values: tuple[Value, ...]) -> str:
    if name in ("has", "is"):
        return " or ".join(_FLAGS.get((name, value.text), f"that are {value.text}") for value in values)
    return f"{FIELDS[name].says} {' or '.join(_marked(value.text) if value.quoted else value.text for value in values)}"


def _marked(text: str) -> str:
    return f"“{text.translate(_MARKED)}”"
