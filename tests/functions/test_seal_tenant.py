"""plan_sealing's and seal_tenant's handlers: the journal is in the log once, whoever else is at it, in as many calls as
it takes."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

import pytest

from quire import config
from quire.archive.ciphers import PlainFrames
from quire.archive.sealing.sealed_segments import SealedSegments
from quire.aws.log_keys import LogKey
from quire.bootstrap import archive, evidence, outbound, sealing
from quire.domain.errors import UnavailableError
from quire.evidence.checkpoint import open_checkpoint
from quire.evidence.note import VerifierKey
from tests.moto_aws import BUCKET, NOW, Stack, stack
from tests.pretend import fact
from tests.sealing import ACME, SIGNER, capture

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/log"
KEY = VerifierKey("quire-local.123456789012/acme", SIGNER.public_key().public_bytes_raw())
LONG = sealing.TIME_FOR_ONE + 1


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """An account with nothing captured; what KMS signs is signed here, because moto has no such keys."""
    for name, value in {
        "QUIRE_STAGE": "local",
        "QUIRE_LEDGER_TABLE": "ledger",
        "QUIRE_LIMITS_TABLE": "limits",
        "QUIRE_JOURNAL_BUCKET": BUCKET,
        "QUIRE_ARCHIVE_BUCKET": "sealed",
        "QUIRE_ARCHIVE_LOCK_MODE": "GOVERNANCE",
        "QUIRE_ARCHIVE_LOCK_DAYS": "2192",
        "QUIRE_LOG_KEY_ARN": KEY_ARN,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("QUIRE_KEYS_TABLE", raising=False)
    monkeypatch.setattr(LogKey, "sign", lambda _, message: SIGNER.sign(message))
    monkeypatch.setattr(LogKey, "public", lambda _: SIGNER.public_key().public_bytes_raw())
    start_anew()
    with stack() as made:
        for module in (archive, evidence, outbound, sealing):
            monkeypatch.setattr(module, "patient", lambda: made.aws)
        monkeypatch.setattr(evidence, "prompt", lambda: made.aws)
        made.aws.s3.create_bucket(Bucket="sealed", ObjectLockEnabledForBucket=True)
        yield made
    start_anew()


def start_anew() -> None:
    for module in (config, archive, evidence, outbound, sealing):
        for kept in vars(module).values():
            if isinstance(kept, _lru_cache_wrapper):
                kept.cache_clear()


class Context:
    """A call with so many milliseconds each time it is asked, and the last of them ever after."""

    function_name, memory_limit_in_mb, invoked_function_arn, aws_request_id = "seal_tenant", 1024, "arn", "id"

    def __init__(self, *milliseconds: int) -> None:
        self._left = list(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


def told(capsys: pytest.CaptureFixture[str], *loggers: Any) -> None:
    """Let what is logged come to where it is captured."""
    for handler in (*loggers, *logging.getLogger("quire").handlers):
        if type(handler) is logging.StreamHandler:
            handler.stream = sys.stdout
    capsys.readouterr()


def plan(event: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> Any:
    from functions.plan_sealing.handler import lambda_handler, logger

    told(capsys, *logger.handlers)
    context: Any = Context(LONG)
    return lambda_handler(event, context)


def seal(capsys: pytest.CaptureFixture[str], *milliseconds: int) -> tuple[Any, dict[str, list[float]]]:
    """The answer, and the counts."""
    from functions.seal_tenant.handler import lambda_handler, logger

    told(capsys, *logger.handlers)
    context: Any = Context(*(milliseconds or (LONG,)))
    answer = lambda_handler({"tenantId": ACME}, context)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return answer, next(line for line in lines if "_aws" in line)


def sealed(aws: Stack) -> list[str]:
    """Ids of all events in the log, every segment and the checkpoint read and verified."""
    from quire.bootstrap.evidence import sealed_of

    ledger, objects, *_ = sealed_of(aws.aws)
    segments = SealedSegments(objects, lambda _: PlainFrames(), {}, Path())
    head = ledger.head(ACME)
    assert open_checkpoint(head.checkpoint, KEY).size == head.size == head.published
    assert objects.log_file(ACME, f"checkpoints/{head.size}") == head.checkpoint.encode()
    rows = [row for day in ("2026-03-01", "2026-03-02") for row in ledger.segments_of(ACME, day)]
    assert len(rows) == head.size
    found: list[str] = []
    for row in rows:
        reader = segments.reader(ACME, row.key, row.version_id)
        reader.verify()
        found.extend(reader.footer.event_ids)
    return found


def test_whoever_has_a_journal_is_planned(aws: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan({}, capsys) == {"tenants": []}
    capture(aws, fact("m1"))
    assert plan({}, capsys) == {"tenants": ["acme"]}
    assert plan({"tenantId": "other"}, capsys) == {"tenants": ["other"]}


def test_a_journal_is_sealed_once_and_its_log_is_signed(aws: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    capture(aws, fact("m1"), fact("m2", at="2026-03-01T09:00:00Z"))
    capture(aws, fact("m1"), fact("m3"), first=200)
    answer, counts = seal(capsys)
    (run,) = answer["runs"]
    assert run["events_in"] == 4 == run["out"] + run["duplicates"] + run["shredded"]
    assert (run["sources"], run["out"], run["duplicates"], run["segments"]) == (2, 3, 1, 2)
    assert {name: answer[name] for name in ("logSize", "busy", "more")} == {"logSize": 2, "busy": False, "more": False}
    assert (counts["sealed_events"], counts["sealed_segments"]) == ([3.0], [2.0])
    assert (counts["sealing_duplicates"], counts["sealing_quarantined"]) == ([1.0], [0.0])
    ids = sealed(aws)
    assert len(ids) == len(set(ids)) == 3
    again, _ = seal(capsys)
    assert (again["runs"], again["logSize"]) == ([], 2)


def test_segments_and_log_are_locked_for_as_long_as_is_said(aws: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    capture(aws, fact("m1"))
    seal(capsys)
    kept = aws.aws.s3.list_objects_v2(Bucket="sealed")["Contents"]
    assert any("/archive/" in each["Key"] for each in kept)
    for each in kept:
        head = aws.aws.s3.head_object(Bucket="sealed", Key=each["Key"])
        assert head["ObjectLockMode"] == "GOVERNANCE", each["Key"]
        since = NOW if "/archive/" in each["Key"] else head["LastModified"]  # events from their own day on
        assert head["ObjectLockRetainUntilDate"] - since > timedelta(days=2191), each["Key"]


def test_who_finds_somebody_else_at_it_does_nothing(aws: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    capture(aws, fact("m1"))
    lease = outbound.leases().take(f"seal {ACME}", 900)
    assert lease is not None
    answer, counts = seal(capsys)
    assert answer == {"tenantId": ACME, "runs": [], "logSize": 0, "busy": True, "more": False}
    assert counts["sealed_events"] == [0.0]
    assert sealed_nothing(aws)
    outbound.leases().free(lease)
    assert seal(capsys)[0]["busy"] is False
    assert len(sealed(aws)) == 1


def test_who_has_little_time_left_says_that_there_is_more(aws: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    capture(aws, fact("m1"))
    answer, _ = seal(capsys, sealing.TIME_FOR_ONE)
    assert (answer["runs"], answer["more"], answer["busy"]) == ([], True, False)
    assert sealed_nothing(aws)
    answer, _ = seal(capsys, LONG, sealing.TIME_FOR_ONE)
    assert (len(answer["runs"]), answer["more"]) == (1, True)
    answer, _ = seal(capsys)
    assert (answer["runs"], answer["more"], answer["logSize"]) == ([], False, 1)


def test_a_segment_that_cannot_be_read_is_counted_and_keeps_nobody_up(
    aws: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    capture(aws, fact("m1"))
    (key,) = [each.key for each in aws.journal.segments(ACME)]
    broken = key.removesuffix(".qrs") + "x.qrs"
    whole = aws.aws.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    aws.aws.s3.put_object(Bucket=BUCKET, Key=broken, Body=whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    answer, counts = seal(capsys)
    (run,) = answer["runs"]
    assert (run["sources"], run["out"], run["quarantined"]) == (2, 1, [broken])
    assert counts["sealing_quarantined"] == [1.0]
    assert len(sealed(aws)) == 1
    assert seal(capsys)[1]["sealing_quarantined"] == [0.0]


def test_a_run_that_could_not_be_signed_is_signed_by_the_next(
    aws: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Exception | None] = [UnavailableError("kms Sign: throttled"), None]

    def sign(message: bytes) -> bytes:
        if error := answers.pop(0):
            raise error
        return SIGNER.sign(message)

    monkeypatch.setattr(LogKey, "sign", lambda _, message: sign(message))
    capture(aws, fact("m1"))
    with pytest.raises(UnavailableError):
        seal(capsys)
    answer, _ = seal(capsys)
    assert (answer["runs"], answer["busy"], answer["logSize"]) == ([], False, 1)
    assert len(sealed(aws)) == 1


def sealed_nothing(aws: Stack) -> bool:
    return "Contents" not in aws.aws.s3.list_objects_v2(Bucket="sealed")
