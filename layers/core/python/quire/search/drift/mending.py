"""What is written where the index is not as it should be. Every write is guarded: by what was read, or by being no
older than what is there. Nothing is deleted by a query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quire.domain.ids import EventId, MessageId, TenantId
from quire.search.bulk import Action
from quire.search.documents import Known
from quire.search.drift.findings import Kind
from quire.search.drift.shelf import Lying
from quire.search.indexer import Indexer
from quire.search.known import Told
from quire.search.writes import Write, Writes


@dataclass(frozen=True)
class Case:
    """A message, as the archive tells it and as it lies.

    ``known`` is all that the archive tells, ``write`` the document of it. ``rows_young``: none of its rows can have
    expired. ``own`` is the document in the index where it belongs, and differs in these ``fields``; ``misplaced`` are
    those in other indexes. ``due``: it is missed where it is not there.
    """

    message_id: MessageId
    known: Mapping[EventId, Known]
    rows_young: bool
    write: Write
    own: Lying | None
    misplaced: Sequence[Lying]
    fields: tuple[str, ...]
    due: bool

    @property
    def missing(self) -> bool:
        """Nothing lies where it belongs."""
        return self.own is None and self.due

    @property
    def amiss(self) -> bool:
        """It is not in the index as the archive tells it."""
        return self.missing or bool(self.fields) or bool(self.misplaced)

    @property
    def kind(self) -> Kind:
        """What is amiss, the worst of it."""
        return "missing" if self.missing else "differing" if self.fields else "extra"

    @property
    def at(self) -> str:
        """When it was sent, as the index has it."""
        return str(self.write.document["timestamp"])


class Mending:
    """Writes for any tenant."""

    def __init__(self, indexer: Indexer, writes: Writes) -> None:
        self._indexer = indexer
        self._writes = writes

    def mend(self, tenant: TenantId, amiss: Sequence[Case]) -> None:
        """Write what is missing, write over what differs, take away what is misplaced.

        What loses against a write of somebody else's stays as that left it: look again.

        Raises:
            UnavailableError: the engine did not take it all; run again.
        """
        missing = [each for each in amiss if each.missing]
        if missing:
            told = {each.message_id: Told(list(each.known.values()), each.rows_young) for each in missing}
            self._indexer.put(tenant, told)
        over = [(each, each.own) for each in amiss if each.own is not None and each.fields]
        outcomes = self._writes.run([_over(case, own) for case, own in over])
        # One refused was of a kind of version that the engine does not know: taken away now, it is written as missing.
        refused = [own for (_, own), outcome in zip(over, outcomes, strict=True) if outcome.refused]
        self.remove([*refused, *(document for each in amiss for document in each.misplaced)])

    def remove(self, lying: Sequence[Lying]) -> None:
        """Take away documents, if they still are what was read. Raises as :meth:`mend`."""
        self._writes.run([_away(each) for each in lying])


def _over(case: Case, own: Lying) -> tuple[MessageId, Action]:
    """The document over one that was altered.

    Where the indexer goes by the number of events, that is its version again, and one of the same version is written
    over. One of a higher version would refuse the events to come: it is taken away first, and written once the engine
    has forgotten its version. Where the indexer goes by what it has read (rows may have expired), so does this.
    """
    if not case.rows_young:
        return case.message_id, Action({"index": {**own.guard, "_id": case.message_id}}, case.write.document)
    if own.version > case.write.revision:
        return _away(own)
    guard = {"_id": case.message_id, "version": case.write.revision, "version_type": "external_gte"}
    return case.message_id, Action({"index": {"_index": own.index, **guard}}, case.write.document)


def _away(lying: Lying) -> tuple[MessageId, Action]:
    return lying.message_id, Action({"delete": {**lying.guard, "_id": lying.message_id}})
