"""The search engine, where the stage makes one."""

from aws_cdk import CfnOutput
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.search_collection import SearchCollection
from infra.stacks.base import QuireStack
from infra.stages import SearchCapacity, Stage


class SearchStack(QuireStack):
    """``collection``; who may use it is said beside the roles that do (archive and api)."""

    def __init__(self, scope: Construct, *, stage: Stage, key: kms.IKey, capacity: SearchCapacity) -> None:
        super().__init__(scope, "Search", stage=stage, description="OpenSearch Serverless")
        self.collection = SearchCollection(self, "Messages", stage=stage, key=key, capacity=capacity)
        CfnOutput(self, "SearchEndpoint", value=self.collection.endpoint)
