"""GET /v1/messages/{messageId}/evidence

Everything that a browser needs to verify, without believing this API, that a message is in the archive as it was
captured. ``docs/evidence.md`` says how.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from quire.api.messages import message_id_of
from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.domain.errors import NotFoundError
from quire.identity.actions import Action

if TYPE_CHECKING:
    from quire.archive.proofs.prove_message import EventProof, MessageProof, SegmentProof
    from quire.archive.proofs.published_log import PublishedLog, Stamp

MOST_CHARACTERS = 4_000_000
"""Of the events' evidence together: a function's answer holds 6 MB."""

Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$", description="Bytes in lower-case hexadecimal digits")]
Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$", description="Bytes in base64 (RFC 4648, section 4)")]
Path = Annotated[
    list[Hex],
    Field(description="Hashes that lead from a leaf to a root, lowest first (RFC 9162, section 2.1.3)"),
]
State = Literal["captured", "sealed", "proven", "shredded"]
_ORDER: Sequence[State] = ("captured", "sealed", "proven")


class JournalPlace(ApiModel):
    """Where an event lies in the journal: object key and version of the segment, number of the frame."""

    segment: str
    version_id: str
    frame: int


class EventEvidence(ApiModel):
    """One event of the message.

    ``captured``: it is in the journal and waits for the next sealing. ``sealed``: it is in a sealed segment that no
    checkpoint covers yet. ``proven``. ``shredded``: it was sealed, and its author's key was destroyed since.

    ``leaf_hash`` is SHA-256(0x00 | ``salt`` | ``canonical``), and leaf ``leaf_index`` (from 0) of the ``leaf_count`` of
    its segment; ``path`` leads from there to the ``root`` in the segment's manifest.
    """

    event_id: str
    kind: str
    occurred_at: str
    captured_at: str
    state: State
    journal: JournalPlace
    segment_id: Maybe[str] = None
    frame: Maybe[int] = None
    leaf_index: Maybe[int] = None
    leaf_count: Maybe[int] = None
    leaf_hash: Maybe[Hex] = None
    salt: Maybe[Hex] = None
    canonical: Maybe[Base64] = None
    path: Maybe[Path] = None


class SegmentEvidence(ApiModel):
    """A sealed segment. Its ``manifest`` (canonical JSON) is entry ``entry`` (from 0) of the log, whose leaf is
    SHA-256(0x00 | manifest); ``path`` leads from there to the checkpoint's root, once one covers it."""

    segment_id: str
    manifest: Base64
    entry: int
    path: Maybe[Path] = None


class LogEvidence(ApiModel):
    """The tenant's log at its newest checkpoint. ``key`` is its verifier key (C2SP signed-note), ``checkpoint`` the
    signed note (C2SP tlog-checkpoint), which says ``origin``, ``size`` and ``root``."""

    key: str
    checkpoint: str
    origin: str
    size: int
    root: Hex


class TimeStamp(ApiModel):
    """A time token (RFC 3161, DER) over the bytes of ``checkpoint``, the signed note of the log of ``size`` entries:
    it was there ``at``, says the token. ``path`` proves that this log is the beginning of the newest one (RFC 9162,
    section 2.1.4)."""

    size: int
    at: str
    checkpoint: str
    token: Base64
    path: Path


class MessageEvidence(ApiModel):
    """What proves a message. ``state`` is how far all its events are, shredded ones left aside, unless all are.

    ``omitted`` counts events, the latest, that were left out because the answer would be too large; a downloaded
    package has all.
    """

    message_id: str
    state: State
    events: list[EventEvidence]
    omitted: int
    segments: list[SegmentEvidence]
    time_stamps: list[TimeStamp]
    log: Maybe[LogEvidence] = None


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route(
        "GET",
        "/v1/messages/<message_id>/evidence",
        action=Action.READ_EVIDENCE,
        parameter="message_id",
        summary="Prove a message",
    )
    def read_evidence(message_id: str) -> MessageEvidence:
        """What proves that the message was captured so, and when, or how far it is on its way into the archive."""
        asked = api.asked()
        message = message_id_of(message_id)
        proof = asked.scope.proof(message)
        if proof is None:
            raise NotFoundError("there is no such message")
        evidence = evidence_of(message, proof)
        asked.detail.update({"events": len(evidence.events), "state": evidence.state})
        return evidence


def evidence_of(message: str, proof: "MessageProof") -> MessageEvidence:
    """A proof as the API shows it, its events in order of time."""
    ordered = sorted(proof.events, key=lambda each: (each.captured.captured_at, each.captured.event_id))
    events = list(_fitting(map(_event, ordered)))
    return MessageEvidence(
        message_id=message,
        state=_together(each.state for each in proof.events),
        events=events,
        omitted=len(ordered) - len(events),
        segments=[_segment(each) for each in proof.segments],
        time_stamps=[_stamp(each) for each in proof.stamps],
        log=None if proof.log is None else _log(proof.log),
    )


def _together(states: Iterable[State]) -> State:
    told = {state for state in states if state != "shredded"}
    return next((state for state in _ORDER if state in told), "shredded")


def _fitting(events: Iterable[EventEvidence]) -> Iterable[EventEvidence]:
    """The first events that fit into an answer; at least one."""
    size = 0
    for number, event in enumerate(events):
        size += 1_000 + len(event.canonical or "") + 67 * len(event.path or ())
        if number and size > MOST_CHARACTERS:
            return
        yield event


def _event(proof: "EventProof") -> EventEvidence:
    captured, sealed = proof.captured, proof.sealed
    told = EventEvidence(
        event_id=captured.event_id,
        kind=captured.kind,
        occurred_at=captured.occurred_at,
        captured_at=captured.captured_at,
        state=proof.state,
        journal=JournalPlace(segment=captured.segment, version_id=captured.version_id, frame=captured.frame),
        segment_id=proof.segment,
    )
    if sealed is None:
        return told
    return told.model_copy(
        update={
            "frame": sealed.frame,
            "leaf_index": sealed.leaf,
            "leaf_count": len(sealed.leaves),
            "leaf_hash": sealed.leaves[sealed.leaf].hex(),
            "salt": sealed.salt.hex(),
            "canonical": _base64(sealed.canonical),
            "path": _hex(proof.path),
        }
    )


def _segment(proof: "SegmentProof") -> SegmentEvidence:
    return SegmentEvidence(
        segment_id=proof.row.segment_id,
        manifest=_base64(proof.row.manifest),
        entry=proof.entry,
        path=None if proof.path is None else _hex(proof.path),
    )


def _log(log: "PublishedLog") -> LogEvidence:
    checkpoint = log.checkpoint
    return LogEvidence(
        key=log.key.text(),
        checkpoint=log.note,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
    )


def _stamp(stamp: "Stamp") -> TimeStamp:
    note, token, path = stamp.note.decode(), _base64(stamp.token), _hex(stamp.path)
    return TimeStamp(size=stamp.size, at=stamp.at, checkpoint=note, token=token, path=path)


def _hex(hashes: Iterable[bytes]) -> list[str]:
    return [each.hex() for each in hashes]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
