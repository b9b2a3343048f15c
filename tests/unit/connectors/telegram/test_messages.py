"""Messages of Telegram, as a compliance officer reads them."""

from typing import Any

import pytest

from quire.domain.events import Mention
from tests.unit.connectors.reading import delivered, kinds, observed, only, read, sample, states

ANNA, BEN, BOT, DESK = "5123456789", "4503599627370495", "6100000001", "-1002233445566"


def of(name: str) -> Any:
    """The first event of a sample."""
    return read("telegram", sample("telegram", name), workspace=BOT)[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("message.text", "Fees are 1.5 % 👍"),
        ("message.entities", "👩‍💼 see the terms (https://meridian.example/terms), ask Ben or @annak, run /fees 😀"),
        ("message.photo", "Whiteboard, see notes (https://meridian.example/notes)"),
        ("message.poll", "Poll (closed): Lunch?\n- Yes (2) (right)\n- No\nOf course"),
        ("message.checklist", "Checklist: Onboarding\n[x] Passport (Ben)\n[ ] Signature"),
        ("message.location", "Location: 52.2297, 21.0122"),
        ("message.venue", "Location: Meridian\nProsta 1\n52.2297, 21.0122"),
        ("message.contact", "Contact: Anna Kowalska, +48221234567"),
        ("message.dice", "🎯 6"),
        ("message.game", "Game: Trading game\nGuess the rate"),
        ("message.invoice", "Invoice: Report\nQuarterly\n1999 EUR in its smallest unit"),
        ("message.story", "Story of Meridian News"),
        ("message.giveaway", "Giveaway: 3 winners\nA mug"),
        ("message.paid_media", "Paid media (50 Stars)"),
        ("message.web_app_data", "Confirm: amount=5000"),
        ("message.empty", "(a message that shows the bot nothing)"),
        ("message.voice", ""),
        ("channel_post", "The rates will rise"),
        ("business_message", "Is the offer still open?"),
        ("guest_message", "@MeridianArchiveBot what are the fees?"),
        ("send_message", "The bot's own words"),
        (
            "message.rich",
            "Weekly rates\nAsk Ben or see the site (https://meridian.example)\n1. First\n[x] Second\n"
            "> Never trade on Fridays\n(A client)\nEUR | PLN\n1 | 4.27\nFixing\nThe chart\n(NBP)\na^2",
        ),
    ],
)
def test_words_can_be_read(name: str, text: str) -> None:
    event = of(name)
    assert (event.kind, event.body.system) == ("message.created", None)
    assert event.body.content.text == text
    assert event.body.sender.name


def test_sender_place_and_time() -> None:
    event = of("message.text")
    assert event.workspace_id == BOT
    assert event.occurred_at == "2026-03-02T09:10:00Z"
    assert event.body.sender.model_dump(exclude_none=True) == {"id": ANNA, "name": "Anna Kowalska", "type": "user"}
    assert event.body.channel.model_dump(exclude_none=True) == {"id": DESK, "name": "Desk Warsaw", "type": "group"}


def test_without_a_workspace_the_connection_stands_for_the_bot() -> None:
    event = only(read("telegram", sample("telegram", "message.text")))
    assert event.workspace_id == "connection:c1"
    assert event.message_id != of("message.text").message_id


def test_source_and_mentions_are_kept() -> None:
    says = of("message.entities").body.content
    assert says.source_text == "👩‍💼 see the terms, ask Ben or @annak, run /fees 😀"
    assert says.mentions == (Mention(kind="user", id=BEN, name="Ben"), Mention(kind="user", name="annak"))
    assert of("message.rich").body.content.mentions == (Mention(kind="user", id=BEN, name="Ben"),)


@pytest.mark.parametrize(("offset", "length"), [(-1, 3), (0, 99), (1, 1), (0, 1), (None, 2), (True, 1), (2**40, 1)])
def test_entities_that_lie_beside_the_text_change_nothing(offset: Any, length: Any) -> None:
    mark = {"type": "text_link", "offset": offset, "length": length, "url": "https://x.example"}
    message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "😀 ok", "entities": [mark]}
    event: Any = only(read("telegram", {"update_id": 1, "message": message}))
    assert event.body.content.text == "😀 ok"


@pytest.mark.parametrize(
    ("name", "kind", "file_name", "handle"),
    [
        ("message.photo", "image", "photo", "big-1"),
        ("message.document", "file", "price list.pdf", "doc-1"),
        ("message.voice", "file", "voice message", "v-1"),
        ("message.audio", "file", "Chopin - Nocturne", "a-1"),
        ("message.animation", "file", "wave.mp4", "g-1"),
        ("message.sticker", "image", "sticker 😎", "s-1"),
        ("message.video_note", "file", "video message", "vn-1"),
        ("message.rich", "image", "photo", "rp-1"),
        ("message.paid_media", "image", "photo", "pp-1"),
        ("message.game", "image", "photo", "gp"),
    ],
)
def test_files_are_referred_to(name: str, kind: str, file_name: str, handle: str) -> None:
    found = [reference for reference in of(name).body.content.attachments if reference.handle]
    assert [(file.kind, file.name, file.handle) for file in found] == [(kind, file_name, handle)]
    assert found[0].url is None


