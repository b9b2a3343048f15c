"""Files of Discord's: their addresses are signed and expire within a day, so each is asked for anew.

https://docs.discord.com/developers/reference#signed-attachment-cdn-urls
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from quire.connectors.discord.client import Client
from quire.connectors.json_text import read_json
from quire.connectors.outward import Inline
from quire.connectors.shape import mapping, said
from quire.domain.attachments import WantedFile
from quire.domain.calls import Call, Outside
from quire.domain.errors import GoneError, GrantLostError, OutOfReachError

_CDN = "https://cdn.discordapp.com"
_GIF = 4
_STICKERS: Mapping[int, str] = {1: "png", 2: "png", 3: "json", _GIF: "gif"}
_DEEPEST = 12


def fetch(work: WantedFile, raw: bytes, outside: Outside, configuration: Mapping[str, Any]) -> Call | Inline:
    """Where a file of a message is now: its message is read again for an address that is signed afresh.

    Raises:
        GoneError: the message, or the file of it, was deleted.
        OutOfReachError: the bot may not read the message any more, and no address is left.
        GrantLostError: the bot's token counts no more.
    """
    del configuration
    told = read_json(raw)
    if work.attachment.id.startswith("sticker-"):
        return _sticker(work.attachment.id.removeprefix("sticker-"), told)
    answered = _read_again(work, outside)
    if answered is None:
        # Messages of lobbies and games, which a bot cannot read: the address they came with is all there is.
        address = _address(work.attachment.id, told) or work.attachment.url
    else:
        address = _address(work.attachment.id, answered)
        if address is None:
            if work.attachment.id.isdecimal():
                raise GoneError("the message holds this file no more")
            address = work.attachment.url
    if not address:
        raise OutOfReachError("no_source", "Discord gives no address for this file")
    return Call("GET", address, "GET cdn")


def _read_again(work: WantedFile, outside: Outside) -> Any:
    """The message as it is; ``None`` where no bot may read it.

    Raises:
        GoneError: it was deleted.
    """
    if not work.workspace_id:
        return None
    try:
        client = Client(outside)
    except GrantLostError:
        return None  # webhook events come without a bot
    answer = client.message(work.channel.id, work.native.message)
    if answer.status == HTTPStatus.NOT_FOUND:
        raise GoneError("the message was deleted at its source")
    return answer.json() if answer.status == HTTPStatus.OK else None


def _address(identifier: str, value: Any) -> str | None:
    """The address of the file of this id, wherever in a message it stands (forwarded, in a layout)."""
    return next(_found(identifier, value, 0), None)


def _found(identifier: str, value: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        url = said(value.get("url"))
        if url and identifier in (value.get("id"), value.get("attachment_id")):
            yield url
        for part in value.values():
            yield from _found(identifier, part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _found(identifier, part, depth + 1)


def _sticker(identifier: str, told: Any) -> Call:
    """A sticker: public, and never signed."""
    kind = next(_formats(identifier, told, 0), 1)
    host = "https://media.discordapp.net" if kind == _GIF else _CDN
    return Call("GET", f"{host}/stickers/{identifier}.{_STICKERS.get(kind, 'png')}", "GET cdn")


def _formats(identifier: str, value: Any, depth: int) -> Iterator[int]:
    if depth > _DEEPEST:
        return
    told = mapping(value)
    kind = told.get("format_type")
    if told.get("id") == identifier and isinstance(kind, int):
        yield kind
    for part in told.values() if told else value if isinstance(value, list) else ():
        yield from _formats(identifier, part, depth + 1)
