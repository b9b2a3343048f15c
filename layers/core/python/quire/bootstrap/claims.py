"""Claims for access tokens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import prompt

if TYPE_CHECKING:
    from quire.aws.control import Control


@cache
def _control() -> Control:
    from quire.aws.control import Control
    from quire.config import settings

    return Control(prompt().dynamodb, settings().need("control_table"))


def add_claims(event: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a token that is about to be issued, as Cognito hands it over."""
    from quire.config import settings
    from quire.identity.token_claims import with_claims

    return with_claims(event, _control().principal, settings().api_scope)
