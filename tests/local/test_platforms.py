"""A delivery of each platform, made and signed as the platform does it, is captured, archived and found."""

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from infra.local.demo import ids
from infra.local.senders import discord, generic, telegram, whatsapp
from infra.local.senders.outgoing import Outgoing
from infra.local.senders.stack import Senders
from tests.local.running import Running, eventually

pytestmark = pytest.mark.local


class Sent(NamedTuple):
    """A request, and what the platform expects to hear."""

    outgoing: Outgoing
    status: int


def on_whatsapp(senders: Senders, text: str) -> Sent:
    assert senders.whatsapp
    message = {"from": "447700900199", "id": ids.wamid(text), "timestamp": str(int(time.time())), "type": "text"}
    metadata = {"display_phone_number": "442079460199", "phone_number_id": "100200300400500"}
    contact = {"profile": {"name": "A Customer"}, "wa_id": "447700900199"}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact]}
    change = {"field": "messages", "value": {**value, "messages": [{**message, "text": {"body": text}}]}}
    entry = {"id": "200300400500600", "changes": [change]}
    body = whatsapp.encode({"object": "whatsapp_business_account", "entry": [entry]})
    return Sent(senders.whatsapp.request(body), 200)


def on_telegram(senders: Senders, text: str) -> Sent:
    assert senders.telegram
    chat = {"id": -1002233440000, "title": "Tests", "type": "supergroup"}
    writer = {"id": 5123450000, "is_bot": False, "first_name": "Tess"}
    number = secrets.randbelow(2**31)
    message = {"message_id": number, "from": writer, "chat": chat, "date": int(time.time()), "text": text}
    return Sent(senders.telegram.request(telegram.encode({"update_id": number, "message": message})), 200)


def on_discord(senders: Senders, text: str) -> Sent:
    assert senders.discord
    now = datetime.now(UTC)
    author = {"id": ids.snowflake_of("a player"), "username": "player", "discriminator": "0"}
    lobby = ids.snowflake_of("a lobby")
    data = {"id": ids.snowflake(now, text), "type": 0, "content": text, "lobby_id": lobby, "channel_id": lobby}
    event = {"type": "LOBBY_MESSAGE_CREATE", "timestamp": now.isoformat(), "data": {**data, "author": author}}
    told = {"version": 1, "application_id": ids.snowflake_of("application"), "type": 1, "event": event}
    return Sent(senders.discord.request(discord.encode(told), time.time()), 204)


def on_generic(senders: Senders, text: str) -> Sent:
    assert senders.generic
    now = datetime.now(UTC).isoformat()
    event = {"kind": "message.created", "id": text[-8:], "at": now, "text": text}
    event |= {"channel": {"id": "tests"}, "sender": {"id": "tess", "name": "Tess"}}  # type: ignore[dict-item]
    return Sent(senders.generic.request(generic.encode([event]), time.time()), 200)


MAKERS: Mapping[str, Callable[[Senders, str], Sent]] = {
    "whatsapp": on_whatsapp,
    "telegram": on_telegram,
    "discord": on_discord,
    "generic": on_generic,
}


@pytest.mark.parametrize("platform", MAKERS)
def test_a_message_is_found_by_a_signed_in_user(stack: Running, platform: str) -> None:
    text = f"Said on {platform}: word{secrets.token_hex(6)}"
    sent = MAKERS[platform](stack.senders, text)

    for _ in range(2):
        answer = stack.send(sent.outgoing)
        assert answer.status_code == sent.status, answer.text

    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        found = eventually(lambda: stack.search(api, text.split()[-1])["hits"], "the message to be searchable")
        assert [(hit["platform"], hit["content"]) for hit in found] == [(platform, text)]


@pytest.mark.parametrize("platform", MAKERS)
def test_what_was_changed_on_the_way_is_refused(stack: Running, platform: str) -> None:
    sent = MAKERS[platform](stack.senders, "never to be stored")
    outgoing = sent.outgoing
    if platform == "telegram":  # which signs nothing: only who knows the secret is let in
        outgoing = Outgoing(
            outgoing.url, {**outgoing.headers, "X-Telegram-Bot-Api-Secret-Token": "guess"}, outgoing.body
        )
    else:
        outgoing = Outgoing(outgoing.url, outgoing.headers, outgoing.body.replace(b"stored", b"st0red"))

    answer = stack.send(outgoing)

    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_handshakes_are_answered_as_the_platforms_ask(stack: Running) -> None:
    assert stack.senders.whatsapp
    assert stack.senders.discord
    answer = stack.send(stack.senders.whatsapp.handshake("1158201444"))
    assert (answer.status_code, answer.text) == (200, "1158201444")
    ping = stack.senders.discord.ping(ids.snowflake_of("application"))
    answer = stack.send(stack.senders.discord.request(ping, time.time()))
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_bad_event_is_refused_by_its_number_and_the_good_ones_are_kept(stack: Running) -> None:
    assert stack.senders.generic
    text = f"kept: word{secrets.token_hex(6)}"
    good: dict[str, Any] = {
        "kind": "message.created",
        "id": text[-8:],
        "at": datetime.now(UTC).isoformat(),
        "text": text,
    }
    good |= {"channel": {"id": "tests"}, "sender": {"id": "tess"}}
    body = generic.encode([{**good, "kind": "message.shouted"}, good])

    answer = stack.send(stack.senders.generic.request(body, time.time()))

    assert answer.status_code == 200
    assert answer.json()["accepted"] == 1
    assert [each["index"] for each in answer.json()["refused"]] == [0]
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        found = eventually(lambda: stack.search(api, text.split()[-1])["hits"], "the good event to be searchable")
        assert len(found) == 1
