"""Slack's own client for the parts of OAuth that it knows best, its requests sent through the outside.

Loaded by the functions that need it: it takes longer to import than all of ours.
"""

import logging
from email.message import Message
from typing import Any
from urllib.request import Request

from slack_sdk.web import WebClient

from quire.domain.calls import Call, Outside

_OWN_HEADERS = frozenset({"content-length", "host"})
SILENT = logging.Logger("slack")
SILENT.disabled = True
"""Slack's libraries write what they send when they are asked to say more, refresh tokens and codes among it."""


class OutsideWebClient(WebClient):
    """A ``WebClient`` that makes no socket. It never tries again by itself: the outside does."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(retry_handlers=[], logger=SILENT)
        self._outside = outside

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        method = url.rpartition("/")[2]
        headers = {name: str(value) for name, value in req.header_items() if name.lower() not in _OWN_HEADERS}
        body = req.data if isinstance(req.data, bytes) else None
        answer = self._outside.send(Call("POST", url, method, headers, body=body))
        told = Message()
        for name, value in answer.headers.items():
            told[name] = value
        return {"status": answer.status, "headers": told, "body": answer.body.decode("utf-8", "replace")}
