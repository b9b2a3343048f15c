"""Facts per second and core that each connector reads, beside parsing and dumping the same bytes with orjson.

The deliveries are the samples of ``events/<platform>``, each as it would lie on the stream; what is timed is the
connector's ``normalise`` alone. A fact is an event other than ``unrecognised``. The baseline parses each body and dumps
it with sorted keys: the least that canonical bytes of it could cost.
"""

from collections.abc import Callable
from time import process_time

import orjson

from bench.figure import Figure, paired
from bench.workload import EVENTS, delivery, is_json
from quire.connectors.registry import CONNECTORS
from quire.domain.delivery import Delivery

ROUNDS = 7
_SECONDS = 0.2
"""Processor time a measurement should take at least."""


def figures() -> list[Figure]:
    """One figure a platform."""
    return [_figure(platform) for platform in CONNECTORS]


def _figure(platform: str) -> Figure:
    deliveries = samples(platform)
    facts = sum(one.event.kind != "unrecognised" for each in deliveries for one in CONNECTORS[platform].normalise(each))
    times = max(1, round(_SECONDS / _seconds(lambda: _normalise(platform, deliveries))))
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):
        bare.append(facts * times / _seconds(lambda: _bare(deliveries, times)))
        ours.append(facts * times / _seconds(lambda: _normalise(platform, deliveries, times)))
    value, baseline, ratio = paired(ours, bare)
    return Figure(
        name=f"normalise, {platform}",
        unit="messages/s/core",
        value=value,
        baseline="orjson, the same bytes parsed and dumped",
        baseline_value=baseline,
        ratio=ratio,
    )


def samples(platform: str) -> list[Delivery]:
    """The platform's sample deliveries, but those that bare orjson cannot read."""
    bodies = [path.read_bytes() for path in sorted((EVENTS / platform).glob("*.json"))]
    return [delivery(platform, body) for body in bodies if is_json(body)]


def _normalise(platform: str, deliveries: list[Delivery], times: int = 1) -> None:
    normalise = CONNECTORS[platform].normalise
    for _ in range(times):
        for each in deliveries:
            normalise(each)


def _bare(deliveries: list[Delivery], times: int) -> None:
    for _ in range(times):
        for each in deliveries:
            orjson.dumps(orjson.loads(each.body), option=orjson.OPT_SORT_KEYS)


def _seconds(run: Callable[[], None]) -> float:
    """Processor time."""
    start = process_time()
    run()
    return process_time() - start
