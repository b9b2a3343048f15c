"""Media of WhatsApp's: an id that lives for seven days gives an address that lives for five minutes.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media/
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from quire.connectors.outward import Inline
from quire.connectors.shape import mapping, said
from quire.connectors.whatsapp.client import Client, error_code
from quire.domain.attachments import WantedFile
from quire.domain.calls import Call, Outside
from quire.domain.errors import GoneError, OutOfReachError

_NO_SUCH_OBJECT = 100
"""Meta's answer alike where an id expired, where its file was deleted, and where it never was."""
_NO_MEDIA = frozenset({"", "unknown", "forwarded", "product", "referral"})


def fetch(work: WantedFile, raw: bytes, outside: Outside, configuration: Mapping[str, Any]) -> Call | Inline:
    """Where a file is for the next five minutes, with what proves who asks.

    Raises:
        GoneError: the id has expired, or its file was deleted.
        OutOfReachError: there is no id to ask for (``no_source``), the token may not see the file (``not_permitted``),
            or Meta answers otherwise (``platform_error``).
        GrantLostError: the token counts no more.
    """
    del raw, configuration
    identifier = work.attachment.id
    if identifier in _NO_MEDIA or not identifier.isalnum():
        raise OutOfReachError("no_source", "WhatsApp gave no id of a file")
    client = Client(outside)
    answer = client.get("GET /{media-id}", quote(identifier))
    if answer.status == HTTPStatus.FORBIDDEN:
        raise OutOfReachError("not_permitted", "the access token may not see this number's files")
    address = said(mapping(answer.json()).get("url")) if answer.status == HTTPStatus.OK else None
    if answer.status == HTTPStatus.NOT_FOUND or error_code(answer) == _NO_SUCH_OBJECT:
        raise GoneError("WhatsApp holds this file no more: ids of files live for seven days")
    if address is None:
        raise OutOfReachError("platform_error", "WhatsApp gives no address for this file")
    return Call("GET", address, "GET media", client.headers)
