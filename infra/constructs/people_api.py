"""The REST API that people and their programs call: everything under ``/v1`` is one function's, behind one gate."""

import json
from dataclasses import dataclass

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra import addresses
from infra.constructs.alarms import Watch
from infra.constructs.python_function import PythonFunction, log_retention
from infra.nag import MANAGED_POLICY, excuse
from infra.stages import Stage

LOGGED = (
    "requestId requestTime sourceIp:identity.sourceIp method:httpMethod path status protocol responseLength"
    " latency:responseLatency sub:authorizer.claims.sub wafStatus:waf.status errorType:error.responseType"
)
"""Access log fields (name, or name:context variable). ``path`` has no query string."""
BODY_HEADERS = ["Authorization", "Content-Type"]


@dataclass(frozen=True)
class Problem:
    """What API Gateway itself answers, in the form that the function answers too (RFC 9457)."""

    kind: apigateway.ResponseType
    slug: str
    title: str
    status: str


PROBLEMS = {
    "Unauthorized": Problem(apigateway.ResponseType.UNAUTHORIZED, "unauthenticated", "Unauthorized", "401"),
    "AccessDenied": Problem(apigateway.ResponseType.ACCESS_DENIED, "forbidden", "Forbidden", "403"),
    "Filtered": Problem(apigateway.ResponseType.WAF_FILTERED, "forbidden", "Forbidden", "403"),
    "MissingToken": Problem(
        apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN, "not-found", "Not Found", "404"
    ),  # API Gateway's way to say that there is no such path
    "TooLarge": Problem(apigateway.ResponseType.REQUEST_TOO_LARGE, "too-large", "Content Too Large", "413"),
    "Throttled": Problem(apigateway.ResponseType.THROTTLED, "too-many", "Too Many Requests", "429"),
    "Client": Problem(apigateway.ResponseType.DEFAULT_4_XX, "bad-input", "Bad Request", "400"),
    "Server": Problem(apigateway.ResponseType.DEFAULT_5_XX, "unavailable", "Service Unavailable", "503"),
}


@dataclass(frozen=True)
class PublicApi:
    """The bare REST API: its address exists before what it serves, because the console's policy has to name it."""

    id: str
    root: str


def declare(scope: Construct, stage: Stage) -> PublicApi:
    """Declare the REST API in ``scope``; :class:`PeopleApi` fills it."""
    api = apigateway.CfnRestApi(
        scope,
        "RestApi",
        name=f"quire-{stage.name}",
        description="The Quire API",
        endpoint_configuration=apigateway.CfnRestApi.EndpointConfigurationProperty(types=["REGIONAL"]),
        minimum_compression_size=1_024,
    )
    api.apply_removal_policy(RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY)
    excuse(api, {"AwsSolutions-APIG2": "The function validates requests against the models its OpenAPI is made from."})
    return PublicApi(id=api.attr_rest_api_id, root=api.attr_root_resource_id)


