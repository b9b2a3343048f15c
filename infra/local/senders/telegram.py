"""Telegram's side of the Bot API's webhook: the secret it was given, one update a request.

Source: https://core.telegram.org/bots/api#setwebhook
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.senders.outgoing import Outgoing


@dataclass(frozen=True)
class TelegramSender:
    """Sends the updates of one bot."""

    url: str
    secret_token: str

    def request(self, body: bytes) -> Outgoing:
        """The request for ``body``; nothing of it is signed."""
        headers = {
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": self.secret_token,
        }
        return Outgoing(self.url, headers, body)


def encode(payload: Mapping[str, Any]) -> bytes:
    r"""JSON the way Telegram writes it: a line break after the number, everything beyond ASCII as ``\uXXXX``."""
    written = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
    return written.replace(',"', ',\n"', 1).encode("ascii")
