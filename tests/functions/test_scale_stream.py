"""``scale_stream`` on a mocked account."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from functions.scale_stream.handler import lambda_handler
from quire.aws.sessions import Aws
from quire.bootstrap import edge, sessions
from quire.capture.capacity import SHARD_BYTES
from quire.config import settings
from tests.lambda_context import CONTEXT


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An account with a stream of four shards, and the function's environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    environment = {
        "QUIRE_STAGE": "test",
        "AWS_REGION": "us-east-1",
        "QUIRE_CAPTURE_STREAM": "capture",
        "QUIRE_SHARDS_LEAST": "4",
        "QUIRE_SHARDS_MOST": "12",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    caches = (settings, sessions.patient, edge.capture_shards)
    with mock_aws():
        for cached in caches:
            cached.cache_clear()
        account = sessions.patient()
        account.kinesis.create_stream(StreamName="capture", ShardCount=4)
        yield account
    for cached in caches:
        cached.cache_clear()


def carry(aws: Aws, metric: str, ago: timedelta, value: float) -> None:
    """Let the stream have carried something a while ago."""
    at = datetime.now(UTC) - ago
    datum: Any = {
        "MetricName": metric,
        "Dimensions": [{"Name": "StreamName", "Value": "capture"}],
        "Timestamp": at,
        "Value": value,
    }
    aws.cloudwatch.put_metric_data(Namespace="AWS/Kinesis", MetricData=[datum])


def shards(aws: Aws) -> int:
    return aws.kinesis.describe_stream_summary(StreamName="capture")["StreamDescriptionSummary"]["OpenShardCount"]


def test_a_full_stream_gets_more(aws: Aws) -> None:
    carry(aws, "IncomingBytes", timedelta(minutes=3), 0.9 * 4 * SHARD_BYTES * 60)
    assert lambda_handler({}, CONTEXT) == {"before": 4, "after": 8}
    assert shards(aws) == 8


def test_it_stops_at_the_most(aws: Aws) -> None:
    aws.kinesis.update_shard_count(StreamName="capture", TargetShardCount=8, ScalingType="UNIFORM_SCALING")
    carry(aws, "IncomingBytes", timedelta(minutes=3), 5 * 8 * SHARD_BYTES * 60)
    assert lambda_handler({}, CONTEXT) == {"before": 8, "after": 12}


def test_an_idle_stream_gets_fewer(aws: Aws) -> None:
    aws.kinesis.update_shard_count(StreamName="capture", TargetShardCount=8, ScalingType="UNIFORM_SCALING")
    carry(aws, "IncomingBytes", timedelta(hours=5), 0.2 * 8 * SHARD_BYTES * 60)
    assert lambda_handler({}, CONTEXT) == {"before": 8, "after": 4}
    assert shards(aws) == 4


def test_a_stream_at_ease_is_left_alone(aws: Aws) -> None:
    carry(aws, "IncomingBytes", timedelta(minutes=3), 0.5 * 4 * SHARD_BYTES * 60)
    assert lambda_handler({}, CONTEXT) == {"before": 4, "after": 4}


def test_a_change_under_way_is_not_disturbed(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        aws.kinesis,
        "describe_stream_summary",
        lambda **_: {"StreamDescriptionSummary": {"OpenShardCount": 6, "StreamStatus": "UPDATING"}},
    )
    assert lambda_handler({}, CONTEXT) == {"before": 0, "after": 0}
