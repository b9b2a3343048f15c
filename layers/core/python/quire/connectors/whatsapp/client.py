"""Meta's Graph API with a system user's token: reading only.

https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

from collections.abc import Mapping
from http import HTTPStatus

from quire.connectors.shape import mapping
from quire.domain.calls import Answer, Call, Outside
from quire.domain.errors import GrantLostError, MalformedError

API = "https://graph.facebook.com/v23.0"
_TOKEN_LOST = 190


class Client:
    """Requests with the connection's token."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._token = outside.token()

    def get(self, name: str, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """The answer to a request, also one that refuses; ``name`` is its path without ids.

        Raises:
            GrantLostError: the token counts no more.
            BusyError, UnavailableError: as :class:`quire.domain.calls.Outside` says.
        """
        call = Call("GET", f"{API}/{path}", name, self.headers, query or {})
        answer = self._outside.send(call)
        if _is_lost(answer):
            self._token = self._outside.token(fresh=True)
            answer = self._outside.send(call._replace(headers=self.headers))
        if _is_lost(answer):
            raise GrantLostError("Meta does not take the access token any more")
        return answer

    @property
    def headers(self) -> dict[str, str]:
        """What proves who asks."""
        return {"Authorization": f"Bearer {self._token}"}


def error_code(answer: Answer) -> int | None:
    """Meta's own number for what went wrong; ``None`` where it says none."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return None
    try:
        code = mapping(mapping(answer.json()).get("error")).get("code")
    except MalformedError:
        return None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _is_lost(answer: Answer) -> bool:
    return answer.status == HTTPStatus.UNAUTHORIZED or error_code(answer) == _TOKEN_LOST
