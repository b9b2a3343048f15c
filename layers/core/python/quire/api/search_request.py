"""What a search is asked with."""

from typing import Annotated, Any

from pydantic import Field

from quire.api.model import ApiModel, Time
from quire.search.cursor import MAX_LENGTH
from quire.search.facets import FacetName
from quire.search.query import Filters, Question, Sort, limits
from quire.search.query.filters import Flag
from quire.search.searcher import Extras

_Word = Annotated[str, Field(min_length=1, max_length=200)]
_AnyOf = _Word | Annotated[list[_Word], Field(min_length=1, max_length=50)]
_Limit = Annotated[int, Field(ge=1, le=100)]
_Cursor = Annotated[str, Field(max_length=MAX_LENGTH)]
_Facets = Annotated[list[FacetName], Field(max_length=9)]
Zone = Annotated[str, Field(min_length=1, max_length=64)]
QueryText = Annotated[str, Field(max_length=limits.MAX_LENGTH)]


class SearchFilters(ApiModel):
    """Each is one value, or several of which any will do. ``type`` is that of the conversation; a person's id as
    ``user_id`` stands for all their accounts."""

    platform: _AnyOf | None = None
    channel_id: _AnyOf | None = None
    user_id: _AnyOf | None = None
    workspace_id: _AnyOf | None = None
    type: _AnyOf | None = None
    flag: Flag | Annotated[list[Flag], Field(min_length=1, max_length=5)] | None = None
    file_type: _AnyOf | None = None
    language: _AnyOf | None = None


class SavedRequest(ApiModel):
    """The part of a search that can be saved. ``from`` is included, ``to`` is left out. Without ``sort`` words rank by
    relevance, and everything else comes newest first. Days begin in the time zone of the IANA name ``zone``."""

    query: QueryText = ""
    zone: Zone = "UTC"
    filters: SearchFilters = SearchFilters()
    from_: Annotated[Time | None, Field(alias="from")] = None
    to: Time | None = None
    sort: Sort | None = None


class PageRequest(ApiModel):
    """Which page, and what to tell beside the hits. A ``cursor`` goes on where an answer to the same request ended;
    ``facets`` come with the first page; ``explain`` says of each hit why it was found and stands where it stands;
    ``suggest`` asks for other words where nothing is found."""

    limit: _Limit = 25
    cursor: _Cursor | None = None
    facets: _Facets = Field(default_factory=list)
    explain: bool = False
    suggest: bool = False

    @property
    def extras(self) -> Extras:
        """What is told beside the hits."""
        return Extras(tuple(self.facets), self.explain, self.suggest)


class SearchRequest(SavedRequest, PageRequest):
    """What to look for, and which page of it."""

    def told(self) -> dict[str, Any]:
        """What goes on record of it: everything but the cursor, of which only that it is there matters."""
        untold = {"cursor", *(name for name in ("facets", "explain", "suggest") if not getattr(self, name))}
        told = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=untold)
        return {**told, "page": "first" if self.cursor is None else "next"}


def question_of(request: SavedRequest, limit: int = 25) -> Question:
    """The request as the search room asks it."""
    filters = request.filters
    return Question(
        text=request.query,
        filters=Filters(
            platforms=_several(filters.platform),
            channel_ids=_several(filters.channel_id),
            user_ids=_several(filters.user_id),
            workspace_ids=_several(filters.workspace_id),
            channel_types=_several(filters.type),
            file_types=tuple(each.lower().removeprefix(".") for each in _several(filters.file_type)),
            languages=_several(filters.language),
            flags=_several(filters.flag),
        ),
        since=request.from_,
        until=request.to,
        sort=request.sort,
        limit=limit,
        zone=request.zone,
    )


def _several[T: str](value: T | list[T] | None) -> tuple[T, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
