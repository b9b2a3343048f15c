"""Which requests OpenSearch Serverless has: method, path and parameters.

Source: "Supported operations and plugins" in its developer guide (serverless-genref.html). What is not listed does not
exist: no ``_refresh``, ``_reindex``, ``_delete_by_query``, ``_update_by_query``, scroll, ``_cluster``, ``_nodes``,
``_ingest``, ``_plugins/_ism``, nor ``GET /``. A collection answers those with 404 and no body.
"""

import re
from collections.abc import Mapping

_INDEX = r"/[^/_][^/]*"
_READS = frozenset({"GET", "POST"})
_WRITES = frozenset({"POST", "PUT"})

_PATHS: tuple[tuple[frozenset[str], str], ...] = (
    # Documents.
    (frozenset({"POST"}), rf"({_INDEX})?/_bulk"),
    (frozenset({"POST"}), rf"{_INDEX}/_doc"),
    (frozenset({"GET", "HEAD", "PUT", "DELETE"}), rf"{_INDEX}/_doc/[^/]+"),
    (_WRITES, rf"{_INDEX}/_create/[^/]+"),
    (frozenset({"POST"}), rf"{_INDEX}/_update/[^/]+"),
    (frozenset({"GET", "HEAD"}), rf"{_INDEX}/_source/[^/]+"),
    # Reading.
    (_READS, rf"({_INDEX})?/_(search|msearch|count|mget|field_caps|validate/query|analyze)"),
    (_READS, rf"{_INDEX}/_explain/[^/]+"),
    (frozenset({"POST"}), rf"{_INDEX}/_search/point_in_time"),
    (frozenset({"DELETE"}), r"/_search/point_in_time"),
    # Indexes.
    (frozenset({"GET", "HEAD", "PUT", "DELETE"}), _INDEX),
    (frozenset({"GET"}), rf"({_INDEX})?/_(mapping|mappings|settings)"),
    (_WRITES, rf"{_INDEX}/_(mapping|mappings)"),
    (frozenset({"GET"}), r"/_resolve/index/[^/]+"),
    (frozenset({"GET"}), r"/_cat/(indices|aliases)(/[^/]+)?"),
    # Aliases and templates.
    (frozenset({"GET", "HEAD"}), rf"({_INDEX})?/_alias(/[^/]+)?"),
    (frozenset({"POST", "PUT", "DELETE"}), rf"{_INDEX}/_(alias|aliases)/[^/]+"),
    (frozenset({"POST"}), r"/_aliases"),
    (frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"}), r"/_(index|component)_template/[^/]+"),
    (frozenset({"GET"}), r"/_(index|component)_template"),
)
_KNOWN = tuple((methods, re.compile(path)) for methods, path in _PATHS)

_OF_ANY = "filter_path pretty human error_trace timeout index ignore_unavailable allow_no_indices expand_wildcards"
_OF_READS = (
    "_source _source_includes _source_excludes size from sort keep_alive allow_partial_pit_creation preference "
    "request_cache search_type seq_no_primary_term stored_fields docvalue_fields track_scores track_total_hits "
    "typed_keys rest_total_hits_as_int allow_partial_search_results version max_concurrent_searches fields realtime "
    "format h s v"
)
_OF_WRITES = "version_type op_type if_seq_no if_primary_term retry_on_conflict require_alias create"
_PARAMETERS = frozenset(f"{_OF_ANY} {_OF_READS} {_OF_WRITES}".split())
_NEVER_NOW = frozenset({"false", ""})


def unknown_path(method: str, path: str) -> bool:
    """Whether there is no such operation."""
    return not any(method in methods and pattern.fullmatch(path) for methods, pattern in _KNOWN)


def refused_parameter(parameters: Mapping[str, str]) -> str | None:
    """What is wrong with the parameters: the reason a collection gives, or would have to."""
    for name, value in parameters.items():
        if name == "refresh":
            if value not in _NEVER_NOW:
                return f"{value} refresh policy is not supported."
        elif name not in _PARAMETERS:
            return f"request contains unrecognized parameter: [{name}]"
    return None
