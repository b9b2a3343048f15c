"""What a compiled query may look like, whatever was asked: everything that is not a value is one of these names."""

import re
from typing import Any

from quire.domain.ids import TenantId

_TEXT = r"((content|subject|history|attachment_text)(\.exact|\.cjk)?|words_[a-z]{2,3}|parts|unspaced(_before)?)"
_KEYWORD = (
    r"(platform|channel_id|channel_type|user_id|workspace_id|thread_id|message_id|platform_id|mentioned_ids|symbols|tokens|"
    r"emoji|file_types|tags|holds|sentiment|language|has_(attachments|links|reactions)|is_(edited|deleted|external|flagged))"
)
_VALUES = {
    "value",
    "fuzziness",
    "transpositions",
    "rewrite",
    "flags",
    "max_determinized_states",
    "case_insensitive",
    "max_expansions",
}
_LEAVES = {
    "term": _KEYWORD,
    "terms": _KEYWORD,
    "wildcard": rf"({_TEXT}|tokens|file_names\.exact)",
    "fuzzy": _TEXT,
    "regexp": _TEXT,
    "range": "timestamp",
    "match_phrase": r"file_names(\.exact)?",
}
_RULES = {
    "match": {"query", "max_gaps", "ordered", "use_field"},
    "wildcard": {"pattern", "max_expansions"},
    "fuzzy": {"term", "fuzziness", "transpositions"},
    "all_of": {"ordered", "max_gaps", "intervals"},
    "any_of": {"intervals"},
}


def check(query: dict[str, Any], tenant: TenantId) -> None:
    """The tenant's filter stands first and binds everything; the rest is of known shapes and never names a tenant."""
    assert set(query) == {"bool"}
    assert set(query["bool"]) <= {"filter", "should"}
    first, *others = query["bool"]["filter"]
    assert first == {"term": {"tenant_id": {"value": tenant}}}
    for each in (*others, *query["bool"].get("should", ())):
        check_clause(each)


def check_clause(query: dict[str, Any]) -> None:
    """One clause, and all within it."""
    ((kind, inner),) = query.items()
    if kind == "bool":
        assert set(inner) <= {"filter", "should", "must_not", "minimum_should_match"}
        assert ("should" in inner) == ("minimum_should_match" in inner)
        for part in ("filter", "should", "must_not"):
            for each in inner.get(part, ()):
                check_clause(each)
    elif kind == "constant_score":
        assert set(inner) == {"filter", "boost"}
        check_clause(inner["filter"])
    elif kind == "multi_match":
        assert set(inner) == {"query", "type", "fields"}
        assert inner["type"] == "phrase"
        assert all(re.fullmatch(_TEXT, field) for field in inner["fields"])
    elif kind == "intervals":
        ((field, rule),) = inner.items()
        assert re.fullmatch(_TEXT, field)
        _check_rule(rule)
    elif kind == "exists":
        assert inner == {"field": "pii"}
    elif kind == "match_none":
        assert inner == {}
    else:
        ((field, asked),) = inner.items()
        assert re.fullmatch(_LEAVES[kind], field)
        if kind == "terms":
            assert all(isinstance(value, str) for value in asked)
        elif kind == "range":
            assert set(asked) <= {"gte", "lt"}
        elif kind != "match_phrase":
            assert set(asked) <= _VALUES
            assert isinstance(asked["value"], str | bool)


def _check_rule(rule: dict[str, Any]) -> None:
    ((kind, inner),) = rule.items()
    assert set(inner) <= _RULES[kind]
    for each in inner.get("intervals", ()):
        _check_rule(each)
