"""Web ACLs for CloudFront, which knows them only in us-east-1, wherever the rest of the stage is."""

from constructs import Construct

from infra.constructs.web_acl import FOR_PEOPLE, FOR_PLATFORMS, WebAcl
from infra.stacks.base import QuireStack
from infra.stages import Stage


class EdgeStack(QuireStack):
    """``hooks_acl`` guards the webhooks, ``console_acl`` the console (ARNs)."""

    def __init__(self, scope: Construct, *, stage: Stage) -> None:
        super().__init__(scope, "Edge", stage=stage, description="Web ACLs for CloudFront", region="us-east-1")
        self.hooks_acl = WebAcl(
            self,
            "Hooks",
            stage=stage,
            reach="CLOUDFRONT",
            groups=FOR_PLATFORMS,
            per_address=stage.hooks_per_address,
        ).arn
        self.console_acl = WebAcl(
            self,
            "Console",
            stage=stage,
            reach="CLOUDFRONT",
            groups=FOR_PEOPLE,
            per_address=stage.api_per_address,
        ).arn
