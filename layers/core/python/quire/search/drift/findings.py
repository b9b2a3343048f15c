"""What a look at a day came to. Nothing here holds a word of a message: ids, names of fields, counts."""

from dataclasses import dataclass, field
from typing import Literal

from quire.domain.ids import MessageId

Kind = Literal["missing", "differing", "extra"]


@dataclass(frozen=True)
class Finding:
    """A message of which archive and index tell differently.

    ``missing``: the archive tells of it, and the index has no document where it belongs. ``differing``: its document is
    not the one folded from the archive, in these ``fields``. ``extra``: a document that no segment tells of, or that
    lies where its message does not belong. ``healed``: looked at again, it is as it should be.
    """

    message_id: MessageId
    kind: Kind
    fields: tuple[str, ...] = ()
    healed: bool = False


@dataclass(frozen=True)
class Stray:
    """A document of which nothing at hand tells: whether the archive does is still to be asked."""

    index: str
    message_id: MessageId
    day: str


@dataclass
class Look:
    """A look at ``day`` (``yyyy-mm-dd``, or :data:`~quire.search.drift.days.CAPTURED`).

    ``archived`` messages that the archive tells of and ``indexed`` ones of the index, of that day; ``compared`` field
    by field. ``faults`` are keys of segments that cannot be read.
    """

    day: str
    archived: int = 0
    indexed: int = 0
    compared: int = 0
    findings: list[Finding] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def fault(self, key: str) -> None:
        """A segment cannot be read; named once."""
        if key not in self.faults:
            self.faults.append(key)
