"""The application's own token from Microsoft's login, proved with a certificate; nobody signs in.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from json import JSONDecodeError
from typing import Any
from urllib.parse import urlencode

from quire.connectors.outward import Token
from quire.connectors.shape import text
from quire.domain.calls import Answer, Call, Outside
from quire.domain.errors import GrantLostError, UnavailableError

_LOGIN = "https://login.microsoftonline.com"
_SCOPE = "https://graph.microsoft.com/.default"
_FOR_NOW = frozenset({"temporarily_unavailable", "server_error"})


def grant(secrets: Mapping[str, Any], configuration: Mapping[str, Any], outside: Outside, now: datetime) -> Token:
    """An access token of about an hour.

    Raises:
        GrantLostError: the connection is not set up for it, its certificate cannot be used, or Microsoft does not know
            the application or its certificate in this directory (any more).
        UnavailableError: Microsoft's login cannot answer now.
    """
    from jwt import PyJWTError
    from msal import ConfidentialClientApplication
    from msal.exceptions import MsalServiceError

    tenant, client = text(configuration.get("tenantId")), text(configuration.get("clientId"))
    certificate, key = text(secrets.get("certificatePem")), text(secrets.get("privateKeyPem"))
    if not (tenant and client and certificate and key):
        raise GrantLostError("the connection has no application: its ids, certificate and private key are needed")
    try:
        application = ConfidentialClientApplication(
            client,
            authority=f"{_LOGIN}/{tenant}",
            client_credential={"private_key": key, "public_certificate": certificate},
            http_client=_ThroughOutside(outside),
            instance_discovery=False,
        )
        told = application.acquire_token_for_client([_SCOPE])
    except (MsalServiceError, JSONDecodeError) as error:
        raise UnavailableError("Microsoft's login does not answer as it should") from error
    except (PyJWTError, ValueError, TypeError) as error:
        raise GrantLostError("the directory's id, the certificate or its key cannot be used") from error
    token, seconds = told.get("access_token"), told.get("expires_in")
    if isinstance(token, str) and token and isinstance(seconds, int):
        return Token(token, now + timedelta(seconds=seconds))
    why = text(told.get("error")) or "no token"
    if why in _FOR_NOW:
        raise UnavailableError(f"Microsoft's login cannot answer now: {why}")
    codes = ", ".join(f"AADSTS{code}" for code in told.get("error_codes") or () if isinstance(code, int))
    raise GrantLostError(f"Microsoft gives the application no token: {why}{f' ({codes})' if codes else ''}")


class _Response:
    """An answer as msal reads one."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.headers = dict(answer.headers)
        self.text = answer.body.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        """Refuse what is no success."""
        if self.status_code >= 400:
            raise UnavailableError(f"Microsoft's login answered {self.status_code}")


class _ThroughOutside:
    """An HTTP client as msal wants one, that makes no socket."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> _Response:
        """A GET."""
        call = Call("GET", url, "GET openid-configuration", _headers(headers), params or {})
        return _Response(self._outside.send(call))

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> _Response:
        """A POST of a form."""
        body = data if isinstance(data, bytes) else (data if isinstance(data, str) else urlencode(data or {})).encode()
        told = {"content-type": "application/x-www-form-urlencoded", **_headers(headers)}
        return _Response(self._outside.send(Call("POST", url, "POST token", told, params or {}, body)))

    def close(self) -> None:
        """Nothing to close."""


def _headers(headers: Any) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in (headers or {}).items()}
