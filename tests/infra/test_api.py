"""Sign-in and the REST API: who may call, and as whom the API reads."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from quire.archive.attachments.hand_over import GIVEN_UP
from quire.identity.isolation import SECONDS
from tests.infra.synthesis import ROOT, Synthesised

TAG = "${aws:PrincipalTag/tenant}"


def role_statements(stage: Synthesised, role: str) -> list[dict[str, Any]]:
    """All statements of a role's own policy."""
    return list(stage.one("AWS::IAM::Policy", "Api", role)["Properties"]["PolicyDocument"]["Statement"])


def test_every_call_needs_a_token_with_the_scope(stage: Synthesised) -> None:
    methods = stage.resources("AWS::ApiGateway::Method").values()
    for method in (method["Properties"] for method in methods):
        if method["HttpMethod"] == "OPTIONS":
            assert method["Integration"]["Type"] == "MOCK"
            continue
        assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
        assert method["AuthorizationScopes"] == ["quire/api"]
        assert method["HttpMethod"] == "ANY"
    paths = [path["Properties"]["PathPart"] for path in stage.resources("AWS::ApiGateway::Resource").values()]
    assert sorted(paths) == ["v1", "{proxy+}"]


def test_the_snapshot_that_is_served_waits_for_all_that_belongs_to_it(stage: Synthesised) -> None:
    needed = {
        name.split("/")[1]
        for kind in ("AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse")
        for name in stage.resources(kind)
    }
    assert needed <= set(stage.one("AWS::ApiGateway::Deployment", "Api")["DependsOn"])


@pytest.mark.parametrize(
    ("kind", "status", "slug"),
    [
        ("UNAUTHORIZED", "401", "unauthenticated"),
        ("ACCESS_DENIED", "403", "forbidden"),
        ("WAF_FILTERED", "403", "forbidden"),
        ("MISSING_AUTHENTICATION_TOKEN", "404", "not-found"),
        ("REQUEST_TOO_LARGE", "413", "too-large"),
        ("THROTTLED", "429", "too-many"),
        ("DEFAULT_4XX", "400", "bad-input"),
        ("DEFAULT_5XX", "503", "unavailable"),
    ],
)
def test_api_gateway_answers_as_the_function_does(stage: Synthesised, kind: str, status: str, slug: str) -> None:
    (answer,) = [
        each["Properties"]
        for each in stage.resources("AWS::ApiGateway::GatewayResponse").values()
        if each["Properties"]["ResponseType"] == kind
    ]
    assert answer["StatusCode"] == status
    problem = json.loads(answer["ResponseTemplates"]["application/json"])
    assert problem["type"] == f"urn:quire:problem:{slug}"
    assert problem["status"] == int(status)
    headers = answer["ResponseParameters"]
    assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    assert "gatewayresponse.header.Access-Control-Allow-Origin" in headers


def test_the_stage_is_logged_without_query_strings_and_throttled(stage: Synthesised) -> None:
    properties = stage.one("AWS::ApiGateway::Stage", "Api", "Api")["Properties"]
    fields = json.loads(properties["AccessLogSetting"]["Format"])
    assert "$context.status" in fields.values()
    assert not [value for value in fields.values() if "query" in value.lower() or "token" in value.lower()]
    (settings,) = properties["MethodSettings"]
    assert settings["ThrottlingRateLimit"] > 0
    assert settings["DataTraceEnabled"] is False


def test_the_rest_api_has_a_web_acl(synthesised: dict[str, Synthesised]) -> None:
    for name in ("dev", "prod"):
        found = synthesised[name]
        acl = found.one("AWS::WAFv2::WebACL", "Api")
        assert acl["Properties"]["Scope"] == "REGIONAL"
        association = found.one("AWS::WAFv2::WebACLAssociation", "Api")["Properties"]
        assert "/stages/live" in json.dumps(association["ResourceArn"])
        assert association["WebACLArn"]
    assert not synthesised["local"].resources("AWS::WAFv2::WebACLAssociation")


