"""Did you mean: other words for those that stand nowhere.

Words are suggested from the tenant's own texts only: candidates are read off messages that the tenant's filter let
through, never off the terms of an index, which tenants may share. What is suggested is run before it is told.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from quire.search.explain import Here
from quire.search.highlight import AFTER, BEFORE
from quire.search.query.ast import And, Fuzzy, Near, Node, Not, Or, Query, Word, leaves
from quire.search.query.folding import folded
from quire.search.query.limits import MIN_FUZZY
from quire.search.query.printing import printed
from quire.search.query.texts import TEXT_FIELDS, occurs

MOST_WORDS = 3
"""Words of one query that others are looked for."""
_LOOKED_AT = 50
_MARKED = re.compile(f"{BEFORE}([^{BEFORE}{AFTER}]+){AFTER}")
_WORD = re.compile(r"[^\W\d_]+\Z")


def suggestion(here: Here, query: Query, finds: Callable[[str], bool]) -> str | None:
    """A query like ``query`` that finds something, in the query language; ``None`` if we know none.

    Raises:
        UnavailableError: the engine did not answer.
    """
    words = [each for each in leaves(query.root, negated=False) if isinstance(each, Word) and _WORD.match(each.text)]
    if not words or query.root is None:
        return None
    better = {
        word: found
        for word in _unknown(here, list(dict.fromkeys(words)))[:MOST_WORDS]
        if (found := _like(here, word)) is not None
    }
    if not better:
        return None
    text = printed(Query(_with(query.root, better)))
    return text if finds(text) else None


def _unknown(here: Here, words: list[Word]) -> list[Word]:
    """Those of the words that stand in no message of the tenant."""
    body = {
        "size": 0,
        "aggs": {str(number): {"filter": occurs(word, here.texts)} for number, word in enumerate(words)},
    }
    counts = here.engine.search(body)["aggregations"]
    return [word for number, word in enumerate(words) if not counts[str(number)]["doc_count"]]


def _like(here: Here, word: Word) -> Word | None:
    """The word nearest to one that is not there; of those as near, the one in most of the messages looked at."""
    for edits, letters in MIN_FUZZY.items():
        if len(word.text) < letters:
            return None
        found = _candidates(here.engine.search(_near(here, word, edits)))
        if found:
            return Word(min(found, key=lambda each: (-found[each], each)))
    return None


def _near(here: Here, word: Word, edits: int) -> dict[str, Any]:
    near = occurs(Fuzzy(word.text, edits), here.texts)
    return {
        "size": _LOOKED_AT,
        "_source": False,
        "query": near,
        "highlight": {
            "pre_tags": [BEFORE],
            "post_tags": [AFTER],
            "number_of_fragments": 3,
            "fragment_size": 100,
            "max_analyzer_offset": 100_000,
            "highlight_query": near,
            "fields": {f"{name}.exact": {} for name in TEXT_FIELDS},
        },
    }


def _candidates(answer: Mapping[str, Any]) -> Counter[str]:
    """Words that were marked, by the number of messages they stand in."""
    counts: Counter[str] = Counter()
    for hit in answer["hits"]["hits"]:
        marked = {
            folded(text)
            for fragments in hit.get("highlight", {}).values()
            for fragment in fragments
            for text in _MARKED.findall(fragment)
        }
        counts.update(each for each in marked if _WORD.match(each))
    return counts


def _with(node: Node, better: Mapping[Word, Word]) -> Node:
    match node:
        case Word():
            return better.get(node, node)
        case And(of):
            return And(tuple(_with(each, better) for each in of))
        case Or(of):
            return Or(tuple(_with(each, better) for each in of))
        case Near(first, second):
            one, other = _with(first, better), _with(second, better)
            return replace(node, first=one, second=other)  # type: ignore[arg-type]
        case Not() | _:
            return node
