"""Messages of Discord, as a compliance officer reads them."""

from typing import Any

import orjson
import pytest

from quire.domain.events import ANYONE, Mention
from tests.unit.connectors.reading import kinds, observed, only, read, sample, states

ADA, BO, GUILD = "1186000000000000011", "1186000000000000012", "1186640000000000001"
CHANNEL = "1186640000000000101"
PAGE = {"guild": GUILD, "channel": CHANNEL, "channel_name": "pricing"}


def of(name: str) -> Any:
    """The first event of a sample."""
    return read("discord", sample("discord", name))[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gateway.message_create", "The fee is 1.5 % 👍"),
        (
            "gateway.message_create.references",
            "@Bo (ops) and @1186640000000000777: see #1186640000000000102, :deal: until 2026-03-03T09:30:00Z, "
            "run /fees. @everyone",
        ),
        ("gateway.message_create.reply", "Since when?"),
        ("gateway.message_create.components", "New order for @bo\nFrom a layout yet to come"),
        ("gateway.message_create.poll", "Poll: Lunch?\n- 🍕 Yes (3)\n- No"),
        ("gateway.message_create.without_intent", "(a message that shows the bot nothing)"),
        ("gateway.message_create.direct", "Just to the bot"),
        ("webhook.lobby_message", "Meet at the gate"),
        ("webhook.game_message", "gg"),
    ],
)
def test_words_can_be_read(name: str, text: str) -> None:
    event = of(name)
    assert (event.kind, event.body.system) == ("message.created", None)
    assert event.body.content.text == text
    assert event.body.sender.name


def test_sender_place_and_time() -> None:
    event = of("gateway.message_create")
    assert event.workspace_id == GUILD
    assert event.occurred_at == "2026-03-02T09:10:00.000Z"
    assert event.body.sender.model_dump(exclude_none=True) == {"id": ADA, "name": "Ada (desk)", "type": "user"}
    assert event.body.channel.model_dump(exclude_none=True) == {"id": CHANNEL, "type": "channel"}
    assert of("gateway.message_create.direct").body.channel.type == "direct"


def test_mentions_are_resolved_where_the_message_can() -> None:
    says = of("gateway.message_create.references").body.content
    assert says.mentions == (
        Mention(kind="user", id=BO, name="Bo (ops)"),
        Mention(kind="group", id="1186640000000000777"),
        Mention(kind="channel", id="1186640000000000102"),
        Mention(kind="everyone", name="everyone"),
    )
    assert says.source_text.startswith("<@1186000000000000012> and")


def test_webhook_is_no_person() -> None:
    event = of("gateway.message_create.webhook")
    assert (event.body.sender.name, event.body.sender.type) == ("Market feed", "bot")
    (card,) = event.body.content.attachments
    assert (card.kind, card.name, card.url) == ("card", "EUR/PLN", "https://rates.example")
    assert card.text == "Fixing\nEUR/PLN\n**4.27**\nHigh: 4.29\nNBP"


def test_files_are_referred_to() -> None:
    chart, terms = of("gateway.message_create.files").body.content.attachments
    assert (chart.kind, chart.name, chart.size, chart.text) == ("image", "chart.png", 40123, "The chart of March")
    assert (terms.kind, terms.content_type) == ("file", "application/pdf")
    assert terms.url.startswith("https://cdn.discordapp.com/attachments/")
    (sticker,) = of("gateway.message_create.sticker").body.content.attachments
    assert sticker.name == "sticker Wave"


def test_layouts_show_their_files_and_buttons() -> None:
    found = {reference.id: reference for reference in of("gateway.message_create.components").body.content.attachments}
    assert found["media-1"].text == "A thumb"
    assert (found["media-2"].name, found["media-2"].url) == ("order.csv", None)
    assert found["buttons"].text == "Approve\nOpen (https://orders.example/1)\nPick one\nNow"
    assert found["interaction"].name == "in answer to /order by bo"


def test_replies_name_what_they_answer() -> None:
    reply = of("gateway.message_create.reply")
    assert reply.parent_message_id == of("gateway.message_create").message_id
    (gone,) = of("gateway.message_create.reply_to_deleted").body.content.attachments
    assert gone.name == "in reply to a message that was deleted"


def test_forward_is_shown_as_somebody_elses_words() -> None:
    event = of("gateway.message_create.forward")
    assert event.parent_message_id is None
    quote, plan = event.body.content.attachments
    assert quote.name == "forwarded from channel 1186640000000000102, written 2026-03-01T08:10:00.000000Z"
    assert quote.text == "Sell everything @bo"
    assert plan.name == "plan.pdf"


@pytest.mark.parametrize(
    ("name", "system", "text"),
    [
        ("join", "user_join", "Joined the server"),
        ("pinned", "channel_pinned_message", "Pinned a message"),
        ("thread_created", "thread_created", "Started a thread: Pricing"),
        ("thread_starter", "thread_starter_message", "Began with a message of Ada Meyer: The fee is 1.5 % 👍"),
        ("recipient_added", "recipient_add", "Added: bo"),
        ("renamed", "channel_name_change", "Renamed to Deal team"),
        ("call", "call", "Call of 2 people, ended 2026-03-02T09:10:13.600000+00:00"),
    ],
)
def test_announcements_can_be_read(name: str, system: str, text: str) -> None:
    event = of(f"gateway.message_create.{name}")
    assert (event.body.system, event.body.content.text) == (system, text)


