"""The platforms' own ids for what the story names, whichever the platform."""

from collections.abc import Callable, Mapping
from typing import Protocol

from infra.local.demo.discord_world import DiscordWorld
from infra.local.demo.generic_events import GenericWorld
from infra.local.demo.script import Line
from infra.local.demo.slack_world import SlackWorld
from infra.local.demo.story import Week
from infra.local.demo.teams_world import TeamsWorld
from infra.local.demo.telegram_world import TelegramWorld
from infra.local.demo.whatsapp_world import WhatsAppWorld


class World(Protocol):
    """A platform's ids. ``place_id`` is the conversation a line stands in, ``actor`` somebody in it."""

    def place_id(self, line: Line) -> str: ...

    def native(self, line: Line) -> str: ...

    def actor(self, line: Line, key: str) -> str: ...


_WORLDS: Mapping[str, Callable[[Week], World]] = {
    "slack": SlackWorld,
    "teams": TeamsWorld,
    "whatsapp": WhatsAppWorld,
    "telegram": TelegramWorld,
    "discord": DiscordWorld,
    "generic": GenericWorld,
}


def worlds(week: Week) -> dict[str, World]:
    """Every platform's."""
    return {platform: make(week) for platform, make in _WORLDS.items()}
