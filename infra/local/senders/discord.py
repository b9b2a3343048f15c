"""Discord's side of webhook events: its Ed25519 signature, its pings, its JSON.

Source: https://docs.discord.com/developers/events/webhook-events
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local.senders.outgoing import Outgoing

USER_AGENT = "Discord-Webhook/1.0 (+https://discord.com)"


@dataclass(frozen=True)
class DiscordSender:
    """Signs webhook events of one application. ``private_key`` is the key's 32 bytes in hex."""

    url: str
    private_key: str = field(repr=False)

    def request(self, body: bytes, now: float) -> Outgoing:
        """The request for ``body``, signed at ``now`` (seconds since 1970)."""
        stamp = str(int(now))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "X-Signature-Ed25519": signature(self.private_key, stamp, body),
            "X-Signature-Timestamp": stamp,
        }
        return Outgoing(self.url, headers, body)

    def ping(self, application: str) -> bytes:
        """What Discord asks when the address is entered: answered with 204 and nothing in it."""
        return encode({"version": 1, "application_id": application, "type": 0})


def signature(private_key: str, stamp: str, body: bytes) -> str:
    """The hex Ed25519 signature of the timestamp and the raw body."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_key))
    return key.sign(stamp.encode("ascii") + body).hex()


def encode(payload: Mapping[str, Any]) -> bytes:
    """JSON the way Discord writes it: no blanks, characters as they are."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
