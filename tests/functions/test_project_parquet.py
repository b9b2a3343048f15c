"""project_parquet's handler: what was sealed lies in the bucket as Parquet, in as many calls as it takes."""

import json
import logging
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from typing import Any

import pytest

from quire import config
from quire.bootstrap import projection
from tests.lambda_context import CONTEXT
from tests.moto_aws import BUCKET, Stack, stack
from tests.pretend import fact
from tests.sealing import ACME, House, capture


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A tenant with two segments in its log, and a bucket for files."""
    for name, value in {
        "QUIRE_STAGE": "local",
        "QUIRE_LEDGER_TABLE": "ledger",
        "QUIRE_ARCHIVE_BUCKET": BUCKET,
        "QUIRE_PROJECTION_BUCKET": "projection",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("QUIRE_KEYS_TABLE", raising=False)
    start_anew()
    with stack() as made:
        monkeypatch.setattr(projection, "patient", lambda: made.aws)
        made.aws.s3.create_bucket(Bucket="projection")
        capture(made, fact("m1"), fact("m2", at="2026-03-01T00:00:00Z"))
        House(made).run()
        yield made
    start_anew()


def start_anew() -> None:
    for module in (config, projection):
        for kept in vars(module).values():
            if isinstance(kept, _lru_cache_wrapper):
                kept.cache_clear()


class Context:
    """A call with so many milliseconds, fewer each time it is asked."""

    function_name, memory_limit_in_mb, invoked_function_arn, aws_request_id = "project_parquet", 1024, "arn", "id"

    def __init__(self, *milliseconds: int) -> None:
        self._left = iter(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        return next(self._left)


def run(event: dict[str, Any], capsys: pytest.CaptureFixture[str], context: Any = CONTEXT) -> tuple[Any, list[Any]]:
    """The answer, and the lines that were printed."""
    from functions.project_parquet.handler import lambda_handler, logger

    for handler in (*logger.handlers, *logging.getLogger("quire").handlers):
        if type(handler) is logging.StreamHandler:
            handler.stream = sys.stdout
    capsys.readouterr()
    answer = lambda_handler(event, context)
    return answer, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_was_sealed_is_projected_in_as_many_calls_as_it_takes(
    aws: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    answer, printed = run({"tenantId": ACME}, capsys, Context(300_000, 80_000))
    assert answer == {"tenantId": ACME, "files": 1, "events": 1, "shredded": 0, "faults": [], "left": 1}
    assert [line["projected_files"] for line in printed if "_aws" in line] == [[1.0]]
    assert "text of" not in json.dumps(printed)
    answer, _ = run({"tenantId": ACME}, capsys, Context(300_000, 300_000))
    assert (answer["files"], answer["left"]) == (1, 0)
    assert aws.aws.s3.list_objects_v2(Bucket="projection")["KeyCount"] == 2
    answer, _ = run({"tenantId": ACME, "anew": True}, capsys, Context(300_000, 300_000))
    assert (answer["files"], answer["left"]) == (2, 0)
