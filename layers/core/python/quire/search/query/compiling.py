"""Queries compiled to typed queries of the engine. Pure.

The tenant's filter is part of every compiled query by construction: nothing a query says stands outside the ``bool``
whose first filter it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from quire.domain.ids import TenantId
from quire.search.query import texts
from quire.search.query.ast import And, Field, Leaf, Near, Node, Not, Nothing, Or, Phrase, Query, Word, leaves
from quire.search.query.errors import QueryError
from quire.search.query.filters import clauses
from quire.search.query.limits import MAX_COST
from quire.search.query.meaning import Meaning
from quire.search.query.properties import NONE, holds, within_span
from quire.search.query.question import Question, within

FOUND_IN_FILES, MOST_FILES = "in_files", 20
Step = Literal["as_asked", "now", "exactly"]
_BOOSTS: Mapping[Step, int] = {"as_asked": 4, "now": 2, "exactly": 1}
"""Powers of two: a message's score tells which steps it is on, and is exact in a cursor."""
_MARKED_UP_TO = 100_000
"""Characters of a text that are looked at for marks; beyond a million an engine would refuse the whole search."""


def compiled(
    tenant: TenantId, question: Question, query: Query, meaning: Meaning, where: texts.Texts = texts.ALL
) -> dict[str, Any]:
    """The engine's query for a question, over the texts ``where``; only messages of ``tenant`` can ever match it.

    Relevance is one of few steps: the words stand in the message side by side as asked; they all stand in it as it
    reads now, exactly as typed before in another form; they stand in what it said before or in an attachment. Within a
    step the newest comes first. Unlike word statistics this can be explained, is the same in every month's index, and
    is exact in a cursor.

    Raises:
        QueryError: it would cost more than a search may.
    """
    wanted: dict[str, Any] = {"filter": [within(tenant), *_filters(question)]}
    if query.root is not None:
        wanted["filter"].append(_clause(query.root, meaning, where))
        lifting = steps(query.root, meaning, where.current()) if question.ranked else {}
        if lifting:
            wanted["should"] = [
                {"constant_score": {"filter": clause, "boost": _BOOSTS[step]}} for step, clause in lifting.items()
            ]
    asked = {"bool": wanted}
    if cost(asked) > MAX_COST:
        raise QueryError(
            0, len(question.text), "a query with fewer words, or fewer alternatives beside NEAR and BEFORE"
        )
    return asked


def in_files(query: Query) -> dict[str, Any] | None:
    """A filter that lets every message pass, and says of each in which of its files some of the words are found
    (``inner_hits`` named ``FOUND_IN_FILES``); ``None`` when there are no words."""
    wanted = [texts.occurs(leaf, texts.ALL.in_files()) for leaf in _said(query) if not texts.only_symbols(leaf)]
    if not wanted:
        return None
    nested = {
        "path": "attachments",
        "ignore_unmapped": True,
        "query": {"bool": {"should": wanted, "minimum_should_match": 1}},
        "inner_hits": {
            "name": FOUND_IN_FILES,
            "size": MOST_FILES,
            "_source": ["attachments.attachment_id", "attachments.name"],
        },
    }
    return {"bool": {"should": [{"match_all": {}}, {"nested": nested}], "minimum_should_match": 1}}


def highlighted(query: Query, before: str, after: str, where: texts.Texts = texts.ALL) -> dict[str, Any] | None:
    """What to mark in hits; ``None`` when there are no words."""
    said = _said(query)
    wanted = [each for leaf in said for each in texts.marked(leaf, where)]
    if not wanted:
        return None
    exact = any(not isinstance(leaf, Word | Phrase) for leaf in said)
    return {
        "type": "unified",
        "pre_tags": [before],
        "post_tags": [after],
        "number_of_fragments": 3,
        "fragment_size": 160,
        "max_analyzer_offset": _MARKED_UP_TO,
        "require_field_match": True,
        "highlight_query": {"bool": {"should": wanted}},
        "fields": {name: {} for name in marked_fields(where, exact)},
    }


def marked_fields(where: texts.Texts = texts.ALL, exact: bool = True) -> list[str]:
    """The fields marks are asked of, in the order in which they are shown."""
    twins = [f"{name}.exact" for name in where.names] if exact else []
    return [*where.names, *twins, *where.languages]


def cost(query: Mapping[str, Any]) -> int:
    """Clauses that the engine has to look up: one for every field of every word, and every rule of an interval."""
    ((kind, inner),) = query.items()
    match kind:
        case "bool":
            return sum(cost(each) for part in inner.values() if isinstance(part, list) for each in part)
        case "multi_match":
            return len(inner["fields"])
        case "constant_score":
            return cost(inner["filter"])
        case "nested":
            return cost(inner["query"])
        case "intervals":
            return sum(map(_rules, inner.values()))
        case _:
            return 1


def _rules(rule: Mapping[str, Any]) -> int:
    ((_, inner),) = rule.items()
    return sum(map(_rules, inner["intervals"])) if "intervals" in inner else 1


def _clause(node: Node, meaning: Meaning, where: texts.Texts) -> dict[str, Any]:
    match node:
        case Nothing():
            return NONE
        case And(of):
            return {"bool": {"filter": [_clause(each, meaning, where) for each in of]}}
        case Or(of):
            return {"bool": {"should": [_clause(each, meaning, where) for each in of], "minimum_should_match": 1}}
        case Not(of):
            return {"bool": {"must_not": [_clause(of, meaning, where)]}}
        case Near():
            return texts.beside(node, where)
        case Field():
            return holds(node, meaning)
        case _:
            return texts.occurs(node, where)


def _said(query: Query) -> list[Leaf]:
    """What a message is to say, without what it is not to."""
    return [leaf for leaf in leaves(query.root, negated=False) if not isinstance(leaf, Field)]


def steps(root: Node | None, meaning: Meaning, current: texts.Texts) -> dict[Step, dict[str, Any]]:
    """What lifts a message that a query finds, by name; none where there are no words to be relevant to."""
    if root is None or not any(not isinstance(leaf, Field) for leaf in leaves(root)):
        return {}
    found: dict[Step, dict[str, Any]] = {"now": _clause(root, meaning, current)}
    exactly = _as_typed(root)
    if exactly != root:
        found["exactly"] = _clause(exactly, meaning, current)
    together = _in_a_row(root.of if isinstance(root, And) else ())
    if together:
        found["as_asked"] = texts.occurs(Phrase(together), current)
    return found


def _as_typed(node: Node) -> Node:
    """The same with every word exactly as it is written."""
    match node:
        case Word(text):
            return Phrase(text) if any(map(str.isalpha, text)) and not texts.only_symbols(node) else node
        case And(of):
            return And(tuple(map(_as_typed, of)))
        case Or(of):
            return Or(tuple(map(_as_typed, of)))
        case _:
            return node


def _in_a_row(parts: Sequence[Node]) -> str:
    """The words and phrases of a conjunction as one text, if there are at least two."""
    said = [part.text for part in parts if isinstance(part, Word | Phrase) and any(map(str.isalnum, part.text))]
    return " ".join(said) if len(said) > 1 else ""


def _filters(question: Question) -> list[dict[str, Any]]:
    filters = list(clauses(question.filters).values())
    if question.since is None and question.until is None:
        return filters
    return [*filters, within_span(question.since, question.until)]
