"""Rebuilding projections from segments, and putting quarantined records back."""

from collections.abc import Iterator

import pytest

from quire.archive.batch import StreamRecord
from quire.archive.ciphers import PlainFrames
from quire.archive.journal_segments import JournalSegments
from quire.archive.quarantine import Quarantine
from quire.archive.replay import REPLAYED_FROM, replay
from quire.archive.restore import restore
from quire.domain.delivery import read_header
from quire.domain.errors import NotFoundError
from quire.domain.ids import TenantId
from tests.archiving import archiver, drain, messages_of, rows_of
from tests.moto_aws import NOW, Stack, stack
from tests.pretend import body_of, delivery, fact, stream

ACME, GLOBEX = TenantId("acme"), TenantId("globex")


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def batch(*records: bytes) -> list[StreamRecord]:
    return stream(records, NOW)


def test_rows_and_notices_are_rebuilt_from_segments(aws: Stack) -> None:
    drain(aws, batch(delivery("acme", fact("m1"), fact("m2", user="U2")).record()))
    drain(aws, stream([delivery("acme", fact("m3")).record()], NOW, first=200))
    before = rows_of(aws, "acme")
    gone = before[0]
    aws.aws.dynamodb.delete_item(
        TableName="events", Key={"pk": {"S": f"T#acme#M#{gone.about}"}, "sk": {"S": f"E#{gone.event_id}"}}
    )
    aws.journal.put("t/acme/journal/2026/03/02/10/broken.qrs", b"not a segment", NOW)
    while aws.sent():
        pass
    segments = JournalSegments(aws.journal, aws.rows, aws.notices, PlainFrames(), 90)
    told = list(restore(aws.journal, segments, ACME, NOW))
    assert sum(one.new for one in told) == 1
    assert sum(one.present for one in told) == 2
    assert [one.key for one in told if one.fault] == ["t/acme/journal/2026/03/02/10/broken.qrs"]
    assert rows_of(aws, "acme") == before
    assert len(aws.sent()) == 2


def test_a_quarantined_record_is_replayed_once_its_platform_is_known(aws: Stack) -> None:
    records = batch(delivery("acme", fact("m1")).record())
    archiver(aws, connectors={}).archive(records, NOW)
    quarantine = Quarantine(aws.journal)
    [kept] = quarantine.listed(ACME)
    with pytest.raises(NotFoundError):
        replay(quarantine, aws.stream, GLOBEX, kept.key)
    replay(quarantine, aws.stream, ACME, kept.key)
    [record] = aws.records()
    header, body = read_header(record)
    assert header.context == {REPLAYED_FROM: kept.key}
    assert body == body_of(fact("m1"))
    drain(aws, stream([record, record], NOW, first=300))
    assert len(messages_of(aws, "acme")) == 1
    assert [one.key for one in quarantine.listed(ACME)] == [kept.key]
