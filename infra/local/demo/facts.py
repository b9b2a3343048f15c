"""What the archive must hold after the week, worked out from the story alone.

Nothing here looks at payloads or at a connector: a line of the story is a message, whatever became of it. Only the
platforms' ids of things are taken from where payloads take them.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from infra.local.demo.firm import PlatformName
from infra.local.demo.markup import parse, plain
from infra.local.demo.script import Line
from infra.local.demo.story import HERE, Week
from infra.local.demo.words import read_yaml
from infra.local.demo.worlds import World, worlds

_TEAMS = ("joined", "channel_renamed", "chat_renamed", "call_started", "call_ended", "recording", "pinned")
ANNOUNCED: Mapping[str, Mapping[str, int]] = {
    "slack": dict.fromkeys(("joined", "left", "renamed", "topic", "archived"), 1),
    "teams": dict.fromkeys(_TEAMS, 1),
    "whatsapp": {"called": 2, "withheld": 1, "number_changed": 1},
    "telegram": {"joined": 1, "left": 1, "renamed": 1, "pinned": 1, "upgraded": 2},
    "discord": {"joined": 1, "pinned": 1},
    "generic": {},
}
"""Happenings that the platform also writes into the conversation: as how many messages of its own."""


@dataclass(frozen=True)
class MessageFact:
    """One message. ``texts`` are all it ever said, oldest first; ``native`` and ``channel`` are the platform's ids of
    it and of its conversation. ``file_texts`` is what stands in those of its files that can be had.
    """

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
    file_texts: tuple[str, ...] = ()
    channel: str = ""

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


def expected_facts(week: Week, platforms: Collection[str] = tuple(ANNOUNCED)) -> Facts:
    """What the archive must hold after ``week`` on these platforms, in whatever order its deliveries came in."""
    announced = Counter[str]()
    for happening in week.story.happenings:
        platform = week.firm.places[happening.place].on
        announced[platform] += ANNOUNCED[platform].get(happening.event, 0)
    announced["discord"] += _threads_begun(week)
    kept = Counter({platform: count for platform, count in announced.items() if platform in platforms and count})
    known = worlds(week)
    facts = (_fact(week, line, known[week.firm.places[line.place].on]) for line in week.story.lines)
    return Facts(tuple(fact for fact in facts if fact.platform in platforms), kept)


def _threads_begun(week: Week) -> int:
    """A thread of Discord's begins with a message that says what it is about."""
    return len({(line.place, line.thread) for line in week.story.lines_on(week.places_on("discord")) if line.thread})


def searches() -> list[Search]:
    """What to try, from ``searches.yaml``."""
    entries: dict[str, str] = read_yaml(HERE / "searches.yaml")["searches"]
    return [Search(phrase, why) for phrase, why in entries.items()]


def _fact(week: Week, line: Line, world: World) -> MessageFact:
    platform = week.firm.places[line.place].on
    said = (line.text, *(edit.text for edit in line.edits))
    writer = week.firm.people.get(line.by) or week.firm.programs[line.by]
    return MessageFact(
        platform=platform,
        place=line.place,
        key=line.key,
        native=world.native(line),
        sender=writer.name,
        texts=tuple(plain(parse(week.firm, text)) for text in said),
        thread=line.thread,
        deleted=line.deleted is not None,
        reactions=_standing(line, one_each=platform == "whatsapp"),
        files=tuple(file.name for file in line.files),
        file_texts=tuple(file.text for file in line.files if file.text and not file.gone),
        channel=world.place_id(line),
    )


def _standing(line: Line, *, one_each: bool) -> frozenset[tuple[str, str]]:
    """Who has which emoji set in the end; at one moment, the order of the story counts.

    ``one_each``: a new one stands in place of the one before.
    """
    standing: set[tuple[str, str]] = set()
    for reaction in sorted(line.reactions, key=lambda reaction: reaction.after):
        mark = (reaction.by, reaction.emoji)
        if reaction.removed:
            standing.discard(mark)
        else:
            standing = {other for other in standing if not one_each or other[0] != reaction.by}
            standing.add(mark)
    return frozenset(standing)
