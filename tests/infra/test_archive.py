"""Archive and index: one bad record neither blocks its shard nor vanishes."""

import json

import pytest

from quire.aws.attachment_queue import TRIES
from quire.config import Settings
from quire.keys.files import CHUNK_BYTES, TAG_BYTES
from tests.infra.synthesis import Synthesised


def test_the_segment_writer_retries_finitely_and_keeps_what_it_gives_up(stage: Synthesised) -> None:
    mapping = stage.one("AWS::Lambda::EventSourceMapping", "Archive", "CaptureMapping")["Properties"]
    assert mapping["BatchSize"] == 10_000
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 1 <= mapping["MaximumRetryAttempts"] <= 10
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < 7 * 24 * 3600
    assert mapping["ParallelizationFactor"] == 1
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    failures = next(name.split("/")[1] for name in stage.resources("AWS::S3::Bucket", "Archive"))
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [failures, "Arn"]}


@pytest.mark.parametrize(("name", "seconds"), [("local", 1), ("dev", 10), ("prod", 30)])
def test_a_segment_waits_for_company_no_longer_than_the_promise_allows(
    synthesised: dict[str, Synthesised], name: str, seconds: int
) -> None:
    mapping = synthesised[name].one("AWS::Lambda::EventSourceMapping", "Archive", "CaptureMapping")["Properties"]
    assert mapping["MaximumBatchingWindowInSeconds"] == seconds


def test_notices_come_again_alone_and_end_in_dead_letters(stage: Synthesised) -> None:
    mapping = stage.one("AWS::Lambda::EventSourceMapping", "Archive", "SegmentsMapping")["Properties"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2


@pytest.mark.parametrize(("part", "worker"), [("Segments", "IndexSegment"), ("AttachmentsWorks", "AttachmentsFetch")])
def test_work_comes_again_five_times_and_then_lies_with_the_dead_letters(
    stage: Synthesised, part: str, worker: str
) -> None:
    queues = stage.resources("AWS::SQS::Queue", "Archive")
    letters = next(name.split("/")[1] for name in queues if name.startswith(f"Archive/{part}DeadLetters"))
    queue = next(queue for name, queue in queues.items() if name.startswith(f"Archive/{part}Queue"))["Properties"]
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [letters, "Arn"]}, "maxReceiveCount": TRIES}
    assert (
        queue["VisibilityTimeout"] == 6 * stage.one("AWS::Lambda::Function", "Archive", worker)["Properties"]["Timeout"]
    )


def test_a_file_has_a_process_with_a_disk_for_itself(stage: Synthesised) -> None:
    mapping = stage.one("AWS::Lambda::EventSourceMapping", "Archive", "AttachmentsWorks")["Properties"]
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])
    fetcher = stage.one("AWS::Lambda::Function", "Archive", "AttachmentsFetch")["Properties"]
    assert fetcher["Timeout"] == 900
    largest = Settings.model_fields["attachment_max_bytes"].default
    sealed = largest + (largest // CHUNK_BYTES + 1) * TAG_BYTES
    assert largest + sealed + 64 * 1024 * 1024 <= fetcher["EphemeralStorage"]["Size"] * 1024 * 1024


def test_queues_refuse_anything_but_tls(stage: Synthesised) -> None:
    policies = stage.resources("AWS::SQS::QueuePolicy", "Archive")
    assert len(policies) == 4
    for policy in policies.values():
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_search_endpoint_is_a_setting(local: Synthesised, prod: Synthesised) -> None:
    for stack, function in (("Archive", "IndexSegment"), ("Api", "ServeApi")):
        here = local.one("AWS::Lambda::Function", stack, function)["Properties"]["Environment"]["Variables"]
        assert here["QUIRE_SEARCH_ENDPOINT"] == "http://127.0.0.1:9280"
        assert here["QUIRE_SEARCH_SIGNED"] == here["QUIRE_SEARCH_LANGUAGES"] == "false"
        there = prod.one("AWS::Lambda::Function", stack, function)["Properties"]["Environment"]["Variables"]
        assert "Quire-prod-Search" in json.dumps(there["QUIRE_SEARCH_ENDPOINT"])
        assert there["QUIRE_SEARCH_SIGNED"] == "true"
