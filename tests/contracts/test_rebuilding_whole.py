"""What was built is whole before it is switched to: nothing of the archive missing, nothing that was searched lost."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import zstandard

from quire.archive.ciphers import PlainFrames
from quire.domain.errors import GoneError
from quire.domain.ids import MessageId
from quire.search.indexes import Indexes
from quire.search.rebuilding.comparing import Compared
from tests.archiving import Stop
from tests.pretend import fact
from tests.rebuilding import ALL, WANTED, Firm, a_firm, built, each_segment, filled, settled
from tests.sealing import ACME, capture


@pytest.fixture
def firm() -> Iterator[Firm]:
    with a_firm() as made:
        yield made


def building(firm: Firm) -> dict[str, str]:
    return dict(Indexes(firm.search.engine).standing(ACME).building.of)


def taken_away(firm: Firm, index: str, text: str) -> MessageId:
    """Delete the document of a text from an index; its id."""
    hits = firm.search.engine.for_tenant(ACME).search({"size": 100}, index=index)["hits"]["hits"]
    (found,) = (str(hit["_id"]) for hit in hits if hit["_source"]["content"] == text)
    firm.search.raw.delete(index=index, id=found)
    firm.search.refresh()
    return MessageId(found)


class Forgetful(Stop):
    """An engine that says it has taken some messages into what is being built, and has not: the first ``times``."""

    def __init__(self, texts: set[str], times: int) -> None:
        super().__init__(None)
        self.texts, self.times = texts, times

    def __call__(self, name: str, method: Any) -> Any:
        def bulk(lines: bytes) -> list[dict[str, Any]]:
            parts = [orjson.loads(line) for line in lines.splitlines()]
            heads = [part for part in parts if "_id" in next(iter(part.values()), {})]
            documents = [part for part in parts if part not in heads]
            if self.times and len(documents) == len(heads) and self._forgets(heads, documents):
                self.times -= 1
                return [{"status": 201} for _ in heads]
            answer: list[dict[str, Any]] = method(lines)
            return answer

        return bulk if name == "bulk" else super().__call__(name, method)

    def _forgets(self, heads: list[Any], documents: list[Any]) -> bool:
        new = all("-r" in head["index"]["_index"] for head in heads)
        return new and bool(self.texts & {document["content"] for document in documents})


def test_what_the_archive_tells_of_and_was_not_built_is_indexed_once_more(firm: Firm) -> None:
    filled(firm)
    rebuilder = firm.rebuilder(Forgetful({"text of m1", "text of m4"}, 2))
    spans = built(firm, rebuilder)
    assert sum(rebuilder.verify(WANTED, span).mended for span in spans) == 3, "m3 shares m4's segment"
    firm.search.refresh()
    assert sum(rebuilder.verify(WANTED, span).mended for span in spans) == 0
    assert all(rebuilder.compare(WANTED, month).missing == [] for month in rebuilder.join(WANTED))
    rebuilder.switch(WANTED)
    rebuilder.end(WANTED)
    settled(firm)


def test_what_cannot_be_built_is_named_though_the_old_index_lacks_it_too(firm: Firm) -> None:
    filled(firm)
    lost = taken_away(firm, f"{ACME}-messages-2026-02", "text of m1")
    rebuilder = firm.rebuilder(Forgetful({"text of m1"}, 100))
    spans = built(firm, rebuilder)
    assert each_segment(rebuilder.verify, WANTED, spans) == [lost]


def test_what_is_lost_after_it_was_looked_for_is_named(firm: Firm) -> None:
    filled(firm)
    rebuilder = firm.rebuilder()
    built(firm, rebuilder)
    month = f"{ACME}-messages-2026-02"
    lost = taken_away(firm, building(firm)[month], "text of m3")
    found = {each: rebuilder.compare(WANTED, each) for each in rebuilder.join(WANTED)}
    assert found.pop(month) == Compared(found_after(firm, month), missing=[lost])
    assert all(each.missing == each.strays == [] for each in found.values())


def found_after(firm: Firm, index: str) -> str:
    """The last place of an index."""
    body = {"size": 1, "sort": [{"place": "desc"}], "_source": False}
    return str(firm.search.engine.for_tenant(ACME).search(body, index=index)["hits"]["hits"][0]["sort"][0])


def test_what_no_segment_tells_of_is_named_and_left_out(firm: Firm) -> None:
    """One document that nobody knows where it comes from, and one that names a segment that does not tell of it."""
    filled(firm)
    index = f"{ACME}-messages-2026-03"
    (hit, *_) = firm.search.engine.for_tenant(ACME).search({"size": 1}, index=index)["hits"]["hits"]
    bare = {"message_id": "y", "place": "000y", "tenant_id": ACME, "content": "text of y"}
    for number, source in {"x": hit["_source"] | {"message_id": "x", "place": "000x"}, "y": bare}.items():
        firm.search.raw.index(index=index, id=number, body=source)
    firm.search.refresh()
    rebuilder = firm.rebuilder()
    built(firm, rebuilder)
    found = [rebuilder.compare(WANTED, month) for month in rebuilder.join(WANTED)]
    assert [(sorted(each.strays), each.missing) for each in found] == [([], []), (["x", "y"], [])]
    rebuilder.give_up(WANTED)
    rebuilder.end(WANTED)
    assert set(firm.search.engine.indexes(f"{ACME}-messages-*")) == {index, f"{ACME}-messages-2026-02"}
    assert len(firm.found()) == len(ALL) + 2
    firm.run(WANTED)
    settled(firm)


def test_the_old_index_is_looked_through_page_by_page(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quire.search.rebuilding.comparing._PAGE", 1)
    filled(firm)
    rebuilder = firm.rebuilder()
    built(firm, rebuilder)
    month, after = f"{ACME}-messages-2026-02", ""
    lost = [taken_away(firm, building(firm)[month], text) for text in ("text of m1", "text of m3")]
    missing: list[MessageId] = []
    for calls in range(1, 10):  # noqa: B007  how many it took
        found = rebuilder.compare(WANTED, month, after, lambda: False)
        missing, after = missing + found.missing, found.after
        if not found.more:
            break
    assert (calls, sorted(missing)) == (3, sorted(lost))


def test_what_was_erased_keeps_no_rebuild_from_ending(firm: Firm) -> None:
    """Its author's key was destroyed since it was indexed: it cannot be read, and is found no more."""
    capture(firm.aws, fact("m1", at="2026-02-27T10:00:00Z"), fact("m2", at="2026-02-27T11:00:00Z", user="U2"))
    firm.index()
    assert firm.found() == ["text of m1", "text of m2"]

    class Shredded(PlainFrames):
        def open(self, key_id: str, bound_to: bytes, sealed: bytes) -> bytes:
            lines = super().open(key_id, bound_to, sealed)
            if b"text of m2" in zstandard.decompress(lines):
                raise GoneError("the subject's key was destroyed")
            return lines

    firm.ciphers = lambda _: Shredded()
    found = firm.run(WANTED)
    assert [(each.erased, each.missing, each.strays) for each in found] == [(1, [], []), (0, [], [])]
    assert firm.found() == ["text of m1"]
