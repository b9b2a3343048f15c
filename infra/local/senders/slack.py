"""Slack's side of the Events API: request signing, its headers, its JSON.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack and https://docs.slack.dev/apis/events-api
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.senders.outgoing import Outgoing

USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True)
class Retry:
    """Which repetition this is (1 to 3) and what went wrong before: ``http_timeout``, ``http_error``..."""

    number: int
    reason: str


@dataclass(frozen=True)
class SlackSender:
    """Signs deliveries for one connection."""

    url: str
    signing_secret: str

    def request(self, body: bytes, now: float, retry: Retry | None = None) -> Outgoing:
        """The request for ``body``, signed at ``now`` (seconds since 1970); a retry is signed anew."""
        stamp = str(int(now))
        headers = {
            "Accept": "*/*",
            "Accept-Encoding": "gzip,deflate",
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.signing_secret, stamp, body),
        }
        if retry is not None:
            headers["X-Slack-Retry-Num"] = str(retry.number)
            headers["X-Slack-Retry-Reason"] = retry.reason
        return Outgoing(self.url, headers, body)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """``v0=`` and the hex HMAC-SHA256 of ``v0:<stamp>:<raw body>``."""
    signed = b"v0:" + stamp.encode("ascii") + b":" + body
    return "v0=" + hmac.new(secret.encode("utf-8"), signed, hashlib.sha256).hexdigest()


def encode(payload: Mapping[str, Any]) -> bytes:
    r"""JSON the way Slack writes it: no blanks, everything beyond ASCII as ``\uXXXX``, every slash as ``\/``."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")