class PeopleApi(Construct):
    """``/v1/{proxy+}`` for access tokens of ``pool`` with ``scope_name``, answered by ``server``.

    ``origin`` is the console's, the only one that browsers may call from; ``acl`` (with ``waf``) guards the stage.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        public: PublicApi,
        pool: cognito.IUserPool,
        scope_name: str,
        server: PythonFunction,
        origin: str,
        log_key: kms.IKey,
    ) -> None:
        super().__init__(scope, id_)
        self._name = f"quire-{stage.name}"
        self._origin = origin
        self._api = apigateway.RestApi.from_rest_api_attributes(
            self, "Api", rest_api_id=public.id, root_resource_id=public.root, rest_api_name=self._name
        )
        methods = self._methods(pool, scope_name, server)
        errors = [self._problem(name, problem) for name, problem in PROBLEMS.items()]
        self.stage = self._serve(stage, self._deployment(methods, errors), log_key)
        self.address = addresses.rest_api(stage, public.id)

    def guard(self, acl_arn: str) -> None:
        """Put a web ACL in front of the stage."""
        arn = f"arn:{Aws.PARTITION}:apigateway:{Aws.REGION}::/restapis/{self._api.rest_api_id}/stages"
        association = wafv2.CfnWebACLAssociation(
            self, "Guard", resource_arn=f"{arn}/{addresses.API_STAGE}", web_acl_arn=acl_arn
        )
        association.node.add_dependency(self.stage)

    def watches(self) -> list[Watch]:
        """Requests answered with a server's error, and slow ones."""
        return [
            Watch(
                "api-5xx",
                self._metric("5XXError", "Sum"),
                1,
                "People get server errors from the API: see the log group of serve_api.",
                periods=3,
            ),
            Watch(
                "api-slow",
                self._metric("Latency", "p95"),
                2_000,
                "One request in twenty takes two seconds: see search capacity and the traces of serve_api.",
                periods=5,
            ),
        ]

    def metric_requests(self) -> cloudwatch.Metric:
        """Requests a minute."""
        return self._metric("Count", "Sum")

    def _metric(self, name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/ApiGateway",
            metric_name=name,
            dimensions_map={"ApiName": self._name, "Stage": addresses.API_STAGE},
            period=Duration.minutes(1),
            statistic=statistic,
        )

    def _methods(self, pool: cognito.IUserPool, scope_name: str, server: PythonFunction) -> list[apigateway.Method]:
        authorizer = apigateway.CognitoUserPoolsAuthorizer(
            self, "People", cognito_user_pools=[pool], results_cache_ttl=Duration.seconds(0)
        )
        resource = self._api.root.add_resource("v1").add_resource("{proxy+}")
        call = resource.add_method(
            "ANY",
            apigateway.LambdaIntegration(server.function, allow_test_invoke=False),
            authorization_scopes=[scope_name],
            authorization_type=apigateway.AuthorizationType.COGNITO,
            authorizer=authorizer,
        )
        preflight = resource.add_cors_preflight(
            allow_headers=BODY_HEADERS,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_origins=[self._origin],
            max_age=Duration.hours(1),
        )
        excuse(
            preflight,
            {
                "AwsSolutions-APIG4": "Browsers send preflight requests without credentials.",
                "AwsSolutions-COG4": "Browsers send preflight requests without credentials.",
            },
        )
        return [call, preflight]

    def _problem(self, name: str, problem: Problem) -> apigateway.GatewayResponse:
        body = {
            "type": f"urn:quire:problem:{problem.slug}",
            "title": problem.title,
            "status": int(problem.status),
            "detail": problem.title,
        }
        return apigateway.GatewayResponse(
            self,
            name,
            rest_api=self._api,
            type=problem.kind,
            status_code=problem.status,
            response_headers={
                "Access-Control-Allow-Origin": f"'{self._origin}'",
                "Cache-Control": "'no-store'",
                "Content-Type": "'application/problem+json'",
                "Vary": "'Origin'",
            },
            templates={"application/json": json.dumps(body)},
        )

    def _deployment(
        self, methods: list[apigateway.Method], errors: list[apigateway.GatewayResponse]
    ) -> apigateway.Deployment:
        """A snapshot of the methods and error answers; a new one whenever they change."""
        deployment = apigateway.Deployment(self, "Deployment", api=self._api)
        stack = Stack.of(self)
        for method in methods:
            cfn = method.node.default_child
            assert isinstance(cfn, apigateway.CfnMethod)  # noqa: S101
            deployment.add_to_logical_id(
                stack.resolve([cfn.http_method, cfn.authorization_type, cfn.authorization_scopes, cfn.integration])
            )
        deployment.add_to_logical_id([repr(problem) for problem in PROBLEMS.values()])
        deployment.node.add_dependency(*methods, *errors)
        return deployment

    def _serve(self, stage: Stage, deployment: apigateway.Deployment, log_key: kms.IKey) -> apigateway.Stage:
        group = logs.LogGroup(
            self,
            "AccessLogs",
            encryption_key=log_key,
            log_group_name=f"/quire/{stage.name}/api-access",
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            retention=log_retention(stage),
        )
        fields = (field.partition(":") for field in LOGGED.split())
        served = apigateway.Stage(
            self,
            "Stage",
            access_log_destination=apigateway.LogGroupLogDestination(group),
            access_log_format=apigateway.AccessLogFormat.custom(
                json.dumps({name: f"$context.{variable or name}" for name, _, variable in fields})
            ),
            deployment=deployment,
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            metrics_enabled=True,
            stage_name=addresses.API_STAGE,
            throttling_burst_limit=stage.api_rate.burst,
            throttling_rate_limit=stage.api_rate.steady,
            tracing_enabled=stage.tracing,
        )
        served.node.add_dependency(self._log_account())
        if not stage.waf:
            excuse(served, {"AwsSolutions-APIG3": "The emulator has no web ACL associations."})
        return served

    def _log_account(self) -> apigateway.CfnAccount:
        """The role by which API Gateway writes logs, a setting of the whole account in this region."""
        role = iam.Role(
            self,
            "LogRole",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonAPIGatewayPushToCloudWatchLogs")
            ],
        )
        excuse(role, {MANAGED_POLICY: "API Gateway accepts the account's log role only with these permissions."})
        account = apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
        account.apply_removal_policy(RemovalPolicy.RETAIN)  # other APIs of the account log by it
        return account
