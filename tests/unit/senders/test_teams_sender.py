"""Graph's notifications, read back with independent code: PyJWT for tokens, the documented steps for the data."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from infra.local.senders.teams import Notice
from infra.local.senders.teams_token import GRAPH_PUBLISHER
from tests.unit.senders.material import (
    AUDIENCE,
    CERTIFICATE_ID,
    CLIENT_STATE,
    ISSUER,
    material,
    opened,
    senders,
)

NOW = 1_772_438_400
TENANT = "00000000-0000-4000-8000-00000000a001"
NOTICE = Notice(
    subscription_id="s-1",
    tenant_id=TENANT,
    expires="2026-03-07T00:00:00.0000000+00:00",
    resource="chats('19:1@thread.v2')/messages('1772438400000')",
    resource_type="#Microsoft.Graph.chatMessage",
    resource_id="1772438400000",
    data={"id": "1772438400000", "body": {"contentType": "text", "content": "صباح الخير 👋🏽"}},
)


def _collection(*notices: Notice) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(senders().teams.body(notices, NOW))
    return value


def test_the_subscriber_can_open_the_data() -> None:
    collection = _collection(NOTICE)
    assert opened(collection["value"][0]) == NOTICE.data


def test_an_item_names_subscription_secret_certificate_and_resource() -> None:
    item = _collection(NOTICE)["value"][0]
    certificate = x509.load_pem_x509_certificate(material().certificate_pem.encode())
    assert item["clientState"] == CLIENT_STATE
    assert item["tenantId"] == TENANT
    assert item["resource"] == item["resourceData"]["@odata.id"] == NOTICE.resource
    assert item["encryptedContent"]["encryptionCertificateId"] == CERTIFICATE_ID
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303
    assert item["encryptedContent"]["encryptionCertificateThumbprint"] == thumbprint


def test_every_item_has_its_own_key() -> None:
    first, second = _collection(NOTICE, NOTICE)["value"]
    assert first["encryptedContent"]["dataKey"] != second["encryptedContent"]["dataKey"]
    assert first["encryptedContent"]["data"] != second["encryptedContent"]["data"]


def test_the_token_is_graphs_for_this_audience() -> None:
    (token,) = _collection(NOTICE)["validationTokens"]
    published = jwt.PyJWKSet.from_json(material().key_set)
    key = published[jwt.get_unverified_header(token)["kid"]]
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    claims = jwt.decode(token, key, ["RS256"], audience=AUDIENCE, issuer=ISSUER, options=options)  # type: ignore[arg-type]
    assert claims["appid"] == GRAPH_PUBLISHER
    assert claims["tid"] == TENANT
    assert claims["nbf"] <= NOW < claims["exp"] <= NOW + 3600


def test_claims_can_be_changed_or_left_out_for_forgeries() -> None:
    issuer = senders().teams.issuer
    claims = jwt.decode(issuer.token(NOW, appid=None, aud="somebody else"), options={"verify_signature": False})
    assert "appid" not in claims
    assert claims["aud"] == "somebody else"


def test_without_resource_data_there_is_neither_ciphertext_nor_token() -> None:
    collection = _collection(replace(NOTICE, data=None))
    assert "encryptedContent" not in collection["value"][0]
    assert "validationTokens" not in collection


def test_a_lifecycle_notice_says_only_what_happened_to_the_subscription() -> None:
    collection = _collection(replace(NOTICE, lifecycle="reauthorizationRequired", data=None))
    (item,) = collection["value"]
    assert item["lifecycleEvent"] == "reauthorizationRequired"
    assert set(item) == {
        "lifecycleEvent",
        "subscriptionId",
        "subscriptionExpirationDateTime",
        "clientState",
        "tenantId",
    }
    assert "validationTokens" not in collection


def test_the_handshake_asks_with_an_escaped_token() -> None:
    token = "Validation: Testing client application reachability for subscription Request-Id: 1 & <2>"
    outgoing = senders().teams.handshake(token)
    assert outgoing.body == b""
    assert "<" not in outgoing.url
    assert parse_qs(urlsplit(outgoing.url).query)["validationToken"] == [token]
