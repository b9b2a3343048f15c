"""Whatever becomes of a delivery on its way, its connector gives events for it, and the same ones each time."""

import copy
import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quire.connectors.json_text import read_json
from quire.connectors.registry import CONNECTORS, connector
from quire.domain.events import KINDS
from tests.unit.connectors.reading import assert_storable, delivered, sample, samples

PLATFORMS = sorted(platform for platform in CONNECTORS if samples(platform))
SAMPLES = {platform: [read_json(sample(platform, name)) for name in samples(platform)] for platform in PLATFORMS}

scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


def check(platform: str, body: bytes) -> None:
    """At least one storable event; the same ids when it is delivered again, later."""
    delivery = delivered(platform, body)
    found = connector(platform).normalise(delivery)
    assert found
    for observation in found:
        assert observation.event.kind in KINDS
        assert not getattr(observation.event.body, "reason", "").startswith("connector fault")
        assert_storable(observation.event)
    later = delivery.header.model_copy(update={"received_at": "2027-01-01T00:00:00Z", "headers": {"retry": "1"}})
    again = connector(platform).normalise(delivery.model_copy(update={"header": later}))
    assert [each.event.event_id for each in again] == [each.event.event_id for each in found]


@st.composite
def mutated(draw: st.DrawFn, platform: str) -> Any:
    """A sample in which one to three values are gone, or are something else."""
    value = copy.deepcopy(draw(st.sampled_from(SAMPLES[platform])))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(value))
        if not places:
            return draw(values)
        holder, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            holder[key] = draw(values)
        else:
            del holder[key]
    return value


def _places(value: Any) -> Any:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def dumped(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # a number beyond 64 bits, or half of a surrogate pair
        return json.dumps(value, allow_nan=False).encode() if _finite(value) else b"{}"


def _finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_finite(item) for item in value.values())
    if isinstance(value, list):
        return all(_finite(item) for item in value)
    return not isinstance(value, float) or value - value == 0


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutated_samples_are_read(platform: str, data: st.DataObject) -> None:
    check(platform, dumped(data.draw(mutated(platform))))


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=60) | values.map(dumped))
def test_any_bytes_are_kept(platform: str, body: bytes) -> None:
    check(platform, body)


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_deliveries_cut_short_are_kept(platform: str, data: st.DataObject) -> None:
    body = dumped(data.draw(st.sampled_from(SAMPLES[platform])))
    check(platform, body[: data.draw(st.integers(0, len(body)))])
