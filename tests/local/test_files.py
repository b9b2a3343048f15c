"""The demo week's files: every one arrives byte for byte and is found by its words; one that is gone is shown to be."""

import hashlib
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from infra.local.demo import papers
from infra.local.demo.script import File, Line
from infra.local.demo.story import read_week
from infra.local.demo.worlds import worlds
from infra.local.senders import generic
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
            if "thumbnailUrl" in found:
                picture = httpx.get(api.get(found["thumbnailUrl"]).json()["url"], verify=stack.tls, timeout=30)
                assert (picture.headers["Content-Type"], picture.content[:4]) == ("image/webp", b"RIFF"), file.name
            done += 1
    assert done


def test_what_is_stored_is_no_file_that_anybody_sent(stack: Running) -> None:
    """Whoever reads the bucket, with every right there is, holds what only the senders' keys open."""
    held = Held(stack, "slack")
    line, file = next((line, file) for line, file in sent_on("slack") if not file.gone)
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        assert held.attachment(api, line, file)["captureStatus"] == "captured"
    sent = {papers.content(file) for platform in PLATFORMS for _, file in sent_on(platform)}
    s3, bucket, seen = stack.deployment.client("s3"), stack.document["buckets"]["archive"], 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="t/meridian/blobs/"):
        for entry in page.get("Contents", ()):
            stored = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            assert stored.startswith(b"QRB1"), entry["Key"]
            assert not [content for content in sent if content[:64] in stored], entry["Key"]
            seen += 1
    assert seen


def test_a_large_file_is_prepared_and_then_handed_over(stack: Running) -> None:
    """By the function of its own, with credentials of this tenant and no other."""
    size, name = 17 * 1024 * 1024 + time.time_ns() % 1_000_000, f"large-{time.time_ns()}"  # another file every time
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    files = stack.simulated("files")["files"]
    stack.change("files", {"files": files | {f"files.partner.example/{name}": {"size": size}}})
    address = f"https://files.partner.example/{name}"
    attachment = {"id": name, "name": f"{name}.bin", "contentType": "application/octet-stream", "url": address}
    message = {
        **{"kind": "message.created", "id": name, "at": "2026-03-02T09:00:00Z", "text": name},
        **{"channel": {"id": "c"}, "sender": {"id": "s"}, "attachments": [attachment]},
    }
    sender = stack.senders.generic
    assert sender is not None
    assert stack.send(sender.request(generic.encode([message]), time.time())).is_success
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        (hit,) = eventually(lambda: stack.search(api, f'"{name}"')["hits"], f"{name} to be found")

        def kept() -> Any:
            (found,) = api.get(f"/v1/messages/{hit['messageId']}").json()["attachments"]
            return found if found["captureStatus"] == "captured" else None

        found = eventually(kept, f"{name} to be fetched", 120)
        assert found["sha256"] == hashlib.sha256(content).hexdigest()
        first = api.get(found["contentUrl"])
        assert (first.status_code, first.json()["status"]) == (202, "preparing")
        assert int(first.headers["Retry-After"]) == first.json()["retryAfter"]
        url = eventually(lambda: api.get(found["contentUrl"]).json().get("url"), f"{name} to be prepared", 120)
        assert httpx.get(url, verify=stack.tls, timeout=60).content == content


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
