"""The emulator treats Kinesis batches, metrics and layers as AWS does."""

import asyncio
import itertools
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ministack.services import apigateway

from infra.local import emulator_amendments

FUNCTION = {"config": {"FunctionName": "archive_events"}}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    found: dict[str, float] = {}
    monkeypatch.setattr(
        "ministack.services.cloudwatch.record_metric",
        lambda _space, name, value, _unit, _where: found.update({name: value}),
    )
    return found


def event(source: str) -> dict[str, Any]:
    record = {"eventSource": source, "kinesis": {"approximateArrivalTimestamp": time.time() - 2}}
    return {"Records": [record]}


def answering(body: Any) -> Any:
    return emulator_amendments.as_on_aws(lambda _function, _event: {"body": body})


def test_failed_records_of_a_stream_fail_the_batch(measured: dict[str, float]) -> None:
    body = {"batchItemFailures": [{"itemIdentifier": "49590338271490256608559692538361571095921575989136588898"}]}

    assert answering(body)(FUNCTION, event("aws:kinesis"))["error"] is True
    assert measured["Errors"] == 1


def test_a_batch_without_failures_is_over(measured: dict[str, float]) -> None:
    bodies: list[Any] = [{"batchItemFailures": []}, None, "text"]
    for body in bodies:
        assert "error" not in answering(body)(FUNCTION, event("aws:kinesis"))
    assert measured["Errors"] == 0


def test_a_queue_deals_with_its_failures_itself(measured: dict[str, float]) -> None:
    body = {"batchItemFailures": [{"itemIdentifier": "x"}]}

    assert "error" not in answering(body)(FUNCTION, event("aws:sqs"))
    assert measured == {"Invocations": 1, "Errors": 0}


def test_the_age_of_a_batch_is_measured(measured: dict[str, float]) -> None:
    answering({})(FUNCTION, event("aws:kinesis"))

    assert 2_000 <= measured["IteratorAge"] < 60_000


def test_a_layer_is_unpacked_once_and_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator_amendments, "SHARED_FROM", 100)
    layer = tmp_path / "layer.zip"
    with zipfile.ZipFile(layer, "w") as archive:
        archive.writestr("python/quire/__init__.py", "x = 1\n" * 100)
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        with emulator_amendments.SharedZip.module().ZipFile(layer) as archive:
            archive.extractall(folder)

    assert (first / "python" / "quire" / "__init__.py").samefile(second / "python" / "quire" / "__init__.py")


def test_small_code_is_copied(tmp_path: Path) -> None:
    code = tmp_path / "code.zip"
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "x = 1\n")

    with emulator_amendments.SharedZip(code) as archive:
        archive.extractall(tmp_path / "out")

    assert not (tmp_path / "out" / "handler.py").is_symlink()


def test_environments_that_start_together_share_one_whole_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator_amendments, "SHARED_FROM", 100)
    layer = tmp_path / "layer.zip"
    names = [f"python/module_{number}.py" for number in range(300)]
    with zipfile.ZipFile(layer, "w") as archive:
        for name in names:
            archive.writestr(name, "x = 1\n")
    folders = [tmp_path / f"environment_{number}" for number in range(4)]

    def unpack(folder: Path) -> None:
        folder.mkdir()
        with emulator_amendments.SharedZip(layer) as archive:
            archive.extractall(folder)

    threads = [threading.Thread(target=unpack, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for folder in folders:
        assert [name for name in names if not (folder / name).exists()] == []


def whole(_bucket: str, _key: str, _headers: dict[str, str], _query: Any = None) -> emulator_amendments.Answer:
    return 200, {"Content-Length": "10", "x-amz-checksum-sha256": "of the whole"}, b"0123456789"


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [("bytes=2-4", 206, b"234"), ("bytes=8-99", 206, b"89"), ("bytes=-3", 206, b"789"), ("", 200, b"0123456789")],
)
def test_a_range_of_a_version_is_read_as_such(asked: str, status: int, body: bytes) -> None:
    get = emulator_amendments.with_ranges(whole)

    answer = get("bucket", "key", {"range": asked}, {"versionId": ["v1"]})

    assert answer[0] == status
    assert answer[2] == body
    assert ("x-amz-checksum-sha256" in answer[1]) == (status == 200)


def test_a_range_beyond_the_end_is_refused() -> None:
    status, headers, _ = emulator_amendments.with_ranges(whole)("b", "k", {"range": "bytes=50-60"}, {"versionId": "v"})

    assert status == 416
    assert headers["Content-Range"] == "bytes */10"


def test_an_authorizer_reads_a_pools_keys_over_tls_and_asks_others_as_they_say() -> None:
    own = f"{apigateway._HOST}:{apigateway._PORT}"

    async def found(authorizer: dict[str, Any]) -> str | None:
        address: str | None = authorizer["address"]
        return address

    resolve = emulator_amendments.over_tls(found)

    async def resolved(address: str | None) -> str | None:
        return await resolve({"address": address})

    assert asyncio.run(resolved(f"http://{own}/pool/jwks.json")) == f"https://{own}/pool/jwks.json"
    assert asyncio.run(resolved("http://issuer.example/jwks.json")) == "http://issuer.example/jwks.json"
    assert asyncio.run(resolved(None)) is None


def test_a_stream_is_looked_at_once_a_batching_window(monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = {"MaximumBatchingWindowInSeconds": 0.2}
    monkeypatch.setattr("ministack.services.lambda_svc._iter_all_esms", lambda: iter([("account", "region", mapping)]))
    looks: list[float] = []

    def look() -> bool:
        looks.append(time.monotonic())
        return True

    poll = emulator_amendments.in_windows(look)
    until = time.monotonic() + 0.7
    while time.monotonic() < until:
        poll()
        time.sleep(0.01)

    assert 2 <= len(looks) <= 4
    assert min(later - earlier for earlier, later in itertools.pairwise(looks)) >= 0.2


def test_versioning_of_a_locked_bucket_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ministack.services.s3._bucket_object_lock", {"journal": "<ObjectLockConfiguration/>"})
    put = emulator_amendments.keeping_versions(lambda _bucket, _body: (200, {}, b""))

    assert put("journal", b"<Status>Suspended</Status>")[0] == 409
    assert put("journal", b"<Status>Enabled</Status>")[0] == 200
    assert put("other", b"<Status>Suspended</Status>")[0] == 200


@pytest.mark.parametrize(
    ("named", "needed"),
    [
        ("sqs:SendMessageBatch", "sqs:SendMessage"),
        ("sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibility"),
        ("iot:CreateThingBatch", "iot:CreateThingBatch"),
        (None, None),
    ],
)
def test_a_batch_of_messages_needs_the_permission_of_one(named: str | None, needed: str | None) -> None:
    assert emulator_amendments.by_permission(lambda *_: named)("sqs", "POST") == needed
