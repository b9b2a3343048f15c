"""Pages of one answer: where each begins, and the point in time that it is read from."""

from collections.abc import Sequence
from typing import Any

from quire.domain.errors import MalformedError
from quire.domain.time import from_unix
from quire.search.cursor import First, Place
from quire.search.engine_errors import EngineRefusedError, SnapshotGoneError
from quire.search.tenant_engine import TenantEngine


def continued(body: dict[str, Any], place: Place | None) -> dict[str, Any]:
    """The body of a search (a ``bool`` query), for the page that begins after a place: the first where there is none.

    A ranked one leaves out what the first page showed, and what was captured after it."""
    if place is None:
        return body
    if place.first is not None:
        body["query"]["bool"]["must_not"] = _not_of(place.first)
    after: list[Any] = [place.instant, place.place]
    if place.first is None:
        body["search_after"] = after
    elif place.score is not None:
        body["search_after"] = [place.score, *after]
    return body


def place_after(sort: Sequence[Any], before: Place | None, snapshot: str | None, first: First | None) -> Place:
    """After the message with these values of the sort; ``before`` is where its page began."""
    score, instant, within = [None, *sort] if first is None else sort
    return Place(int(instant), str(within), None if score is None or before is None else float(score), snapshot, first)


class Pages:
    """Reads pages of one tenant's answers."""

    def __init__(self, engine: TenantEngine) -> None:
        self._engine = engine

    def read(self, body: dict[str, Any], place: Place | None) -> tuple[dict[str, Any], str | None]:
        """The answer for the page after a place, and the point in time it is of: ranked pages from the second on have
        one where there is room for it. One that has expired is followed by a new one.

        Raises as :meth:`quire.search.tenant_engine.TenantEngine.search`, and ``MalformedError`` where the place names
        no point in time that an engine gave out.
        """
        if place is None or place.first is None:
            return self._at(body, None)
        if place.snapshot is not None:
            try:
                return self._at(body, place.snapshot)
            except SnapshotGoneError:
                return self._at(body, self._engine.open_snapshot())
            except EngineRefusedError as error:
                raise MalformedError("this is not a cursor that was given out here") from error
        return self._at(body, self._engine.open_snapshot())

    def close(self, snapshot: str | None) -> None:
        """No further page is read from this point in time."""
        if snapshot is not None:
            self._engine.close_snapshot(snapshot)

    def _at(self, body: dict[str, Any], snapshot: str | None) -> tuple[dict[str, Any], str | None]:
        if snapshot is None:
            return self._engine.search(body), None
        answer = self._engine.search(body, snapshot=snapshot)
        return answer, str(answer.get("pit_id", snapshot))


def _not_of(first: First) -> list[dict[str, Any]]:
    """What later pages leave out: what the first one showed, and what was captured after it."""
    asked = from_unix(f"{first.asked // 10**6}.{first.asked % 10**6:06d}")
    return [{"terms": {"message_id": list(first.shown)}}, {"range": {"captured_at": {"gt": asked}}}]
