"""Files in Slack's message events.

Source: https://docs.slack.dev/reference/objects/file-object; stubs: https://docs.slack.dev/apis/slack-connect/
"""

from typing import Any
from urllib.parse import quote

from infra.local.demo import ids, papers
from infra.local.demo.script import File, Line
from infra.local.demo.slack_world import SlackWorld

_PRETTY = {
    "csv": "CSV",
    "docx": "Word Document",
    "ogg": "Ogg",
    "pdf": "PDF",
    "png": "PNG",
    "txt": "Plain Text",
    "xlsx": "Excel Spreadsheet",
}


def files(world: SlackWorld, line: Line) -> list[dict[str, Any]]:
    """The file objects of a message; in a channel shared with another firm only stubs."""
    if world.week.firm.places[line.place].type == "connect":
        return [_stub(line, file) for file in line.files]
    return [_file(world, line, file) for file in line.files]


def slack_file_id(line: Line, file: File) -> str:
    """The id of a file."""
    return ids.slack_id("F", f"{line.place} {line.key} {file.name}")


def _stub(line: Line, file: File) -> dict[str, Any]:
    return {
        "id": slack_file_id(line, file),
        "mode": "file_access",
        "file_access": "check_file_info",
        "created": 0,
        "timestamp": 0,
        "user": "",
    }


def _file(world: SlackWorld, line: Line, file: File) -> dict[str, Any]:
    file_id = slack_file_id(line, file)
    second = ids.milliseconds(line.at) // 1000
    domain = world.week.firm.firms["meridian"].domain
    place = f"{world.team}-{file_id}"
    name = quote(file.name.lower())
    return {
        "id": file_id,
        "created": second,
        "timestamp": second,
        "name": file.name,
        "title": file.name,
        "mimetype": papers.media_type(file),
        "filetype": file.type,
        "pretty_type": _PRETTY[file.type],
        "user": world.user(line.by),
        "user_team": world.home(line.by),
        "editable": False,
        "size": len(papers.content(file)),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": world.channel_type(line.place) == "channel",
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"https://files.slack.com/files-pri/{place}/{name}",
        "url_private_download": f"https://files.slack.com/files-pri/{place}/download/{name}",
        "permalink": f"https://{domain}/files/{world.user(line.by)}/{file_id}/{name}",
        "has_rich_preview": False,
        "file_access": "visible",
    }
