"""What a person asks, compiled to typed queries. Pure.

A person's text only ever becomes the *value* of a ``multi_match`` phrase or of a term; no part of it is parsed by the
engine as syntax, and the tenant's filter is part of every query by construction.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from quire.domain.errors import MalformedError
from quire.domain.ids import TenantId
from quire.search.documents import symbols_of
from quire.search.mapping import indexable_time

MAX_TERMS = 40
COUNTED_UP_TO = 100_000
"""Totals are exact up to here, "at least" beyond."""

TEXT_FIELDS: Mapping[str, int] = {"content": 3, "subject": 3, "history": 1, "attachment_text": 1}
"""Where words are looked for, and how much a hit there weighs."""

Sort = Literal["relevance", "newest", "oldest"]
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02\u300c\u300d", '"'))
_PIECE = re.compile(r'"([^"]*)"|([^\s"]+)')
_CJK = re.compile(
    r"[\u1100-\u11ff\u2e80-\u30ff\u3130-\u318f\u31f0-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class Term:
    """One thing a message must say. ``exact`` was quoted: no stemming. Without ``text`` it is only ``symbols``."""

    text: str
    exact: bool = False
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filters:
    """Each list is "any of"; an empty one does not filter."""

    platforms: tuple[str, ...] = ()
    channel_ids: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()
    workspace_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A search as asked. ``since`` (included) and ``until`` (left out) are timestamps (:mod:`quire.domain.time`)."""

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    since: str | None = None
    until: str | None = None
    sort: Sort | None = None
    limit: int = 25

    @property
    def ranked(self) -> bool:
        """Whether hits come by relevance: unless asked otherwise, when there is something to be relevant to."""
        return self.sort == "relevance" or (self.sort is None and bool(self.text.strip()))


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a query: words, all of which must occur, and "quoted phrases", which must occur as written.

    A quote that is never closed quotes nothing. What has no letter, digit or symbol in it says nothing.

    Raises:
        MalformedError: more than ``MAX_TERMS`` terms.
    """
    plain = text.translate(_QUOTES)
    if plain.count('"') % 2:
        head, _, tail = plain.rpartition('"')
        plain = f"{head} {tail}"
    terms = [term for phrase, word in _PIECE.findall(plain) if (term := _term(phrase or word, bool(phrase)))]
    if len(terms) > MAX_TERMS:
        raise MalformedError(f"at most {MAX_TERMS} words and phrases")
    return tuple(dict.fromkeys(terms))


def compiled(tenant: TenantId, question: Question) -> dict[str, Any]:
    """The query of a question; only messages of ``tenant`` can ever match it."""
    terms = parse(question.text)
    query: dict[str, Any] = {"filter": [within(tenant), *_filters(question)]}
    if terms:
        query["must"] = [_must(term) for term in terms]
    elif question.text.strip():
        query["filter"].append({"match_none": {}})
    return {"bool": query}


def within(tenant: TenantId) -> dict[str, Any]:
    """The filter no query goes without."""
    return {"term": {"tenant_id": {"value": tenant}}}


def highlighted(terms: Sequence[Term], before: str, after: str) -> dict[str, Any] | None:
    """What to mark in hits; ``None`` when there are no words. Marks stand around words as the reader sees them, so
    the stemmed field is asked for phrases too."""
    wanted = [_phrase(term.text or "".join(term.symbols), dict.fromkeys(TEXT_FIELDS, 1)) for term in terms]
    if not wanted:
        return None
    return {
        "type": "unified",
        "pre_tags": [before],
        "post_tags": [after],
        "number_of_fragments": 3,
        "fragment_size": 160,
        "require_field_match": True,
        "highlight_query": {"bool": {"should": wanted}},
        "fields": {name: {} for name in TEXT_FIELDS},
    }


def sorting(question: Question) -> list[dict[str, Any]]:
    """The order of hits; the message id settles ties, so that no page repeats or leaves out a message."""
    direction = "asc" if question.sort == "oldest" else "desc"
    by_time: list[dict[str, Any]] = [{"timestamp": {"order": direction}}, {"message_id": {"order": "asc"}}]
    return [{"_score": {"order": "desc"}}, *by_time] if question.ranked else by_time


def _term(text: str, exact: bool) -> Term | None:
    if any(unicodedata.category(character)[0] in "LN" for character in text):
        return Term(text, exact)
    symbols = symbols_of(text)
    return Term("", exact, tuple(symbols)) if symbols else None


def _must(term: Term) -> dict[str, Any]:
    if not term.text:
        return {"bool": {"filter": [{"term": {"symbols": {"value": symbol}}} for symbol in term.symbols]}}
    suffixes = [".exact", ".cjk"] if _CJK.search(term.text) else [".exact"] if term.exact else [""]
    return _phrase(term.text, {f"{name}{end}": boost for name, boost in TEXT_FIELDS.items() for end in suffixes})


def _phrase(text: str, fields: Mapping[str, int]) -> dict[str, Any]:
    """All of ``text`` in a row in one of the fields: also of one word, which an analyzer may see as several."""
    return {
        "multi_match": {
            "query": text,
            "type": "phrase",
            "fields": [name if boost == 1 else f"{name}^{boost}" for name, boost in fields.items()],
        }
    }


def _filters(question: Question) -> list[dict[str, Any]]:
    wanted = {
        "platform": question.filters.platforms,
        "channel_id": question.filters.channel_ids,
        "user_id": question.filters.user_ids,
        "workspace_id": question.filters.workspace_ids,
    }
    filters: list[dict[str, Any]] = [{"terms": {name: list(values)}} for name, values in wanted.items() if values]
    span = {"gte": question.since, "lt": question.until}
    told = {bound: indexable_time(time) for bound, time in span.items() if time is not None}
    return [*filters, {"range": {"timestamp": told}}] if told else filters
