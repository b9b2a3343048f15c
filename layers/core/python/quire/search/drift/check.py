"""Use case: a tenant's index against its archive, for one day, a stretch of it at a time.

From the archive: every event of the stretch that is about a message has to be known to that message's document; some
documents (all, in a full look) are compared field by field with one folded anew. From the index: every document of
the stretch has to be one of a message that the archive tells of. What is amiss is looked at once more as it stands that
moment, with all that the archive tells of it, before it is called so; then it is mended, and looked at again.

What was captured within the last minutes is still on its way: it is missed by nobody.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched

from quire.domain.ids import MessageId
from quire.search.documents import Known
from quire.search.drift.closely import Asked, Closely
from quire.search.drift.comparing import event_ids
from quire.search.drift.days import CAPTURED, CAPTURED_SINCE, day_of
from quire.search.drift.findings import Finding, Look
from quire.search.drift.mending import Case, Mending
from quire.search.drift.objects import Objects
from quire.search.drift.shelf import EVENT_IDS, WHOLE, Shelf
from quire.search.drift.stretches import MOST_MESSAGES, Stretch, edges
from quire.search.generations import month_index
from quire.search.mapping import index_name

SETTLED = timedelta(minutes=15)
"""What was captured later is not missed: three times what is promised."""
SAMPLE = 200
"""Documents of a day, about, that are compared field by field."""
_AT_ONCE, _HELD = 200, 5_000
_log = logging.getLogger(__name__)


@dataclass
class _Seen:
    """What a look has seen so far: ids of messages that were ``created`` in the ``stretch`` as the archive tells
    (``young``: only now), and of those ``met`` as amiss. ``share`` of the others are its sample."""

    stretch: Stretch | None
    share: float
    created: set[MessageId] = field(default_factory=set)
    young: set[MessageId] = field(default_factory=set)
    met: set[MessageId] = field(default_factory=set)


class Check:
    """Looks at days of any tenant."""

    def __init__(self, objects: Objects, closely: Closely, shelf: Shelf, mending: Mending) -> None:
        self._objects = objects
        self._closely = closely
        self._shelf = shelf
        self._mending = mending

    def plan(self, asked: Asked, day: str, most: int = MOST_MESSAGES) -> tuple[int, list[int]]:
        """How many messages of a day (``yyyy-mm-dd``) searches find, and the minutes at which it is cut into stretches
        of ``most`` messages, about. Raises as :meth:`stretch`."""
        self._closely.standing(asked.tenant)
        indexed, by_minute = self._shelf.minutes(asked.tenant, day)
        return indexed, edges(by_minute, self._objects.minutes(asked.tenant, asked.run, day, most), most)

    def stretch(self, asked: Asked, stretch: Stretch, indexed: int) -> Look:
        """Look at a stretch of a day of which so many messages are ``indexed``, and mend it.

        Raises:
            ConflictError: a rebuild is under way: nobody can say what should be where.
            UnavailableError: something did not answer; look again.
        """
        self._closely.standing(asked.tenant)
        listed: set[MessageId] = set()
        misplaced: list[tuple[str, MessageId]] = []
        month = index_name(asked.tenant, f"{stretch.day}T00:00:00Z")
        for index, message in self._shelf.of_stretch(asked.tenant, stretch):
            listed.add(message)
            if month_index(asked.tenant, index) != month:
                misplaced.append((index, message))
        look, seen = Look(stretch.day), _Seen(stretch, min(1.0, SAMPLE / max(1, indexed)))
        for batch in self._objects.of_stretch(asked.tenant, asked.run, stretch, look):
            self._forward(asked, look, seen, batch)
        self._unlisted(asked, look, seen, stretch, seen.created - listed - seen.met)
        astray = {message for _, message in misplaced}
        untold = (listed - seen.created - seen.young - seen.met) | astray
        look.archived = len(seen.created | (seen.young & listed))
        look.archived += self._untold(asked, look, seen, stretch, untold, misplaced)
        return look

    def captured(
        self, asked: Asked, after: str, days: Iterable[str], may_go_on: Callable[[], bool]
    ) -> tuple[Look, str, bool]:
        """Look at what the journal took lately, behind key ``after``, for as long as it ``may_go_on``; the key of the
        last segment that was looked at, and whether there is more. Events of ``days`` are left out: these are looked
        at by themselves. Raises as :meth:`stretch`."""
        self._closely.standing(asked.tenant)
        look, seen, left_out, reached = Look(CAPTURED), _Seen(None, 0.0), {*days}, after
        since = asked.until - CAPTURED_SINCE
        for key, batch in self._objects.captured(asked.tenant, since, asked.until, after, look):
            if key != reached and reached != after and not may_go_on():
                return look, reached, True
            wanted = [each for each in batch if day_of(each.event.occurred_at) not in left_out]
            self._forward(asked, look, seen, wanted)
            reached = key
        return look, reached, False

    def _forward(self, asked: Asked, look: Look, seen: _Seen, batch: Sequence[Known]) -> None:
        """Events of segments: their documents have to know them."""
        held: dict[MessageId, list[Known]] = {}
        for each in batch:
            if (message := each.event.message_id) is not None:
                held.setdefault(message, []).append(each)
                if each.event.kind == "message.created" and seen.stretch and seen.stretch.holds(each.event.occurred_at):
                    (seen.created if asked.due(each) else seen.young).add(message)
        sample = {message for message in held if asked.in_sample(look.day, message, seen.share)}
        lying = self._shelf.by_id(asked.tenant, sorted(held.keys() - sample), EVENT_IDS)
        lying |= self._shelf.by_id(asked.tenant, sorted(sample), WHOLE)
        look.compared += len(sample & lying.keys())
        outdated = self._closely.outdated(asked.tenant) if sample else frozenset[str]()
        suspects: dict[MessageId, Sequence[Known]] = {}
        for message, known in held.items():
            due = {each.event.event_id for each in known if asked.due(each)}
            documents = lying.get(message, [])
            if not due:
                continue
            if len(documents) != 1 or not due <= event_ids(documents[0].source):
                suspects[message] = known
            elif message in sample:
                told = {each.event.event_id: each for each in known}
                if self._closely.differs(asked.tenant, look, told, due, documents[0], outdated):
                    suspects[message] = known
        settled = self._settle(asked, look, suspects)
        seen.met |= {each.message_id for each in settled if each.amiss}
        unfound = sample - lying.keys()  # compared as they stand
        look.compared += sum(each.message_id in unfound and each.own is not None for each in settled)

    def _unlisted(self, asked: Asked, look: Look, seen: _Seen, stretch: Stretch, messages: set[MessageId]) -> None:
        """Messages that the archive tells of in the stretch, and that searches do not find there."""
        for some in batched(sorted(messages), _HELD, strict=False):
            held: dict[MessageId, list[Known]] = {message: [] for message in some}
            for batch in self._objects.of_stretch(asked.tenant, asked.run, stretch, look):
                for each in batch:
                    if each.event.message_id in held:
                        held[each.event.message_id].append(each)
            for case in self._settle(asked, look, held):
                if day_of(case.at) != look.day:
                    seen.created.discard(case.message_id)

    def _untold(
        self,
        asked: Asked,
        look: Look,
        seen: _Seen,
        stretch: Stretch,
        messages: set[MessageId],
        misplaced: Sequence[tuple[str, MessageId]],
    ) -> int:
        """Documents of the stretch of which the archive does not tell there, or that lie in another month's index; of
        how many more messages of the stretch it tells elsewhere."""
        more, told = 0, seen.created | seen.young
        for some in batched(sorted(messages), _AT_ONCE, strict=False):
            places = [(index, message) for index, message in misplaced if message in some]
            cases = self._settle(asked, look, dict.fromkeys(some, ()), places)
            more += sum(stretch.holds(each.at) for each in cases if each.own and each.message_id not in told)
        return more

    def _settle(
        self,
        asked: Asked,
        look: Look,
        suspects: Mapping[MessageId, Sequence[Known]],
        places: Sequence[tuple[str, MessageId]] = (),
    ) -> list[Case]:
        """Look closely at messages, mend those that are amiss, and look at them again; all as they were."""
        settled: list[Case] = []
        for some in batched(sorted(suspects), _AT_ONCE, strict=False):
            cases = self._closely.cases(asked, look, {message: suspects[message] for message in some}, places)
            settled += cases
            amiss = [each for each in cases if each.amiss]
            if amiss:
                self._mending.mend(asked.tenant, amiss)
                held = {each.message_id: suspects[each.message_id] for each in amiss}
                after = self._closely.cases(asked, Look(look.day), held, places)
                self._tell(asked, look, amiss, {each.message_id for each in after if not each.amiss})
        return settled

    def _tell(self, asked: Asked, look: Look, amiss: Iterable[Case], healed: set[MessageId]) -> None:
        for case in amiss:
            finding = Finding(case.message_id, case.kind, case.fields, case.message_id in healed)
            look.findings.append(finding)
            told = {"kind": finding.kind, "fields": list(finding.fields), "healed": finding.healed}
            extra = {"tenant": asked.tenant, "day": look.day, "message_id": case.message_id, **told}
            _log.warning("the index differs from the archive", extra=extra)
