"""An HTTP API event (payload format 2.0) as a webhook request. Hostile input ends in a 4xx error, never in a crash.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from quire.domain.delivery import WebhookRequest
from quire.domain.errors import MalformedError, TooLargeError

MAX_BODY_BYTES = 4 * 1024 * 1024
_MAX_QUERY_FIELDS = 50


def webhook_request(event: Mapping[str, Any]) -> WebhookRequest:
    """The request in an event. Repeated headers come joined by commas; of a repeated query field the first counts.

    Raises:
        TooLargeError: the body is over 4 MiB.
        MalformedError: the body is not what the event says it is, or the query holds too many fields.
    """
    return WebhookRequest(headers=_headers(event.get("headers")), query=_query(event), body=_body(event))


def path_parameter(event: Mapping[str, Any], name: str) -> str:
    """A part of the path, empty where there is none."""
    parameters = event.get("pathParameters")
    value = parameters.get(name, "") if isinstance(parameters, Mapping) else ""
    return value if isinstance(value, str) else ""


def _headers(headers: object) -> dict[str, str]:
    if not isinstance(headers, Mapping):
        return {}
    return {_text(name).lower(): _text(value) for name, value in headers.items()}


def _query(event: Mapping[str, Any]) -> dict[str, str]:
    raw = event.get("rawQueryString")
    if not isinstance(raw, str):
        return {}
    try:
        fields = parse_qsl(_text(raw), keep_blank_values=True, max_num_fields=_MAX_QUERY_FIELDS)
    except ValueError as error:
        raise MalformedError("the query holds too many fields") from error
    return dict(reversed(fields))


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body")
    if not isinstance(body, str):
        return b""
    encoded = event.get("isBase64Encoded") is True
    if len(body) > (MAX_BODY_BYTES * 4 // 3 + 4 if encoded else MAX_BODY_BYTES):
        raise TooLargeError("a delivery may have 4 MiB")
    data = _decoded(body) if encoded else _bytes(body)
    if len(data) > MAX_BODY_BYTES:
        raise TooLargeError("a delivery may have 4 MiB")
    return data


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("the body is not base64") from error


def _bytes(body: str) -> bytes:
    """The bytes a text body stood for; what was no UTF-8 on the wire may have come as escaped or lone surrogates."""
    try:
        return body.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return body.encode("utf-8", "surrogatepass")


def _text(value: object) -> str:
    """Any value as text that can be encoded."""
    return str(value).encode("utf-8", "replace").decode()
