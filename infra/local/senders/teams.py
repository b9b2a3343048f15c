"""Microsoft Graph's side of change notifications: resource data encrypted to the subscriber, a token beside it.

Source: https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data
"""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.x509 import Certificate, load_pem_x509_certificate

from infra.local.senders.outgoing import Outgoing
from infra.local.senders.teams_token import TokenIssuer

USER_AGENT = "Microsoft Graph Change Notifications"


@dataclass(frozen=True)
class Notice:
    """One item of a notification collection.

    ``data`` is the resource as Graph would show it (it travels encrypted); ``None`` for lifecycle notices and for
    subscriptions without resource data. ``lifecycle`` names a lifecycle event and excludes the rest.
    """

    subscription_id: str
    tenant_id: str
    expires: str
    change_type: str = "created"
    resource: str = ""
    resource_type: str = ""
    resource_id: str = ""
    data: Mapping[str, Any] | None = None
    lifecycle: str = ""


@dataclass(frozen=True)
class TeamsSender:
    """Builds notifications for one subscription's secret, certificate and token issuer."""

    url: str
    client_state: str
    certificate_id: str
    certificate_pem: str
    issuer: TokenIssuer

    @cached_property
    def _certificate(self) -> Certificate:
        return load_pem_x509_certificate(self.certificate_pem.encode("ascii"))

    def handshake(self, token: str) -> Outgoing:
        """What Graph does before it accepts the address: an empty POST that wants ``token`` back as plain text."""
        joint = "&" if "?" in self.url else "?"
        headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": USER_AGENT}
        return Outgoing(f"{self.url}{joint}validationToken={quote(token, safe='')}", headers, b"")

    def body(self, notices: Sequence[Notice], now: float) -> bytes:
        """The bytes of one collection, each item under its own key; repeat these very bytes for a retry."""
        collection: dict[str, Any] = {"value": [self._item(notice) for notice in notices]}
        if any(notice.data is not None for notice in notices):
            tenant = notices[0].tenant_id
            collection["validationTokens"] = [self.issuer.token(now, tid=tenant)]
        return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

    def request(self, body: bytes) -> Outgoing:
        """The request for a collection's bytes."""
        headers = {
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": USER_AGENT,
        }
        return Outgoing(self.url, headers, body)

    def _item(self, notice: Notice) -> dict[str, Any]:
        if notice.lifecycle:
            return {
                "lifecycleEvent": notice.lifecycle,
                "subscriptionId": notice.subscription_id,
                "subscriptionExpirationDateTime": notice.expires,
                "clientState": self.client_state,
                "tenantId": notice.tenant_id,
            }
        item: dict[str, Any] = {
            "subscriptionId": notice.subscription_id,
            "changeType": notice.change_type,
            "clientState": self.client_state,
            "subscriptionExpirationDateTime": notice.expires,
            "resource": notice.resource,
            "resourceData": {
                "id": notice.resource_id,
                "@odata.type": notice.resource_type,
                "@odata.id": notice.resource,
            },
            "tenantId": notice.tenant_id,
        }
        if notice.data is not None:
            item["encryptedContent"] = self._encrypted(notice.data)
        return item

    def _encrypted(self, data: Mapping[str, Any]) -> dict[str, str]:
        plain = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        key = secrets.token_bytes(32)
        sealed = _encrypt(key, plain)
        public = self._certificate.public_key()
        if not isinstance(public, RSAPublicKey):
            raise TypeError("Graph encrypts to RSA certificates only")
        wrapped = public.encrypt(key, OAEP(MGF1(SHA1()), SHA1(), None))  # noqa: S303 (the scheme's own choice)
        return {
            "data": base64.b64encode(sealed).decode("ascii"),
            "dataKey": base64.b64encode(wrapped).decode("ascii"),
            "dataSignature": base64.b64encode(_signed(key, sealed)).decode("ascii"),
            "encryptionCertificateId": self.certificate_id,
            "encryptionCertificateThumbprint": self._certificate.fingerprint(SHA1()).hex().upper(),  # noqa: S303
        }


def _encrypt(key: bytes, plain: bytes) -> bytes:
    """AES-256-CBC with PKCS#7 padding; the initialisation vector is the head of the key."""
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def _signed(key: bytes, sealed: bytes) -> bytes:
    mac = HMAC(key, SHA256())
    mac.update(sealed)
    return mac.finalize()
