"""Sessions that S3 lets do what their session policy says, as IAM would: moto asks no policy."""

import fnmatch
from collections.abc import Mapping
from typing import Any

import orjson
from botocore.exceptions import ClientError

from quire.aws.sessions import Aws

_ACTIONS = {
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "ListObjectsV2": "s3:ListBucket",
}


class Confined:
    """Stands for ``Aws.assume``; ``read`` are the objects (bucket, key) that sessions read, by their purpose."""

    def __init__(self) -> None:
        self.read: dict[str, set[tuple[str, str]]] = {}
        self._assume = Aws.assume

    def __call__(
        self, base: Aws, role_arn: str, session_name: str, policy: str, tags: Mapping[str, str], seconds: int = 900
    ) -> Aws:
        made = self._assume(base, role_arn, session_name, policy, tags, seconds)
        statements = orjson.loads(policy)["Statement"]
        read = self.read.setdefault(session_name.split("-")[1], set())

        def ask(params: Mapping[str, Any], model: Any, **_: Any) -> None:
            action = _ACTIONS[model.name] + ("Version" if "VersionId" in params else "")
            arn = "arn:aws:s3:::" + "/".join(str(params[name]) for name in ("Bucket", "Key") if name in params)
            if not any(_allows(each, action, arn, params) for each in statements):
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": arn}}, model.name)
            if action.startswith("s3:GetObject"):
                read.add((params["Bucket"], params["Key"]))

        made.s3.meta.events.register("provide-client-params.s3", ask)
        return made


def _allows(statement: Mapping[str, Any], action: str, arn: str, params: Mapping[str, Any]) -> bool:
    prefixes = statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", ["*"])
    return (
        action in statement["Action"]
        and any(fnmatch.fnmatchcase(arn, each) for each in statement["Resource"])
        and any(fnmatch.fnmatchcase(params.get("Prefix", ""), each) for each in prefixes)
    )
