"""The whole week as deliveries, in the order in which they arrive."""

from collections.abc import Callable, Iterable, Mapping

from infra.local.demo import (
    discord_events,
    generic_events,
    slack_happenings,
    slack_messages,
    teams_happenings,
    teams_messages,
    telegram_happenings,
    whatsapp_happenings,
    whatsapp_messages,
)
from infra.local.demo.discord_world import DiscordWorld
from infra.local.demo.plan import Planned, by_arrival, collected
from infra.local.demo.slack_world import SlackWorld
from infra.local.demo.story import Week
from infra.local.demo.teams_world import TeamsWorld
from infra.local.demo.telegram_world import TelegramWorld
from infra.local.demo.whatsapp_world import WhatsAppWorld


def slack_deliveries(week: Week) -> list[Planned]:
    """Everything Slack sends, by arrival."""
    world = SlackWorld(week)
    return by_arrival(
        [
            slack_happenings.handshake(world),
            slack_happenings.rate_limited(world),
            *slack_happenings.directory_deliveries(world),
            *slack_happenings.channel_deliveries(world),
            *slack_happenings.happening_deliveries(world),
            *slack_messages.message_deliveries(world),
        ]
    )


def teams_deliveries(week: Week) -> list[Planned]:
    """Everything Graph sends, by arrival; what happens close together comes in one collection."""
    world = TeamsWorld(week)
    return collected(
        [
            *teams_happenings.handshakes(world),
            *teams_happenings.lifecycle_deliveries(world),
            *teams_happenings.place_deliveries(world),
            *teams_happenings.happening_deliveries(world),
            *teams_messages.message_deliveries(world),
        ]
    )


def whatsapp_deliveries(week: Week) -> list[Planned]:
    """Everything Meta sends, by arrival."""
    world = WhatsAppWorld(week)
    return by_arrival(
        [
            whatsapp_happenings.handshake(world),
            *whatsapp_happenings.happening_deliveries(world),
            *whatsapp_messages.message_deliveries(world),
        ]
    )


def telegram_deliveries(week: Week) -> list[Planned]:
    """Everything Telegram sends, by arrival."""
    return by_arrival(telegram_happenings.update_deliveries(TelegramWorld(week)))


def discord_deliveries(week: Week) -> list[Planned]:
    """Everything Discord sends by itself, by arrival; what is said in its servers is read (``discord_guild``)."""
    return by_arrival(discord_events.event_deliveries(DiscordWorld(week)))


def generic_deliveries(week: Week) -> list[Planned]:
    """Everything other systems push, by arrival."""
    return by_arrival(generic_events.event_deliveries(generic_events.GenericWorld(week)))


_DELIVERIES: Mapping[str, Callable[[Week], list[Planned]]] = {
    "slack": slack_deliveries,
    "teams": teams_deliveries,
    "whatsapp": whatsapp_deliveries,
    "telegram": telegram_deliveries,
    "discord": discord_deliveries,
    "generic": generic_deliveries,
}


def week_deliveries(week: Week, platforms: Iterable[str] = _DELIVERIES) -> list[Planned]:
    """The week on these platforms."""
    wanted = set(platforms)
    return by_arrival([each for name, make in _DELIVERIES.items() if name in wanted for each in make(week)])
