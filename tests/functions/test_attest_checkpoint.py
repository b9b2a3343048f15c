"""attest_checkpoint's handler: one run over the real stores, whatever those outside do."""

import json
import logging
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

import pytest

from quire import config
from quire.aws.witness_settings import Witness, WitnessSettings
from quire.bootstrap import attest
from tests.lambda_context import CONTEXT
from tests.moto_aws import BUCKET, Stack, stack
from tests.pretend import fact
from tests.sealing import ACME, House, capture
from tests.simulators.running import Running, running
from tests.simulators.tsa import SIMULATION as TSA
from tests.simulators.witness import SIMULATION as WITNESS


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("outside"), only=[TSA, WITNESS]) as made:
        yield made


@pytest.fixture
def aws(outside: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stack]:
    """A tenant with a log of one entry and a witness."""
    outside.reset()
    (tmp_path / "roots.pem").write_text(outside.act("tsa", "roots")["root"], "utf-8")
    for name, value in {
        "QUIRE_STAGE": "local",
        "QUIRE_LEDGER_TABLE": "ledger",
        "QUIRE_CONTROL_TABLE": "control",
        "QUIRE_ARCHIVE_BUCKET": BUCKET,
        "QUIRE_TSA_URL": "https://tsa.simulators.localhost/",
        "QUIRE_TSA_ROOTS": str(tmp_path / "roots.pem"),
        "QUIRE_PLATFORM_GATEWAY": outside.address,
        "QUIRE_PLATFORM_CA": str(outside.certificates.authority),
    }.items():
        monkeypatch.setenv(name, value)
    start_anew()
    with stack() as made:
        monkeypatch.setattr(attest, "patient", lambda: made.aws)
        capture(made, fact("m1"))
        House(made).run()
        witnesses = [Witness("url", "https://witness.simulators.localhost/acme"), Witness("email", "a@example.org")]
        WitnessSettings(made.aws.dynamodb, "control").put(ACME, witnesses)
        yield made
    start_anew()


def start_anew() -> None:
    for module in (config, attest):
        for kept in vars(module).values():
            if isinstance(kept, _lru_cache_wrapper):
                kept.cache_clear()


def run(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The answer, and what was printed: metrics and logs."""
    from functions.attest_checkpoint.handler import lambda_handler, logger

    for handler in (*logger.handlers, *logging.getLogger("quire").handlers):
        if type(handler) is logging.StreamHandler:
            handler.stream = sys.stdout
    capsys.readouterr()
    answer = lambda_handler({"tenantId": ACME}, CONTEXT)
    return answer, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_checkpoint_is_stamped_and_sent(aws: Stack, outside: Running, capsys: pytest.CaptureFixture[str]) -> None:
    answer, printed = run(capsys)
    assert answer == {
        "tenantId": ACME,
        "stamp": {"outcome": "stamped", "size": 1, "reason": ""},
        "witnesses": [
            {"kind": "url", "outcome": "sent", "reason": ""},
            {"kind": "email", "outcome": "off", "reason": ""},
        ],
    }
    [received] = outside.state("witness")["received"]
    assert received["body"].encode() == House(aws).objects.log_file(ACME, "checkpoints/1")
    assert [line["checkpoint_stamps"] for line in printed if "checkpoint_stamps" in line] == [[1.0]]
    assert run(capsys)[0]["stamp"]["outcome"] == "not_due"


def test_what_fails_outside_is_counted_and_no_error(
    aws: Stack, outside: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.fault("tsa", "outage")
    outside.fault("witness", "outage")
    answer, printed = run(capsys)
    assert answer["stamp"] == {"outcome": "failed", "size": 1, "reason": "broken"}
    assert [line["attestations_failed"] for line in printed if "attestations_failed" in line] == [[2.0]]
    assert {line["outcome"] for line in printed if "outcome" in line} == {"broken", "off"}
    assert run(capsys)[0]["stamp"]["outcome"] == "stamped"
    assert House(aws).objects.log_file(ACME, "timestamps/1.tsr")
