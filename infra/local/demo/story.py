"""Reads ``firm.yaml`` and ``week/``: checks every word of them, and gives every line its exact time."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from infra.local.demo import ids
from infra.local.demo.firm import Firm, PlatformName, read_firm
from infra.local.demo.script import Happening, Line, Story
from infra.local.demo.words import read_yaml

HERE = Path(__file__).parent
_DAYS = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4}
_WHEN = r"(Mon|Tue|Wed|Thu|Fri) ([01]\d|2[0-3]):([0-5]\d)"
_HEADING = re.compile(_WHEN + r" (\w+)\Z")
_MOMENT = re.compile(_WHEN + r"\Z")


class StoryError(ValueError):
    """The story contradicts itself; the message names the place and the line."""


@dataclass(frozen=True)
class Week:
    """The firm and what happened to it."""

    firm: Firm
    story: Story

    def places_on(self, platform: PlatformName) -> set[str]:
        """The keys of the platform's conversations."""
        return {key for key, place in self.firm.places.items() if place.on == platform}

    def line(self, place: str, key: str) -> Line:
        """The line of ``place`` called ``key``.

        Raises:
            StoryError: there is none.
        """
        for line in self.story.lines:
            if line.place == place and line.key == key:
                return line
        raise StoryError(f"{place}: no line is called {key!r}")

    def moment(self, text: str) -> datetime:
        """``Mon 08:31`` in this week."""
        return moment(self.firm, text)


@cache
def read_week() -> Week:
    """The week as the files beside this module tell it.

    Raises:
        StoryError: somebody or something is referred to that does not exist.
        pydantic.ValidationError: an entry is not of the shape ``script`` and ``firm`` describe.
    """
    firm = read_firm(read_yaml(HERE / "firm.yaml"))
    scenes = [read_yaml(path) for path in sorted((HERE / "week").rglob("*.yaml"))]
    return build_week(firm, scenes)


def build_week(firm: Firm, scenes: Iterable[Mapping[str, Any]]) -> Week:
    """The week that ``scenes`` (parsed YAML, one a place) make; raises as :func:`read_week` does."""
    lines: list[Line] = []
    happenings: list[Happening] = []
    for scene in scenes:
        place = str(scene["in"])
        if place not in firm.places:
            raise StoryError(f"{place} is no place of firm.yaml")
        lines.extend(_lines(firm, place, scene.get("lines", ())))
        happenings.extend(_happening(firm, place, entry) for entry in scene.get("happenings", ()))
    week = Week(
        firm,
        Story(
            lines=tuple(sorted(lines, key=lambda line: (line.at, line.place))),
            happenings=tuple(sorted(happenings, key=lambda happening: (happening.at, happening.place))),
        ),
    )
    _check(week)
    return week


def moment(firm: Firm, text: str) -> datetime:
    """``Mon 08:31`` in the firm's week, UTC.

    Raises:
        StoryError: the text is no such moment.
    """
    match = _MOMENT.match(text)
    if match is None:
        raise StoryError(f"{text!r} is not like 'Mon 08:31'")
    start = datetime(firm.monday.year, firm.monday.month, firm.monday.day, tzinfo=UTC)
    return start + timedelta(days=_DAYS[match[1]], hours=int(match[2]), minutes=int(match[3]))


def _lines(firm: Firm, place: str, entries: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The lines of one place; those within one minute are spread over it in the order of the file."""
    parsed = [_heading(place, entry) for entry in entries]
    in_minute: dict[str, int] = defaultdict(int)
    for when, _, _ in parsed:
        in_minute[when] += 1
    seen: dict[str, int] = defaultdict(int)
    lines = []
    for index, (when, by, rest) in enumerate(parsed):
        share = 60_000_000 // in_minute[when]
        micros = share * seen[when] + ids.number(f"{place} {index} {when}", share)
        seen[when] += 1
        key = str(rest.pop("id", f"line-{index}"))
        at = moment(firm, when) + timedelta(microseconds=micros)
        lines.append(Line.model_validate({**rest, "place": place, "key": key, "at": at, "by": by}))
    return lines


def _heading(place: str, entry: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Split ``{"Mon 07:52 amara": text, ...}`` into when, who and the rest with the text in it."""
    headings = [key for key in entry if _HEADING.match(key)]
    if len(headings) != 1:
        raise StoryError(f"{place}: a line starts like 'Mon 07:52 amara: ...', this one has {sorted(entry)}")
    when, _, by = headings[0].rpartition(" ")
    rest = {key: value for key, value in entry.items() if key != headings[0]}
    return when, by, {**rest, "text": entry[headings[0]]}


def _happening(firm: Firm, place: str, entry: Mapping[str, Any]) -> Happening:
    when = str(entry["at"])
    micros = ids.number(f"{place} {when} {entry.get('event')} {entry.get('who')}", 60_000_000)
    return Happening.model_validate(
        {**entry, "place": place, "at": moment(firm, when) + timedelta(microseconds=micros)}
    )


def _check(week: Week) -> None:
    """Everybody spoken of exists, and every reference leads to an earlier line of the same place."""
    known = {*week.firm.people, *week.firm.programs}
    for line in week.story.lines:
        where = f"{line.place}, {line.by} at {line.at:%a %H:%M}"
        strangers = {line.by, *(reaction.by for reaction in line.reactions)} - known
        if strangers:
            raise StoryError(f"{where}: nobody is called {', '.join(sorted(strangers))}")
        for reference in filter(None, (line.thread, line.quotes)):
            if week.line(line.place, reference).at >= line.at:
                raise StoryError(f"{where}: {reference!r} is not earlier")
    for happening in week.story.happenings:
        strangers = {happening.who, happening.by} - known - {""}
        if strangers:
            raise StoryError(f"{happening.place}: nobody is called {', '.join(sorted(strangers))}")
