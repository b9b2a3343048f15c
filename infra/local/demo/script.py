"""What a scene may hold: lines people write, with everything that later happens to them, and happenings.

Times after a line are relative to it (``+90s``, ``+3m``, ``+1h``), so a line can be moved without touching the rest.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from infra.local.demo.firm import Checked

_AFTER = re.compile(r"\+(\d+)([smh])\Z")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


def read_after(value: object) -> object:
    """``+90s`` as a time span; anything else is left for pydantic to refuse."""
    match = _AFTER.match(value) if isinstance(value, str) else None
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else value


After = Annotated[timedelta, BeforeValidator(read_after)]


class Edit(Checked):
    """The text from then on. Written ``+2m: new text``."""

    after: After
    text: str

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) == 1:
            ((after, text),) = value.items()
            return {"after": after, "text": text}
        return value


class Reaction(Checked):
    """An emoji set or, with a minus before it, taken back. Written ``+1m james 👍`` or ``+9m james -👍``."""

    after: After
    by: str
    emoji: str
    removed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str) and len(words := value.split()) == 3:
            after, by, emoji = words
            return {"after": after, "by": by, "emoji": emoji.removeprefix("-"), "removed": emoji.startswith("-")}
        return value


class Deletion(Checked):
    """The line is taken away. Slack's notice keeps the text, loses it, or leaves a tombstone over a thread."""

    after: After
    text: Literal["kept", "lost", "tombstone"] = "kept"

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"after": value} if isinstance(value, str) else value


class Preview(Checked):
    """Slack looked at a link and shows what it found."""

    after: After
    url: str
    title: str
    text: str


class Blocked(Checked):
    """A data-loss rule blocked a Teams message after it was sent."""

    after: After
    reason: str


class File(Checked):
    """A file that came with a line; ``text`` is what stands in it, ``gone`` that its author removed it at once.

    ``inline`` files travel within the delivery (generic only).
    """

    name: str
    type: Literal["csv", "docx", "ogg", "pdf", "png", "txt", "xlsx"]
    text: str = ""
    gone: bool = False
    inline: bool = False


class Image(Checked):
    """A picture pasted into a Teams message."""

    name: str
    width: int
    height: int


class Card(Checked):
    """What a program says in a box: Slack's legacy attachment, Teams' adaptive card."""

    title: str
    text: str
    fields: Mapping[str, str] = Field(default_factory=dict)


class Pin(Checked):
    """A place shared on WhatsApp or Telegram; the line's text is its name."""

    address: str
    latitude: float
    longitude: float


class Line(Checked):
    """Something written. ``thread`` and ``quotes`` name another line of the same place by its ``id``.

    ``late`` delays its arrival, so that its own edits and reactions may come first; ``resent`` gives the reason why
    the platform delivered it a second time.
    """

    place: str
    key: str
    at: datetime
    by: str
    text: str
    thread: str = ""
    quotes: str = ""
    broadcast: bool = False
    subject: str = ""
    importance: Literal["normal", "high", "urgent"] = "normal"
    style: Literal["", "me"] = ""
    edits: tuple[Edit, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    deleted: Deletion | None = None
    preview: Preview | None = None
    blocked: Blocked | None = None
    files: tuple[File, ...] = ()
    image: Image | None = None
    card: Card | None = None
    pin: Pin | None = None
    late: After = timedelta()
    resent: str = ""

    @property
    def text_now(self) -> str:
        """What it says in the end."""
        return self.edits[-1].text if self.edits else self.text


class Happening(Checked):
    """Something that is no line: somebody joins, a channel is renamed, a call starts."""

    place: str
    at: datetime
    event: str
    who: str = ""
    by: str = ""
    name: str = ""
    text: str = ""
    minutes: int = 0


class Story(Checked):
    """The whole week, in the order in which it happened."""

    lines: tuple[Line, ...] = Field(default=())
    happenings: tuple[Happening, ...] = Field(default=())

    def lines_on(self, places: set[str]) -> list[Line]:
        """The lines written in any of ``places``."""
        return [line for line in self.lines if line.place in places]
