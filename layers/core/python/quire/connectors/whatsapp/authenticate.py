"""Who sent a request to the WhatsApp webhook: Meta's signature over the raw bytes, and its verification by GET.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
"""

import hashlib
import hmac
import html

from quire.connectors.json_text import read_json
from quire.connectors.seam import Configuration, ConnectionSecrets
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import MalformedError, UnauthenticatedError

_LONGEST_CHALLENGE = 1000
_SECRETS = ("appSecret", "previousAppSecret")


def authenticate(
    request: WebhookRequest, secrets: ConnectionSecrets, configuration: Configuration, now: float
) -> Accepted | Challenge:
    """Answer the verification; else verify the signature, then look at the shape.

    Meta signs no time, so nothing is too old: a repeated delivery has the same ids and is dropped later.

    Raises:
        UnauthenticatedError: the verify token or the signature is missing or wrong.
        MalformedError: signed by Meta, but not an object with an ``object`` and a list ``entry``.
    """
    del configuration, now
    if not request.body:
        return _verification(request, secrets)
    verify_signature(request, secrets)
    value = read_json(request.body)
    if not isinstance(value, dict) or not isinstance(value.get("object"), str):
        raise MalformedError("not a webhook of Meta's")
    if not isinstance(value.get("entry"), list):
        raise MalformedError("a webhook without entries")
    return Accepted(status=200)


def verify_signature(request: WebhookRequest, secrets: ConnectionSecrets) -> None:
    """Compare ``X-Hub-Signature-256`` with ours over the bytes as sent, in constant time.

    While the app secret is being changed, the one before it counts as well.

    Raises:
        UnauthenticatedError: it is missing, or matches no secret.
    """
    told = request.headers.get("x-hub-signature-256", "").encode("utf-8", "surrogatepass")
    matches = [
        hmac.compare_digest(told, b"sha256=" + hmac.new(key, request.body, hashlib.sha256).hexdigest().encode("ascii"))
        for name in _SECRETS
        if (key := _bytes(secrets.get(name)))
    ]
    if not any(matches):
        raise UnauthenticatedError("the request is not signed as it should be")


def _verification(request: WebhookRequest, secrets: ConnectionSecrets) -> Challenge:
    query, expected = request.query, _bytes(secrets.get("verifyToken"))
    told = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
    matches = hmac.compare_digest(told, expected)
    if query.get("hub.mode") != "subscribe" or not expected or not matches:
        raise UnauthenticatedError("the verification does not match")
    challenge = query.get("hub.challenge", "")
    if not 0 < len(challenge) <= _LONGEST_CHALLENGE:
        raise MalformedError("a verification without a challenge")
    return Challenge(body=html.escape(challenge))


def _bytes(secret: object) -> bytes:
    return secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else b""
