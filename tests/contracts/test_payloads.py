"""Public payload samples of every platform, kept beside this checkout: all are read, none is lost, few are unknown."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
import pytest

from quire.archive.ciphers import PlainFrames
from quire.archive.journal_segments import JournalSegments
from quire.connectors.registry import CONNECTORS
from quire.domain.events import MessageCreated, Unrecognised
from quire.domain.ids import TenantId
from tests.archiving import archiver, check, drain, rows_of
from tests.moto_aws import NOW, Stack, stack
from tests.pretend import stream
from tests.unit.connectors.reading import RECEIVED_AT, ROOT, assert_storable, delivered, observed, only, read

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
    "whatsapp": {
        "pywa__account_update__account_deleted": "about the business account",
        "pywa__account_update__account_reconnected": "about the business account",
        "pywa__account_update__authentication_international_eligibility": "about the business account",
        "pywa__account_update__mm_api_for_wa_terms_of_service": "about the business account",
        "pywa__account_update__partner_added": "about the business account",
        "pywa__account_update__partner_app_installed": "about the business account",
        "pywa__account_update__partner_app_uninstalled": "about the business account",
        "pywa__account_update__partner_removed": "about the business account",
        "pywa__message_status__delivered": "a receipt, for a message whose text is elsewhere",
        "pywa__message_status__group": "a receipt, for a message whose text is elsewhere",
        "pywa__message_status__played": "a receipt, for a message whose text is elsewhere",
        "pywa__message_status__read": "a receipt, for a message whose text is elsewhere",
        "pywa__message_status__with_tracker": "a receipt, for a message whose text is elsewhere",
        "pywa__template_status_update__approved": "about a template",
        "pywa__template_status_update__rejected": "about a template",
        "pywa__user_marketing_preferences__resume": "a choice about marketing",
        "wba-java__phoneNumberNameUpdate": "about the business's number",
        "wba-java__qualityUpdate": "about the business's number",
        "wba-java__reEngagementMessageError": "a receipt, for a message that was not sent",
        "wba-java__templateSchedulingForDisabling": "about a template",
        "wba-java__textMessageStatusDelivered": "a receipt, for a message whose text is elsewhere",
        "wba-java__textMessageStatusSent": "a receipt, for a message whose text is elsewhere",
    },
    "telegram": {
        "nutgram__callback_query_inaccessible_message": "a button was pressed",
        "nutgram__chat_join_request": "somebody asks to come in",
        "nutgram__message_reaction_count": "how many reacted, not who",
        "nutgram__poll": "counts of a poll, without its message",
        "nutgram__poll_answer": "a vote, without its message",
        "nutgram__response_too_many_requests": "an error in place of an answer",
        "nutgram__response_user_deactivated": "an error in place of an answer",
        "nutgram__subscription": "about a subscription to the bot",
        "teloxide__maybe_inaccessible_message_L66": "a message the bot cannot see",
        "teloxide__message_id_L54": "the id of a message, of no chat",
        "teloxide__message_reaction_count_updated_L47": "how many reacted, not who",
    },
    "discord": {
        "disgord__gateway_TYPING_START": "somebody types",
        "docs__429_global": "an error in place of an answer",
        "docs__429_shared": "an error in place of an answer",
        "docs__search_index_not_ready_202": "an error in place of an answer",
        "docs__webhook_event_2": "about what somebody bought",
        "docs__webhook_event_3": "about what somebody bought",
        "hikari__ev_message_reaction_add_event_in_dm_when_partial_custom": "cut out of its frame: set or taken back?",
        "hikari__ev_thread_list_sync_event_when_not_channel_ids": "a list of no threads",
    },
}
"""Samples that are ``unrecognised``, each with its reason; all others are facts."""

pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the public payload samples are not beside this checkout")

UNTIMED = frozenset({"teloxide__message_L2666"})
"""Samples whose message bears no time, so that ours stands for it."""


def files(platform: str) -> list[Path]:
    return sorted((PAYLOADS / platform).glob("*.json"))


CASES = [
    pytest.param(platform, path, id=f"{platform}-{path.stem}")
    for platform in NOT_ABOUT_MESSAGES
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
        value = value.get({"slack": "messages", "teams": "value", "telegram": "result"}.get(platform, ""))
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
            assert event.occurred_at != RECEIVED_AT or path.stem in UNTIMED


@pytest.mark.parametrize("platform", NOT_ABOUT_MESSAGES)
def test_no_reason_is_left_over(platform: str) -> None:
    assert set(NOT_ABOUT_MESSAGES[platform]) <= {path.stem for path in files(platform)}


@pytest.mark.parametrize("path", files("other"), ids=lambda path: path.stem)
def test_shapes_of_platforms_without_a_connector_are_kept_whole(path: Path) -> None:
    """Symphony and Mattermost: whoever pushes them must first put them into the published shape."""
    (observation,) = observed("generic", path.read_bytes())
    assert observation.raw == path.read_bytes()
    assert only([observation.event]).kind == "unrecognised"


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


@pytest.mark.parametrize("folder", [*NOT_ABOUT_MESSAGES, "other"])
def test_all_samples_of_a_platform_are_archived(aws: Stack, folder: str) -> None:
    """From records of the stream to sealed segments: none is set aside, each event has its row, each raw its frame.

    Each comes from a workspace of its own, because many samples reuse the ids of others.
    """
    connectors = {name: known.normalise for name, known in CONNECTORS.items()}
    platform = "generic" if folder == "other" else folder
    deliveries = [delivered(platform, path.read_bytes(), path.stem) for path in files(folder)]
    assert deliveries
    records = stream([delivery.record() for delivery in deliveries], NOW)
    outcomes = drain(aws, records, archiver(aws, connectors=connectors))
    assert not [reason for outcome in outcomes for reason in outcome.quarantined]
    expected = [observation for delivery in deliveries for observation in connectors[platform](delivery)]
    assert {row.event_id for row in rows_of(aws, "meridian")} == {one.event.event_id for one in expected}
    assert stored(aws) == {one.raw for one in expected}
    check(aws, "meridian")


def stored(aws: Stack) -> set[bytes]:
    """The raw of every event in the journal."""
    segments = JournalSegments(aws.journal, aws.rows, aws.notices, PlainFrames(), 90)
    found = set[bytes]()
    for listed in aws.journal.segments(TenantId("meridian")):
        reader = segments.reader(listed.key, listed.version_id)
        found |= {one.raw for number in range(len(reader.footer.frames)) for one in reader.frame(number)}
    return found
