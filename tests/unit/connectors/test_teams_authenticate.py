"""The Teams webhook lets in what Microsoft Graph vouches for, and never says why something was refused."""

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from infra.local.senders.teams import Notice, TeamsSender
from infra.local.senders.teams_token import GRAPH_PUBLISHER, thumbprint
from quire.connectors.teams.authenticate import authenticate
from quire.connectors.teams.tokens import KeySets
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import (
    BadInputError,
    CorruptError,
    MalformedError,
    UnauthenticatedError,
    UnavailableError,
)
from tests.unit.connectors.reading import only, read, sample
from tests.unit.senders.material import (
    AUDIENCE,
    CERTIFICATE_ID,
    CLIENT_STATE,
    ISSUER,
    material,
    pem,
    senders,
)

NOW = 1_772_442_845.0
CHAT = "19:2b7d9e4c1f3a4b5c8d6e7f8091a2b3c4@thread.v2"
SENDER: TeamsSender = senders().teams
MESSAGE = json.loads(sample("teams", "chatMessage.reply"))


def notice(**changes: Any) -> Notice:
    told = {
        "subscription_id": "s1",
        "tenant_id": "tenant-1",
        "expires": "2026-03-04T09:00:00Z",
        "resource": f"chats('{CHAT}')/messages('{MESSAGE['id']}')",
        "resource_type": "#Microsoft.Graph.chatMessage",
        "resource_id": MESSAGE["id"],
        "data": MESSAGE,
    }
    return Notice(**{**told, **changes})


def batch(*notices: Notice) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(SENDER.body(notices or (notice(),), NOW))
    return value


def secrets(**changes: Any) -> dict[str, Any]:
    return {
        "clientState": CLIENT_STATE,
        "certificates": {CERTIFICATE_ID: pem(material().content_key)},
        **changes,
    }


def configuration(**changes: Any) -> dict[str, Any]:
    told = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": material().key_set, **changes}
    return {name: value for name, value in told.items() if value is not None}


def admit(
    body: Any, held: dict[str, Any] | None = None, told: dict[str, Any] | None = None, **more: Any
) -> Accepted | Challenge:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = WebhookRequest(headers={}, body=content)
    return authenticate(request, held or secrets(), told or configuration(), more.pop("now", NOW), **more)


def refused(body: Any, **more: Any) -> str:
    with pytest.raises(UnauthenticatedError) as caught:
        admit(body, **more)
    return caught.value.detail


def test_encrypted_items_are_opened_by_their_place() -> None:
    accepted = admit(batch(notice(), notice(data=None, lifecycle="missed"), notice(data={"id": "2"})))
    assert isinstance(accepted, Accepted)
    assert accepted.status == 202
    assert {index: json.loads(opened) for index, opened in accepted.opened.items()} == {"0": MESSAGE, "2": {"id": "2"}}


def test_what_was_opened_is_what_is_archived() -> None:
    body = SENDER.body([notice()], NOW)
    accepted = admit(body)
    assert isinstance(accepted, Accepted)
    event = only(read("teams", body, "tenant-1", opened=accepted.opened))
    assert event == only(read("teams", MESSAGE, "tenant-1")).model_copy(
        update={"raw_sha256": event.raw_sha256, "delivery": event.delivery}
    )


def test_each_item_has_its_own_key() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    held = secrets(certificates={CERTIFICATE_ID: pem(material().content_key), "older": pem(other)})
    assert isinstance(admit(batch(notice(), notice()), held), Accepted)


@pytest.mark.parametrize("key", ["encryptedContent", "EncryptedContent"])
def test_the_key_of_the_content_may_be_capitalised(key: str) -> None:
    body = batch()
    body["value"][0][key] = body["value"][0].pop("encryptedContent")
    accepted = admit(body)
    assert isinstance(accepted, Accepted)
    assert "0" in accepted.opened


def test_notices_without_content_need_no_token() -> None:
    assert admit(batch(notice(data=None, lifecycle="subscriptionRemoved"))) == Accepted(
        status=202, wake="subscriptions"
    )
    assert admit(batch(notice(data=None))) == Accepted(status=202)


