"""What a sender and the receiver of a local connection share, made once and kept in ``secrets.json``.

The local stack trusts a local issuer instead of Microsoft's: that is configuration of the connection, the same that
names Microsoft's in production.
"""

import base64
import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from infra.local import secrets
from infra.local.demo import ids
from infra.local.settings import Settings

GRAPH_CHANGE_TRACKING = "0bf30f3b-4a52-48df-9a82-234910c4a086"
GENERIC_FILE_HOST = "files.partner.example"
"""Where the demo's other systems keep their files; simulated, as every platform is."""
LIFETIME = dt.timedelta(days=3650)


@dataclass(frozen=True)
class PlatformSecrets:
    """Three views: ``stored`` goes to Secrets Manager, ``configuration`` to the connection, ``sender`` to a sender."""

    stored: dict[str, Any] = field(repr=False)
    configuration: dict[str, Any]
    sender: dict[str, str] = field(repr=False)
    workspace_id: str = ""


def slack(settings: Settings, connection: str) -> PlatformSecrets:
    """The signing secret of a Slack app, and the token of its bot."""
    secret = secrets.keep(settings, f"{connection} signing secret", secrets.secret_key)
    token = _token(settings, connection, "xoxb-8000000001-8000000002-")
    return PlatformSecrets({"signingSecret": secret, "botToken": token}, {}, {"signingSecret": secret})


def teams(settings: Settings, connection: str) -> PlatformSecrets:
    """``clientState``, a certificate to encrypt to, and an issuer of validation tokens with its key."""
    client_state = secrets.keep(settings, f"{connection} client state", secrets.secret_key)
    private = secrets.keep(settings, f"{connection} certificate key", _private_key)
    certificate = secrets.keep(settings, f"{connection} certificate", lambda: _certificate(private, connection))
    token_key = secrets.keep(settings, f"{connection} token key", _private_key)
    own_key = secrets.keep(settings, f"{connection} application key", _private_key)
    certificate_id, key_id = f"{connection}-1", thumbprint(token_key)
    issuer, audience = f"https://issuer.localhost/{connection}/", f"quire-local-{connection}"
    return PlatformSecrets(
        stored={
            "clientState": client_state,
            "certificates": {certificate_id: private},
            "privateKeyPem": own_key,
            "certificatePem": secrets.keep(
                settings,
                f"{connection} application certificate",
                lambda: _certificate(own_key, f"{connection} application"),
            ),
        },
        configuration={
            "tenantId": ids.guid("tenant", "meridian"),
            "clientId": ids.guid("app", "quire"),
            "issuer": issuer,
            "audience": audience,
            "appId": GRAPH_CHANGE_TRACKING,
            "jwks": json.dumps({"keys": [_jwk(token_key) | {"kid": key_id, "use": "sig", "alg": "RS256"}]}),
        },
        sender={
            "clientState": client_state,
            "certificateId": certificate_id,
            "certificatePem": certificate,
            "issuer": issuer,
            "audience": audience,
            "tokenKeyPem": token_key,
            "tokenKeyId": key_id,
        },
    )


def whatsapp(settings: Settings, connection: str) -> PlatformSecrets:
    """An app's secret, the word that its address is verified with, and a system user's token."""
    sender = {
        "appSecret": secrets.keep(settings, f"{connection} app secret", secrets.secret_key),
        "verifyToken": secrets.keep(settings, f"{connection} verify token", secrets.secret_key),
    }
    return PlatformSecrets(sender | {"accessToken": _token(settings, connection, "EAAG")}, {}, sender)


def telegram(settings: Settings, connection: str) -> PlatformSecrets:
    """What Telegram sends along, and the token of a bot; the bot's id is the workspace."""
    sender = {"secretToken": secrets.keep(settings, f"{connection} secret token", secrets.secret_key)}
    bot = f"{ids.telegram_bot()}"
    return PlatformSecrets(sender | {"botToken": _token(settings, connection, f"{bot}:AA")}, {}, sender, bot)


def discord(settings: Settings, connection: str) -> PlatformSecrets:
    """An application's Ed25519 key: both halves are 32 bytes in lower-case hex, as Discord shows the public one."""
    private = secrets.keep(
        settings, f"{connection} private key", lambda: Ed25519PrivateKey.generate().private_bytes_raw().hex()
    )
    public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private)).public_key().public_bytes_raw().hex()
    return PlatformSecrets(
        stored={"publicKey": public, "botToken": _token(settings, connection, f"{ids.snowflake_of('bot')}.")},
        configuration={"guildIds": [ids.snowflake_of("guild")], "againMinutes": 0, "againHours": 1_000_000},
        sender={"publicKey": public, "privateKey": private},
    )


def generic(settings: Settings, connection: str) -> PlatformSecrets:
    """The signing secret of any other system, and the host it keeps its files on."""
    secret = secrets.keep(settings, f"{connection} signing secret", secrets.secret_key)
    return PlatformSecrets({"signingSecret": secret}, {"fileHosts": [GENERIC_FILE_HOST]}, {"signingSecret": secret})


MAKERS = {
    "slack": slack,
    "teams": teams,
    "whatsapp": whatsapp,
    "telegram": telegram,
    "discord": discord,
    "generic": generic,
}


def _token(settings: Settings, connection: str, head: str) -> str:
    """A made-up token for calls to a simulated platform; ``head`` is how that platform's begin."""
    return head + secrets.keep(settings, f"{connection} token", secrets.secret_key)


def thumbprint(private_pem: str) -> str:
    """The RFC 7638 thumbprint of a key's public half, base64url."""
    canonical = json.dumps(_jwk(private_pem), sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _jwk(private_pem: str) -> dict[str, str]:
    key = serialization.load_pem_private_key(private_pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("an RSA key is expected")
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": _integer(numbers.n), "e": _integer(numbers.e)}


def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _certificate(private_pem: str, name: str) -> str:
    key = serialization.load_pem_private_key(private_pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("an RSA key is expected")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _integer(value: int) -> str:
    return _base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
