"""Discord's REST API as the bot sees it: reading only."""

from collections.abc import Mapping
from typing import Any

from quire.connectors.discord.reach import is_spent
from quire.domain.calls import Answer, Call, Outside
from quire.domain.errors import BusyError, GrantLostError, UnavailableError

API = "https://discord.com/api/v10"
PAGE = 100
"""The most messages, or archived threads, that one answer holds."""

_OK, _UNAUTHORISED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
_MOST_REFUSALS = 200
_REST_SECONDS = 600.0


class Client:
    """Requests of one run. ``spent`` says that the last answer was the last one for now of its channel.
    ``requests`` counts.

    Discord shuts out whoever is refused 10,000 times in ten minutes: a run gives up long before.
    """

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._token = outside.token()
        self._refused = 0
        self.requests = 0
        self.spent = False

    def get(self, path: str, *ids: str, query: Mapping[str, str] | None = None) -> Answer | None:
        """The answer to a request; ``{}`` in ``path`` stand for ``ids``. ``None``: we may not, or there is none.

        Raises:
            GrantLostError: the token counts no more.
            BusyError: too much was refused.
            UnavailableError: no answer, or one that makes no sense.
        """
        name = f"GET {path.replace('{}', '{id}')}"
        answer = self._ask(name, path.format(*ids), query or {})
        return answer if answer.status == _OK else None

    def value(self, path: str, *ids: str, query: Mapping[str, str] | None = None) -> Any:
        """What the answer holds; ``None`` as in :meth:`get`."""
        answer = self.get(path, *ids, query=query)
        return None if answer is None else answer.json()

    def messages(self, channel: str, *, after: int | None = None, before: int | None = None) -> Answer | None:
        """A page of a channel's messages, newest first: the newest, or those next to a message."""
        bound = {"after": after} if after is not None else {"before": before} if before is not None else {}
        query = {"limit": str(PAGE), **{key: str(value) for key, value in bound.items()}}
        return self.get("/channels/{}/messages", channel, query=query)

    def may_read(self, channel: str, message: int) -> bool:
        """Whether the channel's history may be read: an empty page says nothing, a single message's absence does."""
        answer = self.message(channel, str(message))
        return answer.status in {_OK, _NOT_FOUND} and not _is_no_channel(answer)

    def message(self, channel: str, message: str) -> Answer:
        """One message: 404 where it was deleted, 403 where the bot may not read it.

        Raises:
            GrantLostError, BusyError, UnavailableError: as :meth:`get`.
        """
        return self._ask("GET /channels/{id}/messages/{id}", f"/channels/{channel}/messages/{message}", {})

    def _ask(self, name: str, path: str, query: Mapping[str, str]) -> Answer:
        answer = self._send(path, name, query)
        if answer.status == _UNAUTHORISED:
            self._count()
            self._token = self._outside.token(fresh=True)
            answer = self._send(path, name, query)
        if answer.status == _UNAUTHORISED:
            raise GrantLostError("Discord does not take the bot's token any more")
        self.spent = is_spent(answer)
        if answer.status == _FORBIDDEN:
            self._count()
        elif answer.status not in {_OK, _NOT_FOUND}:
            raise UnavailableError(f"Discord answers {answer.status} to {name}")
        return answer

    def _send(self, path: str, name: str, query: Mapping[str, str]) -> Answer:
        self.requests += 1
        headers = {"Authorization": f"Bot {self._token}", "User-Agent": "DiscordBot (quire, 1)"}
        return self._outside.send(Call("GET", f"{API}{path}", name, headers, query))

    def _count(self) -> None:
        self._refused += 1
        if self._refused > _MOST_REFUSALS:
            raise BusyError("Discord refused too many requests of one run", _REST_SECONDS)


_UNKNOWN_CHANNEL = 10003


def _is_no_channel(answer: Answer) -> bool:
    value = answer.json() if answer.status == _NOT_FOUND else None
    return isinstance(value, dict) and value.get("code") == _UNKNOWN_CHANNEL
