"""Messages of WhatsApp, as a compliance officer reads them."""

from typing import Any

import pytest

from quire.domain.events import AttachmentRef
from tests.unit.connectors.reading import kinds, observed, only, read, sample, states

MEI, TOMAS, OURS = "SG.20815577104937265", "PT.66120934875512907", "106655443322110"


def of(name: str) -> Any:
    """The one event of a sample."""
    return only(read("whatsapp", sample("whatsapp", name)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("message.text", "Can we move the repo trade to Thursday? 👍"),
        ("message.escaped", "Grüße aus Zürich 🏦"),
        ("message.image", "The signed term sheet"),
        ("message.video", "Office tour"),
        ("message.sticker", ""),
        ("message.location", "Location: Marina Bay\n10 Bayfront Ave, Singapore\n1.2834, 103.8607"),
        (
            "message.contacts",
            "Contact: Anna Kowalska, Meridian, Broker, +48 22 123 45 67, anna@meridian.example, Prosta 1 Warszawa",
        ),
        ("message.order", "By Friday please\nOrder: 2 x GOLD-1OZ at 2149.5 USD"),
        ("message.button", "Yes, confirm"),
        ("message.list_reply", "10:00\nTuesday, with Anna"),
        ("message.form", 'Sent\n{"amount":"5000"}'),
        ("message.calls_allowed", "Calls allowed"),
        ("message.group", "Hello everybody"),
    ],
)
def test_words_can_be_read(name: str, text: str) -> None:
    event = of(name)
    assert event.kind == "message.created"
    assert event.body.content.text == text
    assert event.body.sender.id == MEI
    assert event.body.sender.name == "Mei Tan"
    assert event.body.system is None


def test_time_is_the_platforms_in_whole_seconds() -> None:
    assert of("message.text").occurred_at == "2026-03-02T09:10:00Z"


def test_conversation_is_of_one_number_with_one_customer() -> None:
    event = of("message.text")
    assert event.workspace_id == "118200445566778"
    assert event.body.channel.model_dump(exclude_none=True) == {
        "id": f"{OURS}:{MEI}",
        "name": "Mei Tan (+6591234567)",
        "type": "direct",
        "external": True,
    }
    assert of("echo.text").body.channel == event.body.channel


def test_customer_without_a_number_is_known_by_user_id() -> None:
    event = of("message.username_only")
    assert event.body.sender.id == TOMAS
    assert event.body.channel.name == "Tomás Ferreira"


def test_group_is_its_own_conversation() -> None:
    channel = of("message.group").body.channel
    assert (channel.id, channel.type) == ("Z3JvdXAtMQ", "group")


def test_reply_names_what_it_answers() -> None:
    reply, answered = of("message.reply"), of("echo.text")
    assert reply.body.native.parent == "wamid.E1"
    assert reply.parent_message_id == answered.message_id


def test_media_are_referred_to_with_the_hash_the_platform_states() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert of("message.image").body.content.attachments == (
        AttachmentRef(
            id="901122334455667",
            kind="image",
            name="image",
            content_type="image/jpeg",
            url="https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=901122334455667",
            sha256=empty,
        ),
    )
    document, forwarded = of("message.document").body.content.attachments
    assert (document.name, document.sha256) == ("price-list.pdf", empty)
    assert (forwarded.kind, forwarded.name) == ("quote", "forwarded many times")
    (voice,) = of("message.voice").body.content.attachments
    assert (voice.kind, voice.name, voice.sha256) == ("file", "voice message", None)


def test_what_a_customer_came_from_is_kept() -> None:
    (advertisement,) = of("message.advertisement").body.content.attachments
    assert (advertisement.kind, advertisement.name, advertisement.text) == (
        "link",
        "Fixed deposits",
        "4.1 % for a year",
    )
    (product,) = of("message.product").body.content.attachments
    assert (product.kind, product.name) == ("card", "GOLD-1OZ")


def test_echo_is_by_the_business() -> None:
    sender = of("echo.text").body.sender
    assert (sender.id, sender.name) == (OURS, "+442071838750")


def test_edit_and_deletion_are_about_the_original() -> None:
    events = [of(name) for name in ("message.text", "message.edit", "message.revoke")]
    (state,) = states(events)
    assert [version.content.text for version in state.versions] == [
        "Can we move the repo trade to Thursday? 👍",
        "Can we move the repo trade to Friday?",
    ]
    assert state.deleted_at == "2026-03-02T09:12:10Z"
    assert state.deleted_by is not None
    assert state.deleted_by.id == MEI
    assert state.parent_message_id is None


