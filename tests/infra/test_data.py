"""Keys, buckets and tables: nobody loses, changes or hides what is kept."""

from typing import Any

import pytest

from tests.infra.synthesis import Synthesised

WORM = ("Journal", "Archive")


def policy_of(stage: Synthesised, bucket: str) -> dict[str, dict[str, Any]]:
    """The statements of a bucket's policy by their ids."""
    document = stage.one("AWS::S3::BucketPolicy", "Data", bucket)["Properties"]["PolicyDocument"]
    return {statement["Sid"]: statement for statement in document["Statement"] if "Sid" in statement}


@pytest.mark.parametrize("bucket", WORM)
@pytest.mark.parametrize(("name", "mode", "days"), [("prod", "COMPLIANCE", 30), ("dev", "GOVERNANCE", 1)])
def test_objects_are_locked(synthesised: dict[str, Synthesised], name: str, mode: str, days: int, bucket: str) -> None:
    properties = synthesised[name].one("AWS::S3::Bucket", "Data", f"{bucket}Bucket")["Properties"]
    assert properties["ObjectLockEnabled"] is True
    retention = properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": mode, "Days": days}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}


@pytest.mark.parametrize("bucket", WORM)
def test_only_production_has_the_lock_that_nobody_can_undo(synthesised: dict[str, Synthesised], bucket: str) -> None:
    for name, stage in synthesised.items():
        properties = stage.one("AWS::S3::Bucket", "Data", f"{bucket}Bucket")["Properties"]
        mode = properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Mode"]
        assert (mode == "COMPLIANCE") == (name == "prod")


@pytest.mark.parametrize("bucket", WORM)
def test_nothing_is_hidden_bypassed_or_weakened(stage: Synthesised, bucket: str) -> None:
    statements = policy_of(stage, bucket)
    assert statements["NothingIsHidden"]["Action"] == "s3:DeleteObject"
    assert statements["NoWayAroundTheLock"]["Action"] == "s3:BypassGovernanceRetention"
    mode = statements["NoWeakerMode"]["Condition"]["StringNotEquals"]["s3:object-lock-mode"]
    assert mode == ("COMPLIANCE" if stage.stage == "prod" else "GOVERNANCE")
    assert "NumericLessThan" in statements["NoShorterLock"]["Condition"]
    for statement in statements.values():
        assert statement["Effect"] == "Deny"
        assert statement["Principal"] == {"AWS": "*"}


@pytest.mark.parametrize("bucket", WORM)
def test_nothing_is_overwritten_where_s3_can_refuse_it(synthesised: dict[str, Synthesised], bucket: str) -> None:
    for name in ("dev", "prod"):
        condition = policy_of(synthesised[name], bucket)["NothingIsOverwritten"]["Condition"]
        assert condition["Null"] == {"s3:if-none-match": "true"}
        assert condition["Bool"] == {"s3:ObjectCreationOperation": "true"}
    assert "NothingIsOverwritten" not in policy_of(synthesised["local"], bucket)


@pytest.mark.parametrize("bucket", WORM)
def test_no_lifecycle_rule_destroys_a_version(stage: Synthesised, bucket: str) -> None:
    rules = stage.one("AWS::S3::Bucket", "Data", f"{bucket}Bucket")["Properties"]["LifecycleConfiguration"]["Rules"]
    for rule in rules:
        assert not {"ExpirationInDays", "NoncurrentVersionExpiration", "ExpirationDate"} & rule.keys()


def test_sealed_segments_grow_cold_where_that_saves_money(synthesised: dict[str, Synthesised]) -> None:
    for name, stage in synthesised.items():
        for bucket in WORM:
            properties = stage.one("AWS::S3::Bucket", "Data", f"{bucket}Bucket")["Properties"]
            rules = [each for each in properties["LifecycleConfiguration"]["Rules"] if "Transitions" in each]
            if name == "local" or bucket == "Journal":
                assert not rules
                continue
            (rule,) = rules
            assert (rule["Status"], rule["Prefix"], rule["ObjectSizeGreaterThan"]) == ("Enabled", "t/", 131072)
            assert rule["Transitions"] == [{"StorageClass": "GLACIER_IR", "TransitionInDays": 30}]
            assert rule["NoncurrentVersionTransitions"] == [{"StorageClass": "GLACIER_IR", "TransitionInDays": 30}]
            assert not [key for key in rule if "Expir" in key]


