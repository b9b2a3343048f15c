"""Validation tokens: the JWT that vouches for a batch of notifications with resource data.

https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data
"""

import math
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from quire.connectors.json_text import read_json
from quire.connectors.seam import Configuration
from quire.connectors.shape import mappings, text
from quire.connectors.teams.manifest import NOTIFICATION_APP_ID
from quire.domain.errors import CorruptError, MalformedError, UnauthenticatedError, UnavailableError

_KEY_HOST = "login.microsoftonline.com"
_FETCH_SECONDS = 2.0
_LARGEST_KEY_SET = 1_000_000
_KEEP_SECONDS = 12 * 3600.0
_ASK_AGAIN_SECONDS = 300.0
_NOT_YET_SECONDS = 300.0
_MOST_TOKENS = 50

Keys = Mapping[str, Any]  # key id to public key; "" for the keys without an id


class KeySets:
    """Published key sets by address, fetched once and kept; asked again for a key id not seen before."""

    def __init__(self, fetch: Callable[[str], bytes], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: dict[str, tuple[float, list[tuple[str, Any]]]] = {}

    def find(self, address: str, key_id: str) -> list[Any]:
        """The keys of that id at ``address`` (all of them where the token names none).

        Raises:
            CorruptError: the address is not Microsoft's.
            UnavailableError: the keys could not be fetched, and none are kept.
        """
        fetched_at, keys = self._kept.get(address, (-math.inf, []))
        age = self._clock() - fetched_at
        if age > _KEEP_SECONDS or (age > _ASK_AGAIN_SECONDS and not _chosen(keys, key_id)):
            keys = self._refresh(address, keys)
        return _chosen(keys, key_id)

    def _refresh(self, address: str, kept: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        where = urlsplit(address)
        if where.scheme != "https" or where.netloc != _KEY_HOST:
            raise CorruptError("a connection's key set is not at Microsoft's address")
        try:
            keys = _public_keys(self._fetch(address).decode("utf-8"))
        except (OSError, UnicodeDecodeError, CorruptError) as error:
            if kept:
                return kept
            raise UnavailableError("the published keys could not be fetched") from error
        self._kept[address] = (self._clock(), keys)
        return keys


def fetch_key_set(address: str) -> bytes:
    """GET ``address``, following no redirects.

    Raises:
        OSError: no answer in time, or not 200.
    """
    from urllib.request import HTTPRedirectHandler, build_opener

    class _Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: object, **__: object) -> None:
            return None

    with build_opener(_Stay).open(address, timeout=_FETCH_SECONDS) as answer:
        return bytes(answer.read(_LARGEST_KEY_SET))


def verify_tokens(tokens: object, configuration: Configuration, key_sets: KeySets, now: float) -> None:
    """Every token must be Microsoft's, for us, and of this time; there must be one at least.

    Microsoft sends one token for each application and tenant of a batch and does not say which vouches for which
    item, so one that fails spoils the batch.

    Raises:
        UnauthenticatedError: one is missing or fails, whatever the reason.
        CorruptError: the connection's configuration cannot be used.
        UnavailableError: the published keys could not be fetched.
    """
    if not isinstance(tokens, list) or not 0 < len(tokens) <= _MOST_TOKENS:
        raise UnauthenticatedError("a notification could not be verified")
    for token in tokens:
        _verify(text(token), configuration, key_sets, now)


def _verify(token: str, configuration: Configuration, key_sets: KeySets, now: float) -> None:
    import jwt

    issuer, audience = text(configuration.get("issuer")), text(configuration.get("audience"))
    app_id = text(configuration.get("appId")) or NOTIFICATION_APP_ID
    if not issuer or not audience:
        raise CorruptError("a connection has no issuer or no audience")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != "RS256":
            raise UnauthenticatedError("a notification could not be verified")
        claims = _claims(token, _candidates(configuration, key_sets, text(header.get("kid"))), issuer, audience)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise UnauthenticatedError("a notification could not be verified") from error
    if claims.get("appid") != app_id or not _is_now(claims, now):
        raise UnauthenticatedError("a notification could not be verified")


def _claims(token: str, keys: list[Any], issuer: str, audience: str) -> Mapping[str, Any]:
    import jwt
    from jwt.types import Options

    # Times are compared in `_is_now`, against the caller's clock.
    options: Options = {"require": ["exp", "iss", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}
    for key in keys:
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token, key, algorithms=["RS256"], audience=audience, issuer=issuer, options=options
            )
        except jwt.InvalidSignatureError:
            continue
        return claims
    raise UnauthenticatedError("a notification could not be verified")


def _is_now(claims: Mapping[str, Any], now: float) -> bool:
    expires: Any
    expires, begins = claims.get("exp"), claims.get("nbf", 0)
    numbers = all(isinstance(time, int | float) and not isinstance(time, bool) for time in (expires, begins))
    return numbers and bool(now < expires and begins <= now + _NOT_YET_SECONDS)


def _candidates(configuration: Configuration, key_sets: KeySets, key_id: str) -> list[Any]:
    inline = configuration.get("jwks")
    if isinstance(inline, str) and inline:
        return _chosen(_public_keys(inline), key_id)
    address = configuration.get("jwksUri")
    if not isinstance(address, str) or not address:
        raise CorruptError("a connection has no keys to verify tokens with")
    return key_sets.find(address, key_id)


def _chosen(keys: list[tuple[str, Any]], key_id: str) -> list[Any]:
    """The keys a token may be signed with: those of its key id and those without any; all where it names none."""
    return [key for own, key in keys if not key_id or own in {"", key_id}]


@lru_cache(maxsize=16)
def _public_keys(key_set: str) -> list[tuple[str, Any]]:
    """The RSA keys of a JSON Web Key Set, with their ids.

    Raises:
        CorruptError: it is not one.
    """
    from jwt import PyJWK, PyJWTError

    try:
        entries = mappings(read_json(key_set).get("keys"))
        return [
            (text(entry.get("kid")), PyJWK(dict(entry), algorithm="RS256").key)
            for entry in entries
            if entry.get("kty") == "RSA" and entry.get("use") in {None, "sig"}
        ]
    except (MalformedError, PyJWTError, AttributeError, KeyError, ValueError, TypeError) as error:
        raise CorruptError("a key set cannot be read") from error
