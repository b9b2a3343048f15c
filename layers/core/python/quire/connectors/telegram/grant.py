"""The bot's token: it lasts until BotFather is asked for another.

Telegram wants it in each address, so addresses never stand in logs, errors or names of calls.
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
    token = secrets.get("botToken")
    if not isinstance(token, str) or not token:
        raise GrantLostError("the connection has no bot token")
    return Token(token)
