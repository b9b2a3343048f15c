"""Who sent a webhook event: Discord's Ed25519 signature over the timestamp and the raw bytes.

Discord sends wrong signatures on purpose and takes away addresses that accept them.
https://docs.discord.com/developers/events/webhook-events
"""

import re

from quire.connectors.json_text import read_json
from quire.connectors.seam import Configuration, ConnectionSecrets
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import CorruptError, MalformedError, UnauthenticatedError

WINDOW_SECONDS = 900
"""Discord names no window and repeats a delivery for ten minutes, maybe with the first one's signature."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}\Z")
_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}\Z")
_KEY = re.compile(r"[0-9a-fA-F]{64}\Z")
_PING, _EVENT = 0, 1


def authenticate(
    request: WebhookRequest, secrets: ConnectionSecrets, configuration: Configuration, now: float
) -> Accepted | Challenge:
    """Verify the signature; answer a ping, accept an event.

    Raises:
        UnauthenticatedError: no signature, a wrong one, or one more than fifteen minutes away.
        MalformedError: signed by Discord, but neither a ping nor an event.
        CorruptError: the connection's public key is none.
    """
    key = secrets.get("publicKey") or configuration.get("publicKey")
    verify_signature(request, key, now)
    value = read_json(request.body)
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(kind, bool) or kind not in (_PING, _EVENT):
        raise MalformedError("neither a ping nor an event")
    if kind == _PING:
        return Challenge(status=204, content_type="", body="")
    if not isinstance(value.get("event"), dict):
        raise MalformedError("an event without its content")
    return Accepted(status=204)


def verify_signature(request: WebhookRequest, key: object, now: float) -> None:
    """Check ``X-Signature-Ed25519`` over ``X-Signature-Timestamp`` and the body.

    Raises:
        UnauthenticatedError: it is missing, wrong, or its time is too far from ``now``.
        CorruptError: ``key`` is no public key in hex.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    timestamp = request.headers.get("x-signature-timestamp", "")
    signature = request.headers.get("x-signature-ed25519", "")
    if not key or not _TIMESTAMP.match(timestamp) or not _SIGNATURE.match(signature):
        raise UnauthenticatedError("the request is not signed as it should be")
    if not isinstance(key, str) or not _KEY.match(key):
        raise CorruptError("the connection's public key is none")
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    except ValueError as error:
        raise CorruptError("the connection's public key is none") from error
    try:
        public.verify(bytes.fromhex(signature), timestamp.encode("ascii") + request.body)
    except InvalidSignature as error:
        raise UnauthenticatedError("the request is not signed as it should be") from error
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise UnauthenticatedError("the request is not signed as it should be")