def test_the_handshake_is_answered_harmlessly() -> None:
    request = WebhookRequest(headers={}, query={"validationToken": "Validation: <b>é</b> & more"}, body=b"")
    challenge = authenticate(request, secrets(), configuration(), NOW)
    assert challenge == Challenge(body="Validation: &lt;b&gt;é&lt;/b&gt; &amp; more")
    assert challenge.content_type.startswith("text/plain")


@pytest.mark.parametrize("token", ["", "x" * 4097])
def test_a_handshake_without_a_token_is_malformed(token: str) -> None:
    with pytest.raises(MalformedError):
        authenticate(WebhookRequest(headers={}, query={"validationToken": token}, body=b""), {}, {}, NOW)


@pytest.mark.parametrize("state", [None, "", "another", 5, "é", CLIENT_STATE + " "])
@pytest.mark.parametrize("place", [0, 1])
def test_one_wrong_client_state_spoils_the_batch(state: Any, place: int) -> None:
    body = batch(notice(), notice(data=None))
    body["value"][place]["clientState"] = state
    refused(body)


@pytest.mark.parametrize("expected", [None, "", 5])
def test_without_a_client_state_of_ours_nobody_is_let_in(expected: Any) -> None:
    body = batch(notice(data=None))
    body["value"][0]["clientState"] = expected
    refused(body, held=secrets(clientState=expected))


FORGED: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "an empty list": list,
    "no list": lambda: SENDER.issuer.token(NOW),
    "not a token": lambda: ["ey.ey.x"],
    "not a string": lambda: [5],
    "too many": lambda: [SENDER.issuer.token(NOW)] * 51,
    "a good one and a bad one": lambda: [SENDER.issuer.token(NOW), SENDER.issuer.token(NOW, aud="another")],
    "no appid": lambda: [SENDER.issuer.token(NOW, appid=None)],
    "another app's": lambda: [SENDER.issuer.token(NOW, appid="00000000-0000-0000-0000-000000000000")],
    "azp instead of appid": lambda: [SENDER.issuer.token(NOW, appid=None, azp=GRAPH_PUBLISHER)],
    "appid in a list": lambda: [SENDER.issuer.token(NOW, appid=[GRAPH_PUBLISHER])],
    "another issuer": lambda: [SENDER.issuer.token(NOW, iss=ISSUER.rstrip("/"))],
    "no issuer": lambda: [SENDER.issuer.token(NOW, iss=None)],
    "another audience": lambda: [SENDER.issuer.token(NOW, aud="api://another")],
    "no audience": lambda: [SENDER.issuer.token(NOW, aud=None)],
    "expired": lambda: [SENDER.issuer.token(NOW - 4000)],
    "expires never": lambda: [SENDER.issuer.token(NOW, exp=None)],
    "expiry is text": lambda: [SENDER.issuer.token(NOW, exp="later")],
    "not yet valid": lambda: [SENDER.issuer.token(NOW, nbf=NOW + 1000)],
    "unsigned": lambda: [jwt.encode(_claims(), key="", algorithm="none")],
    "signed with the public key as a secret": lambda: [_confused()],
    "signed by another key": lambda: [_by_another_key()],
    "tampered": lambda: [_tampered(SENDER.issuer.token(NOW))],
    "another kid": lambda: [jwt.encode(_claims(), material().token_key_pem, "RS256", headers={"kid": "nobody's"})],
    "PS256": lambda: [jwt.encode(_claims(), material().token_key_pem, "PS256", headers=_kid())],
    "deep": lambda: [_part(b'{"alg":"RS256","x":' + b"[" * 5000 + b"]" * 5000 + b"}") + ".e30.e30"],
    "not UTF-8": lambda: [_part(b'{"alg":"RS256"}') + "." + _part(b"\xff") + ".AA"],
    "header is a list": lambda: [_part(b"[]") + ".e30.e30"],
    "kid is a number": lambda: [jwt.encode(_claims(), material().token_key_pem, "RS256", headers={"kid": "5"})],
}


