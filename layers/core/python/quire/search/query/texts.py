"""Words, phrases and patterns as typed queries over the texts of a message. Pure.

A person's text only ever becomes the *value* of a query; the names of fields and the shapes of queries are ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quire.search.documents import symbols_of
from quire.search.mapping import STEMMED, words_field
from quire.search.query import regexps
from quire.search.query.ast import Fuzzy, Leaf, Near, Operand, Or, Phrase, Regexp, Wildcard, Word
from quire.search.query.folding import folded
from quire.search.tokens import special_tokens

CURRENT_FIELDS = ("content", "subject")
TEXT_FIELDS = (*CURRENT_FIELDS, "history", "attachment_text")
"""Where words are looked for."""
LANGUAGE_FIELDS = tuple(map(words_field, sorted(STEMMED)))
"""All texts of a message, reduced to stems as its own language does."""
IN_FILES = "attachments.extracted_text"

_CJK = re.compile(
    r"[\u1100-\u11ff\u2e80-\u30ff\u3130-\u318f\u31f0-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_EMOJI = re.compile(r":([\w+-]+):\Z")
_MARKS = "#@$€£¥"
_ONE_TOKEN = re.compile(r"[^\W_]+\Z")


@dataclass(frozen=True, slots=True)
class Texts:
    """Which texts to look at: fields with ``.exact`` and ``.cjk`` beside them, and fields stemmed by language."""

    names: tuple[str, ...]
    languages: tuple[str, ...] = ()


ALL = Texts(TEXT_FIELDS, LANGUAGE_FIELDS)
WITHOUT_LANGUAGES = Texts(TEXT_FIELDS)
CURRENT = Texts(CURRENT_FIELDS)
FILES = Texts((IN_FILES,))


def occurs(leaf: Leaf, texts: Texts) -> dict[str, Any]:
    """That one of the texts says it."""
    match leaf:
        case Word(text) | Phrase(text):
            return _special(text, quoted=isinstance(leaf, Phrase)) or _phrase(
                text, _analysed(text, texts, exact=isinstance(leaf, Phrase))
            )
        case Wildcard(pattern) if pattern[0] in "#@$":
            return {"wildcard": {"tokens": {"value": folded(pattern)}}}
        case Wildcard(pattern):
            return _any_of({"wildcard": {name: {"value": folded(pattern)}}} for name in _exact(texts))
        case Fuzzy(text, edits):
            near = {"value": folded(text), "fuzziness": edits, "transpositions": True, "rewrite": "constant_score"}
            return _any_of({"fuzzy": {name: near}} for name in _exact(texts))
        case Regexp(pattern):
            value = {"value": regexps.compiled(pattern).pattern, "flags": "NONE", "max_determinized_states": 10_000}
            return _any_of({"regexp": {name: value}} for name in _exact(texts))


def only_symbols(leaf: Leaf) -> bool:
    """Whether it is looked for among a message's symbols and special tokens, not in its texts."""
    if isinstance(leaf, Word | Phrase):
        return _special(leaf.text, quoted=isinstance(leaf, Phrase)) is not None
    return isinstance(leaf, Wildcard) and leaf.pattern[0] in "#@$"


def marked(leaf: Leaf, where: Texts) -> list[dict[str, Any]]:
    """What to mark in texts for it. Marks stand around words as the reader sees them, so the stemmed fields are asked
    for phrases too."""
    if isinstance(leaf, Word | Phrase):
        return [_phrase(leaf.text, [*where.names, *where.languages])]
    return [] if only_symbols(leaf) else [occurs(leaf, where)]


def beside(near: Near, texts: Texts) -> dict[str, Any]:
    """That one of the texts says both, so near.

    Alternatives of one word each are one thing; a phrase among them is tried by itself, because an engine that knows
    of two alternatives where one lies within the other looks at the shorter one only.
    """
    first, second = _choices(near.first), _choices(near.second)
    plain = all(isinstance(leaf, Word) and not _CJK.search(leaf.text) for each in (*first, *second) for leaf in each)
    asked = [_intervals(name if plain else f"{name}.exact", near, None if plain else name) for name in texts.names]
    if plain:
        asked += [_intervals(name, near, None) for name in texts.languages]
    return _any_of(asked)


