"""What the simulated platforms of this stack hold: the demo week, behind the tokens that its connections ask with."""

from typing import Any

from infra.local import platform_secrets, simulators, tenants
from infra.local.demo.outside import discord_state
from infra.local.demo.outside import states as demo_states
from infra.local.demo.story import read_week
from infra.local.settings import Settings


def states(settings: Settings, *, first: bool) -> dict[str, Any]:
    """The state of every simulated platform; ``first`` before anything on Discord was changed."""
    spec = tenants.SPECS[0]
    credentials = {
        platform: _credentials(settings, f"{spec.tenant_id}-{platform}", platform) for platform in spec.platforms
    }
    found = demo_states(read_week(), credentials, first=first)
    others = (f"{other.tenant_id}-slack" for other in tenants.SPECS if "slack" in other.platforms)
    found["slack"]["tokens"] |= {_credentials(settings, name, "slack")["botToken"]: {} for name in others}
    return found


def change_discord(settings: Settings) -> None:
    """On Discord, everything that the week changes or takes away is changed and taken away; also at the next start.

    Raises:
        httpx.HTTPError: the simulated platforms did not take it.
    """
    token = _credentials(settings, f"{tenants.SPECS[0].tenant_id}-discord", "discord")["botToken"]
    simulators.put(settings, "discord", discord_state(read_week(), token, first=False))
    simulators.keep(settings, states(settings, first=False))


def _credentials(settings: Settings, connection: str, platform: str) -> dict[str, str]:
    made = platform_secrets.MAKERS[platform](settings, connection)
    told = {**made.configuration, **made.stored}
    return {name: value for name, value in told.items() if isinstance(value, str)}
