"""What other systems push: the telephone system's records and the service desk's tickets, several events a delivery."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from infra.local.demo import ids, papers
from infra.local.demo.markup import parse, plain
from infra.local.demo.plan import Planned, by_arrival
from infra.local.demo.script import File, Line
from infra.local.demo.story import Week

FILE_HOST = "files.partner.example"
"""Where these systems keep their files."""
_TOGETHER = timedelta(minutes=30)
_MOST = 5


@dataclass(frozen=True)
class GenericWorld:
    """Turns keys of the story into the other systems' ids and objects."""

    week: Week

    def place_id(self, line: Line) -> str:
        """The conversation of a line."""
        return line.place

    def native(self, line: Line) -> str:
        """The id of a line."""
        return "m-" + ids.digits("generic", f"{line.place} {line.key}", 8)

    def actor(self, line: Line, key: str) -> str:
        """Somebody's id: a person's is the part of the address before the ``@``."""
        del line
        person = self.week.firm.people.get(key)
        return person.handle if person else f"system/{key}"

    def sender(self, line: Line, key: str) -> dict[str, str]:
        """Who did it."""
        person = self.week.firm.people.get(key)
        name = person.name if person else self.week.firm.programs[key].name
        told = {"id": self.actor(line, key), "name": name}
        return {**told, "email": self.week.firm.email(person)} if person else told

    def address(self, line: Line, file: File) -> str:
        """Where a file that does not come along can be fetched."""
        system = self.week.firm.places[line.place].system
        key = ids.thread_hex(f"file {line.place} {line.key} {file.name}")[:12]
        return f"https://{FILE_HOST}/{system}/{key}/{quote(file.name)}"

    def place(self, key: str) -> dict[str, Any]:
        """Which system it is, and which conversation there."""
        place = self.week.firm.places[key]
        channel = {"id": place.key, "name": place.title, "type": place.type}
        return {"workspace": place.system, "channel": channel}


def event_deliveries(world: GenericWorld) -> list[Planned]:
    """Every delivery of the week: what happens within half an hour comes together."""
    return _collected([*_lines(world), *_happenings(world)])


def _lines(world: GenericWorld) -> Iterator[Planned]:
    for line in world.week.story.lines_on(world.week.places_on("generic")):
        about = {**world.place(line.place), "id": world.native(line)}
        created = _planned(
            "message", "message.created", line.at, about | _who(world, line, line.by) | _said(world, line, line.text)
        )
        yield replace(created, arrives=line.at + line.late, prompt=not line.resent)
        if line.resent:
            again = line.at + line.late + timedelta(seconds=5)
            yield replace(created, kinds=("repeated delivery",), arrives=again, resent=line.resent, prompt=False)
        for edit in line.edits:
            said = about | _who(world, line, line.by) | _said(world, line, edit.text)
            yield _planned("edit", "message.edited", line.at + edit.after, said)
        for reaction in line.reactions:
            label = "reaction taken back" if reaction.removed else "reaction"
            kind = "reaction.removed" if reaction.removed else "reaction.added"
            told = about | _who(world, line, reaction.by) | {"emoji": reaction.emoji}
            yield _planned(label, kind, line.at + reaction.after, told)
        if line.deleted:
            yield _planned(
                "deletion", "message.deleted", line.at + line.deleted.after, about | _who(world, line, line.by)
            )


def _happenings(world: GenericWorld) -> Iterator[Planned]:
    for happening in world.week.story.happenings:
        if world.week.firm.places[happening.place].on == "generic":
            person = world.week.firm.people[happening.who]
            sender = {"id": person.handle, "name": person.name, "email": world.week.firm.email(person)}
            told = {**world.place(happening.place), "sender": sender}
            yield _planned("membership", f"member.{happening.event}", happening.at, told)


def _who(world: GenericWorld, line: Line, key: str) -> dict[str, Any]:
    return {"sender": world.sender(line, key)}


def _said(world: GenericWorld, line: Line, text: str) -> dict[str, Any]:
    spans = parse(world.week.firm, text)
    said: dict[str, Any] = {"text": plain(spans)}
    for key, about in (("threadId", line.thread), ("replyTo", line.quotes)):
        if about:
            said[key] = world.native(world.week.line(line.place, about))
    mentioned = [span for span in spans if span.kind == "person"]
    if mentioned:
        said["mentions"] = [
            {"id": world.actor(line, span.target), "name": span.text.removeprefix("@")} for span in mentioned
        ]
    if line.files:
        said["attachments"] = [_file(world, line, file) for file in line.files]
    return said


def _file(world: GenericWorld, line: Line, file: File) -> dict[str, str]:
    native = "f-" + ids.digits("generic file", f"{line.place} {line.key} {file.name}", 8)
    told = {"id": native, "name": file.name, "contentType": papers.media_type(file)}
    if file.inline:
        return {**told, "contentBase64": base64.b64encode(papers.content(file)).decode("ascii")}
    return {**told, "url": world.address(line, file)}


def _planned(label: str, kind: str, at: datetime, told: dict[str, Any]) -> Planned:
    event = {"kind": kind, **told, "at": _time(at)}
    return Planned("generic", (label,), at, (kind,), body={"events": [event]})


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _collected(planned: Iterable[Planned]) -> list[Planned]:
    gathered: list[Planned] = []
    for delivery in by_arrival(planned):
        last = gathered[-1] if gathered else None
        if last and _joinable(last, delivery) and last.body and delivery.body:
            events = [*last.body["events"], *delivery.body["events"]]
            kinds, expects = last.kinds + delivery.kinds, last.expects + delivery.expects
            gathered[-1] = replace(last, kinds=kinds, expects=expects, body={"events": events})
        else:
            gathered.append(delivery)
    return gathered


def _joinable(last: Planned, delivery: Planned) -> bool:
    close = delivery.arrives - last.arrives < _TOGETHER and len(last.expects) < _MOST
    return close and last.prompt and delivery.prompt
