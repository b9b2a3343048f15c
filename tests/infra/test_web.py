"""The console's house, and the rules of who may knock."""

import json
from typing import Any

import pytest

from tests.infra.synthesis import Synthesised

READ_BODIES = {
    "AWSManagedRulesCommonRuleSet": {
        "SizeRestrictions_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "CrossSiteScripting_BODY",
    },
    "AWSManagedRulesKnownBadInputsRuleSet": {"JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"},
}


def distribution(stage: Synthesised) -> dict[str, Any]:
    """The console's distribution."""
    return dict(stage.one("AWS::CloudFront::Distribution", "Web")["Properties"]["DistributionConfig"])


def test_the_bucket_is_read_by_its_distribution_alone(stage: Synthesised) -> None:
    (origin,) = distribution(stage)["Origins"]
    assert origin["OriginAccessControlId"]
    control = stage.one("AWS::CloudFront::OriginAccessControl", "Web")["Properties"]["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")
    document = stage.one("AWS::S3::BucketPolicy", "Web")["Properties"]["PolicyDocument"]
    (allowed,) = [
        statement
        for statement in document["Statement"]
        if statement["Effect"] == "Allow" and statement["Action"] == "s3:GetObject"
    ]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert "AWS:SourceArn" in allowed["Condition"]["StringEquals"]


def test_routes_of_the_console_get_its_page(stage: Synthesised) -> None:
    answers = distribution(stage)["CustomErrorResponses"]
    assert {answer["ErrorCode"] for answer in answers} == {403, 404}
    for answer in answers:
        assert (answer["ResponseCode"], answer["ResponsePagePath"]) == (200, "/index.html")


def test_a_script_can_do_little(stage: Synthesised) -> None:
    headers = stage.one("AWS::CloudFront::ResponseHeadersPolicy", "Web")["Properties"]["ResponseHeadersPolicyConfig"]
    security = headers["SecurityHeadersConfig"]
    policy = json.dumps(security["ContentSecurityPolicy"]["ContentSecurityPolicy"])
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert "connect-src 'self' " in policy
    assert "*" not in policy
    assert ("RestApi" in policy) == (stage.stage != "local")
    hsts = security["StrictTransportSecurity"]
    assert hsts["AccessControlMaxAgeSec"] >= 365 * 24 * 3600
    assert security["FrameOptions"]["FrameOption"] == "DENY"
    assert security["ContentTypeOptions"] == {"Override": True}


def test_distributions_have_web_acls(synthesised: dict[str, Synthesised]) -> None:
    for name in ("dev", "prod"):
        assert distribution(synthesised[name])["WebACLId"]
        acls = synthesised[name].resources("AWS::WAFv2::WebACL", "Edge").values()
        assert [acl["Properties"]["Scope"] for acl in acls] == ["CLOUDFRONT", "CLOUDFRONT"]
    assert not synthesised["local"].resources("AWS::WAFv2::WebACL")


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_web_acls_limit_addresses_and_log_no_secrets(synthesised: dict[str, Synthesised], name: str) -> None:
    acls = synthesised[name].resources("AWS::WAFv2::WebACL")
    assert len(acls) == 3
    for acl in acls.values():
        statements = [rule["Statement"] for rule in acl["Properties"]["Rules"]]
        assert [s["RateBasedStatement"]["Limit"] for s in statements if "RateBasedStatement" in s]
        assert "AWSManagedRulesAmazonIpReputationList" in json.dumps(statements)
    logging = synthesised[name].resources("AWS::WAFv2::LoggingConfiguration")
    assert len(logging) == len(acls)
    for configuration in logging.values():
        redacted = json.dumps(configuration["Properties"]["RedactedFields"])
        assert "QueryString" in redacted
        assert "authorization" in redacted


def test_no_rule_that_reads_bodies_blocks_a_message_or_a_search_for_one(prod: Synthesised) -> None:
    for name, acl in prod.resources("AWS::WAFv2::WebACL").items():
        for rule in acl["Properties"]["Rules"]:
            group = rule["Statement"].get("ManagedRuleGroupStatement")
            if group is None or group["Name"] not in READ_BODIES:
                continue
            counted = {each["Name"] for each in group["RuleActionOverrides"]}
            assert counted == READ_BODIES[group["Name"]], name
            assert all(each["ActionToUse"] == {"Count": {}} for each in group["RuleActionOverrides"])


def test_the_console_is_told_where_everything_is(prod: Synthesised) -> None:
    uploads = prod.resources("Custom::CDKBucketDeployment", "Api")
    (upload,) = uploads.values()
    markers = json.dumps(upload["Properties"]["SourceMarkers"])
    for part in ("RestApi", "PeoplePoolConsole", "amazoncognito.com"):
        assert part in markers


def test_hashed_files_are_kept_and_pages_are_asked_for(prod: Synthesised) -> None:
    uploads = [upload["Properties"] for upload in prod.resources("Custom::CDKBucketDeployment", "Web").values()]
    caching = {json.dumps(upload.get("Include")): upload["SystemMetadata"]["cache-control"] for upload in uploads}
    assert caching == {'["assets/*"]': "public, max-age=31536000, immutable", "null": "no-cache"}
