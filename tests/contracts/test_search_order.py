"""Events that arrive out of order, twice, and are indexed by several at once end in the same index. On both engines."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from quire.domain.events import Event
from quire.domain.ids import TenantId
from quire.search.documents import Known
from quire.search.indexes import Indexes
from quire.search.writes import Writes, needed, placed
from tests.chat import Chat, file, known
from tests.search_engines import Bench, folded

_NUMBERS = count()
_HISTORY: tuple[Callable[[Chat], Event], ...] = (
    lambda chat: chat.says("first words", at="2026-02-27T00:00:00Z", attachments=[file("plan.pdf")]),
    lambda chat: chat.edits("zweite Fassung der Nachricht an alle Kunden", at="2026-02-28T00:00:00Z"),
    lambda chat: chat.edits("third", at="2026-03-02T00:00:00Z"),
    lambda chat: chat.reacts("tada", at="2026-03-03T00:00:00Z"),
    lambda chat: chat.keeps("plan.pdf", "the plan"),
    lambda chat: chat.deletes(at="2026-03-04T00:00:00Z"),
)
"""A message written in one month, changed in the next."""


@dataclass
class Rows:
    """The rows of one message, and the indexers that have read them and not written yet."""

    bench: Bench
    tenant: TenantId
    rows: list[Known] = field(default_factory=list)
    reads: list[list[Known]] = field(default_factory=list)

    def write(self, number: int) -> None:
        """One of the indexers goes on: as :meth:`quire.search.indexer.Indexer.index` does."""
        write = folded(self.reads.pop(number % len(self.reads)))
        standing = Indexes(self.bench.engine).ensure(self.tenant, needed([write]))
        assert not Writes(self.bench.engine).put_folded([placed(write, standing.current)]).refused

    def documents(self) -> dict[tuple[str, str], Any]:
        """Everything in the tenant's index, by index and id."""
        self.bench.refresh()
        hits = self.bench.engine.for_tenant(self.tenant).search({})["hits"]["hits"]
        return {(hit["_index"], hit["_id"]): hit["_source"] for hit in hits}


def run(bench: Bench, order: list[int], pauses: list[int]) -> None:
    """Rows come in an order, each with one notice or two; indexers read at once and write when they come to it."""
    tenant = TenantId(f"{bench.tenant}-{next(_NUMBERS)}")
    chat = Chat(tenant=tenant)
    history = known(*(event(chat) for event in _HISTORY))
    state = Rows(bench, tenant)
    for number, pause in zip(order, pauses, strict=True):
        if history[number] not in state.rows:
            state.rows.append(history[number])
        state.reads.append(list(state.rows))
        for _ in range(min(pause % 3, len(state.reads))):
            state.write(pause)
    for pause in [*pauses, *range(len(state.reads))]:
        if state.reads:
            state.write(pause)
    ended = state.documents()
    bench.raw.indices.delete(index=f"{tenant}-messages-*")
    clean = replace(state, rows=[], reads=[[each for each in history if each in state.rows]])
    clean.write(0)
    rebuilt = clean.documents()
    assert list(ended) == list(rebuilt)
    assert [_comparable(each) for each in ended.values()] == [_comparable(each) for each in rebuilt.values()]
    assert len(rebuilt) == 1


def _comparable(document: dict[str, Any]) -> dict[str, Any]:
    """The events a document was folded from stand in it as they came."""
    return {**document, "events": sorted(document["events"], key=lambda each: each["event"]["event_id"])}


def test_the_same_index_as_a_clean_rebuild(search: Bench) -> None:
    most = len(_HISTORY)

    @settings(
        max_examples=5 if search.real else 12,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def in_any_order(data: st.DataObject) -> None:
        again = data.draw(st.lists(st.integers(0, most - 1), max_size=4))
        order = data.draw(st.permutations([*range(most), *again]))
        pauses = data.draw(st.lists(st.integers(0, 11), min_size=len(order), max_size=len(order)))
        run(search, list(order), pauses)

    in_any_order()


def test_an_older_fold_that_writes_last(search: Bench) -> None:
    """The deletion is read alone, and filed under its own month only after the whole message lies in another."""
    tenant = TenantId(f"{search.tenant}-late")
    chat = Chat(tenant=tenant)
    whole = known(*(event(chat) for event in _HISTORY))
    state = Rows(search, tenant, whole, [whole, [whole[-1]]])
    state.write(0)
    state.write(0)
    ((index, _),) = state.documents()
    assert index == f"{tenant}-messages-2026-02"
