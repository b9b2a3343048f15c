"""The difference of two moments, put upon the first, gives the second."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from quire.search.differences import Difference, difference
from quire.search.documents import Document
from quire.search.moments import seen_at
from tests.chat import known
from tests.properties.test_moments import by_message, dice_of, instants, story

VISIBLE = ("content", "subject", "edited_at", "deleted_at", "channel_name", "is_tombstone", "reactions", "attachments")


def visible(document: Document | None) -> dict[str, Any] | None:
    """What a member sees of a message."""
    if document is None:
        return None
    seen = {name: document.get(name) for name in VISIBLE}
    return {
        **seen,
        "reactions": sorted((each["actor"]["id"], each["emoji"]) for each in seen["reactions"] or []),
        "attachments": sorted(each["attachment_id"] for each in seen["attachments"] or []),
    }


def put_upon(before: Document | None, change: Difference) -> dict[str, Any]:
    """The message after a change, from what it was and what the change tells of it."""
    shown = visible(before) or {"content": None, "reactions": [], "attachments": []}
    made = {**(visible(change.after) or {}), "content": shown["content"]}
    assert (visible(before) is None) == ("added" in change.changes)
    if change.words:
        assert "".join(word.text for word in change.words if word.kind != "added") == (shown["content"] or "")
        made["content"] = "".join(word.text for word in change.words if word.kind != "removed")
    if before is None or made["is_tombstone"]:
        made["content"] = change.after.get("content")
    for what, key in (("reactions", _reaction), ("attachments", _attachment)):
        gone = [key(each) for each in getattr(change, f"{what}_removed")]
        new = [key(each) for each in getattr(change, f"{what}_added")]
        made[what] = sorted([each for each in shown[what] if each not in gone] + new)
    return made


def _reaction(each: Any) -> Any:
    return each["actor"]["id"], each["emoji"]


def _attachment(each: Any) -> Any:
    return each["attachment_id"]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_from_one_moment_to_another(seed: int) -> None:
    for its in by_message(story(seed, messages=3)).values():
        for since, until in _pairs(seed, its):
            before, after = seen_at(known(*its), since), seen_at(known(*its), until)
            if after is None:
                assert before is None
                continue
            change = difference(before, after)
            if change is None:
                assert visible(before) == visible(after)
            else:
                assert put_upon(before, change) == visible(after)


def _pairs(seed: int, its: list[Any]) -> list[tuple[str, str]]:
    moments = instants(its, dice_of(seed))
    return [(min(pair), max(pair)) for pair in zip(moments[::2], moments[1::2], strict=True)]
