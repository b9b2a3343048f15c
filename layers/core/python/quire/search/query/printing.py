"""A query as text again: ``parse(printed(query)) == query`` for every query. Pure."""

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


def printed(query: Query) -> str:
    """The query in the query language, every AND written out."""
    return "" if query.root is None else _text(query.root)


def _text(node: Node) -> str:
    match node:
        case Nothing():
            return '""'
        case Word(text):
            return text
        case Phrase(text):
            return f'"{text}"'
        case Wildcard(pattern):
            return pattern
        case Fuzzy(text, edits):
            return f"{text}~{edits}"
        case Regexp(pattern):
            return f"/{pattern}/"
        case Field(name, values):
            return f"{name}:{_values(values)}"
        case Near(first, second, distance, ordered):
            return f"{_within(first, Or)} {'BEFORE' if ordered else 'NEAR'}/{distance} {_within(second, Or)}"
        case Not(of):
            return f"NOT {_within(of, And, Or)}"
        case And(of):
            return " AND ".join(_within(each, Or) for each in of)
        case Or(of):
            return " OR ".join(map(_text, of))


def _within(node: Node, *loose: type[And] | type[Or]) -> str:
    return f"({_text(node)})" if isinstance(node, loose) else _text(node)


def _values(values: tuple[Value, ...]) -> str:
    if len(values) == 1:
        (value,) = values
        return f" {_value(value)}" if value.text.startswith("//") else _value(value)
    return f"({' OR '.join(map(_value, values))})"


def _value(value: Value) -> str:
    return f'"{value.text}"' if value.quoted else value.text
