"""Deliveries to measure with: the samples under ``events/`` and made-up conversations, unique messages throughout."""

import base64
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from quire.archive.batch import StreamRecord
from quire.domain.delivery import Delivery, DeliveryHeader
from quire.domain.ids import ConnectionId, TenantId

EVENTS = Path(__file__).parents[1] / "events"
ARRIVED = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEOPLE = 40
_START = 1_772_442_000


@dataclass(frozen=True)
class Workload:
    """``records`` as they lie on the stream; ``bodies`` what the platform sent, opened texts behind their delivery."""

    name: str
    records: list[StreamRecord]
    bodies: list[bytes]

    @property
    def messages(self) -> int:
        """One delivery is one message."""
        return len(self.records)


@cache
def workloads(size: int = 2000) -> list[Workload]:
    """Slack and Teams conversations of ``size`` messages each, and all sample deliveries over and over."""
    return [
        _workload("slack", list(_slack(size))),
        _workload("teams", list(_teams(size))),
        _workload("samples", list(_samples(size))),
    ]


def conversation(size: int) -> Workload:
    """Slack messages alone."""
    return _workload("slack", list(_slack(size)))


def _workload(name: str, deliveries: list[Delivery]) -> Workload:
    records = [
        StreamRecord("shardId-000000000000", str(10**20 + n), one.record(), ARRIVED) for n, one in enumerate(deliveries)
    ]
    bodies = [text for one in deliveries for text in (one.body, *(t.encode() for t in one.header.opened.values()))]
    return Workload(name, records, bodies)


def delivery(platform: str, body: bytes, opened: dict[str, str] | None = None) -> Delivery:
    """A body as capture hands it on, with the texts that were opened in it."""
    header = DeliveryHeader(
        tenant_id=TenantId("bench"),
        connection_id=ConnectionId(platform),
        platform=platform,
        source="webhook",
        received_at="2026-03-02T09:14:06.123456Z",
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        opened=opened or {},
    )
    return Delivery(header=header, body=body)


@cache
def _sample(path: str) -> bytes:
    return (EVENTS / path).read_bytes()


def _text(chance: random.Random) -> str:
    """A message of four to forty made-up words, seldom with other scripts."""
    syllables = ["ka", "lo", "mi", "ter", "ban", "que", "ssi", "or", "da", "ven", "chu", "pra", "en", "il"]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(chance.randint(4, 40))]
    return " ".join(words) + chance.choice([".", "?", "!", " \u2713", " \u4f60\u597d", ""])


def _slack(size: int) -> Iterator[Delivery]:
    chance = random.Random(7)  # noqa: S311 - made-up text
    for n in range(size):
        value: dict[str, Any] = orjson.loads(_sample("slack/message.json"))
        text, event = _text(chance), value["event"]
        event["user"] = f"U07PERSON{chance.randrange(PEOPLE):02}"
        event["channel"] = f"C07PLACE{chance.randrange(12):02}"
        event["ts"] = event["event_ts"] = f"{_START + n}.{n:06}"
        event["text"] = text
        event["client_msg_id"] = f"0b3c6f6e-1d2a-4a7e-8b17-{n:012}"
        event["blocks"][0]["elements"][0]["elements"] = [{"type": "text", "text": text}]
        value["event_id"] = f"Ev{n:010}"
        yield delivery("slack", orjson.dumps(value))


def _teams(size: int) -> Iterator[Delivery]:
    chance = random.Random(8)  # noqa: S311 - made-up text
    for n in range(size):
        message: dict[str, Any] = orjson.loads(_sample("teams/chatMessage.json"))
        native = str((_START + n) * 1000)
        message["id"] = message["etag"] = native
        message["body"]["content"] = f"<p>{_text(chance)}</p>"
        person = chance.randrange(PEOPLE)
        message["from"]["user"]["id"] = f"a1f0c3d2-1111-4aaa-8bbb-{person:012}"
        message["from"]["user"]["displayName"] = f"Person {person}"
        yield _sealed(orjson.dumps(message), native, chance)


def _sealed(opened: bytes, native: str, chance: random.Random) -> Delivery:
    """A Graph notification around a message; its cipher text is as long as real one and as hard to compress."""
    value: dict[str, Any] = orjson.loads(_sample("teams/notification.sealed.json"))
    [item] = value["value"]
    message = orjson.loads(opened)
    place = message.get("channelIdentity") or {"teamId": "team", "channelId": "19:general@thread.tacv2"}
    item["resource"] = f"teams('{place['teamId']}')/channels('{place['channelId']}')/messages('{native}')"
    item["resourceData"] |= {"id": native, "@odata.id": item["resource"]}
    item["encryptedContent"]["data"] = base64.b64encode(chance.randbytes(len(opened) // 16 * 16 + 16)).decode()
    item["encryptedContent"]["dataKey"] = base64.b64encode(chance.randbytes(256)).decode()
    value["validationTokens"] = [base64.urlsafe_b64encode(chance.randbytes(900)).decode()]
    return delivery("teams", orjson.dumps(value), {"0": opened.decode()})


def _samples(size: int) -> Iterator[Delivery]:
    """Message deliveries among the samples, each with a text of its own hashed into its bytes, over and over."""
    chance = random.Random(9)  # noqa: S311 - made-up text
    slack = _names("slack", "message*.json")
    teams = _names("teams", "chatMessage.*json")
    made = 0
    while True:
        for name in slack:
            yield delivery("slack", _fresh_slack(_sample(f"slack/{name}"), made))
            made += 1
            if made == size:
                return
        for name in teams:
            native = str((_START + made) * 1000)
            message: dict[str, Any] = orjson.loads(_sample(f"teams/{name}"))
            yield _sealed(orjson.dumps(message | {"id": native, "etag": native}), native, chance)
            made += 1
            if made == size:
                return


def _names(platform: str, pattern: str) -> list[str]:
    """The samples that bare orjson can read too: half an emoji, which some clients send, it cannot."""
    found = sorted(path.name for path in (EVENTS / platform).glob(pattern))
    return [name for name in found if is_json(_sample(f"{platform}/{name}"))]


def is_json(body: bytes) -> bool:
    """Whether bare orjson reads it."""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _fresh_slack(body: bytes, number: int) -> bytes:
    """The sample as another delivery: in a channel of its own, so that its ids are new."""
    value: dict[str, Any] = orjson.loads(body)
    if isinstance(value.get("event"), dict) and isinstance(value["event"].get("channel"), str):
        value["event"]["channel"] = f"C{number:08}"
    return orjson.dumps(value)
