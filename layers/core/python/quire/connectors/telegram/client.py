"""Telegram's Bot API, the token in each address.

https://core.telegram.org/bots/api#making-requests
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote

import orjson

from quire.domain.calls import Answer, Call, Outside
from quire.domain.errors import GrantLostError

API = "https://api.telegram.org"
_LOST = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND})
"""A token that was revoked is answered with the former, one that never was with the latter: all methods exist."""


class Client:
    """Requests with the connection's token."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._token = outside.token()

    def ask(self, method: str, **parameters: Any) -> Answer:
        """The answer of a method that changes nothing, also one that refuses: it may be asked again.

        Raises:
            GrantLostError, BusyError, UnavailableError: as :meth:`change`.
        """
        query = {
            key: told if isinstance(told, str) else orjson.dumps(told).decode() for key, told in parameters.items()
        }
        return self._send("GET", method, query, None)

    def change(self, method: str, **parameters: Any) -> Answer:
        """The answer of a method that changes something, also one that refuses.

        Raises:
            GrantLostError: the token counts no more.
            BusyError, UnavailableError: as :class:`quire.domain.calls.Outside` says.
        """
        return self._send("POST", method, {}, orjson.dumps(parameters))

    def file(self, path: str) -> Call:
        """The request for a file's bytes; good for an hour."""
        return Call("GET", f"{API}/file/bot{self._secret()}/{quote(path)}", "file")

    def _send(self, verb: Literal["GET", "POST"], method: str, query: Mapping[str, str], body: bytes | None) -> Answer:
        headers = {"Content-Type": "application/json"} if body else {}
        call = Call(verb, f"{API}/bot{self._secret()}/{method}", method, headers, query, body)
        answer = self._outside.send(call)
        if answer.status in _LOST:
            self._token = self._outside.token(fresh=True)
            answer = self._outside.send(call._replace(url=f"{API}/bot{self._secret()}/{method}"))
        if answer.status in _LOST:
            raise GrantLostError("Telegram does not take the bot's token any more")
        return answer

    def _secret(self) -> str:
        return quote(self._token, safe=":")
