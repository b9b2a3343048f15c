"""What is made of the manifests is what is checked in, and what they say is complete."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from quire.connectors.pages import every, page
from quire.connectors.registry import CONNECTORS, PLATFORMS

PAGES = Path(__file__).parents[3] / "docs" / "connectors"
DOCS = PAGES.parent


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_page_in_the_docs_is_the_manifests(platform: str) -> None:
    written = (PAGES / f"{platform}.md").read_text("utf-8")
    assert written == page(CONNECTORS[platform]), "run: python -m quire.connectors.pages docs/connectors"


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("part", ["configuration", "secrets"])
def test_every_field_can_stand_in_a_form(platform: str, part: str) -> None:
    schema: dict[str, Any] = getattr(CONNECTORS[platform].manifest, part)
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert set(schema.get("required", ())) <= set(properties)
    for name, each in properties.items():
        assert each["title"], name
        assert each["description"].endswith("."), name
        assert bool(each.get("writeOnly")) is (part == "secrets"), name
    assert sorted(each["order"] for each in properties.values()) == list(range(1, len(properties) + 1))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_manifest_says_all(platform: str) -> None:
    connector = CONNECTORS[platform]
    told = connector.manifest
    assert told.title
    assert told.summary.endswith(".")
    assert told.setup
    assert told.docs.startswith("https://")
    assert not told.guide or (DOCS / told.guide).is_file()
    assert all("{}" in limit.words and "{}" not in limit.text() for limit in told.limits.values())
    assert set(told.tasks) == set(connector.tasks), "each task in words, in manifest.py"
    if connector.grant or connector.tasks:
        assert connector.reach is not None
    if connector.grant:
        assert told.grant != "none"


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (timedelta(seconds=1), "every second"),
        (timedelta(seconds=90), "every 90 seconds"),
        (timedelta(minutes=15), "every 15 minutes"),
        (timedelta(hours=1), "every hour"),
        (timedelta(days=2), "every 2 days"),
    ],
)
def test_an_interval_is_said_in_words(interval: timedelta, words: str) -> None:
    assert every(interval) == words
