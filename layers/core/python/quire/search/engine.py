"""The search engine as we use it: only APIs that OpenSearch Serverless has too, and its errors as ours.

No ``_refresh``, ``_delete_by_query``, ``_update_by_query``, ``_reindex``, scroll, cluster settings or pipelines.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from quire.domain.ids import TenantId
from quire.search.engine_errors import EngineRefusedError, translated
from quire.search.query.question import within
from quire.search.tenant_engine import TenantEngine

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_ANSWERED = "items.*.status,items.*.error.type"
"""All that is wanted of what a bulk action led to: the rest is as long as what was sent, and read by nobody."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class IndexState:
    """An index: the aliases that lead to it, the version of its mapping, and that of the analysis it was made with."""

    aliases: frozenset[str]
    mapping: int
    analysis: int


@dataclass(frozen=True)
class AliasAction:
    """One change of :meth:`Engine.move_aliases`. Through one that is added with ``only`` a tenant's documents are seen
    and no others, where the engine knows such aliases."""

    verb: Literal["add", "remove"]
    index: str
    alias: str
    only: TenantId | None = None

    def told(self, *, filtered: bool) -> dict[str, Any]:
        """As the engine is told of it."""
        what: dict[str, Any] = {"index": self.index, "alias": self.alias}
        return {self.verb: what | ({"filter": within(self.only)} if filtered and self.only else {})}


class Engine:
    """One search endpoint: writes, indexes and aliases of any tenant. Documents are read by :meth:`for_tenant` only.

    Every method raises :class:`UnavailableError` when the engine did not answer, is overloaded or answered only for
    a part, :class:`DeniedError` when it refused our credentials, :class:`EngineRefusedError` when it took the
    request for wrong.
    """

    def __init__(self, client: OpenSearch, *, search_seconds: float = 20, write_seconds: float = 60) -> None:
        self._client = client
        self._search_seconds = search_seconds
        self._write_seconds = write_seconds

    def for_tenant(self, tenant: TenantId) -> TenantEngine:
        """What reads the documents of one tenant; no other reads any."""
        return TenantEngine(self._client, tenant, self._search_seconds)

    def bulk(self, lines: bytes) -> list[dict[str, Any]]:
        """Run bulk actions (newline-delimited JSON, each line ended); one answer (``{"status", "error"?:
        {"type"}}``) an action, in order.

        Raises:
            TooLargeError: it takes less at once.
        """
        with translated("bulk"):
            answer = self._client.bulk(
                body=lines, params={"filter_path": _ANSWERED, "request_timeout": self._write_seconds}
            )
        return [dict(next(iter(item.values()))) for item in answer["items"]]

    def indexes(self, *names: str, aliases: str = "*") -> dict[str, IndexState]:
        """The indexes that these names, aliases or patterns lead to, with those of their aliases that match
        ``aliases``; those that lead nowhere are left out."""
        with translated("get index"):
            answer = self._client.indices.get(
                index=",".join(names),
                params={
                    "filter_path": f"*.aliases.{aliases},*.mappings._meta",
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
        with translated("put template"):
            self._client.indices.put_index_template(name=name, body=dict(body))

    def create_index(self, name: str, body: Mapping[str, Any]) -> bool:
        """Create an index; ``False`` when it is there already."""
        with translated("create index"):
            try:
                self._client.indices.create(index=name, body=dict(body))
            except self._errors().RequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise
                return False
        return True

    def put_alias(self, index: str, alias: str) -> None:
        """Let ``alias`` read ``index`` too."""
        with translated("put alias"):
            self._client.indices.put_alias(index=index, name=alias)

    def move_aliases(self, actions: Sequence[AliasAction]) -> None:
        """Give and take aliases, all of these at once or none: no search sees a state in between.

        Raises:
            NoSuchIndexError: one of the indexes is not there, or has not the alias that is to be taken from it.
        """
        try:
            self._move(actions, filtered=True)
        except EngineRefusedError:
            if not any(each.only for each in actions):
                raise
            # Not known of OpenSearch Serverless. What reads adds the filter anyway: this is a net below it.
            self._move(actions, filtered=False)
            logger.warning("aliases without filters")

    def delete_index(self, name: str) -> None:
        """Delete an index with all that is in it; one that is not there is no fault."""
        with translated("delete index"), suppress(self._errors().NotFoundError):
            self._client.indices.delete(index=name, params={"request_timeout": self._write_seconds})

    def put_mapping(self, index: str, body: Mapping[str, Any]) -> None:
        """Add fields to an index."""
        with translated("put mapping"):
            self._client.indices.put_mapping(index=index, body=dict(body))

    def _move(self, actions: Sequence[AliasAction], *, filtered: bool) -> None:
        body = {"actions": [each.told(filtered=filtered) for each in actions]}
        with translated("move aliases"):
            self._client.indices.update_aliases(body=body, params={"request_timeout": self._write_seconds})

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


def _index_state(found: Mapping[str, Any]) -> IndexState:
    meta = found.get("mappings", {}).get("_meta", {})
    versions = int(meta.get("quire_mapping", 0)), int(meta.get("quire_analysis", 1))
    return IndexState(frozenset(found.get("aliases", {})), *versions)
