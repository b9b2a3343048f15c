"""Who was in a conversation when: a pure fold of what platforms and messages tell, whatever the order it came in.

A platform may tell when somebody joined, or only that they were there when it was asked; often it tells nothing, and a
message by somebody shows that they were there. What is not known is said to be unknown, never assumed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from quire.domain.ids import SubjectId
from quire.domain.time import nanoseconds

Ground = Literal["joined", "listed", "active"]
Standing = Literal["member", "unknown", "absent"]


_TOLD_TWICE = 60 * 10**9


@dataclass(frozen=True)
class Move:
    """Somebody joined or left. ``listed``: found there when the platform was asked, since when is not known.
    ``workspace``: it was the whole workspace that they left."""

    subject_id: SubjectId
    kind: Literal["joined", "left"]
    at: str
    event_id: str
    listed: bool = False
    workspace: bool = False


@dataclass(frozen=True)
class Trace:
    """Somebody wrote or reacted there, for the first and for the last time."""

    subject_id: SubjectId
    first_at: str
    last_at: str


@dataclass(frozen=True)
class Renaming:
    """A conversation got a name; ``previous`` is the one before, where that is told."""

    at: str
    event_id: str
    name: str
    previous: str | None = None


@dataclass(frozen=True)
class Stay:
    """Somebody was there from ``since`` (``None``: nobody knows) until ``until`` (``None``: no leaving is known).

    ``ground`` is what tells ``since``: they joined then; or they were listed or active then, and may have been there
    before. Where not ``until_told`` they had left at some time until then, which no platform told.
    """

    since: str | None
    ground: Ground | None
    until: str | None = None
    until_told: bool = True


def stays(moves: Iterable[Move], traces: Iterable[Trace]) -> dict[SubjectId, list[Stay]]:
    """The stays of each person, in order of time."""
    told: dict[SubjectId, list[Move]] = {}
    for move in {each.event_id: each for each in moves}.values():
        told.setdefault(move.subject_id, []).append(move)
    found = {subject: _stays(its) for subject, its in told.items()}
    for trace in traces:
        for at in (trace.first_at, trace.last_at):
            found[trace.subject_id] = _witnessed(found.get(trace.subject_id, []), at)
    return {subject: its for subject, its in found.items() if its}


def standing(its: Sequence[Stay], at: str) -> Standing:
    """Whether somebody with these stays was a member at ``at``: a join counts from its instant, and so does a leaving.

    ``unknown`` where they may have been: before they were first found there, or when they left untold.
    """
    instant = nanoseconds(at)
    for before, stay in zip((None, *its), its, strict=False):
        begun, ended = _instant(stay.since), _instant(stay.until)
        if ended is not None and instant >= ended:
            continue
        if begun is not None and instant >= begun:
            return "member" if stay.until_told or instant == begun else "unknown"
        after_before = before is None or before.until is None or instant > nanoseconds(before.until)
        if stay.ground != "joined" and after_before:
            return "unknown"
    return "absent"


def saw(its: Sequence[Stay], sent: str, deleted: str | None) -> Stay | None:
    """The first stay that overlaps a message's life, from ``sent`` until it was ``deleted``; ``None`` if none did."""
    for stay in its:
        if stay.until is not None and nanoseconds(stay.until) <= nanoseconds(sent):
            continue
        if deleted is not None and stay.since is not None and nanoseconds(stay.since) >= nanoseconds(deleted):
            continue
        return stay
    return None


def name_at(renamings: Iterable[Renaming], at: str) -> str | None:
    """What a conversation was called at an instant, as far as its renamings tell: the last one until then, or what the
    first one after it says it was called before."""
    ordered = sorted(renamings, key=lambda each: (nanoseconds(each.at), each.event_id))
    until = [each for each in ordered if nanoseconds(each.at) <= nanoseconds(at)]
    if until:
        return until[-1].name
    return ordered[0].previous if ordered else None


def _stays(moves: Sequence[Move]) -> list[Stay]:
    found: list[Stay] = []
    for move in sorted(moves, key=lambda each: (nanoseconds(each.at), each.event_id)):
        inside = bool(found) and found[-1].until is None
        if move.kind == "joined" and not move.workspace:
            if not inside:
                found.append(Stay(move.at, "listed" if move.listed else "joined"))
        elif move.kind == "left" and inside:
            found[-1] = replace(found[-1], until=move.at)
        elif move.kind == "left" and not move.workspace and not _again(found, move):
            found.append(Stay(None, None, move.at))
    return found


def _again(found: Sequence[Stay], move: Move) -> bool:
    """Whether a leaving is the one before, told twice: as an announcement and as an event of its own."""
    ended = _instant(found[-1].until) if found else None
    return ended is not None and nanoseconds(move.at) - ended <= _TOLD_TWICE


def _witnessed(its: list[Stay], at: str) -> list[Stay]:
    """The stays with what follows from somebody having been active at ``at``."""
    instant = nanoseconds(at)
    for number, stay in enumerate(its):
        begun, ended = _instant(stay.since), _instant(stay.until)
        if ended is not None and instant >= ended:
            continue
        if begun is not None and instant >= begun:
            return its
        if stay.ground == "joined":
            gone = Stay(at, "active", stay.since, until_told=False)
            return [*its[:number], gone, *its[number:]]
        return [*its[:number], replace(stay, since=at, ground="active"), *its[number + 1 :]]
    return [*its, Stay(at, "active")]


def _instant(at: str | None) -> int | None:
    return None if at is None else nanoseconds(at)
