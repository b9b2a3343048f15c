"""The two addresses that people use: the console's, and (yet bare) the API's.

Each has to name the other: the console's security policy says which API it may call, and the API says which origin
may call it. So both addresses are made here, and what the API serves is added by the api stack.
"""

from aws_cdk import CfnOutput
from constructs import Construct

from infra import addresses
from infra.constructs import people_api
from infra.constructs.console_site import ConsoleSite
from infra.stacks.base import QuireStack
from infra.stacks.data import DataStack
from infra.stages import Stage


class WebStack(QuireStack):
    """``site``, its ``origin``, and the ``public`` REST API."""

    def __init__(self, scope: Construct, *, stage: Stage, data: DataStack, acl: str | None) -> None:
        super().__init__(scope, "Web", stage=stage, description="Addresses of console and API")
        self.public = people_api.declare(self, stage)
        self.site = ConsoleSite(
            self,
            "Console",
            stage=stage,
            access_logs=data.access_logs,
            connects_to=[addresses.rest_api_origin(stage, self.public.id), addresses.login(stage)],
            shows_from=addresses.objects(stage, data.hand_over.bucket_name),
            acl=acl,
        )
        if stage.deploys_console:
            self.site.upload()
        distribution = self.site.distribution
        self.origin = addresses.console(stage, distribution.distribution_domain_name)
        CfnOutput(self, "WebBucket", value=self.site.bucket.bucket_name)
        CfnOutput(self, "DistributionId", value=distribution.distribution_id)
        CfnOutput(self, "DistributionDomain", value=distribution.distribution_domain_name)
        CfnOutput(self, "WebUrl", value=self.origin)
