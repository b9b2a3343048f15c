"""Lines of the story as Telegram's updates: written, edited, deleted (in a colleague's own chats), reacted to.

Source: https://core.telegram.org/bots/api#update
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from infra.local.demo import ids, papers
from infra.local.demo.script import File, Line
from infra.local.demo.telegram_world import TelegramWorld, second

_WIDTH, _HEIGHT = 160, 120


class Told(NamedTuple):
    """Something Telegram tells. ``type`` is the update's, ``late`` and ``resent`` as for a line."""

    at: datetime
    kind: str
    expects: tuple[str, ...]
    type: str
    value: dict[str, Any]
    late: timedelta = timedelta()
    resent: str = ""


@dataclass(frozen=True)
class _Life:
    """One line and all that happens to it."""

    world: TelegramWorld
    line: Line

    def told(self) -> Iterator[Told]:
        line = self.line
        message = {**self.world.message(line), **self._said(line.text)}
        yield Told(line.at, "message", ("message.created",), self._type(""), message, line.late, line.resent)
        for edit in line.edits:
            at = line.at + edit.after
            edited = {**self.world.message(line), "edit_date": second(at), **self._said(edit.text)}
            yield Told(at, "edit", ("message.edited",), self._type("edited_"), edited)
        yield from self._reactions()
        if line.deleted:
            yield self._deleted(line.at + line.deleted.after)

    def _type(self, prefix: str) -> str:
        place = self.line.place
        if self.world.is_business(place):
            return f"{prefix}business_message"
        channel = self.world.week.firm.places[place].type == "channel"
        return f"{prefix}channel_post" if channel else f"{prefix}message"

    def _said(self, text: str) -> dict[str, Any]:
        said = self.world.said(text)
        if not self.line.files:
            return said
        (file,) = self.line.files
        caption = {"caption": said["text"]}
        if "entities" in said:
            caption["caption_entities"] = said["entities"]
        return {**_file(self.line, file), **caption}

    def _reactions(self) -> Iterator[Told]:
        """What somebody's reactions were, and are."""
        standing: dict[str, list[str]] = {}
        chat = self.world.chat(self.line.place, self.line.at)
        for reaction in sorted(self.line.reactions, key=lambda each: each.after):
            at = self.line.at + reaction.after
            before = standing.get(reaction.by, [])
            kept = [emoji for emoji in before if emoji != reaction.emoji]
            after = kept if reaction.removed else [*kept, reaction.emoji]
            standing[reaction.by] = after
            value = {"chat": chat, "message_id": self.world.number(self.line.place, self.line.key)}
            value |= {"user": self.world.user(reaction.by), "date": second(at)}
            value |= {"old_reaction": _emoji(before), "new_reaction": _emoji(after)}
            label = "reaction taken back" if reaction.removed else "reaction"
            kind = "reaction.removed" if reaction.removed else "reaction.added"
            yield Told(at, label, (kind,), "message_reaction", value)

    def _deleted(self, at: datetime) -> Told:
        """Ids only, and only of chats that a colleague let the bot into.

        Raises:
            ValueError: Telegram tells of no deletion elsewhere.
        """
        if not self.world.is_business(self.line.place):
            raise ValueError(f"{self.line.place}: Telegram tells of no deletions here")
        value: dict[str, Any] = {"business_connection_id": self.world.connection(self.line.place)}
        value |= {"chat": self.world.chat(self.line.place, at)}
        value |= {"message_ids": [self.world.number(self.line.place, self.line.key)]}
        return Told(at, "deletion", ("message.deleted",), "deleted_business_messages", value)


def message_updates(world: TelegramWorld) -> Iterator[Told]:
    """Everything Telegram tells of lines."""
    for line in world.week.story.lines_on(world.week.places_on("telegram")):
        yield from _Life(world, line).told()


def file_id(line: Line, file: File) -> str:
    """What a file is asked for by."""
    return ids.file_id(f"{line.place} {line.key} {file.name}")


def _file(line: Line, file: File) -> dict[str, Any]:
    """A document, photo or voice message; photos come in two sizes and without a name."""
    native, content = file_id(line, file), papers.content(file)
    told: dict[str, Any] = {"file_id": native, "file_unique_id": native[-24:-8], "file_size": len(content)}
    if file.type == "png":
        small = {"file_id": f"{native}s", "file_unique_id": f"{native[-24:-9]}s", "file_size": 900}
        return {
            "photo": [{**small, "width": 90, "height": 68}, {**told, "width": _WIDTH, "height": _HEIGHT}],
        }
    if file.type == "ogg":
        return {"voice": {**told, "duration": 31, "mime_type": papers.media_type(file)}}
    return {"document": {**told, "file_name": file.name, "mime_type": papers.media_type(file)}}


def _emoji(characters: list[str]) -> list[dict[str, str]]:
    return [{"type": "emoji", "emoji": each} for each in characters]
