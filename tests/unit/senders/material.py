"""Keys, a certificate and senders made for one test run, and the receiver's half of Graph's scheme."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.x509.oid import NameOID

from infra.local.senders.discord import DiscordSender
from infra.local.senders.generic import GenericSender
from infra.local.senders.slack import SlackSender
from infra.local.senders.stack import Senders
from infra.local.senders.teams import TeamsSender
from infra.local.senders.teams_token import TokenIssuer, thumbprint
from infra.local.senders.telegram import TelegramSender
from infra.local.senders.whatsapp import WhatsAppSender

HOOKS = "https://127.0.0.1:4580/hooks"
ISSUER = "https://sts.windows.net/00000000-0000-4000-8000-00000000a001/"
AUDIENCE = "00000000-0000-4000-8000-00000000c001"
SIGNING_SECRET = "a-signing-secret-of-the-tests"
CLIENT_STATE = "a-client-state-of-the-tests"
CERTIFICATE_ID = "certificate-1"
OTHERS: Mapping[str, Mapping[str, str]] = {
    "whatsapp": {"appSecret": "an-app-secret-of-the-tests", "verifyToken": "a-verify-token-of-the-tests"},
    "telegram": {"secretToken": "a-secret-token-of-the-tests"},
    "discord": {
        "publicKey": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "privateKey": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    },
    "generic": {"signingSecret": "another-signing-secret-of-the-tests"},
}
"""Platform to what its sender knows; Discord's keys are those of RFC 8032, 7.1, test 1."""


@dataclass(frozen=True)
class Material:
    """Everything both ends of a Teams connection need."""

    content_key: rsa.RSAPrivateKey
    token_key: rsa.RSAPrivateKey
    certificate_pem: str

    @property
    def token_key_pem(self) -> str:
        return pem(self.token_key)

    @property
    def key_set(self) -> str:
        """The published half of the token key, as the JWKS a receiver trusts."""
        numbers = self.token_key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": thumbprint(self.token_key)}
        return json.dumps({"keys": [{**key, "n": _base64url(numbers.n), "e": _base64url(numbers.e)}]})


@cache
def material() -> Material:
    """Made once: RSA keys take time."""
    content_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Graph notifications")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(content_key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(content_key, hashes.SHA256())
    )
    return Material(content_key, token_key, certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"))


def senders() -> Senders:
    """A tenant's senders of all platforms."""
    held = material()
    issuer = TokenIssuer(ISSUER, AUDIENCE, held.token_key_pem)
    return Senders(
        tenant_id="meridian",
        slack=SlackSender(f"{HOOKS}/slack/c-slack", SIGNING_SECRET),
        teams=TeamsSender(f"{HOOKS}/teams/c-teams", CLIENT_STATE, CERTIFICATE_ID, held.certificate_pem, issuer),
        whatsapp=WhatsAppSender(f"{HOOKS}/whatsapp/c-whatsapp", *OTHERS["whatsapp"].values()),
        telegram=TelegramSender(f"{HOOKS}/telegram/c-telegram", *OTHERS["telegram"].values()),
        discord=DiscordSender(f"{HOOKS}/discord/c-discord", OTHERS["discord"]["privateKey"]),
        generic=GenericSender(f"{HOOKS}/generic/c-generic", *OTHERS["generic"].values()),
    )


def stack() -> dict[str, Any]:
    """A stack file as ``make up`` writes it, as far as senders read it."""
    held = material()
    teams = {
        "clientState": CLIENT_STATE,
        "certificateId": CERTIFICATE_ID,
        "certificatePem": held.certificate_pem,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "tokenKeyPem": held.token_key_pem,
    }
    connections = [
        {
            "connectionId": "c-slack",
            "platform": "slack",
            "webhookUrl": f"{HOOKS}/slack/c-slack",
            "secrets": {"signingSecret": SIGNING_SECRET},
        },
        {"connectionId": "c-teams", "platform": "teams", "webhookUrl": f"{HOOKS}/teams/c-teams", "secrets": teams},
    ]
    connections += [
        {
            "connectionId": f"c-{platform}",
            "platform": platform,
            "webhookUrl": f"{HOOKS}/{platform}/c-{platform}",
            "secrets": dict(secrets),
        }
        for platform, secrets in OTHERS.items()
    ]
    tenants = [
        {"tenantId": "empty", "name": "Empty", "users": [], "connections": []},
        {"tenantId": "meridian", "name": "Meridian Capital", "users": [], "connections": connections},
    ]
    return {"api": "https://127.0.0.1:4580/api", "tenants": tenants}


def opened(item: Mapping[str, Any]) -> dict[str, Any]:
    """The resource inside an item, read step by step as Graph's documentation tells a receiver to."""
    content = item["encryptedContent"]
    oaep = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303
    key = material().content_key.decrypt(base64.b64decode(content["dataKey"]), oaep)
    data = base64.b64decode(content["data"])
    expected = base64.b64encode(hmac.new(key, data, hashlib.sha256).digest()).decode("ascii")
    assert hmac.compare_digest(expected, content["dataSignature"])
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    plain = unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()
    value: dict[str, Any] = json.loads(plain)
    return value


def pem(key: rsa.RSAPrivateKey) -> str:
    """PKCS#8 PEM without a password."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode("ascii")


def _base64url(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
