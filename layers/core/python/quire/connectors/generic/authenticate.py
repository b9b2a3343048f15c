"""Who pushed a delivery: whoever holds the signing secret, and holds it now.

``X-Quire-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>." and the body>``. While the secret is being
changed a sender may sign with both: every ``v1`` counts.
"""

import hashlib
import hmac
import re
from typing import Any

import orjson

from quire.connectors.generic.models import MAX_EVENTS, Refusal, checked
from quire.connectors.json_text import read_json
from quire.connectors.seam import Configuration, ConnectionSecrets
from quire.domain.delivery import Accepted, WebhookRequest
from quire.domain.errors import MalformedError, TooLargeError, UnauthenticatedError

WINDOW_SECONDS = 300
_TIME = re.compile(r"[0-9]{1,12}\Z")
_MOST_SIGNATURES = 10
_TOLD_REFUSALS = 10


def authenticate(
    request: WebhookRequest, secrets: ConnectionSecrets, configuration: Configuration, now: float
) -> Accepted:
    """Verify the signature, then look at each event; the sender is told which were refused.

    Raises:
        UnauthenticatedError: no signature, a wrong one, or one older (or newer) than five minutes.
        MalformedError: signed, but no delivery, or every event in it was refused: nothing was kept.
        TooLargeError: more than 1,000 events.
    """
    del configuration
    verify_signature(request, secrets, now)
    events = _events(read_json(request.body))
    refused = [
        {"index": index, "detail": verdict.detail}
        for index, event in enumerate(events)
        if isinstance(verdict := checked(event), Refusal)
    ]
    if len(refused) == len(events):
        told = "; ".join(f"{each['index']}: {each['detail']}" for each in refused[:_TOLD_REFUSALS])
        raise MalformedError(f"every event was refused: {told}")
    reply = {"accepted": len(events) - len(refused), "refused": refused}
    return Accepted(status=200, reply=orjson.dumps(reply).decode())


def verify_signature(request: WebhookRequest, secrets: ConnectionSecrets, now: float) -> None:
    """Compare each ``v1`` with ours over the bytes as sent, in constant time.

    Raises:
        UnauthenticatedError: none matches, or its time is more than five minutes away from ``now``.
    """
    time, told = _parts(request.headers.get("x-quire-signature", ""))
    secret = secrets.get("signingSecret")
    if not isinstance(secret, str) or not secret or not _TIME.match(time):
        raise UnauthenticatedError("the request is not signed as it should be")
    key = secret.encode("utf-8", "surrogatepass")
    digest = hmac.new(key, time.encode("ascii") + b"." + request.body, hashlib.sha256).hexdigest().encode("ascii")
    matches = [hmac.compare_digest(digest, each.encode("utf-8", "surrogatepass")) for each in told]
    if not any(matches) or abs(now - int(time)) > WINDOW_SECONDS:
        raise UnauthenticatedError("the request is not signed as it should be")


def _parts(header: str) -> tuple[str, list[str]]:
    """The time and the signatures of a header; parts we do not know are for somebody else."""
    times: list[str] = []
    signatures: list[str] = []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t":
            times.append(value)
        elif name == "v1":
            signatures.append(value)
    return (times[0] if len(times) == 1 else ""), signatures[:_MOST_SIGNATURES]


def _events(value: Any) -> list[Any]:
    events = value.get("events") if isinstance(value, dict) else None
    if not isinstance(events, list) or not events:
        raise MalformedError("not an object with a list of events")
    if len(events) > MAX_EVENTS:
        raise TooLargeError("a delivery may have 1,000 events")
    return events
