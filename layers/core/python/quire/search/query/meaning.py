"""What a query's values stand for at a moment: names are looked up, times are put into the asker's zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from quire.search.query.ast import Field, Query, Value, leaves
from quire.search.query.fields import FIELDS
from quire.search.query.names import Found, Names
from quire.search.query.times import Span, span

_NAMED = 5
"""How many of those meant by one name are told."""
_UNTOLD = {
    "hold": "messages are not marked with the holds they are under yet",
    "is:flagged": "messages cannot be flagged yet",
    "sentiment": "the mood of messages is not told yet",
    "tag": "messages cannot be tagged yet",
}
"""What the index has room for and nobody writes, by field or by field and value: to find nothing must not look like an
answer."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The ids a name stands for; ``private`` are the direct and group conversations of those people."""

    ids: tuple[str, ...] = ()
    private: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meaning:
    """What values stand for, by field and value, and ``notes`` for who asked."""

    named: Mapping[tuple[str, Value], Meant] = field(default_factory=dict)
    spans: Mapping[Value, Span] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def meaning_of(query: Query, names: Names, zone: ZoneInfo, now: datetime) -> Meaning:
    """Look everything up. ``now`` is aware.

    Raises:
        UnavailableError: the directory did not answer.
    """
    named: dict[tuple[str, Value], Meant] = {}
    spans: dict[Value, Span] = {}
    notes: list[str] = []
    for leaf in leaves(query.root):
        if not isinstance(leaf, Field):
            continue
        kind = FIELDS[leaf.name].kind
        for value in leaf.values:
            if kind == "time":
                spans[value] = span(value.text, zone, now)
            elif kind in ("person", "channel") and (leaf.name, value) not in named:
                found = names.people(value.text) if kind == "person" else names.channels(value.text)
                named[leaf.name, value] = _meant(leaf.name, found, names)
                notes += _notes(leaf.name, value, found)
            elif why := _UNTOLD.get(leaf.name) or _UNTOLD.get(f"{leaf.name}:{value.text}"):
                notes.append(f"{_shown(leaf.name, value)} finds nothing: {why}")
    return Meaning(named, spans, tuple(dict.fromkeys(notes)))


def _meant(name: str, found: Sequence[Found], names: Names) -> Meant:
    ids = tuple(sorted({each for one in found for each in one.ids}))
    return Meant(ids, tuple(names.private_conversations(ids)) if name == "to" and ids else ())


def _notes(name: str, value: Value, found: Sequence[Found]) -> list[str]:
    shown = _shown(name, value)
    if not found:
        who = "nobody who was ever captured is called that" if name != "in" else "no conversation has this name"
        return [f"{shown} finds nothing: {who}"]
    if len(found) == 1:
        return []
    labels = sorted(each.label for each in found)
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    return [f"{shown} stands for {len(labels)}: {'; '.join(labels[:_NAMED])}{more}"]


def _shown(name: str, value: Value) -> str:
    return f'{name}:"{value.text}"' if " " in value.text else f"{name}:{value.text}"
