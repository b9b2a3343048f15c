"""A query as JSON and back. Pure.

``{"word": "plan"}`` ``{"phrase": "big plan"}`` ``{"wildcard": "plan*"}`` ``{"fuzzy": "plan", "edits": 1}``
``{"regexp": "plan[s]?"}`` ``{"near": [a, b], "distance": 5, "ordered": false}`` ``{"not": a}`` ``{"and": [a, b]}``
``{"or": [a, b]}`` ``{"field": "from", "values": [{"text": "anna", "quoted": false}]}`` ``{"all": true}``
``{"none": true}``
"""

from collections.abc import Mapping
from typing import Any

from quire.domain.errors import MalformedError
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
from quire.search.query.limits import MAX_DEPTH, MAX_LENGTH
from quire.search.query.printing import printed
from quire.search.query.reading import parse

_DEEPEST = 2 * MAX_DEPTH + 4


def as_json(query: Query) -> dict[str, Any]:
    """The query as JSON values."""
    return {"all": True} if query.root is None else _json(query.root)


def from_json(value: object) -> Query:
    """The query that :func:`as_json` gave, held to the same limits as one that was typed.

    Raises:
        MalformedError: it is none.
    """
    try:
        query = Query(None if value == {"all": True} else _node(value, 0))
        if parse(printed(query), longest=2 * MAX_LENGTH) == query:
            return query
    except (TypeError, ValueError, KeyError, MalformedError) as error:
        raise MalformedError("this is not the JSON of a query") from error
    raise MalformedError("this is not the JSON of a query")


def _json(node: Node) -> dict[str, Any]:
    match node:
        case Nothing():
            return {"none": True}
        case Word(text):
            return {"word": text}
        case Phrase(text):
            return {"phrase": text}
        case Wildcard(pattern):
            return {"wildcard": pattern}
        case Fuzzy(text, edits):
            return {"fuzzy": text, "edits": edits}
        case Regexp(pattern):
            return {"regexp": pattern}
        case Near(first, second, distance, ordered):
            return {"near": [_json(first), _json(second)], "distance": distance, "ordered": ordered}
        case Not(of):
            return {"not": _json(of)}
        case And(of):
            return {"and": [_json(each) for each in of]}
        case Or(of):
            return {"or": [_json(each) for each in of]}
        case Field(name, values):
            return {"field": name, "values": [{"text": each.text, "quoted": each.quoted} for each in values]}


def _node(value: object, depth: int) -> Node:
    if not isinstance(value, Mapping) or depth > _DEEPEST:
        raise TypeError
    match dict(value):
        case {"none": True, **rest} if not rest:
            return Nothing()
        case {"word": str(text), **rest} if not rest:
            return Word(text)
        case {"phrase": str(text), **rest} if not rest:
            return Phrase(text)
        case {"wildcard": str(text), **rest} if not rest:
            return Wildcard(text)
        case {"fuzzy": str(text), "edits": int(edits), **rest} if not rest:
            return Fuzzy(text, edits)
        case {"regexp": str(text), **rest} if not rest:
            return Regexp(text)
        case {"not": inner, **rest} if not rest:
            return Not(_node(inner, depth + 1))
        case {"and": list(parts), **rest} if not rest:
            return And(tuple(_node(each, depth + 1) for each in parts))
        case {"or": list(parts), **rest} if not rest:
            return Or(tuple(_node(each, depth + 1) for each in parts))
        case {"field": str(name), "values": list(values), **rest} if not rest:
            return Field(name, tuple(_value(each) for each in values))
        case {"near": [first, second], "distance": int(distance), "ordered": bool(ordered), **rest} if not rest:
            return Near(_operand(first, depth), _operand(second, depth), distance, ordered)
        case _:
            raise TypeError


def _operand(value: object, depth: int) -> Word | Phrase | Wildcard | Fuzzy | Or:
    node = _node(value, depth + 1)
    if not isinstance(node, Word | Phrase | Wildcard | Fuzzy | Or):
        raise TypeError
    return node


def _value(value: object) -> Value:
    match value:
        case {"text": str(text), "quoted": bool(quoted), **rest} if not rest:
            return Value(text, quoted)
        case _:
            raise TypeError
