"""The firm as a Telegram bot knows it: users, chats and what they are called when, the numbers of messages.

Source: https://core.telegram.org/bots/api
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from infra.local.demo import ids
from infra.local.demo.script import Happening, Line
from infra.local.demo.story import Week
from infra.local.demo.telegram_text import entities, shown

ANNOUNCING = ("renamed", "joined", "left", "pinned")
"""Happenings that are also a message in the chat; a group that is upgraded has one in either chat."""
_LANGUAGES = {"Asia/Hong_Kong": "zh", "America/Sao_Paulo": "pt", "America/Bogota": "es"}


@dataclass(frozen=True)
class TelegramWorld:
    """Turns keys of the story into Telegram's ids and objects."""

    week: Week

    def place_id(self, line: Line) -> str:
        """The chat of a line, as the archive knows it: a colleague's own chats are told by their connection."""
        native = str(self.chat(line.place, line.at)["id"])
        return f"{self.connection(line.place)}/{native}" if self.is_business(line.place) else native

    def native(self, line: Line) -> str:
        """The id of a line within its chat."""
        return str(self.number(line.place, line.key))

    def actor(self, line: Line, key: str) -> str:
        """Somebody's id."""
        del line
        return str(ids.telegram_user(key))

    def is_business(self, place: str) -> bool:
        """Whether the chat is a colleague's own, that the bot was let into."""
        return self.week.firm.places[place].type == "direct"

    def connection(self, place: str) -> str:
        """The id under which a colleague let the bot in."""
        return "Bc" + ids.thread_hex(f"business {self.owner(place)}")[:16]

    def owner(self, place: str) -> str:
        """The colleague whose chat it is."""
        people = self.week.firm.people
        return next(member for member in self.week.firm.places[place].members if people[member].firm == "meridian")

    def user(self, key: str) -> dict[str, Any]:
        """A user object."""
        person = self.week.firm.people[key]
        first, *rest = person.name.split()
        named = {"first_name": first, **({"last_name": " ".join(rest)} if rest else {})}
        language = _LANGUAGES.get(person.zone, "en")
        name = {"username": person.handle} if person.handle.isascii() else {}
        return {"id": ids.telegram_user(key), "is_bot": False, **named, **name, "language_code": language}

    def bot(self) -> dict[str, Any]:
        """The archive's own bot."""
        named = {"first_name": "Meridian Archive", "username": "MeridianArchiveBot"}
        return {"id": ids.telegram_bot(), "is_bot": True, **named}

    def chat(self, place: str, at: datetime) -> dict[str, Any]:
        """The chat as it was called, and was, at a moment."""
        found = self.week.firm.places[place]
        if self.is_business(place):
            client = next(member for member in found.members if member != self.owner(place))
            user = self.user(client)
            del user["is_bot"], user["language_code"]
            return {**user, "type": "private"}
        renamed, upgraded = self._moment(place, "renamed"), self._moment(place, "upgraded")
        title = found.formerly if renamed and at < renamed else found.title
        if found.type == "channel":
            return {"id": ids.telegram_chat(place), "title": title, "username": "meridianmarkets", "type": "channel"}
        basic = upgraded is not None and at < upgraded
        return {
            "id": ids.telegram_chat(place, basic=basic),
            "title": title,
            "type": "group" if basic else "supergroup",
        }

    def number(self, place: str, key: str) -> int:
        """The id of a line, or of an announcement by its happening's key, within its chat."""
        return self._numbers[place, key]

    def message(self, line: Line, *, quoted: bool = False) -> dict[str, Any]:
        """A message as it was written; ``quoted`` leaves out what it answers itself."""
        chat = self.chat(line.place, line.at)
        message: dict[str, Any] = {"message_id": self.number(line.place, line.key)}
        if self.is_business(line.place):
            message["business_connection_id"] = self.connection(line.place)
        if chat["type"] == "channel":
            message |= {"author_signature": self.week.firm.people[line.by].name, "sender_chat": chat}
        else:
            message["from"] = self.user(line.by)
        message |= {"chat": chat, "date": second(line.at)}
        if not quoted:
            message |= self._answered(line)
        return message

    def said(self, text: str) -> dict[str, Any]:
        """``text`` with its entities."""
        spans = shown(self.week.firm, text)
        marks = entities(spans, self.user)
        return {"text": "".join(span.text for span in spans), **({"entities": marks} if marks else {})}

    def _answered(self, line: Line) -> dict[str, Any]:
        about = line.thread or line.quotes
        if not about:
            return {}
        root = self.week.line(line.place, about)
        quoted = {**self.message(root, quoted=True), **self.said(root.text)}
        threaded = {"message_thread_id": quoted["message_id"]} if line.thread else {}
        return {**threaded, "reply_to_message": quoted}

    def _moment(self, place: str, event: str) -> datetime | None:
        found = (h.at for h in self.week.story.happenings if h.place == place and h.event == event)
        return next(found, None)

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], int]:
        """Messages are numbered within a chat, in the order in which they were written."""
        chats: dict[int, list[tuple[datetime, str, str]]] = defaultdict(list)
        for at, place, key in self._written():
            chats[self.chat(place, at)["id"]].append((at, place, key))
        numbers: dict[tuple[str, str], int] = {}
        for chat, written in chats.items():
            first = 1 if any(key.startswith("came upgraded") for _, _, key in written) else 40 + chat % 900
            numbers |= {(place, key): first + n for n, (_, place, key) in enumerate(sorted(written))}
        return numbers

    def _written(self) -> Iterator[tuple[datetime, str, str]]:
        places = self.week.places_on("telegram")
        for line in self.week.story.lines_on(places):
            yield line.at, line.place, line.key
        for happening in self.week.story.happenings:
            if happening.place not in places:
                continue
            if happening.event in ANNOUNCING:
                yield happening.at, happening.place, announcement_key(happening)
            elif happening.event == "upgraded":
                before = happening.at - timedelta(microseconds=1)
                yield before, happening.place, f"went {announcement_key(happening)}"
                yield happening.at, happening.place, f"came {announcement_key(happening)}"


def announcement_key(happening: Happening) -> str:
    """What an announcement is called, among the lines of its place."""
    return f"{happening.event} {happening.who} {happening.at.isoformat()}"


def second(at: datetime) -> int:
    """Telegram's times: whole seconds since 1970."""
    return ids.milliseconds(at) // 1000
