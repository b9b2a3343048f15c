"""Capture: the stream and its scaling, the webhook API and what stands in front of it."""

import json

from tests.infra.synthesis import Synthesised

ROUTES = {"GET /hooks/{platform}/{connectionId}", "POST /hooks/{platform}/{connectionId}"}


def test_the_stream_keeps_a_week(stage: Synthesised) -> None:
    assert stage.one("AWS::Kinesis::Stream", "Ingest")["Properties"]["RetentionPeriodHours"] == 7 * 24


def test_production_has_provisioned_shards_and_the_others_pay_by_use(synthesised: dict[str, Synthesised]) -> None:
    properties = synthesised["prod"].one("AWS::Kinesis::Stream", "Ingest")["Properties"]
    assert properties["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    assert properties["ShardCount"] == 4
    for name in ("local", "dev"):
        properties = synthesised[name].one("AWS::Kinesis::Stream", "Ingest")["Properties"]
        assert properties["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
        assert not synthesised[name].resources("AWS::Events::Rule", "Ingest")


def test_shards_are_scaled_on_time_and_on_alarm(prod: Synthesised) -> None:
    scaler = prod.one("AWS::Lambda::Function", "Ingest", "ScalingScaleStream")["Properties"]
    variables = scaler["Environment"]["Variables"]
    assert (variables["QUIRE_SHARDS_LEAST"], variables["QUIRE_SHARDS_MOST"]) == ("4", "64")
    rule = prod.one("AWS::Events::Rule", "Ingest")["Properties"]
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    assert "ScaleStream" in json.dumps(rule["Targets"])
    alarm = prod.one("AWS::CloudWatch::Alarm", "Ingest")["Properties"]
    assert alarm["MetricName"] == "WriteProvisionedThroughputExceeded"
    assert "ScaleStream" in json.dumps(alarm["AlarmActions"])
    callers = {
        permission["Properties"]["Principal"]
        for permission in prod.resources("AWS::Lambda::Permission", "Ingest").values()
        if "ScaleStream" in json.dumps(permission["Properties"]["FunctionName"])
    }
    assert callers == {"events.amazonaws.com", "lambda.alarms.cloudwatch.amazonaws.com"}


def test_the_webhook_routes(stage: Synthesised) -> None:
    routes = stage.resources("AWS::ApiGatewayV2::Route")
    assert {route["Properties"]["RouteKey"] for route in routes.values()} == ROUTES
    (integration,) = stage.resources("AWS::ApiGatewayV2::Integration").values()
    assert integration["Properties"]["PayloadFormatVersion"] == "2.0"


def test_the_webhook_api_is_throttled_and_logged_without_query_strings(stage: Synthesised) -> None:
    properties = stage.one("AWS::ApiGatewayV2::Stage", "Ingest")["Properties"]
    throttle = properties["DefaultRouteSettings"]
    assert throttle["ThrottlingRateLimit"] > 0
    assert throttle["ThrottlingBurstLimit"] >= throttle["ThrottlingRateLimit"]
    fields = json.loads(properties["AccessLogSettings"]["Format"])
    assert "$context.status" in fields.values()
    assert not [value for value in fields.values() if "query" in value.lower() or "header" in value.lower()]


def test_webhooks_pass_the_edge_or_nothing(synthesised: dict[str, Synthesised]) -> None:
    for name in ("dev", "prod"):
        found = synthesised[name]
        distribution = found.one("AWS::CloudFront::Distribution", "Ingest")["Properties"]["DistributionConfig"]
        assert distribution["WebACLId"]
        behaviour = distribution["DefaultCacheBehavior"]
        assert "POST" in behaviour["AllowedMethods"]
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        (origin,) = distribution["Origins"]
        assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
        (header,) = origin["OriginCustomHeaders"]
        assert header["HeaderName"] == "x-quire-origin"
        assert "{{resolve:secretsmanager:" in json.dumps(header["HeaderValue"])
        authorizer = found.one("AWS::ApiGatewayV2::Authorizer", "Ingest")["Properties"]
        assert authorizer["IdentitySource"] == ["$request.header.x-quire-origin"]
        assert authorizer["EnableSimpleResponses"] is True
        for route in found.resources("AWS::ApiGatewayV2::Route").values():
            assert route["Properties"]["AuthorizationType"] == "CUSTOM"
    for kind in ("AWS::ApiGatewayV2::Authorizer", "AWS::SecretsManager::Secret"):
        assert not synthesised["local"].resources(kind)


def test_the_receiver_knows_the_lock_it_has_to_ask_for(stage: Synthesised) -> None:
    variables = stage.one("AWS::Lambda::Function", "Ingest", "ReceiveWebhook")["Properties"]["Environment"]["Variables"]
    journal = stage.one("AWS::S3::Bucket", "Data", "JournalBucket")["Properties"]
    retention = journal["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert variables["QUIRE_JOURNAL_LOCK_MODE"] == retention["Mode"]
    assert variables["QUIRE_JOURNAL_LOCK_DAYS"] == str(retention["Days"])
