"""Evidence handed out, over mocked AWS: messages sealed under their senders' keys, and the packages made of them."""

import os
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

import orjson

from quire.archive.packages.folder import folder
from quire.archive.packages.pack import Packed, Packer, Wanted
from quire.archive.packages.program import program
from quire.archive.proofs.prove_message import MessageProver
from quire.archive.proofs.sealed_events import Captured, SealedEvents
from quire.aws.data_keys import DataKeys
from quire.aws.key_rows import KeyRows
from quire.aws.log_marks import LogMarks, Stamp
from quire.domain.events import event_from_json
from quire.domain.ids import MessageId, SubjectId, TenantId, message_id
from quire.keys.branches import BranchKeys
from quire.keys.frames import SubjectFrames
from quire.keys.subjects import SubjectKeys
from tests.archiving import rows_of
from tests.moto_aws import NOW, Stack
from tests.pretend import PLATFORM, fact
from tests.sealing import ACME, House, capture, log_key
from tests.timestamping import Authority


class Clock:
    """The time the keys go by."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class SealedHouse(House):
    """The sealing side, encrypting, and what gives evidence of it."""

    def __init__(self, aws: Stack, most_events: int = 1000, random: Callable[[int], bytes] = os.urandom) -> None:
        self.aws = aws
        self.clock = Clock()
        arn = aws.aws.kms.create_key()["KeyMetadata"]["Arn"]
        branches = BranchKeys(KeyRows(aws.aws.dynamodb, "keys"), DataKeys(aws.aws.kms), lambda _: arn)
        self.keys = SubjectKeys(KeyRows(aws.aws.dynamodb, "keys"), branches, self.clock, random)
        self.marks = LogMarks(aws.aws.dynamodb, "ledger")
        super().__init__(aws, most_events=most_events, cipher_of=lambda tenant: SubjectFrames(self.keys, tenant))

    def open_frames(self, tenant: TenantId, key_ids: Collection[str]) -> SubjectFrames:
        """As sealed."""
        frames = SubjectFrames(self.keys, tenant)
        frames.prepare_ids(key_ids)
        return frames

    def packer(self, roots: bytes = b"") -> Packer:
        """Writes packages."""
        return Packer(self.ledger, self.objects, self.open_frames, log_key, program(), roots)

    def prover(self) -> MessageProver:
        """Proves messages."""
        sealed = SealedEvents(self.ledger, self.objects, self.open_frames)
        return MessageProver(self.ledger, self.marks, self.objects, sealed, log_key)

    def pack(self, path: Path, *natives: str, everything: bool = False, roots: bytes = b"") -> Packed:
        """A package of the messages of these native ids; of all there are, without any."""
        messages = {of(native): self.events(native) for native in natives} if natives else None
        return self.packer(roots).pack(ACME, Wanted(everything, messages), folder(path))

    def events(self, native: str, channel: str = "C1") -> list[Captured]:
        """The events of a message, by its rows."""
        return [
            Captured(
                event.event_id,
                event.subject_id,
                event.kind,
                event.occurred_at,
                event.captured_at,
                row.segment,
                row.version_id,
                row.frame,
            )
            for row in self.aws.rows.of_message(ACME, of(native, channel))
            for event in [event_from_json(orjson.loads(row.event or b""))]
        ]

    def stamp(self, authority: Authority, sizes: Iterable[int]) -> None:
        """Time tokens over checkpoints."""
        for size in sizes:
            token = authority.stamp(self.objects.log_file(ACME, f"checkpoints/{size}") or b"")
            self.objects.put_log(ACME, {f"timestamps/{size}.tsr": token}, NOW)
            self.marks.put_stamp(ACME, Stamp(size, "2026-03-02T12:00:00.000000Z"))

    def destroy(self, subject: SubjectId, number: str = "2026") -> None:
        """Destroy a subject's key, and let five minutes pass."""
        self.aws.aws.dynamodb.update_item(
            TableName="keys",
            Key={"pk": {"S": f"T#{ACME}"}, "sk": {"S": f"SUBJECT#{subject}#{number}"}},
            UpdateExpression="REMOVE material",
        )
        self.clock.now = self.clock.now.replace(minute=self.clock.now.minute + 6)


def of(native: str, channel: str = "C1") -> MessageId:
    """Quire's id of a message of the made-up platform."""
    return message_id(ACME, PLATFORM, "W1", channel, native)


def week(aws: Stack, random: Callable[[int], bytes] = os.urandom) -> SealedHouse:
    """Two runs of the sealer over a few messages of three people: five segments, two checkpoints."""
    house = SealedHouse(aws, random=random)
    capture(
        aws,
        fact("m1", text="the merger is on"),
        fact("m1", text="the merger is off", at="2026-03-02T10:00:00Z", edit=True),
        fact("m2", user="U2", text="Grüße \n\t\\ \x7f שלום"),
        fact("m3", at="2026-03-01T10:00:00Z"),
        fact("m4", user="U3", channel="short"),
    )
    house.run()
    capture(aws, fact("m5", user="U2"), fact("m6", at="2026-02-27T10:00:00Z"), first=200)
    house.run()
    assert house.ledger.head(ACME).published == 5
    assert len(rows_of(aws, ACME)) == 7
    return house
