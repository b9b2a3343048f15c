"""WhatsApp's, Telegram's, Discord's and any other system's requests, checked with independent code."""

import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from infra.local.senders import discord, generic, telegram, whatsapp
from infra.local.senders.discord import DiscordSender
from infra.local.senders.generic import GenericSender
from infra.local.senders.telegram import TelegramSender
from infra.local.senders.whatsapp import WhatsAppSender
from tests.unit.senders.material import HOOKS, OTHERS, senders

NOW = 1_772_438_400.9


def test_metas_signature_is_the_published_vector() -> None:
    digest = "0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914"
    assert whatsapp.signature("secret", b"test") == f"sha256={digest}"


def test_meta_signs_characters_as_it_escapes_them() -> None:
    body = whatsapp.encode({"text": "ä 👍", "url": "https://a.example/b"})
    assert body == rb'{"text":"\u00e4 \ud83d\udc4d","url":"https:\/\/a.example\/b"}'
    assert json.loads(body)["text"] == "ä 👍"


def test_meta_asks_by_get_whether_we_are_there() -> None:
    sender = WhatsAppSender(f"{HOOKS}/whatsapp/c-1", "secret", "a word & another")
    asked = sender.handshake("1158201444")
    assert (asked.method, asked.body) == ("GET", b"")
    told = parse_qs(urlsplit(asked.url).query)
    assert told["hub.mode"] == ["subscribe"]
    assert told["hub.verify_token"] == ["a word & another"]
    assert told["hub.challenge"] == ["1158201444"]


def test_telegram_sends_its_secret_along() -> None:
    body = telegram.encode({"update_id": 7, "message": {"text": "é"}})
    outgoing = TelegramSender(f"{HOOKS}/telegram/c-1", "a-secret").request(body)
    assert outgoing.headers["X-Telegram-Bot-Api-Secret-Token"] == "a-secret"
    assert outgoing.body == b'{"update_id":7,\n"message":{"text":"\\u00e9"}}'


def test_discords_key_is_the_one_of_the_standard() -> None:
    """RFC 8032, section 7.1, test 1: the signature of nothing."""
    expected = (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert discord.signature(OTHERS["discord"]["privateKey"], "", b"") == expected


def test_discord_signs_its_time_and_the_bytes() -> None:
    sender = DiscordSender(f"{HOOKS}/discord/c-1", OTHERS["discord"]["privateKey"])
    outgoing = sender.request(sender.ping("1186000000000000099"), NOW)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(OTHERS["discord"]["publicKey"]))
    signature = bytes.fromhex(outgoing.headers["X-Signature-Ed25519"])
    key.verify(signature, b"1772438400" + outgoing.body)
    assert outgoing.headers["X-Signature-Timestamp"] == "1772438400"
    assert json.loads(outgoing.body)["type"] == 0
    with pytest.raises(InvalidSignature):
        key.verify(signature, b"1772438401" + outgoing.body)


def test_any_other_system_signs_its_time_and_the_bytes() -> None:
    body = generic.encode([{"kind": "message.created", "text": "שלום"}])
    outgoing = GenericSender(f"{HOOKS}/generic/c-1", "secret").request(body, NOW)
    digest = hmac.digest(b"secret", b"1772438400." + body, hashlib.sha256).hex()
    assert outgoing.headers["X-Quire-Signature"] == f"t=1772438400,v1={digest}"
    assert json.loads(outgoing.body)["events"][0]["text"] == "שלום"


def test_a_tenant_has_the_platforms_it_is_connected_to() -> None:
    assert senders().platforms == {"slack", "teams", "whatsapp", "telegram", "discord", "generic"}
