"""Fields of the query language as typed queries over the properties of a message. Pure."""

from typing import Any

from quire.domain.time import nanoseconds
from quire.search.mapping import LAST_TIME, indexable_time
from quire.search.query.ast import Field, Value
from quire.search.query.folding import folded
from quire.search.query.meaning import Meaning
from quire.search.query.patterns import is_wild
from quire.search.query.times import Span

NONE: dict[str, Any] = {"match_none": {}}
FLAGS = {
    ("has", "attachment"): "has_attachments",
    ("has", "link"): "has_links",
    ("has", "reaction"): "has_reactions",
    ("is", "edited"): "is_edited",
    ("is", "deleted"): "is_deleted",
    ("is", "external"): "is_external",
    ("is", "flagged"): "is_flagged",
}
KEYWORDS = {
    "platform": "platform",
    "type": "channel_type",
    "filetype": "file_types",
    "tag": "tags",
    "hold": "holds",
    "sentiment": "sentiment",
    "lang": "language",
}


def holds(field: Field, meaning: Meaning) -> dict[str, Any]:
    """That a message has one of a field's values."""
    asked = [_holds(field.name, value, meaning) for value in field.values]
    return asked[0] if len(asked) == 1 else {"bool": {"should": asked, "minimum_should_match": 1}}


def within_span(start: str | None, end: str | None) -> dict[str, Any]:
    """That a message was sent from ``start`` (included) to ``end`` (left out)."""
    span: dict[str, str] = {}
    if start is not None:
        span["gte"] = indexable_time(start)
    if end is not None and nanoseconds(end) <= nanoseconds(LAST_TIME):
        span["lt"] = indexable_time(end)
    return {"range": {"timestamp": span}}


def _holds(name: str, value: Value, meaning: Meaning) -> dict[str, Any]:
    if name in ("before", "after", "on", "during"):
        return _sent(name, meaning.spans[value])
    if name in ("from", "to", "mention", "in"):
        return _named(name, value, meaning)
    if name == "thread":
        return _either([{"term": {each: {"value": value.text.lower()}}} for each in ("thread_id", "message_id")])
    if name == "file":
        return _file(value)
    if (name, value.text) == ("has", "pii"):
        return {"exists": {"field": "pii"}}
    if (name, value.text) in FLAGS:
        return {"term": {FLAGS[name, value.text]: {"value": True}}}
    return {"term": {KEYWORDS[name]: {"value": value.text, "case_insensitive": True}}}


def _sent(name: str, span: Span) -> dict[str, Any]:
    """``before`` a day is before it begins, ``after`` it is from its end on."""
    if name == "before":
        return within_span(None, span.start)
    return within_span(span.end, None) if name == "after" else within_span(span.start, span.end)


def _named(name: str, value: Value, meaning: Meaning) -> dict[str, Any]:
    meant = meaning.named[name, value]
    if not meant.ids:
        return NONE
    ids = list(meant.ids)
    if name == "from":
        return {"terms": {"user_id": ids}}
    if name == "in":
        return {"terms": {"channel_id": ids}}
    mentioned: dict[str, Any] = {"terms": {"mentioned_ids": ids}}
    if name == "mention" or not meant.private:
        return mentioned
    told = {
        "bool": {
            "filter": [{"terms": {"channel_id": list(meant.private)}}],
            "must_not": [{"terms": {"user_id": ids}}],
        }
    }
    return _either([mentioned, told])


def _file(value: Value) -> dict[str, Any]:
    if not value.quoted and is_wild(value.text):
        return {"wildcard": {"file_names.exact": {"value": folded(value.text)}}}
    if value.quoted:
        return {"match_phrase": {"file_names.exact": {"query": value.text}}}
    said: dict[str, Any] = {"match_phrase": {"file_names": {"query": value.text}}}
    if not value.text.isalnum():
        return said
    # For the index budget.xlsx is one word.
    return _either([said, {"wildcard": {"file_names.exact": {"value": f"{folded(value.text)}.*"}}}])


def _either(queries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"bool": {"should": queries, "minimum_should_match": 1}}