def test_what_is_handed_over_is_gone_after_a_day_and_leaves_no_versions(stage: Synthesised) -> None:
    properties = stage.one("AWS::S3::Bucket", "Data", "HandOverBucket")["Properties"]
    rules = properties["LifecycleConfiguration"]["Rules"]
    assert [rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule] == [1]
    uploads = [rule["AbortIncompleteMultipartUpload"] for rule in rules if "AbortIncompleteMultipartUpload" in rule]
    assert uploads == [{"DaysAfterInitiation": 1}]
    assert not {"VersioningConfiguration", "ObjectLockEnabled", "ReplicationConfiguration"} & properties.keys()
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert "DataKey" in str(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"])


def test_every_bucket_is_private_and_speaks_tls(stage: Synthesised) -> None:
    for name, bucket in stage.resources("AWS::S3::Bucket").items():
        block = bucket["Properties"]["PublicAccessBlockConfiguration"]
        assert set(block.values()) == {True}, name
        assert bucket["Properties"]["BucketEncryption"], name
    policies = stage.resources("AWS::S3::BucketPolicy")
    assert len(policies) >= len(stage.resources("AWS::S3::Bucket"))
    for name, policy in policies.items():
        conditions = [statement.get("Condition") for statement in policy["Properties"]["PolicyDocument"]["Statement"]]
        assert {"Bool": {"aws:SecureTransport": "false"}} in conditions, name


def test_customers_data_is_under_a_customer_managed_key(stage: Synthesised) -> None:
    key = next(name.split("/")[1] for name in stage.resources("AWS::KMS::Key", "Data") if "/DataKey" in name)
    arn = {"Fn::GetAtt": [key, "Arn"]}
    for bucket in WORM:
        (rule,) = stage.one("AWS::S3::Bucket", "Data", f"{bucket}Bucket")["Properties"]["BucketEncryption"][
            "ServerSideEncryptionConfiguration"
        ]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
        assert rule["BucketKeyEnabled"] is True
    for table in stage.resources("AWS::DynamoDB::GlobalTable").values():
        assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
        (replica,) = table["Properties"]["Replicas"]
        assert replica["SSESpecification"]["KMSMasterKeyId"] == arn
    stream = stage.one("AWS::Kinesis::Stream", "Ingest")["Properties"]["StreamEncryption"]
    assert stream["EncryptionType"] == "KMS"
    assert "DataKey" in str(stream["KeyId"])
    for queue in stage.resources("AWS::SQS::Queue").values():
        assert "DataKey" in str(queue["Properties"]["KmsMasterKeyId"])


def test_keys_rotate(stage: Synthesised) -> None:
    """All but the log's, which cannot: its public half is what people keep."""
    keys = [key["Properties"] for key in stage.resources("AWS::KMS::Key").values()]
    rotating = [key for key in keys if "KeySpec" not in key]
    assert (len(rotating), len(keys)) == (2, 3)
    assert all(key["EnableKeyRotation"] is True for key in rotating)


def test_production_keys_cannot_be_scheduled_for_deletion(prod: Synthesised) -> None:
    for name, key in prod.resources("AWS::KMS::Key").items():
        denied = [s for s in key["Properties"]["KeyPolicy"]["Statement"] if s["Effect"] == "Deny"]
        assert [sorted(s["Action"]) for s in denied] == [["kms:DisableKey", "kms:ScheduleKeyDeletion"]], name


@pytest.mark.parametrize(
    ("table", "days"), [("Control", 35), ("Ledger", 35), ("Keys", 1), ("Audit", 35), ("Events", None), ("Limits", None)]
)
def test_each_table_is_recoverable_for_its_lifecycle(stage: Synthesised, table: str, days: int | None) -> None:
    properties = stage.one("AWS::DynamoDB::GlobalTable", "Data", table)["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert [(key["AttributeName"], key["KeyType"]) for key in properties["KeySchema"]] == [
        ("pk", "HASH"),
        ("sk", "RANGE"),
    ]
    (replica,) = properties["Replicas"]
    recovery = replica["PointInTimeRecoverySpecification"]
    assert recovery["PointInTimeRecoveryEnabled"] is (days is not None)
    assert recovery.get("RecoveryPeriodInDays") == days


def test_only_events_and_limits_expire_and_only_events_have_a_timeline(stage: Synthesised) -> None:
    for name, table in stage.resources("AWS::DynamoDB::GlobalTable", "Data").items():
        properties = table["Properties"]
        if "/Events" in name or "/Limits" in name:
            assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
        else:
            assert "TimeToLiveSpecification" not in properties
        if "/Events" not in name:
            assert "GlobalSecondaryIndexes" not in properties
            continue
        (index,) = properties["GlobalSecondaryIndexes"]
        assert index["IndexName"] == "timeline"
        assert [key["AttributeName"] for key in index["KeySchema"]] == ["channel", "at"]
