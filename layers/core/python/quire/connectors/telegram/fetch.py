"""Files of Telegram's: asked for by their handle, then fetched from an address that is good for an hour.

https://core.telegram.org/bots/api#getfile
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from quire.connectors.outward import Inline
from quire.connectors.shape import mapping, said, size
from quire.connectors.telegram.client import Client
from quire.domain.attachments import WantedFile
from quire.domain.calls import Call, Outside
from quire.domain.errors import OutOfReachError

MOST_BYTES = 20 * 1024 * 1024
"""What the public server hands out; larger files need a Bot API server of one's own."""


def fetch(work: WantedFile, raw: bytes, outside: Outside, configuration: Mapping[str, Any]) -> Call | Inline:
    """Where a file is for the next hour.

    Raises:
        OutOfReachError: it is too large for bots (``too_large``), has no handle (``no_source``), or Telegram does not
            hand it out (``platform_error``).
        GrantLostError: the bot's token counts no more.
    """
    del raw, configuration
    handle = work.attachment.handle
    if not handle:
        raise OutOfReachError("no_source", "Telegram gave nothing to ask for this file by")
    _check(work.attachment.size)
    client = Client(outside)
    answer = client.ask("getFile", file_id=handle)
    told = mapping(mapping(answer.json()).get("result"))
    path = said(told.get("file_path"))
    if answer.status != HTTPStatus.OK or path is None:
        raise OutOfReachError("platform_error", "Telegram does not hand this file out")
    _check(size(told.get("file_size")))
    return client.file(path)


def _check(bytes_: int | None) -> None:
    if bytes_ is not None and bytes_ > MOST_BYTES:
        raise OutOfReachError("too_large", "Telegram hands bots no file of more than 20 MB")
