"""The search engine on AWS: an OpenSearch Serverless collection of the generation that scales to zero."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_opensearchserverless as aoss
from constructs import Construct

from infra.stages import SearchCapacity, Stage

MESSAGE_INDEXES = "*-messages*"
"""Monthly indexes and read aliases of all tenants; the session policy narrows a request to its tenant's collection."""


@dataclass(frozen=True)
class Access:
    """What a role may do; ``name`` is the access policy's. Names of the permissions:
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html"""

    name: str
    indexes: tuple[str, ...]
    collection: tuple[str, ...] = ()


INDEXING = Access(
    "indexing",
    ("aoss:CreateIndex", "aoss:DescribeIndex", "aoss:UpdateIndex", "aoss:ReadDocument", "aoss:WriteDocument"),
    ("aoss:CreateCollectionItems", "aoss:DescribeCollectionItems", "aoss:UpdateCollectionItems"),
)
CHECKING = Access("checking", INDEXING.indexes, INDEXING.collection)
"""What is missing is written as indexing writes it, into the index of a month that was lost too."""
REBUILDING = Access(
    "rebuilding",
    (
        "aoss:CreateIndex",
        "aoss:DeleteIndex",
        "aoss:DescribeIndex",
        "aoss:UpdateIndex",
        "aoss:ReadDocument",
        "aoss:WriteDocument",
    ),
    # Aliases are items of the collection: one that leads elsewhere from now on is taken away and given anew.
    (
        "aoss:CreateCollectionItems",
        "aoss:DeleteCollectionItems",
        "aoss:DescribeCollectionItems",
        "aoss:UpdateCollectionItems",
    ),
)
SEARCHING = Access("searching", ("aoss:DescribeIndex", "aoss:ReadDocument"))
ALERTING = Access("alerting", ("aoss:DescribeIndex", "aoss:ReadDocument"))


class SearchCollection(Construct):
    """``endpoint`` of a SEARCH collection in a NextGen collection group, and who may use it.

    The network policy leaves the data endpoint (and not the dashboards) reachable from outside a VPC: each request has
    to be signed by a role that a data access policy names, and functions outside a VPC need neither network interfaces
    nor eight interface endpoints to reach the other services they use.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, key: kms.IKey, capacity: SearchCapacity) -> None:
        super().__init__(scope, id_)
        self._name = f"quire-{stage.name}"
        group = aoss.CfnCollectionGroup(
            self,
            "Group",
            name=self._name,
            description="Capacity that Quire's collections share",
            generation="NEXTGEN",
            standby_replicas="ENABLED",
            capacity_limits=aoss.CfnCollectionGroup.CapacityLimitsProperty(
                min_indexing_capacity_in_ocu=capacity.least,
                min_search_capacity_in_ocu=capacity.least,
                max_indexing_capacity_in_ocu=capacity.most,
                max_search_capacity_in_ocu=capacity.most,
            ),
        )
        collections = [f"collection/{self._name}"]
        encryption = self._policy(
            "encryption",
            {
                "Rules": [{"ResourceType": "collection", "Resource": collections}],
                "AWSOwnedKey": False,
                "KmsARN": key.key_arn,
            },
        )
        network = self._policy(
            "network",
            [{"Rules": [{"ResourceType": "collection", "Resource": collections}], "AllowFromPublic": True}],
        )
        self._collection = aoss.CfnCollection(
            self,
            "Collection",
            name=self._name,
            description="A document a message; rebuilt from the archive at any time",
            type="SEARCH",
            collection_group_name=self._name,
            deletion_protection="ENABLED" if stage.retain else "DISABLED",
            standby_replicas="ENABLED",
        )
        for needed in (group, encryption, network):
            self._collection.add_resource_dependency(needed)
        self.endpoint = self._collection.attr_collection_endpoint

    def grant(self, scope: Construct, role: iam.Role, access: Access) -> None:
        """Let ``role`` use the message indexes: permission in IAM, and a data access policy (made in ``scope``)."""
        role.add_to_policy(
            iam.PolicyStatement(sid="Search", actions=["aoss:APIAccessAll"], resources=[self._collection.attr_arn])
        )
        rules = [_rule("index", [f"index/{self._name}/{MESSAGE_INDEXES}"], access.indexes)]
        if access.collection:
            rules.append(_rule("collection", [f"collection/{self._name}"], access.collection))
        aoss.CfnAccessPolicy(
            scope,
            f"{access.name.title()}Access",
            name=f"{self._name}-{access.name}",
            type="data",
            description=f"{access.name.title()}, by one role",
            policy=Stack.of(scope).to_json_string([{"Rules": rules, "Principal": [role.role_arn]}]),
        )

    def _policy(self, kind: str, document: object) -> aoss.CfnSecurityPolicy:
        return aoss.CfnSecurityPolicy(
            self,
            kind.title(),
            name=self._name,
            type=kind,
            policy=Stack.of(self).to_json_string(document),
        )


def _rule(kind: str, resources: Sequence[str], permissions: Sequence[str]) -> dict[str, object]:
    return {"ResourceType": kind, "Resource": list(resources), "Permission": list(permissions)}
