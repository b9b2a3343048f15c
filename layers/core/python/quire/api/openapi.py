"""The API's OpenAPI document, from the routes themselves: ``python -m quire.api.openapi FILE`` writes it."""

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import orjson
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer
from pydantic.alias_generators import to_camel

from quire.api.app import build
from quire.api.gate import Gate
from quire.api.problems import CONTENT_TYPE
from quire.api.routing import LATER
from quire.api.scope import TenantScope
from quire.domain.ids import TenantId
from quire.identity.policy import decide
from quire.identity.principal import Principal

_DESCRIPTION = "Search and read what was captured. Every request is decided by policy and put on the audit trail."
_PROBLEMS = {
    "400": "The request is not what it should be",
    "401": "No valid access token",
    "403": "The role does not allow this",
    "404": "No such thing, or not yours",
    "409": "Not in the state the request assumes",
    "410": "It was there, and is no more",
    "503": "Something we depend on did not answer; try again",
}


def document() -> dict[str, Any]:
    """The document as plain values."""
    api = build(Gate(_nobody, decide, _nothing, lambda: datetime.max.replace(tzinfo=UTC)))
    text = api.resolver.get_openapi_json_schema(
        title="Quire",
        version="1",
        description=_DESCRIPTION,
        security_schemes={"accessToken": HTTPBearer(bearerFormat="JWT")},
        security=[{"accessToken": []}],
    )
    described: dict[str, Any] = orjson.loads(text)
    described["components"]["schemas"]["Problem"] = _problem_schema()
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)
    described["paths"] = {_camel_case(path): operations for path, operations in described["paths"].items()}
    for operations in described["paths"].values():
        for operation in operations.values():
            if later := operation.pop(LATER, ""):
                operation["responses"]["202"] = operation["responses"]["200"] | {"description": later}
            operation["responses"] |= {status: _problem(text) for status, text in _PROBLEMS.items()}
            for parameter in operation.get("parameters", ()):
                parameter["name"] = to_camel(parameter["name"])
    return described


def encoded() -> bytes:
    """The document as it is checked in."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _camel_case(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: f"{{{to_camel(match[1])}}}", path)


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {CONTENT_TYPE: {"schema": schema}}}


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    fault = {"type": "object", "required": ["field", "problem"], "properties": {"field": text, "problem": text}}
    return {
        "type": "object",
        "description": "RFC 9457",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "instance": text,
            "errors": {"type": "array", "items": fault},
        },
    }


def _nobody(claims: Mapping[str, Any], now: datetime) -> Principal:
    raise _described(claims, now)


def _nothing(tenant: TenantId) -> TenantScope:
    raise _described(tenant)


def _described(*_: object) -> NoReturn:
    raise AssertionError("routes are described here, not called")


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(encoded())
