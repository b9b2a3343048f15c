"""Bulk actions: what is sent, how much of it at a time, and what became of each. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from quire.domain.ids import MessageId
from quire.search.documents import Document

_MAX_BYTES, _MAX_ACTIONS = 5_000_000, 1_000
_CONFLICT = 409
_OVERLOADED = frozenset({429, 502, 503, 504})


class Outcome(NamedTuple):
    """The status of an action; the type of the error, where it is one."""

    status: int
    kind: str = ""

    @property
    def conflict(self) -> bool:
        """Somebody else's state is there."""
        return self.status == _CONFLICT

    @property
    def refused(self) -> bool:
        """It will never be taken."""
        return bool(self.kind) and not self.conflict


TOO_LARGE = Outcome(413, "request_too_large")
"""Of an action that the engine does not take even alone."""


@dataclass(frozen=True)
class Action:
    """One action and its document; ``bytes_`` is what is sent."""

    head: Mapping[str, Any]
    document: Document | None = None
    bytes_: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lines = [orjson.dumps(self.head), *([] if self.document is None else [orjson.dumps(self.document)]), b""]
        object.__setattr__(self, "bytes_", b"\n".join(lines))


def settled(answer: Mapping[str, Any]) -> Outcome | None:
    """What became of an action; ``None`` when it has to be sent again."""
    status = int(answer["status"])
    if status in _OVERLOADED:
        return None
    error = answer.get("error")
    return Outcome(status) if error is None else Outcome(status, str(error.get("type")))


def chunks(actions: Sequence[tuple[MessageId, Action]]) -> Iterator[list[tuple[MessageId, Action]]]:
    """Actions by the request: at most 5 MB, unless one alone is larger, and 1,000 of them."""
    chunk: list[tuple[MessageId, Action]] = []
    size = 0
    for each in actions:
        length = len(each[1].bytes_)
        if chunk and (size + length > _MAX_BYTES or len(chunk) == _MAX_ACTIONS):
            yield chunk
            chunk, size = [], 0
        chunk.append(each)
        size += length
    if chunk:
        yield chunk
