"""Microsoft's login: an application proves itself with a certificate and is given a token for Graph."""

import hashlib
import secrets
import time
from typing import Any

import jwt
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from tests.simulators.frame import State, World

_HOST = "https://login.microsoftonline.com"


def now(state: State) -> float:
    """Seconds since 1970 by Microsoft's clock, which a test may turn."""
    return time.time() + float(state.get("clock", 0))


async def log_in(request: web.Request, world: World, key_set: Any) -> web.Response:
    """The discovery document, the published keys, and tokens."""
    tenant, _, path = request.path.strip("/").partition("/")
    if path == "discovery/keys":
        return web.json_response(key_set)
    if tenant != world.state["tenant"]:
        return _refused("invalid_tenant", 90002, "Tenant not found")
    if path == "v2.0/.well-known/openid-configuration":
        base = f"{_HOST}/{tenant}"
        return web.json_response(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
            }
        )
    if path == "oauth2/v2.0/token" and request.method == "POST":
        return _token(world, dict(await request.post()))
    return web.Response(status=404)


def _token(world: World, told: dict[str, Any]) -> web.Response:
    client = str(told.get("client_id", ""))
    app = world.state["apps"].get(client)
    if app is None or not app.get("consented", True):
        return _refused("unauthorized_client", 700016, "Application was not found in the directory")
    if told.get("grant_type") != "client_credentials" or told.get("scope") != "https://graph.microsoft.com/.default":
        return _refused("invalid_request", 900144, "The request body lacks a parameter")
    if not _proves(str(told.get("client_assertion", "")), client, world.state, app):
        return _refused("invalid_client", 700027, "The certificate is not registered on the application")
    token, seconds = secrets.token_urlsafe(40), int(world.state.get("tokenSeconds", 3599))
    world.memory.setdefault("tokens", {})[token] = {"client": client, "expiresAt": now(world.state) + seconds}
    return web.json_response({"token_type": "Bearer", "expires_in": seconds, "access_token": token})


def _proves(assertion: str, client: str, state: State, app: State) -> bool:
    """Whether a registered certificate signed the assertion, for this application and address, lately."""
    audience = f"{_HOST}/{state['tenant']}/oauth2/v2.0/token"
    for pem in app.get("certificates", []):
        certificate = x509.load_pem_x509_certificate(pem.encode())
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            continue
        try:
            header = jwt.get_unverified_header(assertion)
            claims = jwt.decode(assertion, key, algorithms=["PS256", "RS256"], audience=audience)
        except jwt.PyJWTError:
            continue
        thumbprint = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
        named = {str(header.get(key, "")).rstrip("=") for key in ("x5t#S256", "x5t")}
        if claims.get("iss") == claims.get("sub") == client and _unpadded(thumbprint) in named:
            return True
    return False


def _unpadded(value: bytes) -> str:
    return jwt.utils.base64url_encode(value).decode()


def _refused(error: str, code: int, words: str) -> web.Response:
    told = {"error": error, "error_description": f"AADSTS{code}: {words}", "error_codes": [code]}
    return web.json_response(told, status=401 if error == "invalid_client" else 400)


def client_of(request: web.Request, world: World) -> str | None:
    """The application that a request's token was given to, while it lives and the application is let in."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = world.memory.get("tokens", {}).get(token)
    if known is None or known["expiresAt"] <= now(world.state):
        return None
    client: str = known["client"]
    return client if world.state["apps"].get(client, {}).get("consented", True) else None
