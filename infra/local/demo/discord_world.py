"""The firm as Discord knows it: the community's server, its channels and threads, people, messages.

Source: https://docs.discord.com/developers/resources/message
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from infra.local.demo import ids, papers
from infra.local.demo.discord_text import markdown
from infra.local.demo.firm import Place
from infra.local.demo.markup import parse
from infra.local.demo.script import File, Line
from infra.local.demo.story import Week

THREAD_STARTED = 1 << 5


@dataclass(frozen=True)
class DiscordWorld:
    """Turns keys of the story into Discord's ids and objects."""

    week: Week

    def place_id(self, line: Line) -> str:
        """The channel of a line: a thread is one of its own, with the id of the message it began with."""
        if line.thread:
            return self.native(self.week.line(line.place, line.thread))
        return self.channel(line.place)

    def native(self, line: Line) -> str:
        """The id of a line."""
        return ids.snowflake(line.at, f"{line.place} {line.key}")

    def actor(self, line: Line, key: str) -> str:
        """Somebody's id."""
        del line
        return self.user_id(key)

    @property
    def application(self) -> str:
        """The archive's application."""
        return ids.snowflake_of("application")

    @property
    def bot(self) -> str:
        """The archive's bot."""
        return ids.snowflake_of("bot")

    @property
    def guild(self) -> str:
        """The community's server."""
        return ids.snowflake_of("guild")

    def channel(self, place: str) -> str:
        """A channel's or lobby's id."""
        return ids.snowflake_of(f"channel {place}")

    def user_id(self, key: str) -> str:
        """Somebody's id."""
        return ids.snowflake_of(f"user {key}")

    def is_lobby(self, place: str) -> bool:
        """Whether it is a game's lobby, whose messages come by webhook events."""
        return self.week.firm.places[place].type == "lobby"

    def guild_places(self) -> list[Place]:
        """The channels of the server."""
        return [place for place in self.week.firm.places.values() if place.on == "discord" and place.type == "channel"]

    def user(self, key: str) -> dict[str, Any]:
        """A user object."""
        program = self.week.firm.programs.get(key)
        named = {"id": self.user_id(key), "discriminator": "0", "avatar": None}
        if program:
            return {**named, "username": program.key, "global_name": program.name, "bot": True}
        person = self.week.firm.people[key]
        return {**named, "username": person.handle, "global_name": person.name}

    def message(self, line: Line, at: datetime | None = None) -> dict[str, Any]:
        """A message as it stands at a moment (in the end, where none is given)."""
        edits = [edit for edit in line.edits if at is None or line.at + edit.after <= at]
        text = edits[-1].text if edits else line.text
        spans = parse(self.week.firm, text)
        mentioned = dict.fromkeys(span.target for span in spans if span.kind == "person")
        message: dict[str, Any] = {
            "id": self.native(line),
            "channel_id": self.place_id(line),
            "type": 19 if line.quotes else 0,
            "content": markdown(spans, self.user_id),
            "author": self.user(line.by),
            "timestamp": stamp(line.at),
            "edited_timestamp": stamp(line.at + edits[-1].after) if edits else None,
            "tts": False,
            "mention_everyone": any(span.kind == "everyone" for span in spans),
            "mentions": [self.user(key) for key in mentioned],
            "mention_roles": [],
            "attachments": [self.attachment(line, file) for file in line.files],
            "embeds": [_embed(line)] if line.card else [],
            "pinned": False,
            "components": [],
            "flags": 0,
        }
        if line.quotes:
            message |= self._answered(line)
        return message

    def _answered(self, line: Line) -> dict[str, Any]:
        quoted = self.week.line(line.place, line.quotes)
        told = {key: value for key, value in self.message(quoted).items() if key != "referenced_message"}
        where = {"message_id": told["id"], "channel_id": told["channel_id"], "guild_id": self.guild}
        return {"message_reference": {"type": 0, **where}, "referenced_message": told}

    def attachment(self, line: Line, file: File) -> dict[str, Any]:
        """A file beside a message; its address is signed and expires."""
        native = ids.snowflake(line.at, f"file {line.place} {line.key} {file.name}")
        path = f"attachments/{self.place_id(line)}/{native}/{quote(file.name)}"
        signed = f"ex={ids.milliseconds(line.at) // 1000 + 86_400:x}&is={ids.milliseconds(line.at) // 1000:x}"
        signed += f"&hm={hashlib.sha256(path.encode('utf-8')).hexdigest()}&"
        told = {"id": native, "filename": file.name, "size": len(papers.content(file))}
        told |= {"url": f"https://cdn.discordapp.com/{path}?{signed}", "content_type": papers.media_type(file)}
        return {**told, "proxy_url": f"https://media.discordapp.net/{path}?{signed}"}


def stamp(at: datetime) -> str:
    """Discord's times: microseconds, of which messages have milliseconds, and ``+00:00``."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}000+00:00"


def _embed(line: Line) -> dict[str, Any]:
    card = line.card
    if card is None:
        raise ValueError("the line has no card")
    fields = [{"name": name, "value": value, "inline": True} for name, value in card.fields.items()]
    return {"type": "rich", "title": card.title, "description": card.text, "fields": fields}
