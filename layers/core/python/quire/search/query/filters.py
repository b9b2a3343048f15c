"""Filters beside a query, as typed queries: one a kind, so that a facet can leave out its own. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Flag = Literal["edited", "deleted", "external", "flagged", "files"]

FLAG_FIELDS: Mapping[Flag, str] = {
    "edited": "is_edited",
    "deleted": "is_deleted",
    "external": "is_external",
    "flagged": "is_flagged",
    "files": "has_attachments",
}
FIELDS: Mapping[str, str] = {
    "platforms": "platform",
    "channel_ids": "channel_id",
    "user_ids": "user_id",
    "workspace_ids": "workspace_id",
    "channel_types": "channel_type",
    "file_types": "file_types",
    "languages": "language",
}
"""Which property of a message each kind of filter looks at; flags look at several."""


@dataclass(frozen=True)
class Filters:
    """Each list is "any of"; an empty one does not filter."""

    platforms: tuple[str, ...] = ()
    channel_ids: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()
    workspace_ids: tuple[str, ...] = ()
    channel_types: tuple[str, ...] = ()
    file_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()


def clauses(filters: Filters) -> dict[str, dict[str, Any]]:
    """A query for each kind of filter that filters, by its name."""
    asked: dict[str, dict[str, Any]] = {
        kind: {"terms": {field: list(getattr(filters, kind))}}
        for kind, field in FIELDS.items()
        if getattr(filters, kind)
    }
    if filters.flags:
        held = [flag_clause(flag) for flag in filters.flags]
        asked["flags"] = {"bool": {"should": held, "minimum_should_match": 1}}
    return asked


def flag_clause(flag: Flag) -> dict[str, Any]:
    """That a message has a flag."""
    return {"term": {FLAG_FIELDS[flag]: {"value": True}}}
