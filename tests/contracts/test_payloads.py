"""Public payload samples of Slack and Teams, kept beside this checkout: all are read, none is lost, few are unknown."""

from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from quire.domain.events import MessageCreated, Unrecognised
from tests.unit.connectors.reading import ROOT, assert_storable, observed, read

PAYLOADS = ROOT.parent / "shared" / "payloads"

NOT_ABOUT_MESSAGES: Mapping[str, Mapping[str, str]] = {
    "slack": {
        "bolt-python__envelope_team_access_revoked": "workspaces withdrew the app's access",
        "bolt-python__envelope_tokens_revoked": "tokens were revoked",
        "java-sdk__channel_history_changed": "a bulk change of history that does not say what changed",
        "java-sdk__file_deleted": "the id of a file, no message",
        "java-sdk__file_shared": "the id of a file; the message that shares it tells more",
        "slack-docs__conversations.replies__error": "an error in place of an answer",
        "slack-docs__emoji_changed": "the workspace's emoji",
        "slack-docs__file_shared": "the id of a file; the message that shares it tells more",
        "slack-go__file_shared": "the id of a file; the message that shares it tells more",
    },
    "teams": {
        "graph__429_body": "an error in place of an answer",
        "graph__changeNotification_example": "a notification without the content",
        "graph__encryptedContent_example": "encrypted content alone, without keys and without its notification",
        "graph__hostedcontent": "the description of an inline file, no message",
        "graph__lifecycle_missed": "about the subscription",
        "graph__lifecycle_subscriptionRemoved": "about the subscription",
        "graph__membership_notification_encrypted": "placeholders in place of encrypted content",
        "graph__notification_basic": "a notification without the content",
        "graph__notification_outlook_batch": "a notification about mail, without the content",
        "graph__policyViolation_patch": "a request's body: a verdict that names no message",
    },
}
"""Samples that are ``unrecognised``, each with its reason; all others are facts."""

pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the public payload samples are not beside this checkout")


def files(platform: str) -> list[Path]:
    return sorted((PAYLOADS / platform).glob("*.json"))


CASES = [
    pytest.param(platform, path, id=f"{platform}-{path.stem}")
    for platform in ("slack", "teams")
    for path in files(platform)
]


@pytest.mark.parametrize(("platform", "path"), CASES)
def test_a_sample_is_read(platform: str, path: Path) -> None:
    body = path.read_bytes()
    found = observed(platform, body)
    assert found
    for observation in found:
        assert observation.raw in body
        assert_storable(observation.event)
        if isinstance(observation.event.body, Unrecognised):
            assert not observation.event.body.reason.startswith("connector fault")
    unknown = {o.event.kind == "unrecognised" for o in found}
    assert unknown == {path.stem in NOT_ABOUT_MESSAGES[platform]}


@pytest.mark.parametrize(("platform", "path"), CASES)
def test_no_element_of_a_sample_is_lost(platform: str, path: Path) -> None:
    value = orjson.loads(path.read_bytes())
    if isinstance(value, dict):
        value = value.get("value" if platform == "teams" else "messages")
    elements = len(value) if isinstance(value, list) else 1
    assert len({observation.raw for observation in observed(platform, path.read_bytes())}) == elements


@pytest.mark.parametrize(("platform", "path"), CASES)
def test_a_sample_sent_again_gives_the_same_events(platform: str, path: Path) -> None:
    body = path.read_bytes()
    assert read(platform, body) == read(platform, body)


@pytest.mark.parametrize(("platform", "path"), CASES)
def test_every_message_has_a_sender_a_conversation_and_something_to_show(platform: str, path: Path) -> None:
    for event in read(platform, path.read_bytes()):
        if isinstance(event.body, MessageCreated):
            assert event.body.sender.id
            assert event.body.channel.id
            assert event.body.content.text or event.body.content.attachments
            assert event.occurred_at < "2026-03-09"


@pytest.mark.parametrize("platform", NOT_ABOUT_MESSAGES)
def test_no_reason_is_left_over(platform: str) -> None:
    assert set(NOT_ABOUT_MESSAGES[platform]) <= {path.stem for path in files(platform)}
