"""The validation token Microsoft Graph puts beside notifications with resource data: a JWT, RS256.

Source: https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

GRAPH_PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""Microsoft Graph change tracking: the only application whose tokens a receiver may trust."""

LIFETIME = 3600


@dataclass(frozen=True)
class TokenIssuer:
    """Signs validation tokens, as the identity platform would.

    ``key_id`` is the ``kid`` of the key in the published set; by default the key's RFC 7638 thumbprint.
    """

    issuer: str
    audience: str
    key_pem: str
    key_id: str = ""

    @cached_property
    def _key(self) -> RSAPrivateKey:
        key = load_pem_private_key(self.key_pem.encode("ascii"), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("validation tokens are signed with an RSA key")
        return key

    def token(self, now: float, **claims: Any) -> str:
        """A token valid from a little before ``now`` for an hour; ``claims`` override, ``None`` leaves one out."""
        issued = int(now) - 5
        told: dict[str, Any] = {
            "aud": self.audience,
            "iss": self.issuer,
            "iat": issued,
            "nbf": issued,
            "exp": issued + LIFETIME,
            "appid": GRAPH_PUBLISHER,
            "appidacr": "2",
            "idp": self.issuer,
            "ver": "1.0",
            **claims,
        }
        kept = {name: value for name, value in told.items() if value is not None}
        header = {"typ": "JWT", "alg": "RS256", "kid": self.key_id or thumbprint(self._key)}
        signed = f"{_part(header)}.{_part(kept)}"
        proof = self._key.sign(signed.encode("ascii"), PKCS1v15(), SHA256())
        return f"{signed}.{_base64url(proof)}"


def thumbprint(key: RSAPrivateKey) -> str:
    """The RFC 7638 thumbprint of the public half, base64url."""
    numbers = key.public_key().public_numbers()
    public = {"e": _integer(numbers.e), "kty": "RSA", "n": _integer(numbers.n)}
    return _base64url(hashlib.sha256(_json(public)).digest())


def _integer(value: int) -> str:
    return _base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _part(value: Mapping[str, Any]) -> str:
    return _base64url(_json(value))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("utf-8")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
