"""Errors as problem+json (RFC 9457): the one table from our errors to what a caller is told."""

import logging
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from quire.domain.errors import BadInputError, CorruptError, InvalidFieldsError, QuireError, UnavailableError
from quire.search.query.errors import QueryError

CONTENT_TYPE = "application/problem+json"
_INTERNAL = "something went wrong here; the request's id says where to look"
_CORRUPT = "stored bytes contradict themselves, and are not given out; the request's id says where to look"

TITLES: dict[str, str] = {
    "bad-input": "The request cannot be carried out",
    "malformed": "The request is not what it should be",
    "query-malformed": "The query cannot be read",
    "unauthenticated": "Sign in first",
    "forbidden": "Not allowed",
    "not-found": "Not found",
    "method-not-allowed": "Not that way",
    "conflict": "Not in the state you assume",
    "too-large": "Too large",
    "too-many": "Too many requests",
    "unsupported-media-type": "Send JSON",
    "gone": "Not there any more",
    "out-of-reach": "Not fetched",
    "unavailable": "Try again shortly",
    "busy": "Try again shortly",
    "corrupt": "What is stored is not what was stored",
    "internal": "Our fault",
}

logger = logging.getLogger(__name__)


class MethodNotAllowedError(BadInputError):
    """There is such a thing, but not with this method."""

    slug = "method-not-allowed"
    status = 405


def status_of(error: Exception) -> int:
    """The HTTP status an error is answered with."""
    if isinstance(error, QuireError):
        return error.status
    if isinstance(error, RequestValidationError):
        return 400
    return 415 if isinstance(error, RequestUnsupportedContentType) else 500


def problem(error: Exception, request_id: str) -> Response[str]:
    """The answer to an error. Of our own faults only the request's id is told, and only their class is logged: their
    text may quote what a customer wrote."""
    status = status_of(error)
    if isinstance(error, RequestValidationError):
        return _answer(status, "malformed", "some fields are not what they should be", request_id, _fields(error))
    if status == 415:
        return _answer(status, "unsupported-media-type", "the body must be application/json", request_id)
    if isinstance(error, InvalidFieldsError):
        faults = [{"field": field, "problem": words} for field, words in error.faults]
        return _answer(status, error.slug, error.detail, request_id, faults)
    if isinstance(error, QueryError):
        place = {"column": error.column, "length": error.length, "expected": error.expected}
        return _answer(status, error.slug, error.detail, request_id, more=place)
    if isinstance(error, BadInputError):
        return _answer(status, error.slug, error.detail, request_id)
    _log(error, request_id)
    if isinstance(error, UnavailableError):
        return _answer(status, error.slug, "something we depend on did not answer", request_id)
    if isinstance(error, CorruptError):
        _count("corrupt_answers")
        return _answer(500, error.slug, _CORRUPT, request_id)
    return _answer(500, "internal", _INTERNAL, request_id)


def _answer(
    status: int,
    slug: str,
    detail: str,
    request_id: str,
    errors: Sequence[dict[str, str]] = (),
    more: Mapping[str, Any] | None = None,
) -> Response[str]:
    body: dict[str, Any] = {
        "type": f"urn:quire:problem:{slug}",
        "title": TITLES[slug],
        "status": status,
        "detail": detail,
        "instance": f"urn:quire:request:{request_id}",
    }
    body |= more or {}
    if errors:
        body["errors"] = list(errors)
    headers = {"Retry-After": "5"} if status == 503 else {}
    return Response(status_code=status, content_type=CONTENT_TYPE, body=orjson.dumps(body).decode(), headers=headers)


def _fields(error: RequestValidationError) -> list[dict[str, str]]:
    """What is wrong where; never the value itself."""
    return [
        {"field": ".".join(str(part) for part in each["loc"]), "problem": str(each["msg"])} for each in error.errors()
    ]


def _count(name: str) -> None:
    """One more of what an alarm waits for."""
    metrics = EphemeralMetrics(namespace="Quire", service="serve_api")
    metrics.add_metric(name, MetricUnit.Count, 1)
    metrics.flush_metrics()


def _log(error: Exception, request_id: str) -> None:
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    cause = error.__cause__
    logger.error(
        "request failed",
        extra={
            "request": request_id,
            "error": type(error).__name__,
            "cause": type(cause).__name__ if cause else None,
            "where": where[-8:],
        },
    )
