"""Files of pushed messages: their bytes came along, or lie on a host that the connection's configuration names."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from quire.connectors.generic.models import Attachment, Created, Edited, checked
from quire.connectors.json_text import read_json
from quire.connectors.outward import Inline
from quire.domain.attachments import WantedFile
from quire.domain.calls import Answer, Call, Limit, Outside, Reach
from quire.domain.errors import OutOfReachError

_FILE = "file"
_LONGEST_PAUSE = 3600.0


def pause(answer: Answer) -> float | None:
    """``Retry-After`` of 429 and 503 in seconds; a minute where it says nothing that we read."""
    if answer.status not in (429, 503):
        return None
    told = answer.headers.get("retry-after", "").strip()
    return min(float(told), _LONGEST_PAUSE) if told.isascii() and told.isdigit() else 60.0


REACH = Reach(hosts=(), limits={"*": Limit(calls=120, seconds=60.0, burst=20)}, pause=pause, files_setting="fileHosts")
"""Nowhere but to the hosts that a connection's configuration names."""


def fetch(wanted: WantedFile, raw: bytes, outside: Outside, configuration: Mapping[str, Any]) -> Call | Inline:  # noqa: ARG001 - nobody has to be asked
    """The file of an event, by its id.

    Raises:
        OutOfReachError: the event holds no such file (``no_source``), or its address is not https
            (``address_refused``).
    """
    attachment = _attachment(raw, wanted.attachment.id)
    if attachment.url is None:
        return Inline(attachment.content())
    if urlsplit(attachment.url).scheme != "https":
        raise OutOfReachError("address_refused", "files are fetched by https only")
    return Call("GET", attachment.url, _FILE)


def _attachment(raw: bytes, native: str) -> Attachment:
    event = checked(read_json(raw))
    if isinstance(event, Created | Edited):
        for attachment in reversed(event.attachments or ()):  # of two with one id the later one counts
            if attachment.id == native:
                return attachment
    raise OutOfReachError("no_source", "the event holds no such file")
