"""The firm: its people, programs and places, read from ``firm.yaml``."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PlatformName = Literal["slack", "teams", "whatsapp", "telegram", "discord", "generic"]
PlaceType = Literal["channel", "private", "connect", "direct", "group", "meeting", "lobby"]


class Checked(BaseModel):
    """A part of the story: a word nobody knows is a mistake, not a comment."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Company(Checked):
    """A firm somebody works for; ``domain`` is that of its mail."""

    name: str
    domain: str


class Person(Checked):
    """Someone who writes. ``latin`` is the name in Latin letters where ``name`` is not.

    ``phone`` is the WhatsApp number, ``+`` and digits: a client's own, or the firm's that a colleague uses.
    """

    key: str
    name: str
    title: str
    zone: str
    firm: str = "meridian"
    latin: str = ""
    kind: Literal["person", "guest"] = "person"
    platforms: tuple[PlatformName, ...] = Field(default=("slack", "teams"), alias="in")
    joins: str = ""
    phone: str = ""

    @property
    def handle(self) -> str:
        """First letter and last name: ``aokafor``."""
        first, *_, last = (self.latin or self.name).split()
        return "".join(c for c in (first[0] + last).lower() if c.isalnum())


class Program(Checked):
    """A bot. ``classic`` ones write ``bot_message``; modern ones look like users with a ``bot_profile``."""

    key: str
    name: str
    platforms: tuple[PlatformName, ...] = Field(alias="in")
    style: Literal["classic", "modern"]
    icon: str = ""


class Place(Checked):
    """A conversation. ``with`` names the outside firm of a shared channel, ``team`` the team of a Teams channel,
    ``system`` the one that pushes what is said in a generic one."""

    key: str
    on: PlatformName
    type: PlaceType
    name: str = ""
    by: str = ""
    team: str = ""
    partner: str = Field(default="", alias="with")
    members: tuple[str, ...] = ()
    about: str = ""
    formerly: str = ""
    made: str = ""
    system: str = ""

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name or self.key


class Firm(Checked):
    """Everything in ``firm.yaml``."""

    name: str
    monday: date
    firms: dict[str, Company]
    people: dict[str, Person]
    tags: tuple[str, ...] = ()
    programs: dict[str, Program]
    places: dict[str, Place]

    def email(self, person: Person) -> str:
        """An address that nobody can own."""
        return f"{person.handle}@{self.firms[person.firm].domain}"

    def people_on(self, platform: PlatformName) -> list[Person]:
        """Who uses the platform, in the order of the file."""
        return [person for person in self.people.values() if platform in person.platforms]


def read_firm(value: dict[str, object]) -> Firm:
    """The firm; every entry is told its own key.

    Raises:
        pydantic.ValidationError: something is missing, misspelt or of the wrong kind.
    """
    keyed = dict(value)
    for section in ("people", "programs", "places"):
        entries = value.get(section)
        if isinstance(entries, dict):
            keyed[section] = {key: {"key": key, **entry} for key, entry in entries.items()}
    return Firm.model_validate(keyed)
