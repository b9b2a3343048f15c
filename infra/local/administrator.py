"""An administrator of the emulated account, for scripts and tests: every permission, and yet no power over WORM."""

import json
from contextlib import suppress

import boto3

USER = "quire-administrator"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def ensure(session: boto3.Session, known: dict[str, str] | None) -> dict[str, str]:
    """The administrator's access key; ``known`` is the one of an earlier start, kept while the account knows it."""
    client = session.client("iam")
    with suppress(client.exceptions.EntityAlreadyExistsException):
        client.create_user(UserName=USER)
    client.put_user_policy(UserName=USER, PolicyName="everything", PolicyDocument=json.dumps(POLICY))
    there = [key["AccessKeyId"] for key in client.list_access_keys(UserName=USER)["AccessKeyMetadata"]]
    if known and known["accessKeyId"] in there:
        return known
    for key_id in there:
        client.delete_access_key(UserName=USER, AccessKeyId=key_id)
    made = client.create_access_key(UserName=USER)["AccessKey"]
    return {"accessKeyId": made["AccessKeyId"], "secretAccessKey": made["SecretAccessKey"]}
