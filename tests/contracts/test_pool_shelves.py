"""Places in the pool: taken and left, on both engines, while neighbours stay where they are."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import orjson
import pytest
from opensearchpy.exceptions import RequestError

from quire.domain.ids import TenantId
from quire.search.engine import AliasAction, Engine
from quire.search.engine_errors import EngineRefusedError
from quire.search.generations import Generation, generation_of_run, run_alias
from quire.search.indexes import Indexes
from quire.search.mapping import index_name, read_alias
from quire.search.pool import pool_pattern, shelf_name
from quire.search.query import Question
from quire.search.writes import Counts, Write, Writes, placed
from tests.neighbours import Side, neighbours
from tests.search_engines import Bench, Placed


@pytest.fixture
def moving(search: Bench) -> Iterator[tuple[Side, Side]]:
    """Neighbours of one test."""
    with neighbours(search) as sides:
        yield sides


def test_an_engine_that_knows_no_such_aliases_is_used_without(
    moving: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, _ = moving
    client: Any = mine.bench.engine._client
    original = client.indices.update_aliases

    def refusing(body: dict[str, Any], **more: Any) -> Any:
        if any("filter" in action for each in body["actions"] for action in each.values()):
            raise RequestError(400, "illegal_argument_exception", {})
        return original(body=body, **more)

    monkeypatch.setattr(client.indices, "update_aliases", refusing)
    third = TenantId(f"{mine.tenant}-c")
    cast("Placed", mine.bench.placements).put(third, "pooled")
    chat = replace(mine.chat, tenant=third)
    mine.bench.index(chat.says("only this", "1"))
    side = replace(mine, chat=chat)
    assert [each["content"] for each in side.documents()] == ["only this"]
    assert side.searcher.count(Question(text="merger")) == 0
    with pytest.raises(EngineRefusedError):
        Engine(client).move_aliases([AliasAction("add", shelf_name("2026-03", 0), "no,alias")])


RUN = generation_of_run("a run")


def test_a_tenant_is_moved_within_the_pool_and_out_of_it(moving: tuple[Side, Side]) -> None:
    mine, theirs = moving
    engine, indexes = mine.bench.engine, Indexes(mine.bench.engine)
    before = indexes.standing(mine.tenant).current.of
    standing = indexes.build(mine.tenant, list(before), RUN, "pooled")
    assert indexes.build(mine.tenant, list(before), RUN, "pooled") == standing
    assert standing.building.of == {month: name[:-1] + "1" for month, name in before.items()}
    assert standing.building.made_by(RUN) == standing.building.of
    writes = stored(mine)
    assert fill(mine, standing.building) == Counts(written=24)
    assert stored(mine) == writes, "what is built is not seen"
    assert indexes.switch(mine.tenant, RUN) == sorted(standing.building.of.values())
    assert indexes.switch(mine.tenant, RUN) == sorted(standing.building.of.values())
    assert stored(mine) == writes
    assert indexes.drop_detached(mine.tenant) == sorted(before.values())
    mine.bench.refresh()
    assert indexes.drop_detached(mine.tenant) == []
    assert [engine.for_tenant(mine.tenant).count(name) for name in before.values()] == [0, 0]
    assert [theirs.searcher.count(Question()), len(theirs.documents())] == [24, 24]
    later = generation_of_run("another run")
    own = indexes.build(mine.tenant, list(before), later, "own").building
    assert all(name.startswith(read_alias(mine.tenant)) for name in own.of.values())
    assert fill(mine, own) == Counts(written=24)
    assert indexes.switch(mine.tenant, later) == sorted(own.of.values())
    assert indexes.drop_detached(mine.tenant) == sorted(standing.building.of.values())
    mine.bench.refresh()
    assert stored(mine) == writes
    assert mine.bench.raw.count(index=pool_pattern())["count"] == 24, "theirs, and nothing else"
    there = engine.indexes(pool_pattern())
    assert not {alias for state in there.values() for alias in state.aliases if alias.startswith(mine.tenant)}
    assert set(there) >= set(before.values()), "others are there still"


def stored(side: Side) -> list[Write]:
    """All that is found of a tenant, as it would be written."""
    side.bench.refresh()
    hits = side.bench.engine.for_tenant(side.tenant).search({"size": 100, "version": True})["hits"]["hits"]
    found = [
        Write(index_name(side.tenant, hit["_source"]["timestamp"]), hit["_id"], hit["_version"], hit["_source"])
        for hit in hits
    ]
    return sorted(found, key=lambda write: write.message_id)


def fill(side: Side, generation: Generation) -> Counts:
    return Writes(side.bench.engine).put_folded([placed(write, generation) for write in stored(side)])


def test_what_a_dead_run_left_is_not_built_upon(moving: tuple[Side, Side]) -> None:
    mine, _ = moving
    indexes, engine = Indexes(mine.bench.engine), mine.bench.engine
    month = f"{read_alias(mine.tenant)}-2026-02"
    (dead,) = indexes.build(mine.tenant, [month], RUN, "pooled").building.of.values()
    (document, *_) = mine.documents()
    line = {"index": {"_index": dead, "_id": document["message_id"]}}
    engine.bulk(b"\n".join([orjson.dumps(line), orjson.dumps(document), b""]))
    mine.bench.refresh()
    later = generation_of_run("another run")
    building = indexes.build(mine.tenant, [month], later, "pooled").building
    assert building.of == {month: shelf_name("2026-02", 2)}
    assert engine.indexes(dead)[dead].aliases == {run_alias(mine.tenant, RUN)}
    indexes.detach(mine.tenant, later)
    assert indexes.drop_detached(mine.tenant) == [dead]
    assert engine.indexes(dead)[dead].aliases == frozenset()
    assert len(mine.documents()) == 24


def test_an_index_of_an_older_analysis_goes_with_the_last_who_leaves_it(
    moving: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes = Indexes(moving[0].bench.engine)
    old = set(indexes.standing(moving[0].tenant).current.of.values())
    for module in ("pool", "shelves"):
        monkeypatch.setattr(f"quire.search.{module}.ANALYSIS_VERSION", 1_000)
    for side in moving:
        assert old <= set(side.bench.engine.indexes(pool_pattern()))
        indexes.build(side.tenant, list(indexes.standing(side.tenant).current.of), RUN, "pooled")
        indexes.switch(side.tenant, RUN)
        indexes.drop_detached(side.tenant)
    there = set(moving[0].bench.engine.indexes(pool_pattern()))
    assert there == {shelf_name(month, 0) for month in ("2026-02", "2026-03")}
