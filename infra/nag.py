"""cdk-nag: every stack of every stage passes AWS Solutions, or says per resource why not."""

from collections.abc import Mapping

from aws_cdk import Aspects
from cdk_nag import AwsSolutionsChecks, NagPackSuppression, NagSuppressions
from constructs import IConstruct

MANAGED_POLICY = "AwsSolutions-IAM4"
WILDCARD = "AwsSolutions-IAM5"


def check(app: IConstruct) -> None:
    """Run the rules at synthesis; an unexcused finding is an error and fails it."""
    Aspects.of(app).add(AwsSolutionsChecks(verbose=True))


def excuse(construct: IConstruct, reasons: Mapping[str, str], *, children: bool = False) -> None:
    """Suppress rules on one resource, each with its reason (rule id -> reason)."""
    NagSuppressions.add_resource_suppressions(
        construct,
        [NagPackSuppression(id=rule, reason=reason) for rule, reason in reasons.items()],
        apply_to_children=children,
    )


def excuse_wildcards(construct: IConstruct, reasons: Mapping[str, str], *, children: bool = True) -> None:
    """Suppress the rule against wildcards for exactly the findings named (``Action::…`` or ``Resource::…`` -> reason).

    A key in slashes is a regular expression over findings, for resources whose logical id stands in them.
    """
    findings = [
        NagPackSuppression(
            id=WILDCARD,
            reason=reason,
            applies_to=[{"regex": finding} if finding.startswith("/") else finding],
        )
        for finding, reason in reasons.items()
    ]
    NagSuppressions.add_resource_suppressions(construct, findings, apply_to_children=children)
