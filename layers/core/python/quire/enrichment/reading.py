"""What is said about a file once it was looked at, and within which limits that is done."""

from dataclasses import dataclass
from typing import Literal

TextStatus = Literal["complete", "truncated", "none", "unsupported", "failed"]
Reason = Literal[
    "encrypted",  # a password is needed
    "malformed",  # not what its kind should be
    "archive_bomb",  # unpacked it would be far larger than it has any right to
    "too_many_pixels",  # a picture that would not fit into memory
    "text_limit",  # there is more text than is kept
    "time_limit",  # there is more, but the time was up; `failed`: nothing was read by then
    "memory_limit",  # it took more memory than a file may
    "crashed",  # the reading process died
]


@dataclass(frozen=True)
class Limits:
    """What reading one file may take. ``memory_bytes`` is address space of the child process, libraries included."""

    cpu_seconds: int = 20
    wall_seconds: float = 45.0
    memory_bytes: int = 768 * 1024 * 1024
    text_characters: int = 500_000


@dataclass(frozen=True)
class Reading:
    """What was found in a file.

    ``detected_type`` is a media type told from the content, ``None`` when not even that could be found out.
    ``text`` is empty unless the status is ``complete`` or ``truncated``: ``none`` is a file without text (a picture),
    ``unsupported`` a kind that is not read, ``failed`` one that is, in vain. ``reason`` says why a text is truncated or
    failed, or why there is no thumbnail of a picture. ``thumbnail_type`` is the thumbnail's media type.
    """

    detected_type: str | None
    text: str
    text_status: TextStatus
    thumbnail: bytes | None = None
    thumbnail_type: str | None = None
    reason: Reason | None = None
