"""Who sent a request to the Slack webhook: v0 signatures over the raw bytes.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import html
import re
from collections.abc import Mapping
from typing import Any

from quire.connectors.json_text import read_json
from quire.connectors.seam import Configuration, ConnectionSecrets
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import MalformedError, UnauthenticatedError

WINDOW_SECONDS = 300
_TIMESTAMP = re.compile(r"[0-9]{1,12}\Z")
_KEPT_HEADERS = ("x-slack-retry-num", "x-slack-retry-reason")
_LONGEST_HEADER = 100
_LOSSES = ("tokens_revoked", "app_uninstalled")
_LONGEST_CHALLENGE = 1000


def authenticate(
    request: WebhookRequest, secrets: ConnectionSecrets, configuration: Configuration, now: float
) -> Accepted | Challenge:
    """Verify the signature, then look at the shape.

    News that access was taken back wakes the task that looks at the token.

    Raises:
        UnauthenticatedError: no signature, a wrong one, or one older (or newer) than five minutes.
        MalformedError: signed by Slack, but no event: not a JSON object with a string ``type``, nor the answer of a
            Web API method.
    """
    del configuration
    verify_signature(request, secrets, now)
    value = read_json(request.body)
    if not isinstance(value, dict) or not (isinstance(value.get("type"), str) or isinstance(value.get("ok"), bool)):
        raise MalformedError("not an event")
    if value.get("type") == "url_verification":
        return _challenge(value)
    kept = {name: request.headers[name][:_LONGEST_HEADER] for name in _KEPT_HEADERS if name in request.headers}
    event = value.get("event")
    told = event.get("type") if isinstance(event, dict) else None
    return Accepted(status=200, headers=kept, wake="rotate" if told in _LOSSES else None)


def verify_signature(request: WebhookRequest, secrets: ConnectionSecrets, now: float) -> None:
    """Compare ``X-Slack-Signature`` with ours over ``v0:<timestamp>:<raw body>``, in constant time.

    Raises:
        UnauthenticatedError: it is missing, wrong, or its time is more than five minutes away from ``now``.
    """
    secret = secrets.get("signingSecret")
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not isinstance(secret, str) or not secret or not _TIMESTAMP.match(timestamp):
        raise UnauthenticatedError("the request is not signed as it should be")
    signed = b"v0:" + timestamp.encode("ascii") + b":" + request.body
    expected = b"v0=" + hmac.new(secret.encode("utf-8", "surrogatepass"), signed, hashlib.sha256).hexdigest().encode(
        "ascii"
    )
    matches = hmac.compare_digest(expected, signature.encode("utf-8", "surrogatepass"))
    if not matches or abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise UnauthenticatedError("the request is not signed as it should be")


def _challenge(value: Mapping[str, Any]) -> Challenge:
    challenge = value.get("challenge")
    if not isinstance(challenge, str) or not 0 < len(challenge) <= _LONGEST_CHALLENGE:
        raise MalformedError("a handshake without a challenge")
    return Challenge(body=html.escape(challenge))
