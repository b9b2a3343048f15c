"""Facets: how many of all messages found are of each platform, conversation, day ... Pure.

A facet is counted with every other filter applied and without its own, so that choosing one of its values does not
make its others disappear. Filters of facets that are asked for therefore move behind the counting (``post_filter``);
what they let through is what is found and counted as the total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from quire.search.query.filters import FIELDS, FLAG_FIELDS, Filters, clauses, flag_clause
from quire.search.query.question import Question

FacetName = Literal["platform", "channel", "sender", "type", "flag", "fileType", "language", "day", "month"]

_KINDS: Mapping[FacetName, str] = {
    "platform": "platforms",
    "channel": "channel_ids",
    "sender": "user_ids",
    "type": "channel_types",
    "flag": "flags",
    "fileType": "file_types",
    "language": "languages",
}
"""The filter that a facet's values are chosen by. Days and months are chosen by the stretch of time."""
_SPANS: Mapping[FacetName, tuple[str, str]] = {"day": ("day", "yyyy-MM-dd"), "month": ("month", "yyyy-MM")}
_MOST: Mapping[FacetName, int] = {"channel": 50, "sender": 300, "fileType": 30, "language": 30}
_MOST_VALUES = 20
_MOST_SPANS = 1_000
_SHARDS_ANSWER = 1_000
"""Values that each month's index answers with: counts are exact while none has more."""


@dataclass(frozen=True)
class Value:
    """A value and how many messages have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Facet:
    """Values, the most frequent first; days and months in order of time. ``more``: there are others than these.

    ``exact``: no count can be too low.
    """

    name: FacetName
    values: tuple[Value, ...]
    more: bool = False
    exact: bool = True


@dataclass(frozen=True)
class Counting:
    """The parts of a request that count facets: ``question`` is what still narrows the query itself."""

    question: Question
    aggregations: dict[str, Any]
    after: dict[str, Any] | None


def counting(question: Question, names: Sequence[FacetName]) -> Counting:
    """How to count the facets of these names in a question's whole result."""
    asked = clauses(question.filters)
    own = {_KINDS[name] for name in names if name in _KINDS} & set(asked)
    behind = {kind: asked[kind] for kind in sorted(own)}
    free: dict[str, Any] = dict.fromkeys(own, ())
    return Counting(
        replace(question, filters=replace(question.filters, **free)),
        {name: _counted(name, behind, question.zone) for name in dict.fromkeys(names)},
        {"bool": {"filter": list(behind.values())}} if behind else None,
    )


def counted(answer: Mapping[str, Any], names: Sequence[FacetName], filters: Filters) -> list[Facet]:
    """The facets that an answer of the engine holds; a value that filters is there even where it counts nothing."""
    told = answer.get("aggregations", {})
    return [_facet(name, told[name]["of"], filters) for name in dict.fromkeys(names) if name in told]


def _counted(name: FacetName, behind: Mapping[str, dict[str, Any]], zone: str) -> dict[str, Any]:
    others = [clause for kind, clause in behind.items() if kind != _KINDS.get(name)]
    kept: dict[str, Any] = {"bool": {"filter": others}} if others else {"match_all": {}}
    return {"filter": kept, "aggs": {"of": _values(name, zone)}}


def _values(name: FacetName, zone: str) -> dict[str, Any]:
    if name in _SPANS:
        interval, pattern = _SPANS[name]
        return {
            "date_histogram": {
                "field": "timestamp",
                "calendar_interval": interval,
                "time_zone": zone,
                "min_doc_count": 1,
                "format": pattern,
            }
        }
    if name == "flag":
        return {"filters": {"filters": {flag: flag_clause(flag) for flag in FLAG_FIELDS}}}
    terms = {"field": FIELDS[_KINDS[name]], "size": _MOST.get(name, _MOST_VALUES), "shard_size": _SHARDS_ANSWER}
    return {"terms": terms}


def _facet(name: FacetName, told: Mapping[str, Any], filters: Filters) -> Facet:
    if name in _SPANS:
        spans = [Value(str(each["key_as_string"]), int(each["doc_count"])) for each in told["buckets"]]
        return Facet(name, tuple(spans[-_MOST_SPANS:]), more=len(spans) > _MOST_SPANS)
    chosen: tuple[str, ...] = getattr(filters, _KINDS[name])
    if name == "flag":
        flags = [Value(flag, int(each["doc_count"])) for flag, each in told["buckets"].items()]
        shown = [each for each in flags if each.count or each.value in chosen]
        return Facet(name, tuple(sorted(shown, key=lambda each: (-each.count, each.value))))
    values = [Value(str(each["key"]), int(each["doc_count"])) for each in told["buckets"]]
    missing = [Value(value, 0) for value in chosen if value not in {each.value for each in values}]
    more = int(told.get("sum_other_doc_count", 0)) > 0
    return Facet(name, (*values, *([] if more else missing)), more, not told.get("doc_count_error_upper_bound"))
