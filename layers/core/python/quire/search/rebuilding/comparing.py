"""Whether what was built is whole: it holds what every segment tells of, and loses nothing that is searched now.

Messages are looked for one by one: numbers that agree may hide one that is missing behind one that is too many.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, Literal

from pydantic import ValidationError

from quire.aws.layout import tenant_of_key
from quire.domain.errors import CorruptError, GoneError, NotFoundError
from quire.domain.ids import MessageId, TenantId
from quire.search.documents import FOLDED_FROM, Known, known_events
from quire.search.engine import Engine
from quire.search.generations import Standing
from quire.search.indexer import Indexer
from quire.search.known import SegmentEvents

_PAGE, _MOST_AT_ONCE = 500, 5_000
_REFRESH = 12.0
"""Seconds after which what was written can be found: OpenSearch Serverless refreshes every ten."""


@dataclass
class Compared:
    """What the new indexes lack of an old one, as far as it was looked through: up to place ``after``, while there is
    ``more``. ``missing``: segments tell of it. ``strays``: no segment does. ``erased``: its author's key is gone."""

    after: str
    more: bool = False
    missing: list[MessageId] = field(default_factory=list)
    strays: list[MessageId] = field(default_factory=list)
    erased: int = 0


class Comparing:
    """Looks into the indexes of any tenant."""

    def __init__(
        self,
        segments: SegmentEvents,
        indexer: Indexer,
        engine: Engine,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._segments = segments
        self._indexer = indexer
        self._engine = engine
        self._pause = pause

    def told(self, segment: tuple[str, str]) -> dict[MessageId, list[Known]]:
        """The messages a segment (key, version) tells of, and what it tells; none of those that were erased."""
        found: dict[MessageId, list[Known]] = {}
        for each in self._segments.all_of(*segment):
            if each.event.message_id is not None:
                found.setdefault(each.event.message_id, []).append(each)
        return found

    def absent(self, standing: Standing, messages: Iterable[MessageId]) -> list[MessageId]:
        """Those that searches will not find once they see what was built; one written within the last refresh is one
        of them."""
        left = sorted(messages)
        found: set[str] = set()
        ours = self._engine.for_tenant(standing.current.tenant)
        aliases = ",".join(sorted({each.alias for each in (standing.current, standing.building) if each.of}))
        old = {standing.current.of.get(month) for month in standing.building.of}
        for start in range(0, len(left) if aliases else 0, _PAGE):
            wanted = left[start : start + _PAGE]
            body = {"size": 4 * len(wanted), "_source": False, "query": {"ids": {"values": wanted}}}
            hits = ours.search(body, index=aliases)["hits"]["hits"]
            found |= {hit["_id"] for hit in hits if hit["_index"] not in old}
        return [each for each in left if each not in found]

    def still_absent(
        self, standing: Standing, told: Mapping[MessageId, Sequence[Known]], *, elsewhere: bool
    ) -> list[MessageId]:
        """Those that are not there this moment either, refreshed or not.

        Those of months that are not being built are left out unless these months count as well (``elsewhere``).
        """
        searched = {**(standing.current.of if elsewhere else {}), **standing.building.of}
        filed = self._indexer.filed(standing.current.tenant, told)
        wanted = {message: searched.get(month, "") for message, month in filed.items()}
        places = [(index, message) for message, index in wanted.items() if index]
        ours = self._engine.for_tenant(standing.current.tenant)
        found = {each["_id"] for each in ours.get_many(places, ["message_id"])} if places else set()
        left = [message for message, index in wanted.items() if message not in found and (index or elsewhere)]
        # It may be filed by what its document alone still knows, or only now be written by somebody else.
        return self._for_good(standing, left)

    def compare(self, standing: Standing, month: str, after: str, may_go_on: Callable[[], bool]) -> Compared:
        """Look for what the searched index of a month holds, behind place ``after``, for as long as it
        ``may_go_on``."""
        before, found = standing.current.of.get(month), Compared(after)
        if before is None:
            return found
        absent: list[MessageId] = []
        while True:
            ids, last = self._page(standing.current.tenant, before, found.after)
            if not ids:
                break
            absent += self.absent(standing, ids)
            found.after = last
            if not may_go_on() or len(absent) >= _MOST_AT_ONCE:
                found.more = True
                break
        for some in batched(self._for_good(standing, absent), _PAGE, strict=False):
            self._sort_out(standing.current.tenant, before, some, found)
        return found

    def _page(self, tenant: TenantId, index: str, after: str) -> tuple[list[MessageId], str]:
        body: dict[str, Any] = {"size": _PAGE, "sort": [{"place": "asc"}], "_source": False}
        page = self._engine.for_tenant(tenant).search(body | ({"search_after": [after]} if after else {}), index=index)
        hits = page["hits"]["hits"]
        return [MessageId(hit["_id"]) for hit in hits], str(hits[-1]["sort"][0]) if hits else after

    def _for_good(self, standing: Standing, absent: Sequence[MessageId]) -> list[MessageId]:
        """Those that are not there a while later either."""
        if not absent:
            return []
        self._pause(_REFRESH)
        return self.absent(standing, absent)

    def _sort_out(self, tenant: TenantId, before: str, absent: Sequence[MessageId], found: Compared) -> None:
        """Say of each why it is not there; one that was taken away meanwhile needs no reason."""
        ours = self._engine.for_tenant(tenant)
        for document in ours.get_many([(before, each) for each in absent], FOLDED_FROM):
            message = MessageId(document["_id"])
            match self._reason(tenant, message, document["_source"]):
                case "missing":
                    found.missing.append(message)
                case "stray":
                    found.strays.append(message)
                case "erased":
                    found.erased += 1

    def _reason(
        self, tenant: TenantId, message: MessageId, source: Mapping[str, Any]
    ) -> Literal["missing", "stray", "erased"]:
        """By the frames that the document says it was made from."""
        gone = False
        for key, version_id, frame in _frames(source):
            try:
                if tenant_of_key(key) == tenant and any(
                    each.event.message_id == message for each in self._segments.frame_of(key, version_id, frame)
                ):
                    return "missing"
            except GoneError:
                gone = True
            except (CorruptError, NotFoundError):
                continue
        return "erased" if gone else "stray"


def _frames(source: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """None where it is no document of ours."""
    try:
        known = known_events(source)
    except (ValidationError, KeyError, TypeError, ValueError):
        return []
    return sorted({(each.segment, each.version_id, each.frame) for each in known})
