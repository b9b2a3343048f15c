"""What a person asks, compiled to typed queries. Pure.

A person's text only ever becomes the *value* of a ``multi_match`` phrase or of a term; no part of it is parsed by the
engine as syntax, and the tenant's filter is part of every query by construction.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from quire.domain.errors import MalformedError
from quire.domain.ids import TenantId
from quire.domain.time import nanoseconds
from quire.search.documents import symbols_of
from quire.search.mapping import LAST_TIME, indexable_time

MAX_TERMS = 40
COUNTED_UP_TO = 100_000
"""Totals are exact up to here, "at least" beyond."""

CURRENT_FIELDS = ("content", "subject")
TEXT_FIELDS = (*CURRENT_FIELDS, "history", "attachment_text")
"""Where words are looked for."""
IN_FILES, MOST_FILES = "in_files", 20
_AS_ASKED, _SAID_NOW = 4, 2
_MARKED_UP_TO = 100_000
"""Characters of a text that are looked at for marks; beyond a million an engine would refuse the whole search."""

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
    """The query of a question; only messages of ``tenant`` can ever match it.

    Relevance is one of few steps: the words stand in the message side by side as asked, they all stand in it as it
    reads now, they stand in what it said before or in an attachment. Within a step the newest comes first. Unlike
    word statistics this can be explained, is the same in every month's index, and is exact in a cursor.
    """
    terms = parse(question.text)
    query: dict[str, Any] = {"filter": [within(tenant), *_filters(question)]}
    if terms:
        query["filter"] += [_occurs(term, TEXT_FIELDS) for term in terms]
    elif question.text.strip():
        query["filter"].append({"match_none": {}})
    if terms and question.ranked:
        query["should"] = _steps(terms)
    return {"bool": query}


def within(tenant: TenantId) -> dict[str, Any]:
    """The filter no query goes without."""
    return {"term": {"tenant_id": {"value": tenant}}}


def in_files(terms: Sequence[Term]) -> dict[str, Any] | None:
    """A filter that lets every message pass, and says of each in which of its files some of the words are found
    (``inner_hits`` named ``IN_FILES``); ``None`` when there are no words."""
    wanted = [_occurs(term, ("attachments.extracted_text",)) for term in terms if term.text]
    if not wanted:
        return None
    nested = {
        "path": "attachments",
        "ignore_unmapped": True,
        "query": {"bool": {"should": wanted, "minimum_should_match": 1}},
        "inner_hits": {
            "name": IN_FILES,
            "size": MOST_FILES,
            "_source": ["attachments.attachment_id", "attachments.name"],
        },
    }
    return {"bool": {"should": [{"match_all": {}}, {"nested": nested}], "minimum_should_match": 1}}


def highlighted(terms: Sequence[Term], before: str, after: str) -> dict[str, Any] | None:
    """What to mark in hits; ``None`` when there are no words. Marks stand around words as the reader sees them, so
    the stemmed field is asked for phrases too."""
    wanted = [_phrase(term.text or "".join(term.symbols), TEXT_FIELDS) for term in terms]
    if not wanted:
        return None
    return {
        "type": "unified",
        "pre_tags": [before],
        "post_tags": [after],
        "number_of_fragments": 3,
        "fragment_size": 160,
        "max_analyzer_offset": _MARKED_UP_TO,
        "require_field_match": True,
        "highlight_query": {"bool": {"should": wanted}},
        "fields": {name: {} for name in TEXT_FIELDS},
    }


def sorting(question: Question) -> list[dict[str, Any]]:
    """The order of hits; no two messages share a place, so no page repeats or leaves out a message."""
    by_time = in_time("asc" if question.sort == "oldest" else "desc")
    return [{"_score": {"order": "desc"}}, *by_time] if question.ranked else by_time


def in_time(order: Literal["asc", "desc"]) -> list[dict[str, Any]]:
    """Messages by their place in time (:func:`quire.search.mapping.place_in_time`)."""
    return [{"instant": {"order": order}}, {"place": {"order": order}}]


def _term(text: str, exact: bool) -> Term | None:
    if any(unicodedata.category(character)[0] in "LN" for character in text):
        return Term(text, exact)
    symbols = symbols_of(text)
    return Term("", exact, tuple(symbols)) if symbols else None


def _steps(terms: Sequence[Term]) -> list[dict[str, Any]]:
    now = {"bool": {"filter": [_occurs(term, CURRENT_FIELDS) for term in terms]}}
    steps = [{"constant_score": {"filter": now, "boost": _SAID_NOW}}]
    if len(terms) > 1:
        together = _occurs(Term(" ".join(term.text for term in terms), exact=True), CURRENT_FIELDS)
        steps.append({"constant_score": {"filter": together, "boost": _AS_ASKED}})
    return steps


def _occurs(term: Term, fields: Sequence[str]) -> dict[str, Any]:
    if not term.text:
        return {"bool": {"filter": [{"term": {"symbols": {"value": symbol}}} for symbol in term.symbols]}}
    ends = [".exact", ".cjk"] if _CJK.search(term.text) else [".exact"] if term.exact else [""]
    return _phrase(term.text, [f"{name}{end}" for name in fields for end in ends])


def _phrase(text: str, fields: Sequence[str]) -> dict[str, Any]:
    """All of ``text`` in a row in one of the fields: also of one word, which an analyzer may see as several."""
    return {"multi_match": {"query": text, "type": "phrase", "fields": list(fields)}}


def _filters(question: Question) -> list[dict[str, Any]]:
    wanted = {
        "platform": question.filters.platforms,
        "channel_id": question.filters.channel_ids,
        "user_id": question.filters.user_ids,
        "workspace_id": question.filters.workspace_ids,
    }
    filters: list[dict[str, Any]] = [{"terms": {name: list(values)}} for name, values in wanted.items() if values]
    span: dict[str, str] = {}
    if question.since is not None:
        span["gte"] = indexable_time(question.since)
    if question.until is not None and nanoseconds(question.until) <= nanoseconds(LAST_TIME):
        span["lt"] = indexable_time(question.until)
    return [*filters, {"range": {"timestamp": span}}] if span else filters
