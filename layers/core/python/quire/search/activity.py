"""When something was last captured by each connection, as far as the index knows."""

from quire.domain.ids import TenantId
from quire.search.engine import Engine, NoSuchIndexError
from quire.search.mapping import read_alias

_MOST = 1000


def last_captured(engine: Engine, tenant: TenantId) -> dict[str, str]:
    """Time of the latest capture by connection id, in RFC 3339 with milliseconds.

    Raises:
        UnavailableError: the engine did not answer.
    """
    latest = {"last": {"max": {"field": "captured_at"}}}
    body = {
        "size": 0,
        "query": {"term": {"tenant_id": tenant}},
        "aggs": {"connections": {"terms": {"field": "connection_id", "size": _MOST}, "aggs": latest}},
    }
    try:
        answer = engine.search(read_alias(tenant), body)
    except NoSuchIndexError:
        return {}
    buckets = answer.get("aggregations", {}).get("connections", {}).get("buckets", [])
    return {each["key"]: str(each["last"]["value_as_string"]) for each in buckets if each["last"].get("value")}
