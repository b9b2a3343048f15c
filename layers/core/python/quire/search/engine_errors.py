"""What the search engine's refusals and silences are for us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from quire.domain.errors import DeniedError, QuireError, UnavailableError

_TRY_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_TOO_LARGE = 413


class EngineRefusedError(QuireError):
    """The engine took our request for wrong: a fault of ours."""


class TooLargeError(EngineRefusedError):
    """The request has more bytes than the engine takes at once."""


class NoSuchIndexError(QuireError):
    """Nothing was ever indexed under this name."""


class TooWideError(QuireError):
    """A part of the query stands for more different words than the engine looks for at once."""


class SnapshotGoneError(QuireError):
    """The point in time has expired, its index was deleted, or it was never one."""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise what goes wrong in the block as one of ours; ``what`` names it."""
    from opensearchpy import exceptions

    try:
        yield
    except (exceptions.ConnectionError, exceptions.SSLError) as error:
        raise UnavailableError(f"{what}: the search engine did not answer") from error
    except (exceptions.AuthenticationException, exceptions.AuthorizationException) as error:
        raise DeniedError(f"{what}: the search engine refused our credentials") from error
    except exceptions.TransportError as error:
        raise _meaning(what, error) from error


def _meaning(what: str, error: Any) -> QuireError:
    status, kinds = error.status_code, _kinds(error)
    if "search_context_missing_exception" in kinds:
        return SnapshotGoneError(f"{what}: the snapshot is gone")
    if kinds & {"index_not_found_exception", "aliases_not_found_exception"}:
        return NoSuchIndexError(f"{what}: no such index")
    if "illegal_state_exception" in kinds and what == "search":
        # What Lucene says of a pattern in an interval query that expands beyond its limit.
        return TooWideError("search: a part of the query stands for too many words")
    if status == _TOO_LARGE:
        return TooLargeError(f"{what}: too large for the search engine")
    if status in _TRY_AGAIN:
        return UnavailableError(f"{what}: the search engine answered {status}")
    return EngineRefusedError(f"{what}: the search engine refused with {status} {error.error}")


def _kinds(error: Any) -> set[str]:
    """All error types an answer names: the outer one, its root causes, and those of the shards."""
    info: Any = error.info if isinstance(error.info, dict) else {}
    detail: Any = info["error"] if isinstance(info.get("error"), dict) else {}
    causes = [*detail.get("root_cause", ()), *(f.get("reason", {}) for f in detail.get("failed_shards", ()))]
    return {str(error.error), *(str(cause.get("type")) for cause in causes if isinstance(cause, dict))}
