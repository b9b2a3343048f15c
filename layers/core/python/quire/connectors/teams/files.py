"""Where a file or picture of a Teams message is to be had.

https://learn.microsoft.com/en-us/graph/api/chatmessagehostedcontent-get
https://learn.microsoft.com/en-us/graph/api/shares-get
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from quire.connectors.json_text import read_json
from quire.connectors.outward import Inline
from quire.connectors.shape import mapping, text
from quire.connectors.teams.client import GRAPH, ask, error_code, read_value
from quire.connectors.teams.setting import path_ids
from quire.domain.attachments import WantedFile
from quire.domain.calls import Call, Outside
from quire.domain.errors import GoneError, MalformedError, OutOfReachError, UnavailableError

_HOSTED = re.compile(r"hostedContents/([^/?#]+)/\$value")
_ITEM = "GET /shares/{id}/driveItem"
_NO_BYTES = ("folder", "package", "bundle")


def fetch(wanted: WantedFile, raw: bytes, outside: Outside, configuration: Mapping[str, Any]) -> Call | Inline:
    """The bytes themselves, or the download of a picture (hosted content) or a file (SharePoint, OneDrive).

    Raises:
        GoneError: the file was deleted.
        OutOfReachError: nobody we may ask holds it (``no_source``), or we may not have it (``not_permitted``).
        GrantLostError, UnavailableError: as asking Graph does.
    """
    del configuration
    address = wanted.attachment.url or ""
    if wanted.attachment.kind not in {"file", "image"} or not address:
        raise OutOfReachError("no_source", "the message only points to it")
    if address.startswith("data:"):
        return Inline(_data(address))
    hosted = _HOSTED.search(address)
    if hosted:
        path = _message_path(address, raw, wanted)
        return _call(f"{path}/hostedContents/{quote(hosted[1], safe='')}/$value", "GET hostedContents/$value", outside)
    where = urlsplit(address)
    if where.scheme != "https" or not (where.hostname or "").endswith(".sharepoint.com"):
        raise OutOfReachError("no_source", "the file lies neither in SharePoint nor in OneDrive for work")
    shared = f"/shares/u!{base64.urlsafe_b64encode(address.encode()).decode().rstrip('=')}/driveItem"
    _check(shared, outside)
    return _call(f"{shared}/content", f"{_ITEM}/content", outside)


def _call(path: str, name: str, outside: Outside) -> Call:
    return Call("GET", GRAPH + path, name, {"authorization": f"Bearer {outside.token()}"})


def _check(shared: str, outside: Outside) -> None:
    """Ask what it is before its bytes: only so is a deleted file told from a refused one."""
    answer = ask(outside, "GET", shared, _ITEM)
    if answer.status in {404, 410}:
        raise GoneError("the file was deleted at its source")
    if answer.status in {400, 403, 423}:
        raise OutOfReachError("not_permitted", f"SharePoint does not give the file: {error_code(answer)}")
    if answer.status != 200:
        raise UnavailableError(f"{_ITEM}: {answer.status} {error_code(answer)}")
    item = read_value(answer)
    if "deleted" in item:
        raise GoneError("the file was deleted at its source")
    if any(facet in item for facet in _NO_BYTES):
        raise OutOfReachError("no_source", "it is a folder or a notebook, which has no bytes of its own")
    if "malware" in item:
        raise OutOfReachError("not_permitted", "SharePoint holds the file back: malware was found in it")


def _message_path(address: str, raw: bytes, wanted: WantedFile) -> str:
    """The message's path in Graph: as the picture's address, the notification or the message itself names it."""
    ids = path_ids(address)
    element = _object(raw)
    ids = {**path_ids(element.get("resource")), **ids}
    told = mapping(element.get("channelIdentity"))
    team = ids.get("teams") or text(told.get("teamId"))
    message = ids.get("messages") or wanted.native.thread or wanted.native.message
    reply = ids.get("replies") or (wanted.native.message if wanted.native.message != message else "")
    if wanted.channel.type == "channel" or "channels" in ids:
        if not team:
            raise OutOfReachError("no_source", "the message does not name its team")
        path = f"/teams/{_id(team)}/channels/{_id(ids.get('channels') or wanted.channel.id)}/messages/{_id(message)}"
        return f"{path}/replies/{_id(reply)}" if reply else path
    return f"/chats/{_id(ids.get('chats') or wanted.channel.id)}/messages/{_id(wanted.native.message)}"


def _id(native: str) -> str:
    return quote(native, safe="")


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        return mapping(read_json(raw))
    except MalformedError:
        return {}


def _data(address: str) -> bytes:
    """The bytes in a ``data:`` address (RFC 2397)."""
    head, comma, content = address.removeprefix("data:").partition(",")
    if not comma:
        raise OutOfReachError("no_source", "the picture in the message cannot be read")
    plain = unquote_to_bytes(content)
    if not head.lower().endswith(";base64"):
        return plain
    try:
        return base64.b64decode(plain, validate=True)
    except binascii.Error as error:
        raise OutOfReachError("no_source", "the picture in the message cannot be read") from error
