"""Use case: a log's newest checkpoint goes to whom the tenant named, so that we could not go back on it unseen.

An address gets every new checkpoint (``POST``, the signed note as ``text/plain``), a mailbox the newest once a day.
Whoever does not take one is tried again with the next run; it never stops anything else.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from quire.archive.sealing.failures import failure
from quire.aws.ledger import Ledger
from quire.aws.log_marks import LogMarks, Mark
from quire.aws.witness_settings import Witness, WitnessSettings
from quire.domain.errors import Fault, InvalidFieldsError, OutOfReachError, QuireError, UnavailableError
from quire.domain.ids import TenantId
from quire.domain.time import from_datetime
from quire.outbound.destination import destination
from quire.outbound.named import host_of

if TYPE_CHECKING:
    from quire.aws.mail import Mail
    from quire.domain.calls import Answer

MOST_WITNESSES = 10
_MOST_ANSWER = 64 * 1024
_HEADERS = {"Content-Type": "text/plain; charset=utf-8"}
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}", re.ASCII)
_TEXT = """The log of your archive {origin} stands at {size} entries.

The attached file is its signed checkpoint. Keep it: whoever has it can find out if the archive's past were ever
changed. `quire witness` does so by itself; it also reads this mail as it was saved.
"""
Outcome = Literal["sent", "not_due", "off", "failed"]
_log = logging.getLogger(__name__)

Post = Callable[[str, bytes, dict[str, str], int], "Answer"]
"""Posts to an address that a tenant named: :meth:`quire.outbound.named.NamedByTenant.post`."""


@dataclass(frozen=True)
class Sending:
    """What came of it with one witness; ``reason`` why it ``failed``. ``off``: no mails are sent here."""

    witness: Witness
    outcome: Outcome
    reason: str = ""


class CheckpointSender:
    """Sends tenants' checkpoints; ``mail`` is ``None`` where none are sent."""

    def __init__(
        self,
        ledger: Ledger,
        marks: LogMarks,
        settings: WitnessSettings,
        post: Post,
        mail: Mail | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._marks = marks
        self._settings = settings
        self._post = post
        self._mail = mail
        self._clock = clock

    def send(self, tenant: TenantId) -> list[Sending]:
        """Send the newest checkpoint to all who have not had it.

        Raises:
            UnavailableError: AWS's tables did not do what they were asked; the witnesses' failures are outcomes.
        """
        witnesses = self._settings.of(tenant)
        head = self._ledger.head(tenant) if witnesses else None
        if head is None or not head.published:
            return []
        return [self._send(tenant, each, head.published, head.checkpoint) for each in witnesses]

    def _send(self, tenant: TenantId, witness: Witness, size: int, note: str) -> Sending:
        name, now = mark_of(witness), self._clock().astimezone(UTC)
        known = self._marks.mark(tenant, name)
        if known.size >= size or (witness.kind == "email" and _had_today(known, now)):
            return Sending(witness, "not_due")
        if witness.kind == "email" and self._mail is None:
            return Sending(witness, "off")
        try:
            self._tell(witness, size, note)
        except QuireError as error:
            reason = failure(error)
            mark = Mark(known.size, from_datetime(now), reason, known.failures + 1, error.detail)
            self._marks.put_mark(tenant, name, mark)
            _log.warning("a witness took no checkpoint", extra={"tenant": tenant, "witness": name, "reason": reason})
            return Sending(witness, "failed", reason)
        self._marks.put_mark(tenant, name, Mark(size, from_datetime(now), "sent"))
        return Sending(witness, "sent")

    def _tell(self, witness: Witness, size: int, note: str) -> None:
        if witness.kind == "email" and self._mail is not None:
            origin = note.partition("\n")[0]
            subject = f"Checkpoint of {origin}: {size} entries"
            text = _TEXT.format(origin=origin, size=size)
            self._mail.send(witness.address, subject, text, {f"checkpoint-{size}.txt": note.encode()})
            return
        answer = self._post(witness.address, note.encode(), _HEADERS, _MOST_ANSWER)
        if not 200 <= answer.status < 300:
            raise UnavailableError(f"it answers {answer.status}")


def read_witnesses(told: Sequence[Mapping[str, str]]) -> list[Witness]:
    """Witnesses as people name them: ``{"url"}`` or ``{"email"}`` each.

    Raises:
        InvalidFieldsError: one is named otherwise.
    """
    found: list[Witness] = []
    for number, each in enumerate(told):
        match dict(each):
            case {"url": str(address), **others} if not others:
                found.append(Witness("url", address))
            case {"email": str(address), **others} if not others:
                found.append(Witness("email", address))
            case _:
                raise InvalidFieldsError([Fault(f"witnesses.{number}", "names neither one url nor one email")])
    return found


def check_witnesses(witnesses: Sequence[Witness]) -> None:
    """Whether a tenant may have these.

    Raises:
        InvalidFieldsError: an address is not https on port 443 of a whole host name, or none of e-mail; or there are
            too many.
    """
    faults = [Fault(f"witnesses.{n}", fault) for n, each in enumerate(witnesses) if (fault := _fault(each))]
    if len(witnesses) > MOST_WITNESSES:
        faults.append(Fault("witnesses", f"are more than {MOST_WITNESSES}"))
    if len(set(witnesses)) < len(witnesses):
        faults.append(Fault("witnesses", "hold one twice"))
    if faults:
        raise InvalidFieldsError(faults)


def mark_of(witness: Witness) -> str:
    """The name under which is noted how far a witness has come (:class:`quire.aws.log_marks.LogMarks`)."""
    return f"witness.{hashlib.sha256(f'{witness.kind} {witness.address}'.encode()).hexdigest()[:24]}"


def _fault(witness: Witness) -> str:
    if witness.kind == "email":
        return "" if len(witness.address) <= 254 and _EMAIL.fullmatch(witness.address) else "is no e-mail address"
    try:
        destination(witness.address, {}, [host_of(witness.address)])
    except OutOfReachError:
        return "is no https address of a public host"
    return "" if len(witness.address) <= 2048 else "is too long"


def _had_today(known: Mark, now: datetime) -> bool:
    return known.outcome == "sent" and known.tried_at[:10] >= f"{now:%Y-%m-%d}"