@pytest.mark.parametrize(
    ("name", "shown", "text"),
    [
        ("message.forward", "forwarded from A friend, written 2026-03-01T09:10:00Z", None),
        ("message.forward_old", "forwarded from Meridian News, written 2026-03-01T08:10:00Z", None),
        ("message.external_reply", "in reply to Press (Meridian News) in Meridian News", "rates will rise"),
        ("message.quote", "quoted", "1.5 %"),
        ("message.via_bot", "sent with Gif", None),
        ("message.ephemeral", "shown to Meridian Archive only", None),
        ("business_message.own", "sent by Meridian Archive", None),
    ],
)
def test_where_words_come_from_is_told(name: str, shown: str, text: str | None) -> None:
    (reference,) = of(name).body.content.attachments
    assert (reference.name, reference.text) == (shown, text)


def test_album_is_one_thing() -> None:
    albums = [of(name).body.content.attachments[-1].id for name in ("message.photo", "message.document")]
    assert albums == ["album-13399001122"] * 2


def test_topics_are_threads() -> None:
    first, answer, began = of("message.topic"), of("message.topic_reply"), of("service.topic_created")
    assert first.thread_id == answer.thread_id == began.message_id
    assert first.parent_message_id is None
    assert answer.parent_message_id == first.message_id
    assert began.thread_id is None
    assert of("message.direct_messages_topic").body.native.thread == "topic:77"


def test_anonymous_administrators_speak_for_the_group() -> None:
    sender = of("message.anonymous_admin").body.sender
    assert (sender.id, sender.name) == (DESK, "Head of desk (Desk Warsaw)")
    assert of("channel_post").body.sender.name == "Press (Meridian News)"


def test_messages_shown_to_one_person_keep_apart() -> None:
    body = sample("telegram", "message.ephemeral")
    other = body.replace(b'"ephemeral_message_id": 501', b'"ephemeral_message_id": 502')
    assert other != body
    assert of("message.ephemeral").message_id != read("telegram", other, workspace=BOT)[0].message_id


def test_edit_is_a_new_version() -> None:
    (state,) = states([of("edited_message"), of("message.text")])
    assert [version.content.text for version in state.versions] == ["Fees are 1.5 % 👍", "Fees are 1.4 % 👍"]
    assert state.edited_at == "2026-03-02T09:11:00Z"
    (post,) = states([of("channel_post"), of("edited_channel_post")])
    assert [version.content.text for version in post.versions] == ["The rates will rise", "The rates may rise"]


@pytest.mark.parametrize(
    "name", ["edited_message.without_date", "edited_message.live_location", "edited_message.votes"]
)
def test_changes_that_are_nobodys_edit(name: str) -> None:
    event = of(name)
    assert (event.kind, event.body.cause) == ("message.edited", "platform")


def test_two_edits_within_a_second_are_two() -> None:
    body = sample("telegram", "edited_message")
    other = read("telegram", body.replace(b"1.4 %", b"1.3 %"), workspace=BOT)[0]
    assert other.event_id != of("edited_message").event_id
    assert read("telegram", body, workspace=BOT)[0].event_id == of("edited_message").event_id


def test_chats_of_a_business_are_apart_from_the_bots_own() -> None:
    ours, theirs = of("message.private"), of("business_message")
    assert ours.body.channel.id == "7012345678"
    assert theirs.body.channel.id == "Bc77/7012345678"
    assert ours.message_id != theirs.message_id


def test_deletion_of_a_business_chat_is_told() -> None:
    names = ("business_message", "business_message.own", "edited_business_message")
    events = [of(name) for name in names] + read("telegram", sample("telegram", "deleted_business_messages"), BOT)
    first, second = states(events)
    assert first.deleted_at is not None
    assert second.deleted_at is not None
    assert [version.content.text for version in first.versions] == [
        "Is the offer still open?",
        "Is the offer still on?",
    ]


def test_reactions_are_what_changed() -> None:
    events: Any = read("telegram", sample("telegram", "message_reaction"))
    assert [(e.kind, e.body.emoji, e.body.actor.id) for e in events] == [
        ("reaction.removed", "👍", BEN),
        ("reaction.added", "custom:5368324170671202286", BEN),
        ("reaction.added", "⭐", BEN),
    ]
    assert of("message_reaction.anonymous").body.actor.id == DESK
    assert of("message_reaction").message_id == of("message.text").message_id


def test_page_is_cut_into_its_updates() -> None:
    body = sample("telegram", "get_updates")
    found = observed("telegram", body)
    assert kinds(o.event for o in found) == ["message.created", "message.created", "unrecognised poll_answer"]
    assert all(o.raw in body and b"Two" not in o.raw for o in found[:1])


def test_update_is_the_same_by_webhook_and_by_page() -> None:
    update = sample("telegram", "message.text")
    page = b'{"ok":true,"result":[' + update + b"]}"
    first, second = (only(read("telegram", body, workspace=BOT)) for body in (update, page))
    assert (first.event_id, first.raw_sha256) != (second.event_id, "")
    assert first.event_id == second.event_id


def test_ids_beyond_what_json_carries_are_not_believed() -> None:
    message = {"message_id": 5, "date": 1, "chat": {"id": 2**60, "type": "private"}, "text": "x"}
    assert kinds(read("telegram", {"update_id": 1, "message": message})) == ["unrecognised message"]
    assert delivered("telegram", b"{}").header.platform == "telegram"
