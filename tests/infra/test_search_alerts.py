"""Alerts of saved searches: often enough, over every tenant, by a function that reads no message but by searching."""

from infra.stacks.search_alerts import EVERY_MINUTES
from tests.infra.synthesis import Synthesised
from tests.infra.test_least_privilege import as_list, statements


def test_the_schedule_starts_the_function_and_nothing_else(stage: Synthesised) -> None:
    (rule,) = [
        each["Properties"]
        for name, each in stage.resources("AWS::Events::Rule", "Api").items()
        if "SearchAlerts" in name
    ]
    assert (rule["ScheduleExpression"], rule["State"]) == (f"rate({EVERY_MINUTES} minutes)", "ENABLED")
    (target,) = rule["Targets"]
    assert "AlertSearches" in str(target["Arn"])
    (mapping,) = [
        each["Properties"]
        for name, each in stage.resources("AWS::Lambda::EventSourceMapping", "Api").items()
        if "SearchAlerts" in name
    ]
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])


def test_it_may_do_no_more_than_its_part(stage: Synthesised) -> None:
    granted = [statement for name, statement in statements(stage) if "AlertSearches" in name]
    actions = {action for statement in granted for action in as_list(statement["Action"])}
    assert {action for action in actions if action.startswith("s3:")} == {"s3:ListBucket"}
    assert "sns:Publish" in actions
    assert not {"dynamodb:DeleteItem", "dynamodb:Scan"} & actions
    keep = next(each for each in granted if each.get("Sid") == "KeepSearches")
    assert keep["Condition"]["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": ["T#*"]}
