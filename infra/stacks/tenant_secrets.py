"""Secrets of connections, each under its tenant's own key: how a function comes to read and to renew them."""

from aws_cdk import Aws

from infra.constructs.python_function import PythonFunction
from infra.nag import excuse_wildcards
from infra.stages import Stage


def allow_secrets(function: PythonFunction, stage: Stage, *, renew: bool = False) -> None:
    """Let it read the secrets of all connections of the stage, and with ``renew`` put new values of them.

    Tenants' keys are made later, one with each tenant: they are known by the tag that says of which stage they are,
    and used by way of Secrets Manager only.
    """
    secrets = f"arn:{Aws.PARTITION}:secretsmanager:{Aws.REGION}:{Aws.ACCOUNT_ID}:secret:{stage.secret_path}/*"
    keys = f"arn:{Aws.PARTITION}:kms:{Aws.REGION}:{Aws.ACCOUNT_ID}:key/*"
    more = ["secretsmanager:PutSecretValue"] if renew else []
    function.allow("ReadConnectionSecrets", ["secretsmanager:GetSecretValue", *more], [secrets])
    function.allow(
        "UseTenantKeys",
        ["kms:Decrypt", *(["kms:GenerateDataKey"] if renew else [])],
        [keys],
        {
            "StringEquals": {
                "aws:ResourceTag/quire:stage": stage.name,
                "kms:ViaService": f"secretsmanager.{Aws.REGION}.amazonaws.com",
            }
        },
    )
    excuse_wildcards(
        function.role,
        {
            r"/^Resource::arn:.*:secret:quire\/.*$/g": "Connections' secrets are made later, under this path.",
            r"/^Resource::arn:.*:key\/\*$/g": "Tenants' keys are made later; a tag of theirs names the stage.",
        },
    )