def _intervals(name: str, near: Near, stemmed: str | None) -> dict[str, Any]:
    pairs = [(one, other) for one in _choices(near.first) for other in _choices(near.second)]
    orders = pairs if near.ordered else [*pairs, *((other, one) for one, other in pairs)]
    rules = [
        {
            "all_of": {
                "ordered": True,
                "max_gaps": near.distance,
                "intervals": [_rule(one, stemmed), _rule(other, stemmed)],
            }
        }
        for one, other in orders
    ]
    return {"intervals": {name: rules[0] if len(rules) == 1 else {"any_of": {"intervals": rules}}}}


def _choices(operand: Operand) -> list[tuple[Leaf, ...]]:
    """Alternatives as groups that can be looked for together."""
    leaves = operand.of if isinstance(operand, Or) else (operand,)
    single = tuple(leaf for leaf in leaves if _is_one_token(leaf))  # type: ignore[arg-type]
    others = [(leaf,) for leaf in leaves if leaf not in single]
    return [*([single] if single else []), *others]  # type: ignore[list-item]


def _is_one_token(leaf: Leaf) -> bool:
    if isinstance(leaf, Wildcard | Fuzzy):
        return True
    return isinstance(leaf, Word | Phrase) and bool(_ONE_TOKEN.match(leaf.text)) and not _CJK.search(leaf.text)


def _rule(choice: Sequence[Leaf], stemmed: str | None) -> dict[str, Any]:
    rules = [_rule_of(leaf, stemmed) for leaf in choice]
    return rules[0] if len(rules) == 1 else {"any_of": {"intervals": rules}}


def _rule_of(leaf: Leaf, stemmed: str | None) -> dict[str, Any]:
    match leaf:
        case Wildcard(pattern):
            return {"wildcard": {"pattern": folded(pattern.lstrip("#@$"))}}
        case Fuzzy(text, edits):
            return {"fuzzy": {"term": folded(text), "fuzziness": str(edits), "transpositions": True}}
        case Word(text) if stemmed is not None and not _CJK.search(text):
            return {"match": {"query": text, "max_gaps": 0, "ordered": True, "use_field": stemmed}}
        case Word(text) | Phrase(text):
            return {"match": {"query": text, "max_gaps": 0, "ordered": True}}
        case _:
            raise TypeError(f"not beside anything: {type(leaf).__name__}")


def _special(text: str, *, quoted: bool) -> dict[str, Any] | None:
    """The query for what analyzers make nothing or something else of: emoji and their names, symbols, tickers,
    hashtags, names with an ``@``."""
    if not quoted and (emoji := _EMOJI.match(text)):
        return {"term": {"emoji": {"value": emoji[1].lower()}}}
    if not any(character.isalnum() for character in text):
        return {"bool": {"filter": [{"term": {"symbols": {"value": symbol}}} for symbol in symbols_of(text)]}}
    tokens = special_tokens(text) if text[0] in _MARKS else []
    return {"term": {"tokens": {"value": tokens[0]}}} if len(tokens) == 1 else None


def _analysed(text: str, texts: Texts, *, exact: bool) -> list[str]:
    if _CJK.search(text):
        return [f"{name}{end}" for name in texts.names for end in (".exact", ".cjk")]
    return _exact(texts) if exact else [*texts.names, *texts.languages]


def _exact(texts: Texts) -> list[str]:
    return [f"{name}.exact" for name in texts.names]


def _phrase(text: str, fields: Sequence[str]) -> dict[str, Any]:
    """All of ``text`` in a row in one of the fields: also of one word, which an analyzer may see as several."""
    return {"multi_match": {"query": text, "type": "phrase", "fields": list(fields)}}


def _any_of(queries: Any) -> dict[str, Any]:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}
