"""Words, phrases and patterns as typed queries over the texts of a message. Pure.

A person's text only ever becomes the *value* of a query; the names of fields and the shapes of queries are ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from quire.search.mapping import STEMMED, words_field
from quire.search.query import regexps
from quire.search.query.analysis import LETTERS, apart
from quire.search.query.ast import Fuzzy, Leaf, Near, Operand, Or, Phrase, Regexp, Wildcard, Word, leaves
from quire.search.query.folding import folded
from quire.search.query.limits import MAX_EXPANSIONS
from quire.search.tokens import in_parts, special_tokens, symbols_of, ungrouped

CURRENT_FIELDS = ("content", "subject")
TEXT_FIELDS = (*CURRENT_FIELDS, "history", "attachment_text")
"""Where words are looked for."""
LANGUAGE_FIELDS = tuple(map(words_field, sorted(STEMMED)))
"""All texts of a message, reduced to stems as its own language does."""
IN_FILES = "attachments.extracted_text"
PARTS = "parts"
"""What all texts of a message hold that has parts (:func:`quire.search.tokens.parts_of`)."""
UNSPACED_FIELDS = ("unspaced", "unspaced_before")
"""What a message says now, and all its other texts, where they are in scripts without spaces, taken apart."""

CJK = re.compile(
    r"[\u1100-\u11ff\u2e80-\u30ff\u3130-\u318f\u31f0-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_SEVERAL = re.compile(f"{CJK.pattern}|{LETTERS.pattern}")
EMOJI_NAME = re.compile(r":([\w+-]+):\Z")
_MARKS = "#@$€£¥"
_ONE_TOKEN = re.compile(r"[^\W_]+\Z")


@dataclass(frozen=True, slots=True)
class Texts:
    """Which texts to look at: fields with ``.exact`` and ``.cjk`` beside them, and fields stemmed by language.

    ``expands``: the engine can be told for how many words a wildcard may stand beside NEAR and BEFORE. ``parts``: words
    may stand within longer ones. ``unspaced``: fields of texts in scripts without spaces, taken apart.
    """

    names: tuple[str, ...]
    languages: tuple[str, ...] = ()
    expands: bool = True
    parts: bool = True
    unspaced: tuple[str, ...] = UNSPACED_FIELDS

    def current(self) -> "Texts":
        """What a message says now."""
        return replace(self, names=CURRENT_FIELDS, languages=(), parts=False, unspaced=UNSPACED_FIELDS[:1])

    def in_files(self) -> "Texts":
        """What stands in each of its files."""
        return replace(self, names=(IN_FILES,), languages=(), parts=False, unspaced=())


ALL = Texts(TEXT_FIELDS, LANGUAGE_FIELDS)
EMBEDDED = Texts(TEXT_FIELDS, expands=False)
"""What the embedded engine can look at: it stems English only."""


def occurs(leaf: Leaf, texts: Texts) -> dict[str, Any]:
    """That one of the texts says it."""
    match leaf:
        case Word(text):
            return _special(text, quoted=False) or _unspaced(text, texts) or _word(text, texts)
        case Phrase(text):
            return (
                _special(text, quoted=True)
                or _unspaced(text, texts)
                or _phrase(text, _analysed(text, texts, exact=True))
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
    if literal(near):
        return _any_of(_intervals(name, near, _Rules()) for name in texts.unspaced)
    plain = all(isinstance(leaf, Word) and not CJK.search(leaf.text) for each in (*first, *second) for leaf in each)
    if plain:
        return _any_of(_intervals(name, near, _Rules()) for name in (*texts.names, *texts.languages))
    return _any_of(_intervals(f"{name}.exact", near, _Rules(name, texts.expands)) for name in texts.names)


def literal(near: Near) -> bool:
    """Whether words count as they are written: beside one of a script without spaces."""
    return any(isinstance(leaf, Word | Phrase) and LETTERS.search(leaf.text) for leaf in leaves(near))


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
    either = operand.of if isinstance(operand, Or) else (operand,)
    single = tuple(leaf for leaf in either if _is_one_token(leaf))  # type: ignore[arg-type]
    others = [(leaf,) for leaf in either if leaf not in single]
    return [*([single] if single else []), *others]  # type: ignore[list-item]


def _is_one_token(leaf: Leaf) -> bool:
    if isinstance(leaf, Wildcard | Fuzzy):
        return True
    return isinstance(leaf, Word | Phrase) and bool(_ONE_TOKEN.match(leaf.text)) and not _SEVERAL.search(leaf.text)


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
            return {"match": {"query": apart(text) or text, "max_gaps": 0, "ordered": True}}
        case _:
            raise TypeError(f"not beside anything: {type(leaf).__name__}")


def _unspaced(text: str, texts: Texts) -> dict[str, Any] | None:
    words = apart(text) if texts.unspaced else None
    return None if words is None else _phrase(words, texts.unspaced)


def readings(text: str) -> list[str]:
    """How a word stands in texts: as it is typed, and with its numbers not in groups."""
    return list(dict.fromkeys([text, ungrouped(text)]))


def _word(text: str, texts: Texts) -> dict[str, Any]:
    """A word in any form; it may stand within a longer one."""
    fields, parts = _analysed(text, texts, exact=False), in_parts(text)
    within = [PARTS] if texts.parts and not CJK.search(text) else []
    if parts == text:
        return _phrase(text, [*fields, *within])
    asked = [_phrase(each, fields) for each in readings(text) if fields]
    asked += [_phrase(parts, within)] if within else []
    return asked[0] if len(asked) == 1 else _any_of(asked)


def special_of(text: str) -> str | None:
    """The token of a text that is one ticker, amount, hashtag or name with an ``@``."""
    tokens = [each for each in special_tokens(text) if each[0] in _MARKS] if text[0] in _MARKS else []
    return tokens[0] if len(tokens) == 1 else None


def _special(text: str, *, quoted: bool) -> dict[str, Any] | None:
    """The query for what analyzers make nothing or something else of: emoji and their names, symbols, tickers,
    hashtags, names with an ``@``."""
    if not quoted and (emoji := EMOJI_NAME.match(text)):
        return {"term": {"emoji": {"value": emoji[1].lower()}}}
    if not any(character.isalnum() for character in text):
        return {"bool": {"filter": [{"term": {"symbols": {"value": symbol}}} for symbol in symbols_of(text)]}}
    token = special_of(text)
    if token is None:
        return None
    asked = asked_tokens(token, quoted=quoted)
    return {"terms": {"tokens": asked}} if len(asked) > 1 else {"term": {"tokens": {"value": token}}}


def asked_tokens(token: str, *, quoted: bool) -> list[str]:
    """The tokens of which a message is to have one: an amount may stand in it with its digits in groups, or without."""
    if quoted or not token[1:2].isdigit():
        return [token]
    plain = ungrouped(token)
    return list(dict.fromkeys([token, plain, f"={plain}"]))


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
