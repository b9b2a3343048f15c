"""Connections at work: what may fill the queue of tasks, what may empty it, and what that may do."""

import json
from typing import Any

from tests.infra.synthesis import Synthesised
from tests.infra.test_least_privilege import as_list


def statements(stage: Synthesised, stack: str, part: str) -> dict[str, dict[str, Any]]:
    """The statements of a role's policy by their sid."""
    policy = stage.one("AWS::IAM::Policy", stack, part)
    return {each.get("Sid", ""): each for each in policy["Properties"]["PolicyDocument"]["Statement"]}


def test_tasks_are_run_one_a_process_and_come_again_alone(stage: Synthesised) -> None:
    mapping = stage.one("AWS::Lambda::EventSourceMapping", "Connect")["Properties"]
    assert mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2
    function = stage.one("AWS::Lambda::Function", "Connect", "PollConnection")["Properties"]
    queue = stage.one("AWS::SQS::Queue", "Ingest", "TasksQueue")["Properties"]
    assert queue["VisibilityTimeout"] == 6 * function["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


def test_the_poller_knows_where_everything_is(stage: Synthesised) -> None:
    function = stage.one("AWS::Lambda::Function", "Connect", "PollConnection")["Properties"]
    given = set(function["Environment"]["Variables"])
    needed = {"CONTROL_TABLE", "LIMITS_TABLE", "CAPTURE_STREAM", "JOURNAL_BUCKET", "TASK_QUEUE_URL", "HOOKS_URL"}
    assert {f"QUIRE_{name}" for name in (*needed, "NOTIFICATION_TOPIC_ARN")} <= given


def test_the_poller_may_do_what_it_does_and_nothing_else(stage: Synthesised) -> None:
    found = statements(stage, "Connect", "PollConnection")
    assert as_list(found["Capture"]["Action"]) == ["kinesis:PutRecord"]
    assert as_list(found["Notify"]["Action"]) == ["sns:Publish"]
    assert as_list(found["GoOn"]["Action"]) == ["sqs:SendMessage"]
    assert set(found["KeepConnections"]["Action"]) == {"dynamodb:GetItem", "dynamodb:UpdateItem"}
    allowed = {action for each in found.values() for action in as_list(each["Action"])}
    assert not [
        action
        for action in allowed
        if action.startswith(("iam:", "scheduler:", "lambda:", "kms:Create", "kms:Schedule"))
        or action in {"s3:DeleteObject", "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret"}
    ]


def test_secrets_of_connections_and_keys_of_tenants_are_those_of_the_stage(stage: Synthesised) -> None:
    for stack, part, renews in (("Connect", "PollConnection", True), ("Ingest", "ReceiveWebhook", False)):
        found = statements(stage, stack, part)
        read = found["ReadConnectionSecrets"]
        assert f"secret:quire/{stage.stage}/t/*" in json.dumps(read["Resource"])
        assert ("secretsmanager:PutSecretValue" in as_list(read["Action"])) is renews
        key = found["UseTenantKeys"]
        assert set(as_list(key["Action"])) == {"kms:Decrypt"} | ({"kms:GenerateDataKey"} if renews else set())
        conditions = key["Condition"]["StringEquals"]
        assert conditions["aws:ResourceTag/quire:stage"] == stage.stage
        assert "secretsmanager." in json.dumps(conditions["kms:ViaService"])


def test_schedules_fill_the_queue_of_tasks_and_nothing_else(stage: Synthesised) -> None:
    group = stage.one("AWS::Scheduler::ScheduleGroup", "Connect")["Properties"]
    assert group["Name"] == f"quire-{stage.stage}"
    (trust,) = stage.one("AWS::IAM::Role", "Connect", "ScheduleRole")["Properties"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    conditions = trust["Condition"]["StringEquals"]
    assert f"schedule-group/quire-{stage.stage}" in json.dumps(conditions["aws:SourceArn"])
    assert conditions["aws:SourceAccount"]
    found = statements(stage, "Connect", "ScheduleRole")
    assert set(found) == {"FillTasks", "UseKey"}
    assert as_list(found["FillTasks"]["Action"]) == ["sqs:SendMessage"]
    assert "Tasks" in json.dumps(found["FillTasks"]["Resource"])


def test_webhooks_may_wake_tasks(stage: Synthesised) -> None:
    found = statements(stage, "Ingest", "ReceiveWebhook")["WakeTasks"]
    assert as_list(found["Action"]) == ["sqs:SendMessage"]
    assert "TasksQueue" in json.dumps(found["Resource"])


def test_people_are_told_over_an_encrypted_topic(stage: Synthesised) -> None:
    assert stage.one("AWS::SNS::Topic", "Connect")["Properties"]["KmsMasterKeyId"]
    (policy,) = stage.resources("AWS::SNS::TopicPolicy", "Connect").values()
    assert "aws:SecureTransport" in json.dumps(policy)


def test_what_others_look_for_is_told(stage: Synthesised) -> None:
    assert {"PollConnectionFunction", "NotificationTopicArn", "ScheduleGroup", "ScheduleRoleArn"} <= stage.outputs(
        "Connect"
    )
    assert {"TaskQueueUrl", "TaskQueueArn", "TaskDeadLetterQueueUrl"} <= stage.outputs("Ingest")
