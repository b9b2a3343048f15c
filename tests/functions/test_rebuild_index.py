"""``quire rebuild-index`` as an operator runs it: the whole index anew, or the old one as it was."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from quire.bootstrap import rebuild
from quire.bootstrap import search as bootstrap
from quire.cli.deployment import Deployment
from quire.cli.rebuild_index import outdated, rebuild_index
from quire.domain.errors import CorruptError
from tests.deployed import TENANT
from tests.moto_aws import BUCKET
from tests.pretend import fact
from tests.serving import Serving, serving, start_anew


class Entered:
    """A deployment whose environment this process has already."""

    def enter(self) -> None:
        """Nothing is left to set."""


DEPLOYMENT = cast("Deployment", Entered())


@pytest.fixture
def quire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving() as made:
        monkeypatch.setenv("QUIRE_LEDGER_TABLE", "ledger")
        monkeypatch.setenv("QUIRE_ARCHIVE_BUCKET", BUCKET)
        monkeypatch.setattr(rebuild, "patient", vars(bootstrap)["patient"])
        start_anew()
        rebuild.rebuilder.cache_clear()
        yield made
        rebuild.rebuilder.cache_clear()


def test_the_index_is_made_anew(quire: Serving) -> None:
    quire.capture(fact("1", text="the quarterly forecast"), fact("2", text="lunch"))
    quire.index()
    before = set(quire.engine.indices.get(index=f"{TENANT}-messages"))
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        quire.engine.indices.refresh(index=f"{TENANT}-messages-*")

    done = rebuild_index(DEPLOYMENT, TENANT, pause=pause)
    assert list(done.counts.values()) == [(2, 2)]
    assert (done.segments, done.faults, set(done.dropped)) == (1, [], before)
    assert pauses == [15, 150]
    assert quire.found("forecasts") == ["the quarterly forecast"]
    assert "2 documents, 2 before" in str(done)


def test_where_it_fails_the_old_index_serves_on(quire: Serving) -> None:
    """Nothing that was built is findable yet when it is compared."""
    quire.capture(fact("1", text="the quarterly forecast"))
    quire.index()
    before = set(quire.engine.indices.get(index=f"{TENANT}-messages-*"))

    def spoil(_: float) -> None:
        for name in quire.engine.indices.get(index=f"{TENANT}-messages-*"):
            if name not in before:
                quire.engine.delete(index=name, id=_only(quire, name), params={"refresh": "true"})

    def _only(quire: Serving, name: str) -> Any:
        quire.engine.indices.refresh(index=name)
        return quire.engine.search(index=name)["hits"]["hits"][0]["_id"]

    turns = iter((spoil, lambda _: None))
    with pytest.raises(CorruptError):
        rebuild_index(DEPLOYMENT, TENANT, pause=lambda seconds: next(turns)(seconds))
    assert set(quire.engine.indices.get(index=f"{TENANT}-messages-*")) == before
    assert quire.found("forecasts") == ["the quarterly forecast"]


def test_an_index_of_an_older_analysis_is_named_until_it_is_rebuilt(quire: Serving) -> None:
    meta = {"quire_mapping": 2, "quire_analysis": 1}
    fields = {name: {"type": "keyword"} for name in ("tenant_id", "message_id", "place")}
    name, alias = f"{TENANT}-messages-2026-03", f"{TENANT}-messages"
    body = {"mappings": {"dynamic": "strict", "_meta": meta, "properties": fields}, "aliases": {alias: {}}}
    quire.engine.indices.create(index=name, body=body)
    quire.capture(fact("1", text="the quarterly forecast"))
    quire.index()
    assert outdated(DEPLOYMENT, TENANT) == [name]
    rebuild_index(DEPLOYMENT, TENANT, pause=lambda _: quire.engine.indices.refresh(index=f"{alias}-*"))
    assert outdated(DEPLOYMENT, TENANT) == []
    assert quire.found("forecasts") == ["the quarterly forecast"]
