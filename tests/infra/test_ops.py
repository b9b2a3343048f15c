"""Somebody is told when something is wrong."""

import json

import pytest

from tests.infra.synthesis import Synthesised

WATCHED = (
    ("AWS/Lambda", "IteratorAge"),
    ("AWS/Lambda", "OnFailureDestinationDeliveredEventCount"),
    ("AWS/Lambda", "DroppedEventCount"),
    ("AWS/Lambda", "Errors"),
    ("AWS/Lambda", "Throttles"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
    ("AWS/Kinesis", "WriteProvisionedThroughputExceeded"),
    ("AWS/ApiGateway", "5xx"),
    ("AWS/ApiGateway", "5XXError"),
    ("AWS/ApiGateway", "Latency"),
    ("Quire", "quarantined"),
    ("Quire", "corrupt_segments"),
    ("Quire", "copies_corrupt"),
    ("Quire", "corrupt_answers"),
)


@pytest.mark.parametrize(("namespace", "metric"), WATCHED)
def test_each_way_to_fail_has_an_alarm(stage: Synthesised, namespace: str, metric: str) -> None:
    alarms = [alarm["Properties"] for alarm in stage.resources("AWS::CloudWatch::Alarm", "Ops").values()]
    assert [alarm for alarm in alarms if (alarm.get("Namespace"), alarm.get("MetricName")) == (namespace, metric)]


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_promise_to_be_searchable_in_five_minutes_has_an_alarm(
    synthesised: dict[str, Synthesised], name: str
) -> None:
    (alarm,) = [
        alarm["Properties"]
        for alarm in synthesised[name].resources("AWS::CloudWatch::Alarm", "Ops").values()
        if "capture_to_searchable_seconds" in json.dumps(alarm["Properties"])
    ]
    assert alarm["Threshold"] == 300


def test_every_function_is_watched(stage: Synthesised) -> None:
    alarms = json.dumps(stage.templates["Ops"])
    names = {
        function["Properties"]["Handler"].split(".")[1]
        for function in stage.resources("AWS::Lambda::Function").values()
        if function["Properties"]["Handler"].startswith("functions.")
    }
    expected = {"receive_webhook", "archive_events", "fetch_attachment", "index_segment", "serve_api", "add_claims"}
    expected |= {"hand_over_file"}
    expected |= {"poll_connection", "plan_sealing", "seal_tenant", "attest_checkpoint", "project_parquet"}
    expected |= {"alert_searches", "reindex_tenant", "check_index"}
    expected |= {"admit_origin"} if stage.stage != "local" else set()
    expected |= {"scale_stream"} if stage.stage == "prod" else set()
    assert names == expected
    for name in names:
        assert f"{name} failed" in alarms
        assert f"{name} was refused concurrency" in alarms


def test_alarms_say_so_on_an_encrypted_topic_and_call_silence_no_alarm(stage: Synthesised) -> None:
    topic = stage.one("AWS::SNS::Topic", "Ops")["Properties"]
    assert "OperationsKey" in json.dumps(topic["KmsMasterKeyId"])
    reference = {"Ref": next(name.split("/")[1] for name in stage.resources("AWS::SNS::Topic", "Ops"))}
    for name, alarm in stage.resources("AWS::CloudWatch::Alarm", "Ops").items():
        properties = alarm["Properties"]
        assert properties["AlarmActions"] == [reference], name
        assert properties["OKActions"] == [reference], name
        assert properties["TreatMissingData"] == "notBreaching", name
        assert properties["AlarmDescription"], name


def test_there_is_a_dashboard(stage: Synthesised) -> None:
    board = json.dumps(stage.one("AWS::CloudWatch::Dashboard", "Ops")["Properties"]["DashboardBody"])
    for title in ("Captured, not yet archived", "Archived, not yet searchable", "Captured to searchable"):
        assert title in board


def test_logs_are_kept_for_a_time_and_encrypted(stage: Synthesised) -> None:
    groups = stage.resources("AWS::Logs::LogGroup")
    assert groups
    for name, group in groups.items():
        assert group["Properties"]["RetentionInDays"] > 0, name
        if not str(group["Properties"]["LogGroupName"]).startswith("aws-waf-logs-"):
            assert "OperationsKey" in json.dumps(group["Properties"]["KmsKeyId"]), name
