"""Writing while the engine is not ready: an index so new that its shards do not answer yet."""

from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

import pytest

from quire.domain.errors import UnavailableError
from quire.domain.ids import MessageId, TenantId
from quire.search.documents import Document, Known
from quire.search.engine import Engine
from quire.search.engine_errors import TooLargeError
from quire.search.generations import Generation
from quire.search.writes import Refused, Write, Writes

ACME, MESSAGE = TenantId("acme"), MessageId("m1")
MARCH = "acme-messages-2026-03"
GENERATION = Generation(ACME, "acme-messages", {MARCH: MARCH})


class Waking:
    """An engine that answers searches only after ``refusals`` of them."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.written = 0

    def for_tenant(self, _tenant: TenantId) -> Self:
        return self

    def search(self, _body: Mapping[str, Any], *, index: str) -> dict[str, Any]:
        assert index == GENERATION.alias
        if self.refusals:
            self.refusals -= 1
            raise UnavailableError("search: the search engine answered 503")
        return {"hits": {"hits": []}}

    def bulk(self, _lines: bytes) -> list[dict[str, Any]]:
        self.written += 1
        return [{"status": 201}]


def _write(_: Sequence[Known]) -> Write:
    return Write(MARCH, MESSAGE, 1, cast("Document", {"content": "hello"}))


def test_a_new_index_is_waited_for() -> None:
    engine = Waking(refusals=3)
    counts = Writes(cast("Engine", engine), pause=0).put_onto(GENERATION, {MESSAGE: []}, _write).counts
    assert (counts.written, engine.written) == (1, 1)


def test_one_that_never_answers_is_given_back() -> None:
    engine = Waking(refusals=1_000)
    with pytest.raises(UnavailableError):
        Writes(cast("Engine", engine), pause=0).put_onto(GENERATION, {MESSAGE: []}, _write)
    assert engine.written == 0


class Narrow:
    """An engine that takes few bytes at once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def bulk(self, lines: bytes) -> list[dict[str, Any]]:
        if len(lines) > 1_000:
            raise TooLargeError("bulk: too large for the search engine")
        actions = lines.count(b'{"index"')
        self.sizes.append(actions)
        return [{"status": 201}] * actions


def test_what_is_too_large_at_once_is_sent_by_halves_and_alone_refused() -> None:
    engine = Narrow()
    texts = ["hello", "x" * 2_000, *["hello"] * 14]
    writes = [
        Write(MARCH, MessageId(f"m{number}"), 1, cast("Document", {"content": text}))
        for number, text in enumerate(texts)
    ]
    counts = Writes(cast("Engine", engine), pause=0).put_folded(writes)
    assert (counts.written, sum(engine.sizes)) == (15, 15)
    assert counts.refused == [Refused(MessageId("m1"), 413, "request_too_large")]
    assert len(engine.sizes) < 8
