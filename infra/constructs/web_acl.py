"""A web ACL: who may not even knock. One for people, one for platforms, because they send different things."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.constructs.python_function import log_retention
from infra.stages import Stage

ACL = wafv2.CfnWebACL


@dataclass(frozen=True)
class RuleGroup:
    """A rule group managed by AWS; rules named in ``counted`` only count.

    Bodies are chat messages or searches for them. Both may quote an attack word for word, both are parsed into typed
    values and never run, so no rule that reads bodies may block: the archive would lose exactly what matters.
    https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
    """

    name: str
    counted: tuple[str, ...] = ()


REPUTATION = RuleGroup("AWSManagedRulesAmazonIpReputationList")
BAD_INPUTS = RuleGroup(
    "AWSManagedRulesKnownBadInputsRuleSet", ("JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY")
)
COMMON = RuleGroup(
    "AWSManagedRulesCommonRuleSet",
    (
        "SizeRestrictions_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "CrossSiteScripting_BODY",
    ),
)
FOR_PEOPLE = (REPUTATION, COMMON, BAD_INPUTS)
FOR_PLATFORMS = (REPUTATION, BAD_INPUTS)


class WebAcl(Construct):
    """``arn`` of an ACL of managed rule groups and a limit of requests an address in five minutes.

    Its log leaves out query strings and credentials: they carry authorization codes and bearer tokens.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        reach: Literal["REGIONAL", "CLOUDFRONT"],
        groups: Sequence[RuleGroup],
        per_address: int,
    ) -> None:
        super().__init__(scope, id_)
        limit = ACL.RuleProperty(
            name="requests-per-address",
            priority=0,
            action=ACL.RuleActionProperty(block=ACL.BlockActionProperty()),
            statement=ACL.StatementProperty(
                rate_based_statement=ACL.RateBasedStatementProperty(aggregate_key_type="IP", limit=per_address)
            ),
            visibility_config=_seen("requests-per-address"),
        )
        acl = ACL(
            self,
            "Acl",
            default_action=ACL.DefaultActionProperty(allow=ACL.AllowActionProperty()),
            rules=[limit, *(_managed(group, priority) for priority, group in enumerate(groups, start=1))],
            scope=reach,
            visibility_config=_seen(id_),
        )
        self.arn = acl.attr_arn
        group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"aws-waf-logs-quire-{stage.name}-{id_.lower()}",
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            retention=log_retention(stage),
        )
        hidden = wafv2.CfnLoggingConfiguration.FieldToMatchProperty
        wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            log_destination_configs=[group.log_group_arn],
            redacted_fields=[
                hidden(query_string={}),
                *(hidden(single_header={"Name": name}) for name in ("authorization", "cookie", "x-slack-signature")),
            ],
            resource_arn=acl.attr_arn,
        )


def _managed(group: RuleGroup, priority: int) -> ACL.RuleProperty:
    return ACL.RuleProperty(
        name=group.name,
        priority=priority,
        override_action=ACL.OverrideActionProperty(none={}),
        statement=ACL.StatementProperty(
            managed_rule_group_statement=ACL.ManagedRuleGroupStatementProperty(
                name=group.name,
                vendor_name="AWS",
                rule_action_overrides=[
                    ACL.RuleActionOverrideProperty(
                        name=name, action_to_use=ACL.RuleActionProperty(count=ACL.CountActionProperty())
                    )
                    for name in group.counted
                ]
                or None,
            )
        ),
        visibility_config=_seen(group.name),
    )


def _seen(name: str) -> ACL.VisibilityConfigProperty:
    return ACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
