"""A made-up firm's Teams, the application that archives it, and its connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.simulated.direct import Direct
from tests.simulated.receiver import Receiver, receiving
from tests.simulators.running import Running

TENANT = "7d1c0a52-3c5e-4b1f-9a55-2f6f0d0c7a01"
CLIENT = "11111111-2222-3333-4444-555555555555"
CHAT = "19:deal@thread.v2"
CHANNEL = "19:general@thread.tacv2"
TEAM = "aaaaaaaa-0000-0000-0000-000000000001"


class Signing(NamedTuple):
    """The application's certificate and private key, in PEM."""

    certificate: str
    key: str


@cache
def signing(days: int = 365, number: int = 0) -> Signing:
    """A certificate that ends so many days from now."""
    del number
    key: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "archive")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Signing(made.public_bytes(Encoding.PEM).decode(), pem)


def person(number: int, **more: Any) -> dict[str, Any]:
    """An entry of the directory."""
    told = {"id": f"user-{number}", "displayName": f"Person {number}", "mail": f"p{number}@meridian.example"}
    return {**told, "userPrincipalName": f"p{number}@meridian.example", "accountEnabled": True, **more}


def member(number: int) -> dict[str, Any]:
    """Somebody in a chat."""
    told = {"@odata.type": "#microsoft.graph.aadUserConversationMember", "id": f"m{number}", "roles": ["owner"]}
    return {
        **told,
        "userId": f"user-{number}",
        "displayName": f"Person {number}",
        "email": f"p{number}@meridian.example",
    }


def open_teams(platforms: Running) -> Running:
    """The platforms, with the firm in Teams."""
    channel = {"id": CHANNEL, "displayName": "General", "membershipType": "standard"}
    chat = {"id": CHAT, "chatType": "group", "topic": "The deal", "lastUpdatedDateTime": "2026-03-01T09:00:00Z"}
    platforms.put(
        "graph",
        {
            "tenant": TENANT,
            "apps": {CLIENT: {"certificates": [signing().certificate]}},
            "users": [person(1), person(2, userType="Guest"), person(3, accountEnabled=False)],
            "teams": [{"id": TEAM, "displayName": "Meridian", "channels": [channel]}],
            "chats": [{**chat, "members": [member(1), member(2)]}],
        },
    )
    return platforms


def connected(platforms: Running, **secrets: Any) -> Direct:
    """The connection, its secrets those of the application and ``secrets``."""
    kept = {
        "clientState": "a long random text",
        "certificates": {"quire-1": signing().key},
        "certificatePem": signing().certificate,
        "privateKeyPem": signing().key,
        **secrets,
    }
    key_set = orjson.dumps(platforms.act("graph", "keys")).decode()
    configuration = {
        "tenantId": TENANT,
        "clientId": CLIENT,
        "issuer": f"https://sts.windows.net/{TENANT}/",
        "audience": CLIENT,
        "jwks": key_set,
    }
    return Direct(platforms, "teams", kept, configuration)


@contextmanager
def listening(connection: Direct) -> Iterator[Receiver]:
    """The connection's webhook, on this machine."""
    with receiving("teams", lambda: connection.secrets, connection.configuration) as webhook:
        connection.webhook_url = webhook.url
        webhook.clock = lambda: connection.now.timestamp()
        yield webhook


def message(number: int, text: str, **more: Any) -> dict[str, Any]:
    """A message in the chat, as a notification tells of it."""
    native = str(1_772_442_000_000 + number)
    data = {
        "id": native,
        "chatId": CHAT,
        "messageType": "message",
        "createdDateTime": "2026-03-02T09:00:00Z",
        "from": {"user": {"id": "user-1", "displayName": "Person 1"}},
        "body": {"contentType": "text", "content": text},
        **more,
    }
    return {"changeType": "created", "resource": f"chats('{CHAT}')/messages('{native}')", "data": data}


def turn(platforms: Running, connection: Direct, by: timedelta) -> None:
    """Let time pass, for both sides."""
    connection.clock += by.total_seconds()
    platforms.state("graph")["clock"] = connection.clock