def test_new_type_is_shown_and_counted() -> None:
    events = read("discord", sample("discord", "gateway.message_create.new_type"))
    assert kinds(events) == ["message.created", "unrecognised message/type_99"]


def test_edit_is_known_by_its_time() -> None:
    (state,) = states([of("gateway.message_update"), of("gateway.message_create")])
    assert [version.content.text for version in state.versions] == ["The fee is 1.5 % 👍", "The fee is 1.4 %"]
    assert state.edited_at == "2026-03-02T09:11:00.000123Z"


def test_preview_is_nobodys_edit() -> None:
    (state,) = states([of("gateway.message_create"), of("gateway.message_update.preview")])
    assert state.edited_at is None
    (version,) = state.versions
    assert version.content.attachments[0].name == "Rates"
    assert of("gateway.message_update.pinned").body.cause == "platform"


def test_preview_after_an_edit_is_not_lost() -> None:
    later = read("discord", sample("discord", "gateway.message_update.preview_after_edit"))
    assert [event.body.cause for event in later] == ["user", "preview"]  # type: ignore[union-attr]
    assert later[0].event_id == of("gateway.message_update").event_id
    (state,) = states([of("gateway.message_create"), of("gateway.message_update"), *later[1:]])
    assert len(state.versions) == 2
    assert state.content is not None
    assert state.content.attachments[0].name == "Rates"


def test_deletions_keep_what_was_said() -> None:
    events = [of("gateway.message_create"), of("gateway.message_create.reply")]
    first, second = states([*events, *read("discord", sample("discord", "gateway.message_delete_bulk"))])
    assert (first.deleted_at, second.deleted_at) == ("2026-03-09T08:00:00.000000Z",) * 2
    assert of("gateway.message_delete").event_id in first.event_ids
    assert first.content is not None
    assert first.content.text == "The fee is 1.5 % 👍"


def test_lobby_messages_are_edited_and_deleted() -> None:
    names = ("webhook.lobby_message", "webhook.lobby_message_edited", "webhook.lobby_message_deleted")
    (state,) = states(of(name) for name in names)
    assert [version.content.text for version in state.versions] == ["Meet at the gate", "Meet at the bridge"]
    assert state.deleted_at == "2026-03-02T09:12:00.123456Z"


def test_reactions_are_set_and_taken_back() -> None:
    added, custom = of("gateway.reaction_add"), of("gateway.reaction_add.custom")
    assert (added.body.emoji, added.body.actor.name, added.body.timed) == ("👍", "Bo (ops)", False)
    assert custom.body.emoji == "deal:1186640000000000888"
    removed = of("gateway.reaction_remove").model_copy(update={"occurred_at": "2026-03-09T08:00:01Z"})
    (state,) = states([added, custom, removed])
    assert {reaction.emoji for reaction in state.reactions if not reaction.removed_at} == {custom.body.emoji}


def test_reactions_are_cleared_for_everybody() -> None:
    every, one = of("gateway.reaction_remove_all"), of("gateway.reaction_remove_emoji")
    assert (every.body.emoji, every.body.actor) == ("", ANYONE)
    assert (one.body.emoji, one.body.actor) == ("👍", ANYONE)


def test_reaction_set_again_is_another_one() -> None:
    frame = orjson.loads(sample("discord", "gateway.reaction_add"))
    again = only(read("discord", {**frame, "s": frame["s"] + 100}))
    assert again.event_id != of("gateway.reaction_add").event_id


def test_page_and_gateway_tell_of_the_same_messages() -> None:
    body = sample("discord", "page.messages")
    page: Any = read("discord", body, context=PAGE)
    assert page[0].event_id == of("gateway.message_create.reply").event_id
    assert page[1].event_id == of("gateway.message_update").event_id
    assert page[0].body.channel.name == "pricing"
    assert all(observation.raw in body for observation in observed("discord", body, context=PAGE))
    assert kinds(page) == ["message.created", "message.edited", "message.created", "message.edited"]
    totals = next(file for file in page[3].body.content.attachments if file.id == "reactions")
    assert (page[3].body.cause, totals.text is not None) == ("platform", True)


def test_ids_are_never_taken_from_numbers() -> None:
    """They have lost digits by then."""
    frame = orjson.loads(sample("discord", "gateway.message_create"))
    frame["d"]["id"] = int(frame["d"]["id"])
    assert kinds(read("discord", frame)) == ["unrecognised message"]


def test_time_of_a_message_is_its_ids_unless_it_says_otherwise() -> None:
    frame = orjson.loads(sample("discord", "gateway.message_create"))
    frame["d"]["timestamp"] = "2026-03-02T10:10:00.250000+01:00"
    assert only(read("discord", frame)).occurred_at == "2026-03-02T09:10:00.250000Z"
    del frame["d"]["timestamp"]
    assert only(read("discord", frame)).occurred_at == "2026-03-02T09:10:00.000Z"
