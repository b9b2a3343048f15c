"""Messages without a story: as many as a load run wants, each one of a kind and recognisable by two words.

The last two words of a message are its block's (``<run>b0012``) and its own (``n001234``): searching a block's word
finds at most one page of messages, and their own words tell which of them have arrived.
"""

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.local.senders.slack import encode
from infra.local.senders.teams import Notice

BLOCK = 100
_CHANNELS = 20
_PEOPLE = 40
_TEAM = "T08BULKLOAD"
_TENANT = str(uuid.UUID(int=0x5A5A_0000_4000_8000_0000_0000_0001))
_WORDS = (
    "auction bid bond book broker call client close colour confirm coupon curve custodian deal desk draft fill flow "
    "future hedge hold index invoice ladder limit margin market minutes month note offer open option order price "
    "quote range rate report review risk roll schedule sell settle sheet spread status stock swap target ticket trade "
    "treasury update value volume week yield"
)
_VOCABULARY = tuple(_WORDS.split())


@dataclass(frozen=True)
class Bulk:
    """The messages of one run; ``run`` is a word nobody else uses, ``start`` the time of the first message."""

    run: str
    start: datetime

    def block_word(self, number: int) -> str:
        """The word all messages of ``number``'s block share."""
        return f"{self.run}b{number // BLOCK:04d}"

    def own_word(self, number: int) -> str:
        """The word only message ``number`` has, within the run."""
        return f"n{number:06d}"

    def text(self, number: int) -> str:
        """Sixteen ordinary words and the two special ones."""
        chance = random.Random(f"{self.run} {number}")  # noqa: S311 (filler, not a secret)
        return " ".join([*chance.choices(_VOCABULARY, k=16), self.block_word(number), self.own_word(number)])

    def slack(self, number: int) -> bytes:
        """A Slack delivery: one message in one of a few channels."""
        micros = int(self.start.timestamp()) * 1_000_000 + number
        ts = f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
        event = {
            "client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.run} {number}")),
            "type": "message",
            "user": f"U08BULK{number % _PEOPLE:04d}",
            "text": self.text(number),
            "ts": ts,
            "team": _TEAM,
            "channel": f"C08BULK{number % _CHANNELS:04d}",
            "event_ts": ts,
            "channel_type": "channel",
        }
        return encode(
            {
                "token": "retired-verification-token",
                "team_id": _TEAM,
                "context_team_id": _TEAM,
                "api_app_id": "A08BULKLOAD",
                "event": event,
                "type": "event_callback",
                "event_id": f"Ev{self.run.upper()}{number:06d}",
                "event_time": micros // 1_000_000,
                "is_ext_shared_channel": False,
            }
        )

    def teams(self, number: int) -> Notice:
        """One item of a Graph collection: a message in one of a few chats."""
        millis = int(self.start.timestamp()) * 1000 + number
        chat = f"19:{number % _CHANNELS:032x}@thread.v2"
        native = str(millis)
        when = datetime.fromtimestamp(millis // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{millis % 1000:03d}Z"
        resource = f"chats('{chat}')/messages('{native}')"
        return Notice(
            subscription_id=str(uuid.uuid5(uuid.NAMESPACE_OID, "bulk")),
            tenant_id=_TENANT,
            expires="2099-01-01T00:00:00.0000000+00:00",
            resource=resource,
            resource_type="#Microsoft.Graph.chatMessage",
            resource_id=native,
            data=self._chat_message(number, native, chat, when),
        )

    def _chat_message(self, number: int, native: str, chat: str, when: str) -> dict[str, Any]:
        person = number % _PEOPLE
        user = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"bulk {person}")),
            "displayName": f"Load Person {person}",
            "userIdentityType": "aadUser",
            "tenantId": _TENANT,
        }
        return {
            "id": native,
            "replyToId": None,
            "etag": native,
            "messageType": "message",
            "createdDateTime": when,
            "lastModifiedDateTime": when,
            "lastEditedDateTime": None,
            "deletedDateTime": None,
            "chatId": chat,
            "importance": "normal",
            "locale": "en-us",
            "channelIdentity": None,
            "policyViolation": None,
            "eventDetail": None,
            "from": {"application": None, "device": None, "user": user},
            "body": {"contentType": "html", "content": f"<p>{self.text(number)}</p>"},
            "attachments": [],
            "mentions": [],
            "reactions": [],
        }
