"""Who sent a request to the Teams webhook: the secret of the subscription, Microsoft's token, the content's signature.

https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
"""

import hmac
import html
from collections.abc import Mapping
from typing import Any

from quire.connectors.json_text import read_json
from quire.connectors.seam import Configuration, ConnectionSecrets
from quire.connectors.shape import mapping
from quire.connectors.teams.decrypt import open_content
from quire.connectors.teams.tokens import KeySets, fetch_key_set, verify_tokens
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import MalformedError, UnauthenticatedError

_LONGEST_VALIDATION = 4096
_KEY_SETS = KeySets(fetch_key_set)


def authenticate(
    request: WebhookRequest,
    secrets: ConnectionSecrets,
    configuration: Configuration,
    now: float,
    key_sets: KeySets = _KEY_SETS,
) -> Accepted | Challenge:
    """Answer the handshake; else verify every item and open those that are encrypted.

    A notice about a subscription's life wakes the task that sees to it.

    Raises:
        UnauthenticatedError: a ``clientState``, a token, a signature or a key does not match; never told which.
        MalformedError: not a JSON object whose ``value`` is a list of objects.
        CorruptError: the connection's own keys cannot be used.
        UnavailableError: Microsoft's published keys could not be fetched.
    """
    if "validationToken" in request.query:
        return _handshake(request.query["validationToken"])
    batch = read_json(request.body)
    items = batch.get("value") if isinstance(batch, dict) else None
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise MalformedError("not a collection of notifications")
    _verify_client_states(items, secrets)
    wake = "subscriptions" if any("lifecycleEvent" in item for item in items) else None
    sealed = {str(index): content for index, item in enumerate(items) if (content := _sealed(item)) is not None}
    if not sealed:
        return Accepted(status=202, wake=wake)
    verify_tokens(batch.get("validationTokens"), configuration, key_sets, now)
    certificates = mapping(secrets.get("certificates"))
    opened = {index: open_content(content, certificates) for index, content in sealed.items()}
    return Accepted(status=202, opened=opened, wake=wake)


def _handshake(token: str) -> Challenge:
    if not 0 < len(token) <= _LONGEST_VALIDATION:
        raise MalformedError("a handshake without a token")
    return Challenge(body=html.escape(token))


def _verify_client_states(items: list[dict[str, Any]], secrets: ConnectionSecrets) -> None:
    expected = secrets.get("clientState")
    if not isinstance(expected, str) or not expected:
        raise UnauthenticatedError("a notification could not be verified")
    wanted = expected.encode("utf-8", "surrogatepass")
    for item in items:
        told = item.get("clientState")
        if not isinstance(told, str) or not hmac.compare_digest(told.encode("utf-8", "surrogatepass"), wanted):
            raise UnauthenticatedError("a notification could not be verified")


def _sealed(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The encrypted content of an item; some of Microsoft's own samples capitalise its key."""
    for key in ("encryptedContent", "EncryptedContent"):
        content = item.get(key)
        if content is not None:
            return mapping(content)
    return None
