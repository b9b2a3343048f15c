"""What production keeps when a stack is deleted, and what every stage promises to whoever reads its outputs."""

import pytest

from tests.infra.synthesis import Synthesised

STATEFUL = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::GlobalTable",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::SQS::Queue",
    "AWS::Cognito::UserPool",
    "AWS::ApiGateway::RestApi",
    "AWS::Logs::LogGroup",
)
OUTPUTS = {
    "Data": {
        *("JournalBucket", "ArchiveBucket", "AccessLogBucket", "ProjectionBucket", "HandOverBucket"),
        *("DataKeyArn", "LogKeyArn"),
        *("ControlTable", "LedgerTable", "EventsTable", "KeysTable", "AuditTable", "LimitsTable"),
    },
    "Ingest": {
        *("CaptureStream", "HooksUrl", "ReceiveWebhookFunction"),
        *("TaskQueueUrl", "TaskQueueArn", "TaskDeadLetterQueueUrl"),
    },
    "Connect": {"PollConnectionFunction", "NotificationTopicArn", "ScheduleGroup", "ScheduleRoleArn"},
    "Archive": {
        *("ArchiveEventsFunction", "IndexSegmentFunction"),
        *("SegmentQueueUrl", "SegmentDeadLetterQueueUrl", "FailureBucket"),
        *("FetchAttachmentFunction", "AttachmentQueueUrl", "AttachmentDeadLetterQueueUrl"),
    },
    "Api": {
        *("ApiUrl", "UserPoolId", "UserPoolDomain", "LoginUrl", "Issuer", "ConsoleClientId"),
        *("TenantAccessRoleArn", "ServeApiFunction", "AddClaimsFunction", "AlertSearchesFunction"),
        *("HandOverFileFunction", "HandOverQueueUrl", "HandOverDeadLetterQueueUrl"),
    },
    "Seal": {"SealArchiveMachine"},
    "Index": {"RebuildIndexMachine", "CheckIndexMachine"},
    "Web": {"WebBucket", "DistributionId", "DistributionDomain", "WebUrl"},
    "Ops": {"AlarmTopicArn"},
}
CLOUD_ONLY = {"Search": {"SearchEndpoint"}, "Edge": set[str]()}


@pytest.mark.parametrize("kind", STATEFUL)
def test_production_keeps_what_holds_state(prod: Synthesised, kind: str) -> None:
    found = prod.resources(kind)
    assert found
    for name, resource in found.items():
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


@pytest.mark.parametrize("kind", [kind for kind in STATEFUL if kind != "AWS::SQS::Queue"])
def test_other_stages_can_be_taken_down(dev: Synthesised, kind: str) -> None:
    for name, resource in dev.resources(kind).items():
        assert resource.get("DeletionPolicy", "Delete") == "Delete", name


def test_production_refuses_deletion(prod: Synthesised) -> None:
    for table in prod.resources("AWS::DynamoDB::GlobalTable").values():
        (replica,) = table["Properties"]["Replicas"]
        assert replica["DeletionProtectionEnabled"] is True
    assert prod.one("AWS::Cognito::UserPool", "Api")["Properties"]["DeletionProtection"] == "ACTIVE"
    collection = prod.one("AWS::OpenSearchServerless::Collection", "Search")
    assert collection["Properties"]["DeletionProtection"] == "ENABLED"


def test_production_stacks_refuse_termination(synthesised: dict[str, Synthesised]) -> None:
    for name in ("local", "dev", "prod"):
        for stack, artifact in synthesised[name].stacks.items():
            assert artifact["properties"].get("terminationProtection", False) is (name == "prod"), stack


def test_stacks_and_outputs_have_the_names_that_are_relied_on(stage: Synthesised) -> None:
    expected = OUTPUTS if stage.stage == "local" else OUTPUTS | CLOUD_ONLY
    assert set(stage.templates) == set(expected)
    for stack, keys in expected.items():
        extra = {"CliClientId"} if stack == "Api" and stage.stage != "prod" else set()
        assert stage.outputs(stack) == keys | extra, stack


def test_web_acls_for_cloudfront_are_where_cloudfront_finds_them(prod: Synthesised) -> None:
    assert prod.stacks["Edge"]["environment"].endswith("/us-east-1")
