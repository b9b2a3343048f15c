"""Every sample delivery is read as ``<platform>.expected.json`` says; a person judged those lines."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from quire.domain.errors import MalformedError
from tests.unit.connectors.digest import digest
from tests.unit.connectors.reading import observed, read, sample, samples

CONTEXT: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "slack": ("", {"channel": "C07DEALS01"}),
    "teams": ("7d1c0a52-3c5e-4b1f-9a55-2f6f0d0c7a01", {}),
}
"""What the connection and the poller know of each platform's samples."""
EXPECTED = {
    platform: json.loads((Path(__file__).parent / f"{platform}.expected.json").read_text(encoding="utf-8"))
    for platform in CONTEXT
}
CASES = [(platform, name) for platform in CONTEXT for name in samples(platform)]


@pytest.mark.parametrize(("platform", "name"), CASES)
def test_a_sample_says_what_it_should(platform: str, name: str) -> None:
    workspace, context = CONTEXT[platform]
    events = read(platform, sample(platform, name), workspace, context)
    assert [digest(event) for event in events] == EXPECTED[platform][name]


@pytest.mark.parametrize("platform", CONTEXT)
def test_no_expectation_is_left_over(platform: str) -> None:
    assert set(EXPECTED[platform]) == set(samples(platform))


@pytest.mark.parametrize(("platform", "name"), CASES)
def test_raw_is_the_element_as_delivered(platform: str, name: str) -> None:
    body = sample(platform, name)
    for observation in observed(platform, body):
        assert observation.raw in body
        assert observation.raw == body or json.loads(observation.raw) in _elements(json.loads(body))


def _elements(value: object) -> list[object]:
    if isinstance(value, dict):
        value = next((value[key] for key in ("value", "messages", "members", "channels") if key in value), None)
    if not isinstance(value, list):
        raise MalformedError("no elements")
    return value
