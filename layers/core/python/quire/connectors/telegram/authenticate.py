"""Who sent a request to the Telegram webhook: the secret that ``setWebhook`` was given.

Telegram signs nothing: the secret proves who knows it, and nothing of the body. https://core.telegram.org/bots/api#setwebhook
"""

import hmac

from quire.connectors.json_text import read_json
from quire.connectors.seam import Configuration, ConnectionSecrets
from quire.domain.delivery import Accepted, WebhookRequest
from quire.domain.errors import MalformedError, UnauthenticatedError


def authenticate(
    request: WebhookRequest, secrets: ConnectionSecrets, configuration: Configuration, now: float
) -> Accepted:
    """Compare the secret in constant time, then look at the shape.

    Raises:
        UnauthenticatedError: the secret is missing or wrong.
        MalformedError: not an update: a JSON object with a whole number ``update_id``.
    """
    del configuration, now
    told = request.headers.get("x-telegram-bot-api-secret-token", "").encode("utf-8", "surrogatepass")
    secret = secrets.get("secretToken")
    expected = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else b""
    matches = hmac.compare_digest(told, expected)
    if not expected or not matches:
        raise UnauthenticatedError("the request does not carry the connection's secret")
    value = read_json(request.body)
    number = value.get("update_id") if isinstance(value, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise MalformedError("not an update")
    return Accepted(status=200)
