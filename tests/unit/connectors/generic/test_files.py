"""Files of pushed messages."""

from typing import Any, cast

import orjson
import pytest

from quire.connectors.generic.files import REACH, fetch, pause
from quire.connectors.outward import Inline
from quire.domain.attachments import WantedFile
from quire.domain.calls import Answer, Call, Outside
from quire.domain.errors import OutOfReachError
from tests.fetching import wanted

NOBODY = cast("Outside", None)


def event(*attachments: dict[str, Any]) -> bytes:
    """One pushed message with files."""
    told = {"kind": "message.created", "id": "m-1", "channel": {"id": "c"}, "sender": {"id": "u"}}
    return orjson.dumps({**told, "at": "2026-03-02T09:20:00Z", "text": "", "attachments": attachments})


def file(**more: Any) -> dict[str, Any]:
    """A file of a message."""
    return {"id": "f-1", "name": "note.txt", "contentType": "text/plain", **more}


def work(native: str = "f-1") -> WantedFile:
    """Work for one file."""
    return wanted(native, platform="generic")


def test_bytes_that_came_along_are_the_file() -> None:
    assert fetch(work(), event(file(contentBase64="Q2FsbCBMaXNib24K")), NOBODY, {}) == Inline(b"Call Lisbon\n")


def test_an_address_is_called_as_it_stands() -> None:
    url = "https://files.meridian.example/a?x=1&y=%20"
    assert fetch(work(), event(file(url=url)), NOBODY, {}) == Call("GET", url, "file")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (event(file(id="f-2", contentBase64="")), "no_source"),
        (event(), "no_source"),
        (b'{"events": 1}', "no_source"),
        (event(file(url="http://files.meridian.example/a")), "address_refused"),
    ],
)
def test_what_cannot_be_had_says_why(raw: bytes, reason: str) -> None:
    with pytest.raises(OutOfReachError) as refusal:
        fetch(work(), raw, NOBODY, {})
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("status", "told", "seconds"),
    [(429, {"retry-after": "7"}, 7.0), (503, {}, 60.0), (429, {"retry-after": "soon"}, 60.0), (200, {}, None)],
)
def test_patience_is_asked_for_in_seconds(status: int, told: dict[str, str], seconds: float | None) -> None:
    assert pause(Answer(status, told, b"")) == seconds


def test_only_the_hosts_that_the_connection_names_are_reached() -> None:
    assert (REACH.hosts, REACH.files, REACH.files_setting) == ((), (), "fileHosts")
