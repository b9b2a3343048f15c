"""Documents of which nothing at hand tells: whether the archive does, asked of all that could tell of them. Only what
no segment tells of is taken away, and nothing while one of them cannot be read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from quire.domain.ids import MessageId
from quire.search.documents import Known
from quire.search.drift.closely import Asked, Closely
from quire.search.drift.findings import Finding, Look, Stray
from quire.search.drift.mending import Mending
from quire.search.drift.objects import Objects
from quire.search.drift.shelf import Shelf
from quire.search.rebuilding.sources import FIRST_DAY, NO_DAY, Span


@dataclass
class Hunt:
    """How far it has come: up to place ``after`` in the archive, once it has ``begun`` with the journal. ``strays`` are
    those that nothing read so far tells of, ``told`` the others; ``faults`` segments that cannot be read."""

    strays: list[Stray] = field(default_factory=list)
    told: list[Stray] = field(default_factory=list)
    begun: bool = False
    after: str = ""
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Hunt":
        """From what :meth:`as_json` gave, or from nothing."""
        strays = {name: [Stray(**each) for each in told.get(name, ())] for name in ("strays", "told")}
        return cls(**{**told, **strays})

    def as_json(self) -> dict[str, Any]:
        """For the next call."""
        return asdict(self)

    def take(self, strays: Sequence[Stray], most: int) -> Iterator[tuple[str, Finding]]:
        """Hunt for these too, each once; those for whom there is no room are told, by day, to be left."""
        there = {(each.index, each.message_id) for each in self.strays}
        for each in strays:
            if (each.index, each.message_id) not in there and len(self.strays) < most:
                there.add((each.index, each.message_id))
                self.strays.append(each)
            elif (each.index, each.message_id) not in there:
                yield each.day, Finding(each.message_id, "extra")


class Hunting:
    """Looks for strays of any tenant."""

    def __init__(self, objects: Objects, closely: Closely, shelf: Shelf, mending: Mending) -> None:
        self._objects = objects
        self._closely = closely
        self._shelf = shelf
        self._mending = mending

    def go_on(self, asked: Asked, hunt: Hunt, may_go_on: Callable[[], bool]) -> bool:
        """Read on for as long as it ``may_go_on``: what is not sealed yet, then the archive from the month on in which
        the first stray is said to have been sent, as a rebuild of that month would. Whether there is more.

        Raises:
            UnavailableError: something did not answer; call again.
        """
        look, read = Look(""), 0
        if not hunt.begun:
            for batch in self._objects.unsealed(asked.tenant, look):
                _tell(hunt, batch)
        hunt.begun, more = True, False
        first = min(each.day for each in (*hunt.strays, *hunt.told))[:7]
        span = Span(f"{first}-00" if first > "1970-01" else FIRST_DAY, NO_DAY)
        for place, batch in self._objects.since(asked.tenant, span, hunt.after, look):
            more = bool(hunt.strays) and read > 0 and place != hunt.after and not may_go_on()
            if more or not hunt.strays:
                break
            _tell(hunt, batch)
            hunt.after, read = place, read + 1
        hunt.faults = [*dict.fromkeys((*hunt.faults, *look.faults))]
        return more

    def end(self, asked: Asked, hunt: Hunt) -> Iterator[tuple[str, Finding]]:
        """Take the strays away, and say by day what became of them. One that the archive tells of by other segments
        than its document names is left to a rebuild."""
        for each in hunt.told:
            yield each.day, Finding(each.message_id, "differing", ("events",))
        places = [(each.index, each.message_id) for each in hunt.strays]
        self._closely.standing(asked.tenant)
        if not hunt.faults:
            self._mending.remove(list(self._shelf.as_they_stand(asked.tenant, places).values()))
        there: set[tuple[str, MessageId]] = {*self._shelf.as_they_stand(asked.tenant, places)}
        for stray, place in zip(hunt.strays, places, strict=True):
            yield stray.day, Finding(stray.message_id, "extra", healed=place not in there)


def _tell(hunt: Hunt, batch: Sequence[Known]) -> None:
    told = {each.event.message_id for each in batch}
    hunt.told += [each for each in hunt.strays if each.message_id in told]
    hunt.strays = [each for each in hunt.strays if each.message_id not in told]
