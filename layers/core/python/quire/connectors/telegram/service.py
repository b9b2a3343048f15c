"""Service messages: what Telegram announces in a chat, in words, and what it says of members and chats.

https://core.telegram.org/bots/api#message
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from quire.connectors.seam import Fact
from quire.connectors.shape import mapping, mappings, text
from quire.connectors.telegram.people import UNKNOWN, channel_of, chat_name, full_name, number, person, sender
from quire.connectors.telegram.words import amount, counted, tasks
from quire.domain.events import Actor, ChannelChanged, ChannelRef, Kind, Membership

Message = Mapping[str, Any]

_PERIOD = "after {} seconds"
# What the parts of an announcement tell, in the order people would say it.
_STRINGS = ("name", "title", "option_text", "text", "comment", "reason", "button_text", "data", "domain_name")
_PEOPLE = ("user", "new_owner", "bot", "traveler", "watcher")
_NUMBERS: Mapping[str, str] = {
    "duration": _PERIOD,
    "boost_count": "{} boosts",
    "winner_count": "{} winners",
    "paid_message_star_count": "{} Stars a message",
    "direct_message_star_count": "{} Stars a message",
    "distance": "at {} metres",
}
_CHANGES: Mapping[str, str] = {
    "new_chat_title": "renamed",
    "new_chat_photo": "picture",
    "delete_chat_photo": "picture removed",
    "group_chat_created": "created",
    "supergroup_chat_created": "created",
    "channel_chat_created": "created",
    "message_auto_delete_timer_changed": "auto-delete timer",
    "chat_owner_changed": "owner changed",
    "chat_owner_left": "owner left",
    "community_chat_added": "added to a community",
    "community_chat_removed": "removed from a community",
}
_SERVICES = """
new_chat_members left_chat_member pinned_message migrate_to_chat_id migrate_from_chat_id successful_payment
refunded_payment users_shared user_shared chat_shared gift unique_gift gift_upgrade_sent connected_website
write_access_allowed passport_data proximity_alert_triggered boost_added chat_background_set checklist_tasks_done
checklist_tasks_added direct_message_price_changed forum_topic_created forum_topic_edited forum_topic_closed
forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway_completed
managed_bot_created paid_message_price_changed poll_option_added poll_option_deleted suggested_post_approved
suggested_post_approval_failed suggested_post_declined suggested_post_paid suggested_post_refunded
video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited
"""
_KNOWN = frozenset(_SERVICES.split()) | frozenset(_CHANGES)
# What stands around a message's content, and says nothing by itself.
_SURROUNDINGS = """
message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot sender_tag
receiver_user ephemeral_message_id date guest_query_id business_connection_id chat forward_origin forward_from
forward_from_chat forward_from_message_id forward_signature forward_sender_name forward_date is_topic_message
is_automatic_forward reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id
reply_to_poll_option_id via_bot guest_bot_caller_user guest_bot_caller_chat edit_date has_protected_content
is_from_offline is_paid_post media_group_id author_signature paid_star_count entities link_preview_options
suggested_post_info effect_id caption_entities show_caption_above_media has_media_spoiler reply_markup
"""
_AROUND = frozenset(_SURROUNDINGS.split())


class Service(NamedTuple):
    """An announcement: Telegram's own key for it, its words, and whether we know the key."""

    key: str
    words: str
    known: bool = True


def service(message: Message, other_keys: frozenset[str]) -> Service | None:
    """The announcement a message is; ``other_keys`` are those of messages that people write."""
    key = next((key for key in message if key in _KNOWN), None)
    if key is not None:
        return Service(key, _words(key, message.get(key), message))
    if other_keys.intersection(message):
        return None
    for key, value in message.items():
        if key not in _AROUND and value not in (None, False, "", [], 0):
            return Service(key, _words(key, value, message), known=False)
    return None


def _words(key: str, part: Any, message: Message) -> str:
    reader = _READERS.get(key)
    if reader is not None:
        return reader(part, message)
    label = key.replace("_", " ").capitalize()
    told = ", ".join(_details(mapping(part)) if isinstance(part, dict) else [text(part)] if text(part) else [])
    return f"{label}: {told}" if told else label


def _details(part: Mapping[str, Any]) -> list[str]:
    found = [_name(mapping(part.get(key))) for key in _PEOPLE]
    found += [_name(user) for user in mappings(part.get("users"))]
    found += [chat_name(mapping(part.get("community"))) or text(mapping(part.get("community")).get("name"))]
    found += [text(part.get(key)) for key in _STRINGS]
    found += [words.format(counted(part.get(key))) for key, words in _NUMBERS.items() if counted(part.get(key))]
    found += [amount(part), amount(mapping(part.get("price")))]
    return [line for line in found if line]


