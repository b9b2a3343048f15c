"""``quire rebuild``: event rows and search documents again, from nothing but the locked segments."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quire.aws.journal import Journal, Lock
from quire.bootstrap.archive import restore
from quire.cli.deployment import Deployment
from quire.domain.ids import TenantId

_NOT_WRITTEN = Lock("GOVERNANCE", 0)


class NotIndexedError(Exception):
    """The indexer did not get through in time; the text says how many segments are left."""


@dataclass(frozen=True)
class Rebuilt:
    """Segments read again, rows that were missing, rows that were there, and segments that could not be read."""

    segments: int = 0
    missing: int = 0
    present: int = 0
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{self.segments} segments read, {self.missing} rows were missing, {self.present} were there"
        return text + "".join(f"\n  could not be read: {fault}" for fault in self.faults)


def tenants_of(deployment: Deployment) -> list[str]:
    """Every tenant that has something in the journal."""
    journal = Journal(deployment.client("s3"), deployment.outputs["JournalBucket"], _NOT_WRITTEN)
    return sorted(journal.tenants())


def rebuild(deployment: Deployment, tenants: Sequence[str], under: str = "") -> Rebuilt:
    """Put the rows and send the notices of all segments again; ``under`` narrows to ``yyyy/mm/dd``.

    What is there already stays as it is, so this may run at any time and twice. The indexer works on when it returns.
    """
    deployment.enter()
    total = Rebuilt()
    for tenant in tenants:
        for segment in restore(TenantId(tenant), under):
            faults = (*total.faults, f"{segment.key}: {segment.fault}") if segment.fault else total.faults
            total = Rebuilt(total.segments + 1, total.missing + segment.new, total.present + segment.present, faults)
    return total


def wait_until_indexed(deployment: Deployment, seconds: float, tell: Callable[[str], None] = lambda _: None) -> None:
    """Wait until no segment notice is left.

    Raises:
        NotIndexedError: some are after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while left := notices_left(deployment):
        tell(f"{left} segments to index")
        if time.monotonic() > deadline:
            raise NotIndexedError(f"{left} segments are not indexed after {seconds:.0f} s")
        time.sleep(0.3)


def notices_left(deployment: Deployment) -> int:
    """Segment notices that wait or are being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = deployment.outputs["SegmentQueueUrl"]
    attributes = deployment.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)
