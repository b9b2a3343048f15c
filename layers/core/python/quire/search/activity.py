"""When something was last captured by each connection, as far as the index knows."""

from quire.search.engine_errors import NoSuchIndexError
from quire.search.tenant_engine import TenantEngine

_MOST = 1000


def last_captured(engine: TenantEngine) -> dict[str, str]:
    """Time of the latest capture by connection id, in RFC 3339 with milliseconds.

    Raises:
        UnavailableError: the engine did not answer.
    """
    latest = {"last": {"max": {"field": "captured_at"}}}
    body = {
        "size": 0,
        "aggs": {"connections": {"terms": {"field": "connection_id", "size": _MOST}, "aggs": latest}},
    }
    try:
        answer = engine.search(body)
    except NoSuchIndexError:
        return {}
    buckets = answer.get("aggregations", {}).get("connections", {}).get("buckets", [])
    return {each["key"]: str(each["last"]["value_as_string"]) for each in buckets if each["last"].get("value")}
