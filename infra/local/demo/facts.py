"""What the archive must hold after the week, worked out from the story alone.

Nothing here looks at payloads or at a connector: a line of the story is a message, whatever became of it.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from infra.local.demo import ids
from infra.local.demo.firm import PlatformName
from infra.local.demo.markup import parse, plain
from infra.local.demo.script import Line
from infra.local.demo.story import HERE, Week
from infra.local.demo.words import read_yaml

ANNOUNCED: dict[str, frozenset[str]] = {
    "slack": frozenset({"joined", "left", "renamed", "topic", "archived"}),
    "teams": frozenset(
        {"joined", "channel_renamed", "chat_renamed", "call_started", "call_ended", "recording", "pinned"}
    ),
}
"""Happenings that the platform also writes into the conversation, as a message of its own."""


@dataclass(frozen=True)
class MessageFact:
    """One message. ``texts`` are all it ever said, oldest first; ``native`` is the platform's id of it."""

    platform: PlatformName
    place: str
    key: str
    native: str
    sender: str
    texts: tuple[str, ...]
    thread: str
    deleted: bool
    reactions: frozenset[tuple[str, str]]
    files: tuple[str, ...]

    @property
    def edited(self) -> bool:
        """Whether its author changed it."""
        return len(self.texts) > 1

    def says(self, phrase: str) -> bool:
        """Whether it ever said ``phrase``, capitals aside."""
        return any(phrase.casefold() in text.casefold() for text in self.texts)


@dataclass(frozen=True)
class Search:
    """Something to try in the console."""

    phrase: str
    why: str

    @property
    def query(self) -> str:
        """The phrase as the console's search box takes it."""
        return f'"{self.phrase}"'


@dataclass(frozen=True)
class Facts:
    """Everything to expect."""

    messages: tuple[MessageFact, ...]
    announcements: Counter[str]

    @cached_property
    def distinct_messages(self) -> Counter[str]:
        """How many messages there are on each platform, announcements included."""
        return Counter(message.platform for message in self.messages) + self.announcements

    @property
    def edited(self) -> list[MessageFact]:
        """The messages their authors changed."""
        return [message for message in self.messages if message.edited]

    @property
    def deleted(self) -> list[MessageFact]:
        """The messages that were taken away."""
        return [message for message in self.messages if message.deleted]

    def saying(self, phrase: str) -> list[MessageFact]:
        """The messages that ever said ``phrase``."""
        return [message for message in self.messages if message.says(phrase)]


def expected_facts(week: Week) -> Facts:
    """What the archive must hold after ``week``, in whatever order its deliveries came in."""
    announced = [
        week.firm.places[happening.place].on
        for happening in week.story.happenings
        if happening.event in ANNOUNCED[week.firm.places[happening.place].on]
    ]
    return Facts(tuple(_fact(week, line) for line in week.story.lines), Counter(announced))


def searches() -> list[Search]:
    """What to try, from ``searches.yaml``."""
    entries: dict[str, str] = read_yaml(HERE / "searches.yaml")["searches"]
    return [Search(phrase, why) for phrase, why in entries.items()]


def _fact(week: Week, line: Line) -> MessageFact:
    platform = week.firm.places[line.place].on
    said = (line.text, *(edit.text for edit in line.edits))
    writer = week.firm.people.get(line.by) or week.firm.programs[line.by]
    return MessageFact(
        platform=platform,
        place=line.place,
        key=line.key,
        native=ids.slack_ts(line.at) if platform == "slack" else str(ids.milliseconds(line.at)),
        sender=writer.name,
        texts=tuple(plain(parse(week.firm, text)) for text in said),
        thread=line.thread,
        deleted=line.deleted is not None,
        reactions=_standing(line),
        files=tuple(file.name for file in line.files),
    )


def _standing(line: Line) -> frozenset[tuple[str, str]]:
    """Who has which emoji set in the end; at one moment, the order of the story counts."""
    standing: set[tuple[str, str]] = set()
    for reaction in sorted(line.reactions, key=lambda reaction: reaction.after):
        mark = (reaction.by, reaction.emoji)
        if reaction.removed:
            standing.discard(mark)
        else:
            standing.add(mark)
    return frozenset(standing)
