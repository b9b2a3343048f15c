"""Any other system's side of the generic webhook: signed deliveries of events in Quire's published shape."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.senders.outgoing import Outgoing


@dataclass(frozen=True)
class GenericSender:
    """Signs deliveries for one connection."""

    url: str
    signing_secret: str

    def request(self, body: bytes, now: float) -> Outgoing:
        """The request for ``body``, signed at ``now`` (seconds since 1970)."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "house-systems/3.2",
            "X-Quire-Signature": signature(self.signing_secret, str(int(now)), body),
        }
        return Outgoing(self.url, headers, body)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """``t=<stamp>,v1=`` and the hex HMAC-SHA256 of ``<stamp>.<raw body>``."""
    signed = stamp.encode("ascii") + b"." + body
    return f"t={stamp},v1={hmac.new(secret.encode('utf-8'), signed, hashlib.sha256).hexdigest()}"


def encode(events: Sequence[Mapping[str, Any]]) -> bytes:
    """A delivery of ``events``, at most 1,000."""
    return json.dumps({"events": list(events)}, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
