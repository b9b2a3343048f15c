"""The whole week as deliveries, in the order in which they arrive."""

from infra.local.demo import slack_happenings, slack_messages, teams_happenings, teams_messages
from infra.local.demo.plan import Planned, by_arrival, collected
from infra.local.demo.slack_world import SlackWorld
from infra.local.demo.story import Week
from infra.local.demo.teams_world import TeamsWorld


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


def week_deliveries(week: Week) -> list[Planned]:
    """The week on both platforms."""
    return by_arrival([*slack_deliveries(week), *teams_deliveries(week)])