def test_only_administrators_make_users(stage: Synthesised) -> None:
    pool = stage.one("AWS::Cognito::UserPool", "Api")["Properties"]
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    password = pool["Policies"]["PasswordPolicy"]
    assert password["MinimumLength"] >= 14
    assert all(password[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))
    assert pool["LambdaConfig"]["PreTokenGenerationConfig"]["LambdaVersion"] == "V2_0"


def test_production_pools_have_threat_protection(prod: Synthesised) -> None:
    pool = prod.one("AWS::Cognito::UserPool", "Api")["Properties"]
    assert pool["UserPoolTier"] == "PLUS"
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}


def test_the_console_is_a_public_client_with_a_code(stage: Synthesised) -> None:
    client = stage.one("AWS::Cognito::UserPoolClient", "Api", "PeoplePoolConsole")["Properties"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"][:3] == ["openid", "email", "profile"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]


def test_the_console_and_the_user_pool_agree_on_the_callback(prod: Synthesised) -> None:
    source = (ROOT / "web" / "src" / "features" / "session" / "api" / "signIn.ts").read_text("utf-8")
    path = re.search(r'CALLBACK_PATH = "([^"]+)"', source)
    assert path
    (callback,) = prod.one("AWS::Cognito::UserPoolClient", "Api", "PeoplePoolConsole")["Properties"]["CallbackURLs"]
    assert callback["Fn::Join"][1][-1] == path[1]


def test_passwords_over_the_api_only_outside_production(synthesised: dict[str, Synthesised]) -> None:
    for name in ("local", "dev"):
        client = synthesised[name].one("AWS::Cognito::UserPoolClient", "Api", "PeoplePoolCli")["Properties"]
        assert "ALLOW_ADMIN_USER_PASSWORD_AUTH" in client["ExplicitAuthFlows"]
    assert len(synthesised["prod"].resources("AWS::Cognito::UserPoolClient")) == 1


def test_only_what_serves_people_becomes_a_tenant_and_only_with_a_tag(stage: Synthesised) -> None:
    trust = stage.one("AWS::IAM::Role", "Api", "TenantRole")["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    roles = (name.split("/")[1] for name in stage.resources("AWS::IAM::Role", "Api"))
    servers = sorted(role for role in roles if re.match("ServeApiRole|HandOver", role))
    assert len(servers) == 2
    for statement in trust:
        assert statement["Principal"] == {"AWS": [{"Fn::GetAtt": [server, "Arn"]} for server in servers]}
        assert statement["Condition"]["StringLike"] == {"aws:RequestTag/tenant": "?*"}
        assert statement["Condition"]["ForAllValues:StringEquals"] == {"aws:TagKeys": ["tenant"]}
    actions = {action for statement in trust for action in as_list(statement["Action"])}
    assert actions == {"sts:AssumeRole", "sts:TagSession"}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_tenant_role_reaches_one_tenants_items(synthesised: dict[str, Synthesised], name: str) -> None:
    statements = role_statements(synthesised[name], "TenantRole")
    items = [statement for statement in statements if "dynamodb:" in json.dumps(statement["Action"])]
    (managing,) = [statement for statement in items if statement["Sid"] == "ManageItems"]
    assert managing["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] == [f"T#{TAG}", "CONNECTION#*"]
    assert managing["Condition"]["Null"] == {"dynamodb:LeadingKeys": "false"}
    assert not {"dynamodb:Scan", "dynamodb:BatchWriteItem"} & set(managing["Action"])
    items.remove(managing)
    assert len(items) == 4
    for statement in items:
        keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        assert statement["Condition"]["Null"] == {"dynamodb:LeadingKeys": "false"}
        for key in as_list(keys):
            assert re.fullmatch(re.escape(TAG) + "#\\*|T#" + re.escape(TAG) + "(#\\*)?", key), key
        assert not {"dynamodb:Scan", "dynamodb:DeleteItem", "dynamodb:UpdateItem"} & set(as_list(statement["Action"]))


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_tenant_role_reaches_one_tenants_objects(synthesised: dict[str, Synthesised], name: str) -> None:
    statements = role_statements(synthesised[name], "TenantRole")
    objects = [statement for statement in statements if "s3:GetObject" in statement["Action"]]
    assert {statement["Sid"] for statement in objects} == {"ReadObjects", "CopyFiles"}
    read = {
        statement["Sid"]: sorted(
            (kind, resource["Fn::Join"][1][-1])
            for resource in as_list(statement["Resource"])
            for kind in ("Journal", "Archive", "HandOver")
            if kind in json.dumps(resource)
        )
        for statement in objects
    }
    assert read == {
        "ReadObjects": [
            *(("Archive", f"/t/{TAG}/{kind}/*") for kind in ("archive", "blobs", "log")),
            ("Journal", f"/t/{TAG}/journal/*"),
        ],
        "CopyFiles": [("HandOver", f"/t/{TAG}/*")],
    }
    (listing,) = [statement for statement in statements if "s3:ListBucket" in statement["Action"]]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": f"t/{TAG}/*"}}
    keys = {each["Sid"]: each["Condition"]["StringEquals"] for each in statements if "kms:Decrypt" in each["Action"]}
    assert set(keys) == {"Decrypt", "UseTenantKey", "OpenKeys"}
    assert all("kms:ViaService" in keys[sid] for sid in ("Decrypt", "UseTenantKey"))
    assert keys["UseTenantKey"]["aws:ResourceTag/quire:tenant"] == TAG
    assert keys["OpenKeys"]["aws:ResourceTag/quire:tenant"] == TAG
    assert keys["OpenKeys"]["kms:EncryptionContext:quire:tenant"] == TAG


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_tenant_role_reaches_one_tenants_secrets(synthesised: dict[str, Synthesised], name: str) -> None:
    statements = role_statements(synthesised[name], "TenantRole")
    (secrets,) = [each for each in statements if "secretsmanager" in json.dumps(each["Action"])]
    assert json.dumps(secrets["Resource"]).endswith(f':secret:quire/{name}/t/{TAG}/connections/*"]]}}')


def test_the_api_itself_reaches_no_data(stage: Synthesised) -> None:
    statements = role_statements(stage, "ServeApi")
    actions = {action for statement in statements for action in as_list(statement["Action"])}
    kinds = {"dynamodb", "iam", "kms", "logs", "scheduler", "sqs", "sts", "xray"}
    assert {action.split(":")[0] for action in actions} <= kinds
    tables = [each["Resource"] for each in statements if "dynamodb:" in json.dumps(each["Action"])]
    assert len(tables) == 1
    assert "Limits" in json.dumps(tables), "how fast platforms are asked, and nothing of anybody's"


def test_files_in_the_clear_are_written_and_found_where_they_are_handed_over_only(stage: Synthesised) -> None:
    for statement in role_statements(stage, "TenantRole"):
        if {"s3:PutObject", "s3:ListBucket"} & set(as_list(statement["Action"])):
            assert "HandOver" in json.dumps(statement["Resource"]), statement["Sid"]


def test_who_copies_files_reaches_no_file_by_itself(stage: Synthesised) -> None:
    statements = role_statements(stage, "HandOver")
    actions = {action for statement in statements for action in as_list(statement["Action"])}
    assert {action.split(":")[0] for action in actions} <= {"dynamodb", "kms", "logs", "sqs", "sts", "xray"}
    (items,) = [each for each in statements if "dynamodb:" in json.dumps(each["Action"])]
    assert (items["Action"], "Control" in json.dumps(items["Resource"])) == ("dynamodb:GetItem", True)


def test_one_copy_is_made_at_a_time_and_within_what_credentials_of_a_tenant_live(stage: Synthesised) -> None:
    mapping = stage.one("AWS::Lambda::EventSourceMapping", "Api", "HandOver")["Properties"]
    assert mapping["BatchSize"] == 1
    assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2
    copier = stage.one("AWS::Lambda::Function", "Api", "HandOver")["Properties"]
    assert copier["Timeout"] + 60 < SECONDS
    assert timedelta(seconds=copier["Timeout"]) < GIVEN_UP


def as_list(value: Any) -> list[Any]:
    """IAM's "one or several" as several."""
    return value if isinstance(value, list) else [value]
