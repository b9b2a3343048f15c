"""Where a file of a Slack message is to be had.

https://docs.slack.dev/reference/objects/file-object
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from quire.connectors.json_text import read_json
from quire.connectors.shape import mapping, mappings, said, text
from quire.connectors.slack.client import ask
from quire.domain.attachments import WantedFile
from quire.domain.calls import Call, Outside
from quire.domain.errors import GoneError, OutOfReachError, UnavailableError

_GONE = frozenset({"file_deleted", "file_not_found"})
_MODES_GONE = frozenset({"tombstone"})
_MODES_HIDDEN = frozenset({"hidden_by_limit"})
_DEEPEST = 12

File = Mapping[str, Any]


def fetch(wanted: WantedFile, raw: bytes, outside: Outside, configuration: Mapping[str, Any]) -> Call:
    """The download of a file that Slack holds. One of which the event gives only an id is asked for first.

    Raises:
        GoneError: it was deleted, as the event or Slack says.
        OutOfReachError: it is not with Slack (``no_source``), or Slack does not let us have it (``not_permitted``).
        GrantLostError, UnavailableError: as asking Slack does.
    """
    del configuration
    native = wanted.attachment.id
    file = next((found for found in _files(read_json(raw), 0) if found.get("id") == native), None)
    if file is None and not wanted.attachment.url:
        raise OutOfReachError("no_source", "the message names no file of Slack's")
    if file is None:
        file = {"url_private_download": wanted.attachment.url}
    _check(file)
    if _is_stub(file):
        file = _asked(native, outside)
        _check(file)
    address = _address(file)
    if address is None:
        raise OutOfReachError("no_source", "the file is not held by Slack")
    return Call("GET", address, "file", {"authorization": f"Bearer {outside.token()}"})


def _files(value: object, depth: int) -> Iterator[File]:
    """All file objects of an event, the message's own before those of what it shares."""
    if depth > _DEEPEST or not isinstance(value, dict | list):
        return
    if isinstance(value, list):
        for each in value:
            yield from _files(each, depth + 1)
        return
    yield from mappings(value.get("files"))
    for key in ("file", "slack_file"):
        if isinstance(value.get(key), dict):
            yield mapping(value[key])
    for key, each in value.items():
        if key != "files":
            yield from _files(each, depth + 1)


def _check(file: File) -> None:
    mode = text(file.get("mode"))
    if mode in _MODES_GONE or file.get("is_deleted") is True:
        raise GoneError("the file was deleted at its source")
    if mode in _MODES_HIDDEN:
        raise OutOfReachError("not_permitted", "the workspace's plan hides the file")
    if file.get("is_external") is True or mode == "external":
        raise OutOfReachError("no_source", "the file lies with another service, which Slack only points to")


def _is_stub(file: File) -> bool:
    """Slack Connect gives an id only; so does an image in a block."""
    return (
        text(file.get("file_access")) == "check_file_info"
        or text(file.get("mode")) == "file_access"
        or not (said(file.get("url_private_download")) or said(file.get("url_private")) or said(file.get("permalink")))
    )


def _asked(native: str, outside: Outside) -> File:
    told = ask(outside, "files.info", {"file": native})
    if told.error in _GONE:
        raise GoneError("the file was deleted at its source")
    if told.error == "unknown_error":
        raise UnavailableError("Slack does not say why it does not answer files.info")
    if told.error:
        raise OutOfReachError("not_permitted", f"Slack does not answer files.info: {told.error}")
    file = mapping(told.value.get("file"))
    if _is_stub(file):
        raise OutOfReachError("not_permitted", "Slack gives no more than the file's id")
    return file


def _address(file: File) -> str | None:
    """Where Slack keeps the bytes; ``None`` for addresses elsewhere and for pages about a file."""
    for key in ("url_private_download", "url_private"):
        address = text(file.get(key))
        where = urlsplit(address)
        host = where.hostname or ""
        if where.scheme == "https" and host.endswith(".slack.com") and where.path.startswith("/files-"):
            return address
    return None
