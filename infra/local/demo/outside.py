"""What the platforms hold of the week when somebody asks them: files, people, conversations, the community's server.

One JSON state a simulated platform, as ``tests/simulators`` documents it. A file that is ``gone`` was there when its
message was sent and had been taken away before anybody could fetch it.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from infra.local.demo import ids, papers
from infra.local.demo.discord_guild import guild
from infra.local.demo.discord_world import DiscordWorld
from infra.local.demo.firm import PlatformName
from infra.local.demo.generic_events import GenericWorld
from infra.local.demo.script import File, Line
from infra.local.demo.slack_files import slack_file_id
from infra.local.demo.slack_world import SlackWorld
from infra.local.demo.story import Week
from infra.local.demo.teams_attachments import file_address, picture_key
from infra.local.demo.teams_world import TeamsWorld
from infra.local.demo.telegram_messages import file_id
from infra.local.demo.telegram_world import TelegramWorld
from infra.local.demo.whatsapp_messages import media_id

State = dict[str, Any]


def states(week: Week, credentials: Mapping[str, Mapping[str, str]], *, first: bool) -> dict[str, State]:
    """Every platform's state. ``credentials`` are what connections ask with, by platform (``botToken``...).

    ``first``: the server of the community as it was before anything in it was changed.
    """
    return {
        "slack": _slack(week, credentials["slack"]["botToken"]),
        "graph": _graph(week, credentials["teams"]),
        "whatsapp": _whatsapp(week, credentials["whatsapp"]["accessToken"]),
        "telegram": _telegram(week, credentials["telegram"]["botToken"]),
        "discord": discord_state(week, credentials["discord"]["botToken"], first=first),
        "files": _files(week),
    }


def discord_state(week: Week, token: str, *, first: bool) -> State:
    """The community's server."""
    world = DiscordWorld(week)
    read = guild(world, first=first)
    held: State = {}
    for line, file in _sent(week, "discord"):
        path = urlsplit(world.attachment(line, file)["url"]).path
        if not file.gone:
            held[path] = _served(file)
    for messages in read.messages.values():
        for message in messages:
            for attachment in message["attachments"]:
                attachment["path"] = urlsplit(attachment["url"]).path
    return {
        "tokens": [token],
        "bot": {"id": world.bot, "username": "meridian-archive", "bot": True},
        "application": {"id": world.application, "flags": 1 << 18},
        "guilds": {
            world.guild: {**read.guild, "channels": read.channels, "threads": read.threads, "members": read.members}
        },
        "messages": read.messages,
        "files": held,
    }


def _slack(week: Week, token: str) -> State:
    world = SlackWorld(week)
    places = [place for place in week.firm.places.values() if place.on == "slack"]
    public = [place for place in places if place.type == "channel"]
    files = {slack_file_id(line, file): _slack_file(world, line, file) for line, file in _sent(week, "slack")}
    return {
        "team": {"id": world.team, "name": week.firm.name, "domain": "meridian-capital"},
        "users": [world.profile(person) for person in week.firm.people_on("slack")],
        "channels": [world.channel_object(place, week.moment(place.made or "Mon 00:02")) for place in public],
        "files": files,
        "tokens": {token: {}},
    }


def _slack_file(world: SlackWorld, line: Line, file: File) -> State:
    """A file as ``files.info`` shows it, also one of which messages carry only a stub."""
    native = slack_file_id(line, file)
    address = f"https://files.slack.com/files-pri/{world.team}-{native}/download/{quote(file.name.lower())}"
    told = {"id": native, "name": file.name, "mimetype": papers.media_type(file), "size": len(papers.content(file))}
    return {**told, "mode": "hosted", "url_private_download": address, "bytes": _served(file)}


def _graph(week: Week, credentials: Mapping[str, str]) -> State:
    world = TeamsWorld(week)
    teams: dict[str, State] = {}
    for key in sorted(week.places_on("teams")):
        place = week.firm.places[key]
        if world.is_channel(key):
            team = teams.setdefault(world.team_id(key), {"displayName": place.team, "channels": []})
            team["channels"].append({"id": world.conversation(key), "displayName": place.title})
    return {
        "tenant": world.tenant,
        "apps": {credentials["clientId"]: {"certificates": [credentials["certificatePem"]]}},
        "users": [_entra(world, person.key) for person in week.firm.people_on("teams")],
        "teams": [{"id": native, **team} for native, team in teams.items()],
        "hostedContents": dict(_pictures(world)),
        "drive": {
            file_address(world, line, file): {"item": {"name": file.name, "file": {}}, "bytes": _served(file)}
            for line, file in _sent(week, "teams")
        },
    }


def _entra(world: TeamsWorld, key: str) -> State:
    person = world.week.firm.people[key]
    mail = world.week.firm.email(person)
    kind = "Guest" if person.kind == "guest" else "Member"
    named = {"id": world.user_id(key), "displayName": person.name, "mail": mail, "userPrincipalName": mail}
    return {**named, "userType": kind, "accountEnabled": True}


def _pictures(world: TeamsWorld) -> Iterator[tuple[str, State]]:
    for line in world.week.story.lines_on(world.week.places_on("teams")):
        if line.image:
            root = str(ids.milliseconds(world.week.line(line.place, line.thread).at)) if line.thread else ""
            address = world.address(line.place, world.native(line), root)
            path = urlsplit(address).path.removeprefix("/v1.0")
            picture = File(name=line.image.name, type="png")
            yield f"{path}/hostedContents/{picture_key(line.image)}", _served(picture)


def _whatsapp(week: Week, token: str) -> State:
    files = {media_id(line, file): _served(file) for line, file in _sent(week, "whatsapp")}
    return {"tokens": [token], "media": files}


def _telegram(week: Week, token: str) -> State:
    files: dict[str, State] = {}
    for line, file in _sent(week, "telegram"):
        native = file_id(line, file)
        files[native] = {**_served(file), "path": f"documents/file_{len(files)}.{file.type}"}
    return {"bots": {token: TelegramWorld(week).bot()}, "files": files}


def _files(week: Week) -> State:
    """What other systems keep; the host of one, told apart by path."""
    world = GenericWorld(week)
    addresses = (
        (urlsplit(world.address(line, file)), file) for line, file in _sent(week, "generic") if not file.inline
    )
    return {"files": {f"{at.hostname}{unquote(at.path)}": _served(file) for at, file in addresses}}


def _sent(week: Week, platform: PlatformName) -> Iterator[tuple[Line, File]]:
    for line in week.story.lines_on(week.places_on(platform)):
        for file in line.files:
            yield line, file


def _served(file: File) -> State:
    """A file as its host serves it."""
    told = {"contentBase64": base64.b64encode(papers.content(file)).decode("ascii")}
    kind = {"contentType": papers.media_type(file), "name": file.name}
    return {**told, **kind, **({"deleted": True} if file.gone else {})}
