"""The search engine as we use it: only APIs that OpenSearch Serverless has too, and its errors as ours.

No ``_refresh``, ``_delete_by_query``, ``_update_by_query``, ``_reindex``, scroll, cluster settings or pipelines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from quire.domain.errors import DeniedError, QuireError, UnavailableError

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_TRY_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_KEEP = "1m"
_NO_ROOM, _TOO_LARGE = 429, 413


class EngineRefusedError(QuireError):
    """The engine took our request for wrong: a fault of ours."""


class TooLargeError(EngineRefusedError):
    """The request has more bytes than the engine takes at once."""


class NoSuchIndexError(QuireError):
    """Nothing was ever indexed under this name."""


class TooWideError(QuireError):
    """A part of the query stands for more different words than the engine looks for at once."""


class SnapshotGoneError(QuireError):
    """The point in time has expired, or was never one."""


@dataclass(frozen=True)
class IndexState:
    """An index: the aliases that lead to it, the version of its mapping, and that of the analysis it was made with."""

    aliases: frozenset[str]
    mapping: int
    analysis: int


@dataclass(frozen=True)
class AliasAction:
    """One change of :meth:`Engine.move_aliases`."""

    verb: Literal["add", "remove"]
    index: str
    alias: str


class Engine:
    """One search endpoint.

    Every method raises :class:`UnavailableError` when the engine did not answer, is overloaded or answered only for
    a part, :class:`DeniedError` when it refused our credentials, :class:`EngineRefusedError` when it took the
    request for wrong.
    """

    def __init__(self, client: OpenSearch, *, search_seconds: float = 20, write_seconds: float = 60) -> None:
        self._client = client
        self._search_seconds = search_seconds
        self._write_seconds = write_seconds

    def search(self, index: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a search: whole, or none. ``index`` is ``None`` when ``body`` names a point in time.

        Raises:
            NoSuchIndexError: there is no such index or alias.
            SnapshotGoneError: the point in time is no more.
            TooWideError: a part of the query stands for too many words.
        """
        with _translated("search"):
            answer: dict[str, Any] = self._client.search(
                index=index, body=dict(body), params={"request_timeout": self._search_seconds}
            )
        if answer.get("timed_out") or answer.get("_shards", {}).get("failed"):
            raise UnavailableError("search: a part of the index did not answer")
        return answer

    def count(self, index: str) -> int:
        """How many documents an index or alias holds, as far as they can be found already."""
        body = {"size": 0, "track_total_hits": True, "query": {"match_all": {}}}
        return int(self.search(index, body)["hits"]["total"]["value"])

    def open_snapshot(self, index: str) -> str | None:
        """A point in time of an index or alias, kept for a minute after each use; ``None`` when there is no room: an
        engine holds a few hundred, and one of a tenant's alias counts once for every month.

        Raises:
            NoSuchIndexError: there is no such index or alias.
        """
        params = {"keep_alive": _KEEP, "request_timeout": self._search_seconds}
        with _translated("open snapshot"):
            try:
                return str(self._client.create_pit(index=index, params=params)["pit_id"])
            except self._errors().TransportError as error:
                if error.status_code != _NO_ROOM:
                    raise
                return None

    def close_snapshot(self, snapshot: str) -> None:
        """Give a point in time back early; where that fails, it ends by itself a minute later."""
        with suppress(UnavailableError), _translated("close snapshot"):
            self._client.delete_pit(body={"pit_id": [snapshot]}, params={"request_timeout": self._search_seconds})

    @staticmethod
    def in_snapshot(snapshot: str) -> dict[str, Any]:
        """The part of a search's body that reads from a point in time, and keeps it."""
        return {"pit": {"id": snapshot, "keep_alive": _KEEP}}

    def bulk(self, lines: bytes) -> list[dict[str, Any]]:
        """Run bulk actions (newline-delimited JSON, each line ended); one answer (``{"_index", "_id", "status",
        "error"?}``) an action, in order.

        Raises:
            TooLargeError: it takes less at once.
        """
        with _translated("bulk"):
            answer = self._client.bulk(body=lines, params={"request_timeout": self._write_seconds})
        return [dict(next(iter(item.values()))) for item in answer["items"]]

    def get_many(self, wanted: Sequence[tuple[str, str]], fields: Sequence[str]) -> list[dict[str, Any]]:
        """Documents by (index, id) as they stand this moment, refreshed or not; those that exist."""
        docs = [{"_index": index, "_id": each, "_source": list(fields)} for index, each in wanted]
        with _translated("get"):
            answer = self._client.mget(body={"docs": docs}, params={"request_timeout": self._search_seconds})
        return [doc for doc in answer["docs"] if doc.get("found")]

    def indexes(self, *names: str) -> dict[str, IndexState]:
        """The indexes that these names, aliases or patterns lead to; those that lead nowhere are left out."""
        with _translated("get index"):
            answer = self._client.indices.get(
                index=",".join(names),
                params={
                    "filter_path": "*.aliases,*.mappings._meta",
                    "ignore_unavailable": "true",
                    "request_timeout": self._search_seconds,
                },
            )
        return {name: _index_state(found) for name, found in answer.items()}

    def mapping_versions(self, alias: str) -> dict[str, int]:
        """The indexes behind an alias, each with the version of its mapping; none when there is no such alias."""
        return {name: state.mapping for name, state in self.indexes(alias).items()}

    def put_template(self, name: str, body: Mapping[str, Any]) -> None:
        """Write an index template."""
        with _translated("put template"):
            self._client.indices.put_index_template(name=name, body=dict(body))

    def create_index(self, name: str, body: Mapping[str, Any]) -> bool:
        """Create an index; ``False`` when it is there already."""
        with _translated("create index"):
            try:
                self._client.indices.create(index=name, body=dict(body))
            except self._errors().RequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise
                return False
        return True

    def put_alias(self, index: str, alias: str) -> None:
        """Let ``alias`` read ``index`` too."""
        with _translated("put alias"):
            self._client.indices.put_alias(index=index, name=alias)

    def move_aliases(self, actions: Sequence[AliasAction]) -> None:
        """Give and take aliases, all of these at once or none: no search sees a state in between.

        Raises:
            NoSuchIndexError: one of the indexes is not there, or has not the alias that is to be taken from it.
        """
        body = {"actions": [{each.verb: {"index": each.index, "alias": each.alias}} for each in actions]}
        with _translated("move aliases"):
            self._client.indices.update_aliases(body=body, params={"request_timeout": self._write_seconds})

    def delete_index(self, name: str) -> None:
        """Delete an index with all that is in it; one that is not there is no fault."""
        with _translated("delete index"), suppress(self._errors().NotFoundError):
            self._client.indices.delete(index=name, params={"request_timeout": self._write_seconds})

    def put_mapping(self, index: str, body: Mapping[str, Any]) -> None:
        """Add fields to an index."""
        with _translated("put mapping"):
            self._client.indices.put_mapping(index=index, body=dict(body))

    @staticmethod
    def _errors() -> Any:
        from opensearchpy import exceptions

        return exceptions


