"""Polls, places, contacts, games and the like, in words.

https://core.telegram.org/bots/api#message
"""

from collections.abc import Callable, Mapping
from typing import Any

from quire.connectors.shape import mapping, mappings, text
from quire.connectors.telegram.people import chat_name, full_name

Part = Mapping[str, Any]


def words_of(message: Part) -> list[str]:
    """What the message shows beyond text and files, a piece each."""
    found = []
    for key, reader in _READERS.items():
        part = message.get(key)
        if isinstance(part, dict) and part and not (key == "location" and message.get("venue")):
            found.append(reader(part))
    return found


KEYS: frozenset[str]
"""The keys :func:`words_of` understands."""


def counted(value: object) -> str:
    """A number as text: events hold no fractions."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def amount(part: Part) -> str:
    """A price in the currency's smallest unit, as Telegram gives it."""
    total = counted(part.get("total_amount")) or counted(part.get("amount"))
    currency = text(part.get("currency"))
    if not total:
        return ""
    return f"{total} Stars" if currency == "XTR" else f"{total} {currency} in its smallest unit"


def poll(part: Part) -> str:
    """Question and answers, with the votes as far as they are counted."""
    closed = " (closed)" if part.get("is_closed") is True else ""
    lines = [f"Poll{closed}: {text(part.get('question'))}", text(part.get("description"))]
    right = part.get("correct_option_ids")
    correct = right if isinstance(right, list) else [part.get("correct_option_id")]
    for number, option in enumerate(mappings(part.get("options"))):
        votes = option.get("voter_count")
        told = f" ({votes})" if isinstance(votes, int) and not isinstance(votes, bool) and votes > 0 else ""
        lines.append(f"- {text(option.get('text'))}{told}{' (right)' if number in correct else ''}")
    lines.append(text(part.get("explanation")))
    return "\n".join(line for line in lines if line)


def checklist(part: Part) -> str:
    """Title and tasks, and which are done."""
    return "\n".join([f"Checklist: {text(part.get('title'))}", *tasks(part.get("tasks"))])


def tasks(value: object) -> list[str]:
    """Tasks, one a line; those done say by whom."""
    lines = []
    for task in mappings(value):
        by = full_name(mapping(task.get("completed_by_user"))) or chat_name(mapping(task.get("completed_by_chat")))
        done = "[x]" if task.get("completion_date") or by else "[ ]"
        lines.append(f"{done} {text(task.get('text'))}" + (f" ({by})" if by else ""))
    return lines


def _place(part: Part) -> str:
    return ", ".join(place for place in (counted(part.get("latitude")), counted(part.get("longitude"))) if place)


def _location(part: Part) -> str:
    return f"{'Live location' if part.get('live_period') else 'Location'}: {_place(part)}"


def _venue(part: Part) -> str:
    lines = (text(part.get("title")), text(part.get("address")), _place(mapping(part.get("location"))))
    return "Location: " + "\n".join(line for line in lines if line)


def _contact(part: Part) -> str:
    lines = (full_name(part), text(part.get("phone_number")))
    return "Contact: " + ", ".join(line for line in lines if line)


def _dice(part: Part) -> str:
    return " ".join(part for part in (text(part.get("emoji")), counted(part.get("value"))) if part)


def _game(part: Part) -> str:
    lines = (f"Game: {text(part.get('title'))}", text(part.get("description")), text(part.get("text")))
    return "\n".join(line for line in lines if line)


def _invoice(part: Part) -> str:
    lines = (f"Invoice: {text(part.get('title'))}", text(part.get("description")), amount(part))
    return "\n".join(line for line in lines if line)


def _story(part: Part) -> str:
    name = chat_name(mapping(part.get("chat")))
    return f"Story of {name}" if name else "Story"


def _giveaway(part: Part) -> str:
    parts = [f"Giveaway: {counted(part.get('winner_count')) or '?'} winners", text(part.get("prize_description"))]
    winners = [full_name(user) for user in mappings(part.get("winners"))]
    return "\n".join(line for line in (*parts, ", ".join(winners)) if line)


def _paid_media(part: Part) -> str:
    stars = counted(part.get("star_count"))
    return f"Paid media ({stars} Stars)" if stars else "Paid media"


def _web_app(part: Part) -> str:
    return ": ".join(line for line in (text(part.get("button_text")), text(part.get("data"))) if line)


_READERS: Mapping[str, Callable[[Part], str]] = {
    "poll": poll,
    "checklist": checklist,
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "dice": _dice,
    "game": _game,
    "invoice": _invoice,
    "story": _story,
    "giveaway": _giveaway,
    "giveaway_winners": _giveaway,
    "paid_media": _paid_media,
    "web_app_data": _web_app,
}
KEYS = frozenset(_READERS)
