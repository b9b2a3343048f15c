"""What comes with a Teams message: files in SharePoint, cards, quoted messages, pasted pictures.

Source: https://learn.microsoft.com/en-us/graph/api/resources/chatmessageattachment
"""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from infra.local.demo import ids
from infra.local.demo.markup import parse, plain
from infra.local.demo.script import File, Image, Line
from infra.local.demo.teams_world import TeamsWorld

SHAREPOINT = "meridiancapital.sharepoint.com"
"""Where the firm's files are; people's own are below ``-my``."""


@dataclass(frozen=True)
class Attached:
    """What goes before and after the text in the body, and the ``attachments`` list."""

    before: str
    after: str
    attachments: list[dict[str, Any]]


def attached(world: TeamsWorld, line: Line, address: str) -> Attached:
    """Everything that comes with ``line``; ``address`` is where the message itself can be read."""
    before = ""
    after = ""
    listed: list[dict[str, Any]] = []
    if line.quotes:
        quoted = world.week.line(line.place, line.quotes)
        if ids.number(line.key, 2):
            before += _blockquote(world, quoted)
        else:
            entry = _reference(world, quoted)
            before += _marker(entry)
            listed.append(entry)
    for entry in [*_files(world, line), *_cards(line)]:
        after += _marker(entry)
        listed.append(entry)
    if line.image:
        after += _image(line, address)
    return Attached(before, after, listed)


def _marker(entry: dict[str, Any]) -> str:
    return f'<attachment id="{entry["id"]}"></attachment>'


def _entry(key: str, content_type: str, **told: Any) -> dict[str, Any]:
    empty = {"contentUrl": None, "content": None, "name": None, "thumbnailUrl": None, "teamsAppId": None}
    return {"id": key, "contentType": content_type, **empty, **told}


def _files(world: TeamsWorld, line: Line) -> list[dict[str, Any]]:
    return [
        _entry(
            ids.guid("file", f"{line.place} {line.key} {file.name}"),
            "reference",
            contentUrl=file_address(world, line, file),
            name=file.name,
        )
        for file in line.files
    ]


def file_address(world: TeamsWorld, line: Line, file: File) -> str:
    """Where a file lies in SharePoint."""
    place = world.week.firm.places[line.place]
    site = f"sites/{place.team}/Shared Documents/{place.title}" if place.team else "personal/shared/Teams Chat Files"
    return f"https://{SHAREPOINT}/{quote(site)}/{quote(file.name)}"


def picture_key(image: Image) -> str:
    """The id of a pasted picture within its message."""
    return base64.b64encode(f"id=,type=1,url=https://media.example/{image.name}/views/imgo".encode()).decode("ascii")


def _cards(line: Line) -> list[dict[str, Any]]:
    """An adaptive card travels as JSON inside a string."""
    if line.card is None:
        return []
    facts = [{"title": title, "value": value} for title, value in line.card.fields.items()]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "size": "medium", "weight": "bolder", "text": line.card.title},
            {"type": "TextBlock", "text": line.card.text, "wrap": True},
            {"type": "FactSet", "facts": facts},
        ],
    }
    key = ids.thread_hex(f"card {line.place} {line.key}")
    return [_entry(key, "application/vnd.microsoft.card.adaptive", content=json.dumps(card, indent=2))]


def _reference(world: TeamsWorld, quoted: Line) -> dict[str, Any]:
    preview = plain(parse(world.week.firm, quoted.text))[:200]
    key = str(ids.milliseconds(quoted.at))
    told = {"messageId": key, "messagePreview": preview, "messageSender": world.identity(quoted.by)}
    return _entry(key, "messageReference", content=json.dumps(told, ensure_ascii=False))


def _blockquote(world: TeamsWorld, quoted: Line) -> str:
    key = ids.milliseconds(quoted.at)
    said = plain(parse(world.week.firm, quoted.text))
    return (
        f'<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="{key}">'
        f'<strong itemprop="mri" itemid="8:orgid:{world.user_id(quoted.by)}">{world.names[quoted.by]}</strong>'
        f'<span itemprop="time" itemid="{key}"></span><p itemprop="preview">{said}</p></blockquote>'
    )


def _image(line: Line, address: str) -> str:
    image = line.image
    if image is None:
        return ""
    key = picture_key(image)
    size = f'width="{image.width}" height="{image.height}"'
    source = f"{address}/hostedContents/{key}/$value"
    return f'<p><img src="{source}" {size} alt="{image.name}" itemid="{image.name}"></p>'