def connect(endpoint: str, *, region: str = "", credentials: object | None = None) -> Engine:
    """The engine at ``endpoint`` (https://...). With ``credentials`` (botocore's, which refresh themselves) requests
    are signed for OpenSearch Serverless; without, it is an engine on this machine."""
    from opensearchpy import OpenSearch, Urllib3AWSV4SignerAuth, Urllib3HttpConnection

    auth = Urllib3AWSV4SignerAuth(credentials, region, "aoss") if credentials is not None else None
    return Engine(
        OpenSearch(
            [endpoint],
            http_auth=auth,
            connection_class=Urllib3HttpConnection,
            pool_maxsize=16,
            max_retries=0,
            timeout=20,
        )
    )


@contextmanager
def _translated(what: str) -> Iterator[None]:
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


def _index_state(found: Mapping[str, Any]) -> IndexState:
    meta = found.get("mappings", {}).get("_meta", {})
    versions = int(meta.get("quire_mapping", 0)), int(meta.get("quire_analysis", 1))
    return IndexState(frozenset(found.get("aliases", {})), *versions)


def _kinds(error: Any) -> set[str]:
    """All error types an answer names: the outer one, its root causes, and those of the shards."""
    info: Any = error.info if isinstance(error.info, dict) else {}
    detail: Any = info["error"] if isinstance(info.get("error"), dict) else {}
    causes = [*detail.get("root_cause", ()), *(f.get("reason", {}) for f in detail.get("failed_shards", ()))]
    return {str(error.error), *(str(cause.get("type")) for cause in causes if isinstance(cause, dict))}
