"""What became of a message between two moments. Pure: from the document at each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from quire.domain.words import WordChange, word_changes
from quire.search.documents import Document

Change = Literal["added", "edited", "deleted", "undeleted", "reactions", "attachments", "shown"]

_SHOWN = ("channel_name", "channel_type", "is_external", "is_broadcast", "is_untold", "system")
"""What else of a document a member saw."""
_WORDS = ("content", "subject", "mentions", "edited_at", "content_type", "importance")


@dataclass(frozen=True)
class Difference:
    """One message at two moments (:func:`quire.search.moments.seen_at`) and what changed in between, all told.

    ``before`` is ``None`` where it had not been sent. ``words`` are of its text where that changed. ``shown``:
    something else about it did, such as the conversation's name or that a reply was also sent to the channel.
    """

    before: Document | None
    after: Document
    changes: list[Change]
    words: list[WordChange] = field(default_factory=list)
    reactions_added: list[Mapping[str, Any]] = field(default_factory=list)
    reactions_removed: list[Mapping[str, Any]] = field(default_factory=list)
    attachments_added: list[Mapping[str, Any]] = field(default_factory=list)
    attachments_removed: list[Mapping[str, Any]] = field(default_factory=list)


def difference(before: Document | None, after: Document) -> Difference | None:
    """What changed, ``None`` where nothing did that a member could see."""
    old: Document = before or {}
    was_gone, is_gone = bool(old.get("is_tombstone")), bool(after.get("is_tombstone"))
    reactions_added, reactions_removed = _apart(old, after, "reactions", _of_reaction)
    attachments_added, attachments_removed = _apart(old, after, "attachments", _of_attachment)
    edited = not (was_gone or is_gone) and any(old.get(name) != after.get(name) for name in _WORDS)
    told: list[tuple[Change, bool]] = [
        ("added", before is None),
        ("edited", before is not None and edited),
        ("deleted", is_gone and old.get("deleted_at") != after.get("deleted_at")),
        ("undeleted", was_gone and not is_gone),
        ("reactions", bool(reactions_added or reactions_removed)),
        ("attachments", before is not None and bool(attachments_added or attachments_removed)),
        ("shown", before is not None and any(old.get(name) != after.get(name) for name in _SHOWN)),
    ]
    changes = [change for change, holds in told if holds]
    if not changes:
        return None
    texts = old.get("content", ""), after.get("content", "")
    words = word_changes(*texts) if before is not None and texts[0] != texts[1] else []
    return Difference(
        before,
        after,
        changes,
        words,
        reactions_added,
        reactions_removed,
        attachments_added,
        attachments_removed,
    )


def _of_reaction(reaction: Mapping[str, Any]) -> Any:
    return reaction["actor"]["id"], reaction["emoji"], reaction.get("added_at")


def _of_attachment(attachment: Mapping[str, Any]) -> Any:
    return attachment["attachment_id"], attachment.get("name"), attachment.get("url"), attachment.get("text")


def _apart(
    old: Document, new: Document, what: str, key: Any
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """What only the later one has, and what only the earlier one has."""
    had, has = ({key(each): each for each in document.get(what, ())} for document in (old, new))
    return [each for k, each in has.items() if k not in had], [each for k, each in had.items() if k not in has]
