"""The firm as Slack knows it: ids, the envelope around every event, users, bots, channels.

Source: https://docs.slack.dev/apis/events-api
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.local.demo import emoji, ids
from infra.local.demo.firm import Person, Place, Program
from infra.local.demo.markup import Span, parse
from infra.local.demo.script import Line
from infra.local.demo.slack_text import mrkdwn, rich_text
from infra.local.demo.story import Week

_CHANNEL_TYPES = {"channel": "channel", "connect": "channel", "private": "group", "direct": "im", "group": "mpim"}
_PREFIXES = {"direct": "D"}


@dataclass(frozen=True)
class SlackWorld:
    """Turns keys of the story into Slack's ids and objects."""

    week: Week

    @property
    def team(self) -> str:
        """The firm's workspace."""
        return self.team_of("meridian")

    def team_of(self, firm: str) -> str:
        """A firm's workspace."""
        return ids.slack_id("T", firm)

    def place_id(self, line: Line) -> str:
        """The conversation of a line."""
        return self.channel(line.place)

    def native(self, line: Line) -> str:
        """The id of a line."""
        return ids.slack_ts(line.at)

    def actor(self, line: Line, key: str) -> str:
        """Somebody's id."""
        del line
        return self.user(key)

    def home(self, key: str) -> str:
        """The workspace of whoever ``key`` is."""
        person = self.week.firm.people.get(key)
        return self.team_of(person.firm if person else "meridian")

    def user(self, key: str) -> str:
        """A person's id, or that of a modern bot's user."""
        return ids.slack_id("U", key)

    def channel(self, key: str) -> str:
        """A conversation's id."""
        return ids.slack_id(_PREFIXES.get(self.week.firm.places[key].type, "C"), key)

    def channel_type(self, key: str) -> str:
        """How message events name the kind of conversation."""
        return _CHANNEL_TYPES[self.week.firm.places[key].type]

    def said(self, key: str, text: str) -> dict[str, Any]:
        """``text`` and ``blocks`` of a message."""
        spans: list[Span] = parse(self.week.firm, text)
        return {"text": mrkdwn(spans), "blocks": [rich_text(key, spans)]}

    def reaction(self, characters: str) -> str:
        """The name of an emoji in reaction events."""
        return emoji.read(characters).slack

    def envelope(self, event: Mapping[str, Any], at: datetime, place: str = "", by: str = "") -> dict[str, Any]:
        """What Slack posts: the event, which app and workspace it is for, and an id no other event has.

        In a channel shared with another firm, ``team_id`` is the workspace it happened in and ``context_team_id``
        the one through which the app hears of it.
        """
        shared = bool(place) and self.week.firm.places[place].type == "connect"
        body: dict[str, Any] = {
            "token": "retired-verification-token",
            "team_id": self.home(by) if shared else self.team,
            "context_team_id": self.team,
            "context_enterprise_id": None,
            "api_app_id": ids.slack_id("A", "quire"),
            "event": dict(event),
            "type": "event_callback",
            "event_id": ids.slack_id("Ev", json.dumps(event, sort_keys=True)),
            "event_time": ids.milliseconds(at) // 1000,
            "authorizations": [self._authorization()],
            "is_ext_shared_channel": shared,
        }
        if place:
            body["event_context"] = self._context(str(event["type"]), self.channel(place))
        return body

    def profile(self, person: Person) -> dict[str, Any]:
        """A user object, as directory events carry it."""
        return {
            "id": self.user(person.key),
            "team_id": self.team_of(person.firm),
            "name": person.handle,
            "deleted": False,
            "real_name": person.name,
            "tz": person.zone,
            "profile": {
                "title": person.title,
                "real_name": person.name,
                "real_name_normalized": person.latin or person.name,
                "display_name": person.name,
                "display_name_normalized": person.latin or person.name,
                "email": self.week.firm.email(person),
                "team": self.team_of(person.firm),
            },
            "is_admin": person.key == "bjorn",
            "is_bot": False,
            "is_app_user": False,
            "is_restricted": False,
            "is_email_confirmed": True,
            "updated": ids.milliseconds(self.week.moment("Mon 06:30")) // 1000,
            "locale": "en-GB",
        }

    def short_profile(self, person: Person) -> dict[str, Any]:
        """Who wrote a message, as it is put beside messages of people from outside."""
        return {
            "avatar_hash": ids.thread_hex(person.key)[:12],
            "first_name": person.name.split()[0],
            "real_name": person.name,
            "display_name": person.name,
            "team": self.team_of(person.firm),
            "name": person.handle,
            "is_restricted": False,
            "is_ultra_restricted": False,
        }

    def bot(self, program: Program) -> dict[str, Any]:
        """What marks a message as a program's: modern bots are users with a profile, classic ones are not."""
        bot_id = ids.slack_id("B", program.key)
        if program.style == "classic":
            icons = {"emoji": f":{program.icon}:"}
            return {"subtype": "bot_message", "username": program.name, "bot_id": bot_id, "icons": icons}
        app_id = ids.slack_id("A", program.key)
        return {
            "user": self.user(program.key),
            "bot_id": bot_id,
            "app_id": app_id,
            "team": self.team,
            "bot_profile": {
                "id": bot_id,
                "app_id": app_id,
                "name": program.name,
                "icons": {"image_48": "https://slack-files.example/bots/48.png"},
                "deleted": False,
                "updated": ids.milliseconds(self.week.moment("Mon 00:00")) // 1000,
                "team_id": self.team,
            },
        }

    def channel_object(self, place: Place, at: datetime) -> dict[str, Any]:
        """A channel as ``channel_created`` gives it."""
        return {
            "id": self.channel(place.key),
            "name": place.title,
            "name_normalized": place.title,
            "is_channel": True,
            "is_shared": False,
            "is_org_shared": False,
            "context_team_id": self.team,
            "created": ids.milliseconds(at) // 1000,
            "creator": self.user(place.by),
        }

    def _authorization(self) -> dict[str, Any]:
        return {
            "enterprise_id": None,
            "team_id": self.team,
            "user_id": self.user("quire"),
            "is_bot": True,
            "is_enterprise_install": False,
        }

    def _context(self, kind: str, channel: str) -> str:
        told = {"et": kind, "tid": self.team, "aid": ids.slack_id("A", "quire"), "cid": channel}
        return "4-" + base64.b64encode(json.dumps(told, separators=(",", ":")).encode("ascii")).decode("ascii")
