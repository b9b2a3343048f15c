"""GET /v1/messages/{messageId}/attachments/{attachmentId}/content and .../thumbnail

An attachment's id is the platform's, and may hold anything; :func:`quire.api.message.address_of` is how it stands in
an address.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response

from quire.api.message import address_of
from quire.api.messages import message_id_of
from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.api.scope import Asked
from quire.archive.attachments.hand_over import PAUSE, StoredFile
from quire.domain.errors import NotFoundError
from quire.domain.time import from_datetime
from quire.identity.actions import Action

SECONDS = 60
"""How long a link is good: long enough to begin, too short to be handed on."""
_LONGEST_NAME = 150
_TYPES = {"webp": "image/webp", "png": "image/png", "jpg": "image/jpeg"}
_OPAQUE = "application/octet-stream"


class Link(ApiModel):
    """``ready``: ``url`` is an address under which the bytes are read without further sign-in, until ``expires_at``.

    ``preparing``, which only a large file is (status 202): ask again after ``retry_after`` seconds.
    """

    status: Literal["ready", "preparing"]
    url: Maybe[str] = None
    expires_at: Maybe[str] = None
    retry_after: Maybe[int] = None


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route(
        "GET",
        "/v1/messages/<message_id>/attachments/<attachment_id>/content",
        action=Action.READ_ATTACHMENT,
        parameter="message_id",
        summary="Read a file",
        later="A large file is being prepared",
    )
    def read_attachment(message_id: str, attachment_id: str) -> Response[Link]:
        """Where the file's bytes are, exactly as they were sent. Browsers store them; they never open them. A large
        file is prepared first: until it is, ask again."""
        asked = api.asked()
        found = _attachment(asked, message_id, attachment_id)
        if not found.get("storage_key"):
            raise NotFoundError("the bytes of this file are not here")
        headers = {
            "ResponseContentType": _OPAQUE,
            "ResponseContentDisposition": disposition(found.get("name")),
            "ResponseCacheControl": "private, no-store",
        }
        file = StoredFile(found["storage_key"], found.get("storage_version"), found.get("sha256"), found.get("size"))
        return _link(asked, file, headers)

    @api.route(
        "GET",
        "/v1/messages/<message_id>/attachments/<attachment_id>/thumbnail",
        action=Action.READ_ATTACHMENT,
        parameter="message_id",
        summary="Look at a file",
    )
    def read_thumbnail(message_id: str, attachment_id: str) -> Response[Link]:
        """Where a small picture of the file is, made when it was stored."""
        asked = api.asked()
        key = str(_attachment(asked, message_id, attachment_id).get("thumbnail_key") or "")
        if not key:
            raise NotFoundError("there is no picture of this file")
        headers = {
            "ResponseContentType": _TYPES.get(key.rpartition(".")[2], _OPAQUE),
            "ResponseCacheControl": "private, no-store",
        }
        return _link(asked, StoredFile(key), headers)


def disposition(name: str | None) -> str:
    """A ``Content-Disposition`` (RFC 6266) that stores the file under ``name``, as far as a name is harmless.

    Path separators, control and formatting characters, and leading dots are none of a name.
    """
    kept = "".join("_" if c in '/\\:*?"<>|' else c for c in name or "" if unicodedata.category(c)[0] != "C")
    shown = kept.strip(" .")[-_LONGEST_NAME:].strip(" .") or "file"
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", plain).strip(" .") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"


def _attachment(asked: Asked, message_id: str, address: str) -> Mapping[str, Any]:
    """The attachment of the message, on record with what its bytes hash to."""
    asked.detail["attachment"] = address[:200]
    document = asked.scope.messages.find(message_id_of(message_id))
    for each in (document or {}).get("attachments", ()):
        if address_of(each["attachment_id"]) == address:
            asked.detail.update({"sha256": each["sha256"]} if each.get("sha256") else {})
            found: Mapping[str, Any] = each
            return found
    raise NotFoundError("there is no such file")


def _link(asked: Asked, file: StoredFile, headers: dict[str, str]) -> Response[Link]:
    url = asked.scope.hand_over().link(file, headers, SECONDS)
    if url is None:
        later = Link(status="preparing", retry_after=PAUSE)
        return Response(202, content_type="application/json", body=later, headers={"Retry-After": str(PAUSE)})
    expires = datetime.now(UTC) + timedelta(seconds=SECONDS)
    ready = Link(status="ready", url=url, expires_at=from_datetime(expires.replace(microsecond=0)))
    return Response(200, content_type="application/json", body=ready)
