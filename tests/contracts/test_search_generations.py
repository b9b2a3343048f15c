"""Indexes built beside those that are searched: written by everybody, seen by nobody until they are switched to."""

from collections.abc import Mapping
from typing import Any

import pytest

from quire.search.documents import Known
from quire.search.engine import AliasAction
from quire.search.engine_errors import NoSuchIndexError
from quire.search.generations import Generation, built_name, generation_of_run, is_index_of, month_index
from quire.search.indexes import Indexes
from quire.search.mapping import ANALYSIS_VERSION, MAPPING_VERSION, mappings
from quire.search.query import Question
from quire.search.writes import Counts, Write, Writes, placed
from tests.chat import Chat, known
from tests.search_engines import Bench, folded

RUN = generation_of_run("a run")


@pytest.fixture
def chat(search: Bench) -> Chat:
    return Chat(tenant=search.tenant)


@pytest.fixture
def march(search: Bench) -> str:
    return f"{search.tenant}-messages-2026-03"


def contents(search: Bench, index: str) -> dict[str, Mapping[str, Any]]:
    """All documents of an index or alias, by id."""
    search.refresh()
    hits = search.ours.search({"size": 100}, index=index)["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}


def put(search: Bench, generation: Generation, *writes: Write) -> Counts:
    return Writes(search.engine).put_folded([placed(write, generation) for write in writes])


def test_names_tell_month_and_generation(march: str, search: Bench) -> None:
    built = built_name(march, RUN)
    assert month_index(search.tenant, built) == month_index(search.tenant, march) == march
    assert is_index_of(search.tenant, built)
    assert is_index_of(search.tenant, march)
    assert not is_index_of(search.tenant, f"{search.tenant}-messages-x-messages-2026-03")
    assert not is_index_of(search.tenant, f"{march}-rubbish")


def test_what_is_built_is_not_searched_until_it_is_switched_to(search: Bench, chat: Chat, march: str) -> None:
    indexes = Indexes(search.engine)
    search.index(chat.says("first"))
    standing = indexes.build(search.tenant, [march], RUN)
    assert indexes.build(search.tenant, [march], RUN) == standing
    assert (standing.current.of, standing.building.of) == ({march: march}, {march: built_name(march, RUN)})
    put(search, standing.building, folded(known(chat.says("first"))))
    search.refresh()
    assert search.searcher().search(Question()).total == 1
    assert indexes.switch(search.tenant, RUN) == [built_name(march, RUN)]
    assert indexes.switch(search.tenant, RUN) == [built_name(march, RUN)]
    assert search.searcher().search(Question()).total == 1
    after = indexes.ensure(search.tenant, [march])
    assert (after.current.of, after.building.of) == ({march: built_name(march, RUN)}, {})
    assert indexes.drop_detached(search.tenant) == [march]
    assert indexes.drop_detached(search.tenant) == []
    assert search.searcher().search(Question()).total == 1


def test_one_given_up_leaves_the_old_one_serving(search: Bench, chat: Chat, march: str) -> None:
    indexes = Indexes(search.engine)
    search.index(chat.says("first"))
    indexes.build(search.tenant, [march], RUN)
    indexes.detach(search.tenant, RUN)
    indexes.detach(search.tenant, RUN)
    assert indexes.standing(search.tenant).building.of == {}
    assert indexes.drop_detached(search.tenant) == [built_name(march, RUN)]
    assert search.searcher().search(Question()).total == 1


def test_a_later_run_takes_over_from_one_that_died(search: Bench, march: str) -> None:
    indexes = Indexes(search.engine)
    indexes.build(search.tenant, [march], RUN)
    later = generation_of_run("another run")
    assert indexes.build(search.tenant, [march], later).building.of == {march: built_name(march, later)}
    assert indexes.drop_detached(search.tenant) == [built_name(march, RUN)]


def test_another_tenants_indexes_are_not_dropped(search: Bench, march: str) -> None:
    other = f"{march.removesuffix('-2026-03')}-x-messages-2026-03"
    search.raw.indices.create(index=other)
    assert Indexes(search.engine).drop_detached(search.tenant) == []
    assert other in search.engine.indexes(other)


def test_aliases_move_all_or_none(search: Bench, march: str) -> None:
    Indexes(search.engine).ensure(search.tenant, [march])
    alias = f"{search.tenant}-messages"
    moves = [AliasAction("remove", march, alias), AliasAction("add", f"{march}-r00000000", alias)]
    with pytest.raises(NoSuchIndexError):
        search.engine.move_aliases(moves)
    assert search.engine.indexes(alias)[march].aliases == {alias}


def test_versions_conflicts_and_removals_are_each_indexs_own(search: Bench, chat: Chat, march: str) -> None:
    """A message filed under March and then moved to February, where only February is being built."""
    created, deleted = chat.says("text", at="2026-02-27T00:00:00Z"), chat.deletes(at="2026-03-02T00:00:00Z")
    first, both = folded(known(deleted)), folded(known(created, deleted))
    february = str(both.index)
    indexes = Indexes(search.engine)
    indexes.ensure(search.tenant, [march, february])
    standing = indexes.build(search.tenant, [february], RUN)
    assert put(search, standing.current, first) == Counts(written=1)
    put(search, standing.building, first)
    assert put(search, standing.current, both) == Counts(written=1)
    assert put(search, standing.current, first) == Counts(stale=1)
    assert contents(search, march) == {}
    assert contents(search, built_name(february, RUN)) == {}
    assert put(search, standing.building, both) == Counts(written=1)
    assert put(search, standing.building, both) == Counts(stale=1)
    assert contents(search, built_name(february, RUN)) == contents(search, february)


def test_a_partial_message_moves_to_where_its_time_puts_it(search: Bench, chat: Chat, march: str) -> None:
    """Its rows have expired: what came first is known to the documents alone, and one of them is in the wrong month."""
    created, deleted = chat.says("text", at="2026-02-27T00:00:00Z"), chat.deletes(at="2026-03-02T00:00:00Z")
    message = chat.message_id("1")
    february = str(folded(known(created)).index)
    current = Indexes(search.engine).ensure(search.tenant, [march, february]).current
    writes = Writes(search.engine)
    assert writes.put_onto(current, {message: known(deleted)}, folded).counts == Counts(written=1)
    assert list(contents(search, march)) == [message]
    assert writes.put_onto(current, {message: known(created)}, folded).counts == Counts(written=1)
    assert contents(search, march) == {}
    assert contents(search, february)[message]["revision"] == 2
    assert writes.put_onto(current, {message: known(deleted)}, folded).counts == Counts(stale=1)


def test_one_message_in_two_months_becomes_one(search: Bench, chat: Chat, march: str) -> None:
    """Two writers that could not see each other's document yet."""
    created, deleted = chat.says("text", at="2026-02-27T00:00:00Z"), chat.deletes(at="2026-03-02T00:00:00Z")
    february = str(folded(known(created)).index)
    current = Indexes(search.engine).ensure(search.tenant, [march, february]).current
    put(search, current, folded(known(created)), folded(known(deleted)))
    search.refresh()
    reaction: list[Known] = known(chat.called("U2").reacts("thumbsup"))
    Writes(search.engine).put_onto(current, {chat.message_id("1"): reaction}, folded)
    assert contents(search, march) == {}
    (document,) = contents(search, february).values()
    assert (document["revision"], document["is_deleted"]) == (3, True)


def test_an_index_of_an_older_analysis_takes_whole_documents_until_it_is_rebuilt(
    search: Bench, chat: Chat, march: str
) -> None:
    """As the first version made it: with none of the analysis that came later."""
    fields = {name: {"type": "keyword"} for name in ("tenant_id", "message_id", "place")}
    body = {
        "mappings": {"dynamic": "strict", "_meta": {"quire_mapping": 2, "quire_analysis": 1}, "properties": fields},
        "aliases": {f"{search.tenant}-messages": {}},
    }
    search.raw.indices.create(index=march, body=body)
    search.index(chat.says("bonjour à tous"))
    indexes = Indexes(search.engine)
    assert indexes.to_be_rebuilt(search.tenant) == [march]
    state = search.engine.indexes(march)[march]
    assert (state.mapping, state.analysis) == (MAPPING_VERSION, 1)
    assert next(iter(contents(search, march).values()))["content"] == "bonjour à tous"
    indexes.build(search.tenant, [march], RUN)
    indexes.switch(search.tenant, RUN)
    assert indexes.to_be_rebuilt(search.tenant) == []
    assert mappings()["_meta"]["quire_analysis"] == ANALYSIS_VERSION
