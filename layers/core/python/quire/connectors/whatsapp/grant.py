"""A system user's access token: it lasts for sixty days or for good, until somebody makes another.

https://developers.facebook.com/documentation/business-messaging/whatsapp/access-tokens
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quire.connectors.outward import Token
from quire.domain.calls import Outside
from quire.domain.errors import GrantLostError


def grant(secrets: Mapping[str, Any], configuration: Mapping[str, Any], outside: Outside, now: datetime) -> Token:
    """The token as it is.

    Raises:
        GrantLostError: the connection has none.
    """
    del configuration, outside, now
    token = secrets.get("accessToken")
    if not isinstance(token, str) or not token:
        raise GrantLostError("the connection has no access token")
    return Token(token)
