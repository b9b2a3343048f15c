"""What all requests and answers share: snake_case here, camelCase outside, absent values left out."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from quire.domain.time import parse

T = TypeVar("T")


class ApiModel(BaseModel):
    """A request or an answer, or a part of one."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)


def _absent(value: Any) -> bool:
    return value is None


Maybe = Annotated[T | None, Field(exclude_if=_absent)]
"""A value that is left out of the answer where there is none; give it the default ``None``."""

Time = Annotated[str, AfterValidator(parse), Field(examples=["2026-03-02T09:14:05.000200Z"], max_length=64)]
"""An RFC 3339 time of any offset, read as UTC with its digits kept."""


class Window(ApiModel):
    """From when to when something was looked through, both included."""

    since: str
    until: str


class Partial(ApiModel):
    """What an answer says that is not whole: it is ``partial`` while the search index does not answer, made from what
    was captured lately; nothing outside the ``window`` was looked at."""

    partial: Maybe[Literal[True]] = None
    reason: Maybe[Literal["index-unavailable"]] = None
    window: Maybe[Window] = None


def partly(since: str | None, until: str) -> dict[str, Any]:
    """The fields of a :class:`Partial`: whole where ``since`` is ``None``."""
    if since is None:
        return {}
    return {"partial": True, "reason": "index-unavailable", "window": Window(since=since, until=until)}
