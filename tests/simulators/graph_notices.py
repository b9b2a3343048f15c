"""What Microsoft Graph sends: handshakes, notifications with encrypted content, notices about subscriptions."""

import base64
import hashlib
import hmac
import json
import os
import uuid
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.padding import PKCS7

from tests.simulators.frame import State, World
from tests.simulators.microsoft_login import now

_NOTIFIER = "0bf30f3b-4a52-48df-9a82-234910c4a086"
_KEY_ID = "simulated-1"


def signing_key(world: World) -> RSAPrivateKey:
    """The key that validation tokens are signed with; another one whenever the state is replaced."""
    key = world.memory.get("signingKey")
    if key is None:
        key = world.memory["signingKey"] = generate_private_key(public_exponent=65537, key_size=2048)
    assert isinstance(key, RSAPrivateKey)
    return key


def key_set(world: World) -> dict[str, Any]:
    """The public half, as published."""
    shown = jwt.algorithms.RSAAlgorithm.to_jwk(signing_key(world).public_key(), as_dict=True)
    return {"keys": [{**shown, "kid": _KEY_ID, "use": "sig"}]}


def public_key(certificate: str) -> RSAPublicKey | None:
    """The key in a Base64 certificate that Graph takes: RSA of 2048 to 4096 bits."""
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True)).public_key()
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) and 2048 <= key.key_size <= 4096 else None


def is_here(url: str) -> bool:
    """Whether an address is on this machine, whose certificates nobody vouches for."""
    host = urlsplit(url).hostname or ""
    return host in {"127.0.0.1", "localhost"} or host.endswith(".localhost")


async def shakes_hands(url: str) -> bool:
    """Whether an address says the validation token back, as plain text, within ten seconds."""
    token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()}"
    address = f"{url}{'&' if '?' in url else '?'}{urlencode({'validationToken': token})}"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
            session.post(address, ssl=not is_here(url)) as answer,
        ):
            return answer.status == 200 and answer.content_type == "text/plain" and await answer.text() == token
    except (aiohttp.ClientError, TimeoutError):
        return False


def item(world: World, subscription: State, told: State) -> State:
    """One notification. ``told``: ``changeType``, ``resource``, ``data``?, ``type``?, ``certificateId``?, ``spoil``?"""
    made = {
        "subscriptionId": subscription["id"],
        "changeType": told["changeType"],
        "tenantId": world.state["tenant"],
        "clientState": subscription.get("clientState"),
        "subscriptionExpirationDateTime": subscription["expirationDateTime"],
        "resource": told["resource"],
        "resourceData": {
            "id": told["resource"].rpartition("('")[2].rstrip("')"),
            "@odata.type": told.get("type", "#Microsoft.Graph.chatMessage"),
            "@odata.id": told["resource"],
        },
    }
    if subscription.get("includeResourceData") and told.get("data") is not None:
        made["encryptedContent"] = _encrypted(subscription, told)
    return made


def _encrypted(subscription: State, told: State) -> State:
    public = public_key(subscription["encryptionCertificate"])
    assert public is not None
    key = os.urandom(32)
    padder = PKCS7(128).padder()
    plain = json.dumps(told["data"], ensure_ascii=False).encode()
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    data = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    signed_with = os.urandom(32) if told.get("spoil") == "signature" else key
    wrapped = public.encrypt(key, OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None))  # noqa: S303 - as Graph does
    return {
        "data": base64.b64encode(data).decode(),
        "dataKey": base64.b64encode(wrapped).decode(),
        "dataSignature": base64.b64encode(hmac.digest(signed_with, data, hashlib.sha256)).decode(),
        "encryptionCertificateId": told.get("certificateId", subscription["encryptionCertificateId"]),
        "encryptionCertificateThumbprint": "",
    }


def _token(world: World, client: str) -> str:
    at = int(now(world.state))
    claims = {
        "aud": client,
        "iss": f"https://sts.windows.net/{world.state['tenant']}/",
        "iat": at,
        "nbf": at,
        "exp": at + 3600,
        "appid": _NOTIFIER,
    }
    return jwt.encode(claims, signing_key(world), algorithm="RS256", headers={"kid": _KEY_ID})


async def send(world: World, url: str, client: str, items: list[State]) -> int:
    """One batch to one address; the status of its answer, 0 where there was none."""
    batch: State = {"value": items}
    if any("encryptedContent" in each for each in items):
        batch["validationTokens"] = [_token(world, client)]
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
            session.post(url, json=batch, ssl=not is_here(url)) as answer,
        ):
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0
