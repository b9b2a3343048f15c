"""The firm as Microsoft Graph knows it: ids, identities, resource paths, subscriptions.

Source: https://learn.microsoft.com/en-us/graph/teams-changenotifications-chatmessage
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from infra.local.demo import ids
from infra.local.demo.firm import Place
from infra.local.demo.script import Line
from infra.local.demo.story import Week
from infra.local.senders.teams import Notice

_EXPIRES = "2026-03-07T00:00:00.0000000+00:00"


@dataclass(frozen=True)
class TeamsWorld:
    """Turns keys of the story into Graph's ids and objects."""

    week: Week

    @property
    def tenant(self) -> str:
        """The firm's directory."""
        return self.tenant_of("meridian")

    def tenant_of(self, firm: str) -> str:
        """A firm's directory."""
        return ids.guid("tenant", firm)

    def place_id(self, line: Line) -> str:
        """The conversation of a line."""
        return self.conversation(line.place)

    def native(self, line: Line) -> str:
        """The id of a line."""
        return str(ids.milliseconds(line.at))

    def actor(self, line: Line, key: str) -> str:
        """Somebody's id."""
        del line
        return self.user_id(key)

    @cached_property
    def names(self) -> dict[str, str]:
        """Display names by key."""
        people = {key: person.name for key, person in self.week.firm.people.items()}
        return people | {key: program.name for key, program in self.week.firm.programs.items()}

    def user_id(self, key: str) -> str:
        """A person's object id."""
        return ids.guid("user", key)

    def team_id(self, key: str) -> str:
        """The team of a channel."""
        return ids.guid("team", self.week.firm.places[key].team)

    def conversation(self, key: str) -> str:
        """The id of a channel or chat."""
        place = self.week.firm.places[key]
        if place.type == "channel":
            return f"19:{ids.thread_hex(key)}@thread.tacv2"
        if place.type == "direct":
            return f"19:{'_'.join(sorted(self.user_id(member) for member in place.members))}@unq.gbl.spaces"
        if place.type == "meeting":
            name = base64.b64encode(ids.guid("meeting", key).encode("ascii")).decode("ascii").rstrip("=")
            return f"19:meeting_{name}@thread.v2"
        return f"19:{ids.thread_hex(key)}@thread.v2"

    def is_channel(self, key: str) -> bool:
        """Whether the place belongs to a team."""
        return self.week.firm.places[key].type == "channel"

    def identity(self, key: str, named: bool = True) -> dict[str, Any]:
        """Who did it, as Graph's identity set; reactions and system messages leave the name out."""
        program = self.week.firm.programs.get(key)
        application = None
        user = None
        if program:
            application = {"id": ids.guid("app", key), "displayName": program.name, "applicationIdentityType": "bot"}
        else:
            person = self.week.firm.people[key]
            user = {
                "@odata.type": "#microsoft.graph.teamworkUserIdentity",
                "id": self.user_id(key),
                "displayName": person.name if named else None,
                "userIdentityType": "federatedUser" if person.kind == "guest" else "aadUser",
                "tenantId": self.tenant_of(person.firm),
            }
        return {"application": application, "device": None, "user": user}

    def base(self, key: str) -> str:
        """The resource path of a conversation."""
        if self.is_channel(key):
            return f"teams('{self.team_id(key)}')/channels('{self.conversation(key)}')"
        return f"chats('{self.conversation(key)}')"

    def address(self, key: str, message: str, root: str = "") -> str:
        """Where a message can be read over the API; ``root`` is the thread it answers in."""
        if self.is_channel(key):
            base = f"https://graph.microsoft.com/v1.0/teams/{self.team_id(key)}/channels/{self.conversation(key)}"
            return f"{base}/messages/{root}/replies/{message}" if root else f"{base}/messages/{message}"
        return f"https://graph.microsoft.com/v1.0/chats/{self.conversation(key)}/messages/{message}"

    def web_url(self, place: Place, message: str, root: str) -> str | None:
        """The link a person would open; chats have none."""
        if place.type != "channel":
            return None
        told = f"groupId={self.team_id(place.key)}&tenantId={self.tenant}&createdTime={message}&parentMessageId={root}"
        return f"https://teams.microsoft.com/l/message/{quote(self.conversation(place.key), safe='')}/{message}?{told}"

    def subscription(self, key: str, topic: str = "messages") -> str:
        """The subscription that hears of ``topic`` in a place: one for channels, one for chats."""
        return ids.guid("subscription", f"{topic} {'channels' if self.is_channel(key) else 'chats'}")

    def notice(
        self, key: str, path: str, kind: str, native: str, data: Mapping[str, Any], change: str, topic: str = "messages"
    ) -> Notice:
        """One item of a collection about something in the place ``key``."""
        return Notice(
            subscription_id=self.subscription(key, topic),
            tenant_id=self.tenant,
            expires=_EXPIRES,
            change_type=change,
            resource=self.base(key) + path,
            resource_type=f"#Microsoft.Graph.{kind}",
            resource_id=native,
            data=data,
        )

    def lifecycle(self, event: str, topic: str) -> Notice:
        """A notice about a subscription itself."""
        return Notice(ids.guid("subscription", topic), self.tenant, _EXPIRES, lifecycle=event)
