"""What all requests and answers share: snake_case here, camelCase outside, absent values left out."""

from typing import Annotated, Any, TypeVar

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
