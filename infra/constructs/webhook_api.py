"""The HTTP API that platforms call, and CloudFront in front of it."""

import json

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra import addresses
from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import PythonFunction, log_retention
from infra.nag import excuse
from infra.stages import Stage

ORIGIN_HEADER = "x-quire-origin"
LOGGED = (
    "requestId requestTime sourceIp:identity.sourceIp method:httpMethod routeKey path status protocol responseLength"
    " latency:responseLatency integrationError:integrationErrorMessage"
)
"""Access log fields (name, or name:context variable). ``path`` has no query string, which may carry a token."""


class WebhookApi(Construct):
    """``address`` takes ``POST`` and, for handshakes, ``GET`` on ``/hooks/{platform}/{connectionId}``.

    Where the stage has an edge, CloudFront (with the web ACL ``acl``) adds a secret header, and an authorizer admits
    nothing without it: the HTTP API's own address is public and no web ACL can be put on it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        receiver: PythonFunction,
        layers: CodeLayers,
        log_key: kms.IKey,
        acl: str | None,
    ) -> None:
        super().__init__(scope, id_)
        self.api = apigatewayv2.HttpApi(
            self,
            "Api",
            api_name=f"quire-{stage.name}-hooks",
            description="Webhooks of chat platforms",
            create_default_stage=False,
        )
        self._serve(stage, log_key)
        self.admission = OriginAdmission(self, stage, layers, log_key) if stage.edge else None
        self.api.add_routes(
            path="/hooks/{platform}/{connectionId}",
            methods=[apigatewayv2.HttpMethod.POST, apigatewayv2.HttpMethod.GET],
            integration=integrations.HttpLambdaIntegration("Receiver", receiver.function),
            authorizer=self.admission.authorizer if self.admission else None,
        )
        if self.admission is None:
            excuse(
                self.api,
                {"AwsSolutions-APIG4": "Platforms sign each delivery; the receiver verifies it over the raw bytes."},
                children=True,
            )
        self.address = f"{self._front(acl) or addresses.http_api(stage, self.api.api_id)}/hooks"

    def watches(self) -> list[Watch]:
        """Deliveries that were answered with a server's error."""
        return [
            Watch(
                "hooks-5xx",
                self.api.metric_server_error(period=Duration.minutes(1), statistic="Sum"),
                1,
                "Webhooks are answered 5xx: platforms send again for a while, then give up.",
                periods=3,
            )
        ]

    def metric_requests(self) -> cloudwatch.Metric:
        """Deliveries a minute."""
        return self.api.metric_count(period=Duration.minutes(1), statistic="Sum")

    def _serve(self, stage: Stage, log_key: kms.IKey) -> None:
        group = logs.LogGroup(
            self,
            "AccessLogs",
            encryption_key=log_key,
            log_group_name=f"/quire/{stage.name}/hooks-access",
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            retention=log_retention(stage),
        )
        served = apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            auto_deploy=True,
            throttle=apigatewayv2.ThrottleSettings(
                rate_limit=stage.hooks_rate.steady, burst_limit=stage.hooks_rate.burst
            ),
        )
        child = served.node.default_child
        assert isinstance(child, apigatewayv2.CfnStage)  # noqa: S101
        fields = (field.partition(":") for field in LOGGED.split())
        child.access_log_settings = apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=group.log_group_arn,
            format=json.dumps({name: f"$context.{variable or name}" for name, _, variable in fields}),
        )

    def _front(self, acl: str | None) -> str | None:
        """The address of CloudFront in front of the API, if there is to be one."""
        if self.admission is None:
            return None
        distribution = cloudfront.Distribution(
            self,
            "Edge",
            comment="Webhooks of chat platforms",
            default_behavior=cloudfront.BehaviorOptions(
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                compress=False,
                origin=origins.HttpOrigin(
                    addresses.http_api_host(self.api.api_id),
                    custom_headers={ORIGIN_HEADER: self.admission.secret.secret_value.unsafe_unwrap()},
                    origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
                    protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                ),
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            ),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            web_acl_id=acl,
        )
        excuse(
            distribution,
            {
                "AwsSolutions-CFR1": "Platforms send from wherever their data centres are.",
                "AwsSolutions-CFR3": "Its log would hold query strings; the HTTP API and the web ACL log without them.",
                "AwsSolutions-CFR4": "CloudFront's own domain name comes with its own TLS policy.",
            },
        )
        return f"https://{distribution.distribution_domain_name}"


class OriginAdmission(Construct):
    """``authorizer`` admits requests that carry ``secret`` in their header; ``admit_origin`` compares them."""

    def __init__(self, scope: Construct, stage: Stage, layers: CodeLayers, log_key: kms.IKey) -> None:
        super().__init__(scope, "Admission")
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="What CloudFront adds to webhooks so that the HTTP API knows them",
            encryption_key=log_key,
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=48, exclude_punctuation=True),
        )
        excuse(
            self.secret,
            {"AwsSolutions-SMG4": "Rotated by a deployment, because CloudFront reads it only then (docs/deploy.md)."},
        )
        self.function = PythonFunction(
            self,
            "admit_origin",
            stage=stage,
            layers=layers,
            log_key=log_key,
            description="Admits webhooks that came through CloudFront",
            timeout=5,
            memory=512,
            environment={"QUIRE_ORIGIN_SECRET_ARN": self.secret.secret_arn},
        )
        # Not by grant_read: it would write this role into the key's policy, which lies in an earlier stack.
        self.function.allow("ReadSecret", ["secretsmanager:GetSecretValue"], [self.secret.secret_arn])
        self.function.use_key(log_key, "secretsmanager")
        self.authorizer = authorizers.HttpLambdaAuthorizer(
            "Origin",
            self.function.function,
            identity_source=[f"$request.header.{ORIGIN_HEADER}"],
            response_types=[authorizers.HttpLambdaResponseType.SIMPLE],
            results_cache_ttl=Duration.minutes(5),
        )
