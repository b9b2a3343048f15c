"""The demo week's files: every one arrives byte for byte and is found by its words; one that is gone is shown to be."""

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from infra.local.demo import papers
from infra.local.demo.script import File, Line
from infra.local.demo.story import read_week
from infra.local.demo.worlds import worlds
from tests.local.running import Running, eventually

pytestmark = [pytest.mark.local, pytest.mark.timeout(300)]

WEEK = read_week()
PLATFORMS = ("slack", "teams", "whatsapp", "telegram", "discord", "generic")
GONE = {
    "slack": {"deleted_at_source"},
    "teams": {"deleted_at_source"},
    "whatsapp": {"deleted_at_source", "expired"},
    "telegram": {"platform_error"},  # which does not tell why it hands a file out no more
    "discord": {"deleted_at_source"},
    "generic": {"deleted_at_source"},
}
"""How a platform's file that was taken away is spoken of."""


def sent_on(platform: str) -> Iterator[tuple[Line, File]]:
    for line in WEEK.story.lines:
        if WEEK.firm.places[line.place].on == platform:
            yield from ((line, file) for file in line.files)


class Held:
    """What the archive says of the files of one platform."""

    def __init__(self, stack: Running, platform: str) -> None:
        self._stack, self._platform = stack, platform
        self._world = worlds(WEEK)[platform]

    def attachment(self, api: httpx.Client, line: Line, file: File) -> dict[str, Any]:
        """The attachment, once it is known how its bytes fared."""
        message = eventually(lambda: self._message(line), f"{file.name}'s message to be searchable")

        def settled() -> dict[str, Any]:
            answer = api.get(f"/v1/messages/{message}")
            assert answer.status_code == 200, answer.text
            # Some platforms give a file no name of its own: a message of the week holds at most one such.
            files = [each for each in answer.json()["attachments"] if each["kind"] in {"file", "image", "unavailable"}]
            named = [each for each in files if each.get("name") == file.name] or files
            return next((each for each in named if each["captureStatus"] != "referenced"), {})

        return eventually(settled, f"{file.name} of {self._platform} to be fetched, or given up", 120)

    def _message(self, line: Line) -> str | None:
        wanted = (self._platform, self._world.place_id(line), self._world.native(line))
        for item in self._stack.documents("meridian"):
            if (item["platform"], item["channel_platform_id"], item["platform_id"]) == wanted:
                return str(item["message_id"])
        return None


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_file_arrives_byte_for_byte(stack: Running, platform: str) -> None:
    held, done = Held(stack, platform), 0
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        for line, file in sent_on(platform):
            if file.gone:
                continue
            content = papers.content(file)
            found = held.attachment(api, line, file)
            assert found["captureStatus"] == "captured", (file.name, found.get("reason"))
            assert (found["sha256"], found["size"]) == (hashlib.sha256(content).hexdigest(), len(content)), file.name
            link = api.get(found["contentUrl"])
            assert link.status_code == 200, link.text
            url = link.json()["url"]
            assert parse_qs(urlsplit(url).query)["response-content-disposition"][0].startswith("attachment"), url
            fetched = httpx.get(url, verify=stack.tls, timeout=30)
            assert fetched.content == content, file.name
            done += 1
    assert done


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_file_is_found_by_what_stands_in_it(stack: Running, platform: str) -> None:
    held = Held(stack, platform)
    line, file = next((line, file) for line, file in sent_on(platform) if file.text and not file.gone)
    words = file.text.splitlines()[1].split("|")[0].strip().rstrip(".")
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        assert held.attachment(api, line, file)["textStatus"] == "complete"
        native = worlds(WEEK)[platform].native(line)

        def hits() -> list[str]:
            return [hit["platformId"] for hit in stack.search(api, f'"{words}"')["hits"]]

        eventually(lambda: native in hits(), f"{words!r} to find {file.name}")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_file_that_was_taken_away_is_shown_as_such(stack: Running, platform: str) -> None:
    held = Held(stack, platform)
    line, file = next((line, file) for line, file in sent_on(platform) if file.gone)
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        found = held.attachment(api, line, file)
    assert found["captureStatus"] == "failed"
    assert found["reason"] in GONE[platform]
    assert "contentUrl" not in found
