"""What is worth waking somebody for. Each construct says so of what it owns; the ops stack makes the alarms."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


@dataclass(frozen=True)
class Watch:
    """An alarm to be made: ``metric`` reached ``threshold`` in ``periods`` periods on end. Silence is no alarm."""

    name: str
    metric: cloudwatch.IMetric
    threshold: float
    why: str
    periods: int = 1


class Alarms(Construct):
    """One alarm a watch, each told to ``topic`` when it goes off and when it is over."""

    def __init__(self, scope: Construct, id_: str, *, watches: Sequence[Watch], topic: sns.ITopic) -> None:
        super().__init__(scope, id_)
        action = actions.SnsAction(topic)
        self.alarms: list[cloudwatch.IAlarm] = []
        for watch in watches:
            alarm = cloudwatch.Alarm(
                self,
                watch.name,
                alarm_description=watch.why,
                comparison_operator=ABOVE,
                evaluation_periods=watch.periods,
                metric=watch.metric,
                threshold=watch.threshold,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            alarm.add_alarm_action(action)
            alarm.add_ok_action(action)
            self.alarms.append(alarm)
