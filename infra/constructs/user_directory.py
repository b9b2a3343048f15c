"""Who may sign in: the user pool, its hosted login, and the clients that sign people in."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra import addresses
from infra.constructs.python_function import PythonFunction
from infra.nag import excuse
from infra.stages import Stage

RESOURCE_SERVER = "quire"
SCOPE = "api"
API_SCOPE = f"{RESOURCE_SERVER}/{SCOPE}"
CALLBACK_PATH = "/signed-in"
"""Where the console takes the authorization code (``web/src/features/session/api/signIn.ts``)."""


class UserDirectory(Construct):
    """``pool`` with the clients ``console`` and, where the stage has one, ``cli``.

    Only administrators create users. ``claims`` adds tenant and role to access tokens when they are made.
    """

    def __init__(
        self, scope: Construct, id_: str, *, stage: Stage, claims: PythonFunction, console_origin: str
    ) -> None:
        super().__init__(scope, id_)
        self.pool = _pool(self, stage)
        self.pool.add_trigger(
            cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, claims.function, cognito.LambdaVersion.V2_0
        )
        api = cognito.ResourceServerScope(scope_name=SCOPE, scope_description="The Quire API, as the person signed in")
        server = self.pool.add_resource_server(
            "Server", identifier=RESOURCE_SERVER, user_pool_resource_server_name="Quire", scopes=[api]
        )
        self.pool.add_domain(
            "Login", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=addresses.login_prefix(stage))
        )
        self.console = self.pool.add_client(
            "Console",
            access_token_validity=Duration.minutes(60),
            auth_flows=cognito.AuthFlow(user_srp=False),  # none but the hosted login, and refreshing its tokens
            enable_token_revocation=True,
            generate_secret=False,  # a public client: the code is bound to it by PKCE
            id_token_validity=Duration.minutes(60),
            o_auth=cognito.OAuthSettings(
                callback_urls=[f"{console_origin}{CALLBACK_PATH}"],
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                logout_urls=[f"{console_origin}/"],
                scopes=[
                    cognito.OAuthScope.OPENID,
                    cognito.OAuthScope.EMAIL,
                    cognito.OAuthScope.PROFILE,
                    cognito.OAuthScope.resource_server(server, api),
                ],
            ),
            prevent_user_existence_errors=True,
            refresh_token_validity=Duration.hours(12),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        )
        self.cli = self._cli() if stage.cli_client else None

    @property
    def clients(self) -> Sequence[str]:
        """Ids of the clients whose tokens the API takes."""
        return [client.user_pool_client_id for client in (self.console, self.cli) if client]

    def _cli(self) -> cognito.UserPoolClient:
        return self.pool.add_client(
            "Cli",
            access_token_validity=Duration.minutes(60),
            auth_flows=cognito.AuthFlow(admin_user_password=True),
            disable_o_auth=True,
            enable_token_revocation=True,
            generate_secret=False,
            prevent_user_existence_errors=True,
            refresh_token_validity=Duration.hours(12),
        )


def _pool(scope: Construct, stage: Stage) -> cognito.UserPool:
    pool = cognito.UserPool(
        scope,
        "Pool",
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        deletion_protection=stage.retain,
        feature_plan=cognito.FeaturePlan.PLUS if stage.threat_protection else cognito.FeaturePlan.ESSENTIALS,
        mfa=cognito.Mfa.OPTIONAL,
        mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
        password_policy=cognito.PasswordPolicy(
            min_length=14,
            require_digits=True,
            require_lowercase=True,
            require_symbols=True,
            require_uppercase=True,
            temp_password_validity=Duration.days(1),
        ),
        removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
        self_sign_up_enabled=False,
        sign_in_aliases=cognito.SignInAliases(email=True),
        sign_in_case_sensitive=False,
        standard_attributes=cognito.StandardAttributes(email=cognito.StandardAttribute(required=True, mutable=True)),
        standard_threat_protection_mode=(
            cognito.StandardThreatProtectionMode.FULL_FUNCTION if stage.threat_protection else None
        ),
        user_verification=cognito.UserVerificationConfig(email_style=cognito.VerificationEmailStyle.CODE),
    )
    reasons = {"AwsSolutions-COG2": "Each tenant decides; people who sign in by SSO have their second factor there."}
    if not stage.threat_protection:
        reasons["AwsSolutions-COG3"] = "Threat protection is paid for a user: only where users are real."
        reasons["AwsSolutions-COG8"] = reasons["AwsSolutions-COG3"]
    excuse(pool, reasons)
    return pool