def _name(user: Mapping[str, Any]) -> str:
    return full_name(user) or text(user.get("username")) or number(user.get("id"))


def _joined(part: Any, message: Message) -> str:
    names = [_name(user) for user in mappings(part)]
    by_self = [number(user.get("id")) for user in mappings(part)] == [number(mapping(message.get("from")).get("id"))]
    return f"{'Joined' if by_self else 'Added'}: {', '.join(names)}"


def _left(part: Any, message: Message) -> str:
    by_self = number(mapping(part).get("id")) == number(mapping(message.get("from")).get("id"))
    return f"{'Left' if by_self else 'Removed'}: {_name(mapping(part))}"


def _pinned(part: Any, _: Message) -> str:
    told = mapping(part)
    return f"Pinned: {text(told.get('text')) or text(told.get('caption')) or 'a message'}"


def _timer(part: Any, _: Message) -> str:
    seconds = counted(mapping(part).get("message_auto_delete_time"))
    return "Messages are kept" if seconds in {"", "0"} else f"Messages are deleted {_PERIOD.format(seconds)}"


def _tasks(part: Any, _: Message) -> str:
    told = mapping(part)
    everything = mapping(mapping(told.get("checklist_message")).get("checklist"))
    named = {counted(task.get("id")): text(task.get("text")) for task in mappings(everything.get("tasks"))}
    lines = [f"Checklist {text(everything.get('title'))}:".replace(" :", ":")]
    for key, mark in (("marked_as_done_task_ids", "done"), ("marked_as_not_done_task_ids", "not done")):
        numbers = told.get(key)
        known = [counted(each) for each in numbers] if isinstance(numbers, list) else []
        lines += [f"{mark}: {named.get(each) or each}" for each in known]
    lines += tasks(told.get("tasks"))
    return "\n".join(lines) if len(lines) > 1 else f"{lines[0]} tasks changed"


_READERS: Mapping[str, Callable[[Any, Message], str]] = {
    "new_chat_members": _joined,
    "left_chat_member": _left,
    "pinned_message": _pinned,
    "new_chat_title": lambda part, _: f"Renamed to {text(part)}",
    "migrate_to_chat_id": lambda part, _: f"Became the supergroup {number(part)}",
    "migrate_from_chat_id": lambda part, _: f"Was the group {number(part)}",
    "message_auto_delete_timer_changed": _timer,
    "connected_website": lambda part, _: f"Signed in to {text(part)}",
    "passport_data": lambda *_: "Telegram Passport data, encrypted",
    "checklist_tasks_done": _tasks,
    "checklist_tasks_added": _tasks,
}


def announced(message: Message, key: str, mark: str, at: str) -> Iterator[Fact]:
    """The facts about members or the chat that an announcement carries. ``mark`` is the platform's own time."""
    channel = channel_of(message)
    by = sender(message)
    members = mappings(message.get(key)) if key == "new_chat_members" else []
    for user in members:
        yield membership("member.joined", person(user), channel, by, mark, at)
    if key == "left_chat_member" and mapping(message.get(key)):
        yield membership("member.left", person(mapping(message.get(key))), channel, by, mark, at)
    elif key in {"migrate_to_chat_id", "migrate_from_chat_id"}:
        other = number(message.get(key))
        if other:
            new, old = (other, channel.id) if key == "migrate_to_chat_id" else (channel.id, other)
            yield _moved(channel.model_copy(update={"id": new}), old, by, at)
    elif key in _CHANGES:
        body = ChannelChanged(change=_CHANGES[key], channel=channel, by=by)
        mark = f"{_CHANGES[key]}|{mark}"
        yield Fact("channel.changed", body, mark, at, subject=by.id, channel=channel.id)


def _moved(channel: ChannelRef, old: str, by: Actor, at: str) -> Fact:
    """A group became a supergroup: both chats announce it, and both announcements are one fact."""
    body = ChannelChanged(change="id changed", channel=channel, previous_id=old, by=by)
    return Fact("channel.changed", body, f"id changed|{old}", at, subject=by.id, channel=channel.id)


def membership(kind: Kind, member: Actor, channel: ChannelRef, by: Actor | None, mark: str, at: str) -> Fact:
    """Somebody came or went."""
    other = by if by is not None and by.id not in {member.id, UNKNOWN} else None
    body = Membership(channel=channel, member=member, by=other)
    return Fact(kind, body, f"{member.id}|{mark}", at, subject=member.id, channel=channel.id)
