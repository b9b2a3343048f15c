"""Words, phrases and patterns as typed queries over the texts of a message. Pure.

A person's text only ever becomes the *value* of a query; the names of fields and the shapes of queries are ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from quire.search.documents import symbols_of
from quire.search.mapping import STEMMED, words_field
from quire.search.query import regexps
from quire.search.query.ast import Fuzzy, Leaf, Near, Operand, Or, Phrase, Regexp, Wildcard, Word
from quire.search.query.folding import folded
from quire.search.query.limits import MAX_EXPANSIONS
from quire.search.tokens import special_tokens

CURRENT_FIELDS = ("content", "subject")
TEXT_FIELDS = (*CURRENT_FIELDS, "history", "attachment_text")
"""Where words are looked for."""
LANGUAGE_FIELDS = tuple(map(words_field, sorted(STEMMED)))
"""All texts of a message, reduced to stems as its own language does."""
IN_FILES = "attachments.extracted_text"

CJK = re.compile(
    r"[\u1100-\u11ff\u2e80-\u30ff\u3130-\u318f\u31f0-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
EMOJI_NAME = re.compile(r":([\w+-]+):\Z")
_MARKS = "#@$€£¥"
_ONE_TOKEN = re.compile(r"[^\W_]+\Z")


@dataclass(frozen=True, slots=True)
class Texts:
    """Which texts to look at: fields with ``.exact`` and ``.cjk`` beside them, and fields stemmed by language.

    ``expands``: the engine can be told for how many words a wildcard may stand beside NEAR and BEFORE.
    """

    names: tuple[str, ...]
    languages: tuple[str, ...] = ()
    expands: bool = True

    def current(self) -> "Texts":
        """What a message says now."""
        return replace(self, names=CURRENT_FIELDS, languages=())

    def in_files(self) -> "Texts":
        """What stands in each of its files."""
        return replace(self, names=(IN_FILES,), languages=())


ALL = Texts(TEXT_FIELDS, LANGUAGE_FIELDS)
EMBEDDED = Texts(TEXT_FIELDS, expands=False)
"""What the embedded engine can look at: it stems English only."""


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
            near = {"value": folded(text), "fuzziness": edits, "transpositions": True}
            near |= {"rewrite": "constant_score", "max_expansions": MAX_EXPANSIONS}
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
    plain = all(isinstance(leaf, Word) and not CJK.search(leaf.text) for each in (*first, *second) for leaf in each)
    if plain:
        return _any_of(_intervals(name, near, _Rules()) for name in (*texts.names, *texts.languages))
    return _any_of(_intervals(f"{name}.exact", near, _Rules(name, texts.expands)) for name in texts.names)


@dataclass(frozen=True, slots=True)
class _Rules:
    """How operands are looked for: words in the field ``stemmed``, where that is not the one looked at."""

    stemmed: str | None = None
    expands: bool = False


def _intervals(name: str, near: Near, how: _Rules) -> dict[str, Any]:
    pairs = [(one, other) for one in _choices(near.first) for other in _choices(near.second)]
    orders = pairs if near.ordered else [*pairs, *((other, one) for one, other in pairs)]
    rules = [
        {
            "all_of": {
                "ordered": True,
                "max_gaps": near.distance,
                "intervals": [_rule(one, how), _rule(other, how)],
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
    return isinstance(leaf, Word | Phrase) and bool(_ONE_TOKEN.match(leaf.text)) and not CJK.search(leaf.text)


def _rule(choice: Sequence[Leaf], how: _Rules) -> dict[str, Any]:
    rules = [_rule_of(leaf, how) for leaf in choice]
    return rules[0] if len(rules) == 1 else {"any_of": {"intervals": rules}}


def _rule_of(leaf: Leaf, how: _Rules) -> dict[str, Any]:
    match leaf:
        case Wildcard(pattern):
            most = {"max_expansions": MAX_EXPANSIONS} if how.expands else {}
            return {"wildcard": {"pattern": folded(pattern.lstrip("#@$")), **most}}
        case Fuzzy(text, edits):
            return {"fuzzy": {"term": folded(text), "fuzziness": str(edits), "transpositions": True}}
        case Word(text) if how.stemmed is not None and not CJK.search(text):
            return {"match": {"query": text, "max_gaps": 0, "ordered": True, "use_field": how.stemmed}}
        case Word(text) | Phrase(text):
            return {"match": {"query": text, "max_gaps": 0, "ordered": True}}
        case _:
            raise TypeError(f"not beside anything: {type(leaf).__name__}")


def special_of(text: str) -> str | None:
    """The token of a text that is one ticker, amount, hashtag or name with an ``@``."""
    tokens = special_tokens(text) if text[0] in _MARKS else []
    return tokens[0] if len(tokens) == 1 else None


def _special(text: str, *, quoted: bool) -> dict[str, Any] | None:
    """The query for what analyzers make nothing or something else of: emoji and their names, symbols, tickers,
    hashtags, names with an ``@``."""
    if not quoted and (emoji := EMOJI_NAME.match(text)):
        return {"term": {"emoji": {"value": emoji[1].lower()}}}
    if not any(character.isalnum() for character in text):
        return {"bool": {"filter": [{"term": {"symbols": {"value": symbol}}} for symbol in symbols_of(text)]}}
    token = special_of(text)
    return None if token is None else {"term": {"tokens": {"value": token}}}


def _analysed(text: str, texts: Texts, *, exact: bool) -> list[str]:
    if CJK.search(text):
        return [f"{name}{end}" for name in texts.names for end in (".exact", ".cjk")]
    return _exact(texts) if exact else [*texts.names, *texts.languages]


def _exact(texts: Texts) -> list[str]:
    return [f"{name}.exact" for name in texts.names]


def _phrase(text: str, fields: Sequence[str]) -> dict[str, Any]:
    """All of ``text`` in a row in one of the fields: also of one word, which an analyzer may see as several."""
    return {"multi_match": {"query": text, "type": "phrase", "fields": list(fields)}}


def _any_of(queries: Any) -> dict[str, Any]:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}