def _claims() -> dict[str, Any]:
    return {"aud": AUDIENCE, "iss": ISSUER, "exp": int(NOW) + 3600, "appid": GRAPH_PUBLISHER}


def _kid() -> dict[str, str]:
    return {"kid": thumbprint(material().token_key)}


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _confused() -> str:
    import hashlib
    import hmac

    head = _part(json.dumps({"alg": "HS256", **_kid()}).encode()) + "." + _part(json.dumps(_claims()).encode())
    return f"{head}.{_part(hmac.new(material().key_set.encode(), head.encode(), hashlib.sha256).digest())}"


def _by_another_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(_claims(), key, "RS256", headers=_kid())


def _tampered(token: str) -> str:
    head, claims, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return f"{head}.{_part(json.dumps({**told, 'aud': AUDIENCE, 'x': 1}).encode())}.{signature}"


@pytest.mark.parametrize("forgery", FORGED)
def test_forged_tokens_are_refused(forgery: str) -> None:
    body = {**batch(), "validationTokens": FORGED[forgery]()}
    refused(body)


def test_a_token_may_name_no_key() -> None:
    token = jwt.encode(_claims(), material().token_key_pem, "RS256")
    assert isinstance(admit({**batch(), "validationTokens": [token, token]}), Accepted)


def test_the_app_that_signs_may_be_configured() -> None:
    body = {**batch(), "validationTokens": [SENDER.issuer.token(NOW, appid="ours")]}
    refused(body)
    assert isinstance(admit(body, told=configuration(appId="ours")), Accepted)
    refused(batch(), told=configuration(appId="ours"))


def content(**changes: Any) -> dict[str, Any]:
    body = batch()
    sealed = body["value"][0]["encryptedContent"]
    body["value"][0]["encryptedContent"] = {**sealed, **changes}
    return body


def flipped(name: str) -> dict[str, Any]:
    sealed = batch()["value"][0]["encryptedContent"]
    data = bytearray(base64.b64decode(sealed[name]))
    data[len(data) // 2] ^= 1
    return content(**{name: base64.b64encode(bytes(data)).decode()})


@pytest.mark.parametrize(
    "body",
    [
        lambda: flipped("data"),
        lambda: flipped("dataKey"),
        lambda: flipped("dataSignature"),
        lambda: content(data="not base64!"),
        lambda: content(data=None),
        lambda: content(dataKey=""),
        lambda: content(dataSignature=None),
        lambda: content(dataSignature=""),
        lambda: content(encryptionCertificateId="another"),
        lambda: content(encryptionCertificateId=None),
        lambda: content(encryptionCertificateId=["x"]),
        lambda: _replaced({"value": "x"}),
        lambda: _replaced("sealed"),
        lambda: _replaced([]),
        lambda: _sealed_with(b"k" * 16, b"x" * 16),
        lambda: _sealed_with(b"k" * 32, b"x" * 15),
        lambda: _sealed_with(b"k" * 32, b""),
        lambda: _sealed_with(b"k" * 32, b"x" * 16),
    ],
)
def test_tampered_content_is_refused(body: Callable[[], Any]) -> None:
    refused(body())


def _replaced(sealed: Any) -> dict[str, Any]:
    body = batch()
    body["value"][0]["encryptedContent"] = sealed
    return body


def _sealed_with(key: bytes, data: bytes) -> dict[str, Any]:
    """Content whose signature is right, but whose key or ciphertext is not as agreed."""
    import hashlib
    import hmac

    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
    from cryptography.hazmat.primitives.hashes import SHA1

    wrapped = material().content_key.public_key().encrypt(key, OAEP(MGF1(SHA1()), SHA1(), None))  # noqa: S303
    return content(
        data=base64.b64encode(data).decode(),
        dataKey=base64.b64encode(wrapped).decode(),
        dataSignature=base64.b64encode(hmac.new(key, data, hashlib.sha256).digest()).decode(),
    )


def test_no_refusal_says_why() -> None:
    told = {refused({**batch(), "validationTokens": make()}) for make in FORGED.values()}
    told |= {refused(flipped("data")), refused(content(encryptionCertificateId="another"))}
    wrong = batch()
    wrong["value"][0]["clientState"] = "another"
    assert told == {refused(wrong)}


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"\xff", b"[]", b"5", b"{}", b'{"value":5}', b'{"value":[]}', b'{"value":[5]}', b'{"value":NaN}'),
        b'{"value":' + b"[" * 100_000,
    ],
)
def test_what_is_no_collection_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        admit(body)


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (secrets(), configuration(issuer=None)),
        (secrets(), configuration(audience="")),
        (secrets(), configuration(jwks=None)),
        (secrets(), configuration(jwks="{")),
        (secrets(), configuration(jwks="[]")),
        (secrets(), configuration(jwks='{"keys":[{"kty":"RSA","n":"!"}]}')),
        (secrets(), configuration(jwks=None, jwksUri="http://login.microsoftonline.com/keys")),
        (secrets(), configuration(jwks=None, jwksUri="https://login.microsoftonline.com.evil.example/keys")),
        (secrets(), configuration(jwks=None, jwksUri="https://login.microsoftonline.com@evil.example/keys")),
        (secrets(), configuration(jwks=None, jwksUri="https://login.microsoftonline.com:444/keys")),
        (secrets(certificates={CERTIFICATE_ID: "no PEM"}), configuration()),
    ],
)
def test_our_own_mistakes_are_told_apart_from_the_senders(held: dict[str, Any], told: dict[str, Any]) -> None:
    with pytest.raises(CorruptError):
        admit(batch(), held, told, key_sets=KeySets(lambda _: pytest.fail("asked a stranger")))


