"""Subjects' keys: how a function comes to open what was sealed under them, and to make new ones."""

from aws_cdk import Aws

from infra.constructs.python_function import PythonFunction
from infra.nag import excuse_wildcards
from infra.stacks.data import DataStack
from infra.stages import Stage


def keys_environment(data: DataStack, *, make: bool = False) -> dict[str, str]:
    """Variables for ``quire.bootstrap.keys``; whoever makes keys looks up which KMS key is a tenant's."""
    control = {"QUIRE_CONTROL_TABLE": data.tables.control.table_name} if make else {}
    return {"QUIRE_KEYS_TABLE": data.tables.keys.table_name, **control}


def allow_keys(function: PythonFunction, stage: Stage, data: DataStack, *, make: bool = False) -> None:
    """Let it read wrapped keys and open them, and with ``make`` add new ones.

    Tenants' KMS keys are made later, one with each tenant: they are known by the tag that says of which stage they
    are. They open branch keys; a subject's key is never seen by KMS.
    """
    function.allow("ReadKeys", ["dynamodb:BatchGetItem", "dynamodb:GetItem"], [data.tables.keys.table_arn])
    if make:
        function.allow("AddKeys", ["dynamodb:PutItem"], [data.tables.keys.table_arn])
        function.allow("FindTenantKey", ["dynamodb:GetItem"], [data.tables.control.table_arn])
    function.allow(
        "OpenBranchKeys",
        ["kms:Decrypt", *(["kms:GenerateDataKey"] if make else [])],
        [f"arn:{Aws.PARTITION}:kms:{Aws.REGION}:{Aws.ACCOUNT_ID}:key/*"],
        {"StringEquals": {"aws:ResourceTag/quire:stage": stage.name}},
    )
    excuse_wildcards(
        function.role,
        {r"/^Resource::arn:.*:key\/\*$/g": "Tenants' keys are made later; a tag of theirs names the stage."},
    )
