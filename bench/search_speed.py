"""Searching 10,000, 100,000 and 1,000,000 messages on OpenSearch itself, through the API's code.

A fixed mix of twenty shapes (:mod:`bench.search_shapes`). Beside it the very requests that the API made are sent with
opensearch-py alone, and SQLite's FTS5 is asked the same where it has the operator. Half an hour from nothing; an engine
that runs already (:mod:`bench.search_engine`) is used as it is, and what was filled before is not filled again.
"""

import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opensearchpy import OpenSearch

from bench import search_fts5
from bench.figure import Figure
from bench.search_api import SearchApi, straight
from bench.search_corpus import Corpus
from bench.search_engine import engine
from bench.search_fill import fill
from bench.search_growth import draw
from bench.search_shapes import SHAPES, Asked, Words
from quire.domain.ids import TenantId
from quire.search.mapping import read_alias

TENANTS = {10_000: TenantId("bench-10k"), 100_000: TenantId("bench-100k"), 1_000_000: TenantId("bench")}
ROUNDS = 12
MOST_RATIO, MOST_MS = 1.25, 1_000.0


@dataclass
class Times:
    """Milliseconds of every question: ``first`` by the API for the first time, then again by the API, straight, and by
    FTS5; ``comparable`` are those of the API that FTS5 was asked too."""

    first: list[float] = field(default_factory=list)
    api: list[float] = field(default_factory=list)
    direct: list[float] = field(default_factory=list)
    fts5: list[float] = field(default_factory=list)
    comparable: list[float] = field(default_factory=list)

    def add(self, more: "Times") -> None:
        """Those too."""
        self.first += more.first
        self.api += more.api
        self.direct += more.direct
        self.fts5 += more.fts5
        self.comparable += more.comparable


def figures() -> list[Figure]:
    """Percentiles at each size, and a plot of them."""
    measured: dict[int, Times] = {}
    with engine() as (url, place):
        for size, tenant in TENANTS.items():
            print(f"{size:,} messages", file=sys.stderr)
            measured[size] = measure(url, Corpus(tenant, size), place)
    lines = {
        "API, p95": [percentile(times.api, 95) for times in measured.values()],
        "API, p50": [percentile(times.api, 50) for times in measured.values()],
        "opensearch-py, p95": [percentile(times.direct, 95) for times in measured.values()],
        "SQLite FTS5, p95": [percentile(times.fts5, 95) for times in measured.values()],
    }
    draw(list(measured), lines)
    return [figure for size, times in measured.items() for figure in _figures(size, times)]


def measure(url: str, corpus: Corpus, place: Path) -> Times:
    """Fill what is missing, warm up, and ask every shape in turn."""
    client = OpenSearch([url], timeout=60)
    fill(url, corpus, _there(client, corpus))
    api, database = SearchApi(url, corpus.tenant), search_fts5.build(place / f"{corpus.size}.sqlite", corpus)
    words, times, by_shape = Words(corpus), Times(), {name: Times() for name in SHAPES}
    for turn in range(-2, ROUNDS):
        for name, shape in SHAPES.items():
            taken = _ask(api, client, database, shape(words), turn)
            if turn >= 0:
                times.add(taken)
                by_shape[name].add(taken)
    for name, taken in by_shape.items():
        print(_told(name, taken), file=sys.stderr)
    database.close()
    client.close()
    return times


def _ask(api: SearchApi, client: OpenSearch, database: sqlite3.Connection, asked: Asked, turn: int) -> Times:
    """One question: for the first time, then by the API and straight, whoever comes first in turns, then by FTS5."""
    event, times = api.event(asked), Times()
    api.wire.keep()
    times.first.append(_ms(lambda: api.answer(event)))
    requests = api.wire.let_be()
    ask: list[tuple[list[float], Callable[[], object]]] = [
        (times.api, lambda: api.answer(event)),
        (times.direct, lambda: straight(client, requests)),
    ]
    for taken, way in ask if turn % 2 else reversed(ask):
        taken.append(_ms(way))
    if asked.comparable:
        search_fts5.ask(database, asked)
        times.fts5.append(_ms(lambda: search_fts5.ask(database, asked)))
        times.comparable += times.api
    return times


def _ms(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def _figures(size: int, times: Times) -> list[Figure]:
    largest = size == max(TENANTS)
    name = f"search, {size:,} messages"
    made: list[Figure] = []
    for percent in (50, 95, 99):
        value, baseline = percentile(times.api, percent), percentile(times.direct, percent)
        target = MOST_RATIO if largest and percent == 95 else None
        straight_on = "the same requests by opensearch-py"
        ratio = value / baseline
        made.append(Figure(f"{name}, p{percent}", "ms", value, straight_on, baseline, ratio, target, at_least=False))
    for percent in (50, 95, 99):
        value, most = percentile(times.first, percent), MOST_MS if largest and percent == 95 else None
        again, named = percentile(times.api, percent), f"{name}, asked first, p{percent}"
        made.append(Figure(named, "ms", value, "asked again", again, value / again, most, "value", at_least=False))
    for percent in (50, 95):
        value, baseline = percentile(times.comparable, percent), percentile(times.fts5, percent)
        named = f"{name}, what FTS5 can, p{percent}"
        made.append(Figure(named, "ms", value, "SQLite FTS5", baseline, value / baseline))
    return made


def percentile(values: Sequence[float], percent: int) -> float:
    """Interpolated, the ends included."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _told(name: str, times: Times) -> str:
    """A line about a shape: medians."""
    beside = f"{statistics.median(times.fts5):9.1f} ms by FTS5" if times.fts5 else ""
    api, direct = statistics.median(times.api), statistics.median(times.direct)
    return f"  {name:<24} {api:9.1f} ms {direct:9.1f} ms straight {api / direct:6.2f} {beside}"


def _there(client: OpenSearch, corpus: Corpus) -> int:
    """How many messages were filled in before: all, or none that count."""
    return int(client.count(index=f"{read_alias(corpus.tenant)}*", params={"allow_no_indices": "true"})["count"])