class Publisher:
    """Serves a key set, and counts how often it is asked."""

    def __init__(self, key_set: str) -> None:
        self.key_set = key_set
        self.asked = 0
        self.time = 0.0
        self.down = False

    def __call__(self, address: str) -> bytes:
        assert address == "https://login.microsoftonline.com/common/discovery/keys"
        self.asked += 1
        if self.down:
            raise TimeoutError
        return self.key_set.encode()


def test_published_keys_are_kept_and_asked_again_for_a_new_one() -> None:
    publisher = Publisher('{"keys":[]}')
    key_sets = KeySets(publisher, clock=lambda: publisher.time)
    told = configuration(jwks=None, jwksUri="https://login.microsoftonline.com/common/discovery/keys")

    refused(batch(), told=told, key_sets=key_sets)
    publisher.key_set = material().key_set
    refused(batch(), told=told, key_sets=key_sets)  # asked just now: a stranger's key id does not make us ask again
    assert publisher.asked == 1
    publisher.time = 301
    assert isinstance(admit(batch(), told=told, key_sets=key_sets), Accepted)
    assert isinstance(admit(batch(), told=told, key_sets=key_sets), Accepted)
    assert publisher.asked == 2
    publisher.time, publisher.down = 301 + 13 * 3600, True
    assert isinstance(admit(batch(), told=told, key_sets=key_sets), Accepted)  # old keys are better than none


def test_without_published_keys_the_sender_is_asked_to_come_again() -> None:
    publisher = Publisher("")
    publisher.down = True
    told = configuration(jwks=None, jwksUri="https://login.microsoftonline.com/common/discovery/keys")
    with pytest.raises(UnavailableError):
        admit(batch(), told=told, key_sets=KeySets(publisher))


texts = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)


@given(token=texts | st.builds(lambda a, b, c: f"{_part(a)}.{_part(b)}.{_part(c)}", *[st.binary(max_size=60)] * 3))
def test_nothing_but_a_refusal_comes_of_hostile_tokens(token: str) -> None:
    refused({**batch(), "validationTokens": [token]})


@given(sealed=values, tokens=values)
def test_nothing_but_bad_input_comes_of_hostile_items(sealed: Any, tokens: Any) -> None:
    item = {"clientState": CLIENT_STATE, "encryptedContent": sealed}
    body = {"value": [item], "validationTokens": tokens}
    if sealed is None:
        assert isinstance(admit(body), Accepted)
        return
    with pytest.raises(BadInputError):
        admit(body)