def test_echoes_are_edited_and_deleted_too() -> None:
    (state,) = states(of(name) for name in ("echo.revoke", "echo.edit", "echo.text"))
    assert state.sender is not None
    assert state.sender.id == OURS
    assert [version.content.text for version in state.versions] == [
        "We could do Thursday at ten.",
        "We could do Thursday at eleven.",
    ]
    assert state.deleted_at is not None


def test_same_message_whatever_its_customer_is_called() -> None:
    """An edit that names the customer by number only is about the message that named a user id."""
    body = sample("whatsapp", "message.edit")
    nameless = body.replace(f'"user_id": "{MEI}"'.encode(), b'"user_id": ""')
    nameless = nameless.replace(f'"from_user_id": "{MEI}"'.encode(), b'"from_user_id": ""')
    edit: Any = only(read("whatsapp", nameless))
    assert edit.body.sender.id == "6591234567"
    assert edit.message_id == of("message.text").message_id


def test_one_reaction_a_person() -> None:
    names = ["echo.text", "message.reaction", "message.reaction_replaced"]
    (state,) = states(of(name) for name in names)
    assert {(r.emoji, r.removed_at) for r in state.reactions} == {("👍", "2026-03-02T09:11:52Z"), ("❤️", None)}
    (state,) = states(of(name) for name in [*names, "message.reaction_removed"])
    assert all(reaction.removed_at for reaction in state.reactions)


def test_removal_without_an_emoji_is_a_removal() -> None:
    event = of("message.reaction_removed_without_emoji")
    assert (event.kind, event.body.emoji, event.body.actor.id) == ("reaction.removed", "", TOMAS)


def test_what_is_not_handed_over_may_be_a_deletion() -> None:
    event = of("message.unsupported")
    assert event.body.system == "unsupported"
    assert event.body.content.text == (
        "WhatsApp does not hand over this message (error 131051, Message type is currently not supported). "
        "It may be the deletion of a message."
    )
    assert "deletion" not in of("message.unsupported_poll").body.content.text


def test_notice_with_a_messages_id_does_not_stand_in_its_way() -> None:
    notice, message = of("message.unsupported"), of("message.reply")
    assert notice.message_id == message.message_id
    assert notice.event_id != message.event_id
    (state,) = states([notice, message])
    assert state.versions[0].content.text == "Thursday works."
    assert "may be the deletion" in state.versions[-1].content.text


def test_new_type_is_shown_and_counted() -> None:
    events: Any = read("whatsapp", sample("whatsapp", "message.new_type"))
    assert kinds(events) == ["message.created", "unrecognised message/poll"]
    assert events[0].body.content.text == "Lunch?\nYes\nNo"


def test_several_messages_keep_their_own_bytes() -> None:
    body = sample("whatsapp", "messages.several")
    first, second = observed("whatsapp", body)
    assert first.raw in body
    assert b"Second" not in first.raw
    assert b"First" not in second.raw
    assert first.event.subject_id != second.event.subject_id


def test_one_message_keeps_its_whole_delivery() -> None:
    body = sample("whatsapp", "message.text")
    assert [observation.raw for observation in observed("whatsapp", body)] == [body]


def test_history_is_of_both_sides() -> None:
    events: Any = read("whatsapp", sample("whatsapp", "history"))
    assert [(e.body.sender.id, e.body.content.text) for e in events] == [
        ("6591234567", "Are you there?"),
        (OURS, "Yes, good morning."),
        ("6591234567", "(media that WhatsApp has not handed over)"),
        ("351912345678", "Olá"),
    ]
    assert len({event.channel_id for event in events}) == 2


@pytest.mark.parametrize("late", [False, True])
def test_media_of_the_history_come_in_a_webhook_of_their_own(late: bool) -> None:
    events = [*read("whatsapp", sample("whatsapp", "history"))[2:3], of("history.media")]
    (state,) = states(reversed(events) if late else events)
    assert state.content is not None
    assert state.content.text == "My passport"
    assert state.edited_at is None
    assert state.sent_at == "2026-03-01T08:10:20Z"
    assert state.content.attachments[0].sha256 is not None
