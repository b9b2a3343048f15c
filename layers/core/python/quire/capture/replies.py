"""A webhook from end to end: the event of an HTTP API in, its response out, and what to count."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from quire.capture.receive import Answer, Receiver
from quire.capture.refusals import counted_as
from quire.capture.requests import path_parameter, webhook_request
from quire.domain.errors import QuireError, UnavailableError

_RETRY_AFTER_SECONDS = "30"
_GUARD = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    409: "Conflict",
    413: "Too large",
    429: "Too many requests",
    503: "Not available",
}
_SAME_FOR_ALL = {401: "the sender did not prove who it is", 503: "not taken: send it again"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """``response`` is the HTTP API's (payload format 2.0). ``refused`` is the word to count, ``None`` when taken.

    ``platform`` is one we know or ``unknown``; ``taken`` the bytes now on the stream.
    """

    response: dict[str, Any]
    platform: str
    refused: str | None = None
    taken: int = 0


def reply(receiver: Receiver, event: Mapping[str, Any], now: datetime) -> Reply:
    """Receive what an event carries. Never raises: what cannot be taken now is a 503, so that it is sent again."""
    named = path_parameter(event, "platform")
    platform = named if named in receiver.platforms else "unknown"
    try:
        answer = receiver.receive(named, path_parameter(event, "connectionId"), webhook_request(event), now)
    except QuireError as error:
        return Reply(_problem(error), platform, counted_as(error))
    except Exception as error:  # noqa: BLE001 - the edge: a fault of ours must not lose a delivery
        _log.error("receiving failed", extra={"error": type(error).__name__})
        return Reply(_problem(UnavailableError("not taken: send it again")), platform, "fault")
    return Reply(_response(answer), platform, taken=answer.taken)


def _response(answer: Answer) -> dict[str, Any]:
    headers = {"content-type": answer.content_type} if answer.content_type else {}
    return {"statusCode": answer.status, "headers": headers | _GUARD, "body": answer.body}


def _problem(error: QuireError) -> dict[str, Any]:
    """RFC 9457. Whatever is wrong on our side is one answer: not now, send it again.

    A sender that is not believed is told the same whatever did not match, whichever connector looked.
    """
    ours = error.status >= 500
    status, slug = (503, UnavailableError.slug) if ours else (error.status, error.slug)
    detail = _SAME_FOR_ALL.get(status, error.detail)
    problem = {"type": f"urn:quire:problem:{slug}", "title": _TITLES[status], "status": status, "detail": detail}
    headers = {"content-type": "application/problem+json"} | _GUARD
    if ours:
        headers["retry-after"] = _RETRY_AFTER_SECONDS
    return {"statusCode": status, "headers": headers, "body": orjson.dumps(problem).decode()}
