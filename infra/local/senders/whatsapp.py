"""Meta's side of WhatsApp's webhooks: the verification by GET, its signature, its JSON.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from infra.local.senders.outgoing import Outgoing

USER_AGENT = "facebookexternalua"


@dataclass(frozen=True)
class WhatsAppSender:
    """Signs webhooks for one app."""

    url: str
    app_secret: str
    verify_token: str

    def handshake(self, challenge: str) -> Outgoing:
        """What Meta asks before it accepts the address: a GET that wants ``challenge`` back."""
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": self.verify_token}
        return Outgoing(f"{self.url}?{urlencode(asked)}", {"User-Agent": USER_AGENT}, b"", method="GET")

    def request(self, body: bytes) -> Outgoing:
        """The request for ``body``; a repetition is the same, since no time is signed."""
        headers = {
            "Accept": "*/*",
            "Accept-Encoding": "deflate, gzip",
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "X-Hub-Signature-256": signature(self.app_secret, body),
        }
        return Outgoing(self.url, headers, body)


def signature(secret: str, body: bytes) -> str:
    """``sha256=`` and the hex HMAC-SHA256 of the raw body."""
    return "sha256=" + hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()


def encode(payload: Mapping[str, Any]) -> bytes:
    r"""JSON the way Meta writes it: no blanks, everything beyond ASCII as ``\uXXXX`` in lower case, slashes escaped."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")
