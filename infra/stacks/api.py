"""Serve: who may sign in, what they may call, and as whom the API then reads."""

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra import addresses
from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.console_site import configure
from infra.constructs.people_api import PeopleApi
from infra.constructs.python_function import METRICS, PythonFunction
from infra.constructs.search_collection import SearchCollection
from infra.constructs.tenant_role import TenantRole, leading_keys
from infra.constructs.user_directory import API_SCOPE, UserDirectory
from infra.constructs.web_acl import FOR_PEOPLE, WebAcl
from infra.nag import excuse_wildcards
from infra.stacks.archive import search_environment
from infra.stacks.base import QuireStack
from infra.stacks.connect import ConnectStack
from infra.stacks.data import TIMELINE, DataStack
from infra.stacks.hand_over import HandOver, hand_over_environment
from infra.stacks.outside import allow_outside, outside_environment
from infra.stacks.search_alerts import SearchAlerts
from infra.stacks.web import WebStack
from infra.stages import Stage

SCOPES = ["openid", "email", "profile", API_SCOPE]


class ApiStack(QuireStack):
    """The user pool, ``serve_api`` behind the REST API, and the role that reads and manages for one tenant.

    ``hooks`` is where platforms send to, without platform and connection.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        stage: Stage,
        data: DataStack,
        web: WebStack,
        search: SearchCollection | None,
        connect: ConnectStack,
        hooks: str,
    ) -> None:
        super().__init__(scope, "Api", stage=stage, description="Sign-in and the REST API")
        self._data = data
        self._connect = connect
        self._layers = CodeLayers(self, "Layers", stage=stage)
        self.claims = self._claims()
        self.directory = UserDirectory(self, "People", stage=stage, claims=self.claims, console_origin=web.origin)
        self.hand_over = HandOver(self, "HandOver", stage=stage, data=data, layers=self._layers)
        self.server = self._server(web.origin, search, hooks)
        self.tenant_role = self._tenant_role(search)
        for each in (self.server, self.hand_over.copier):
            each.function.add_environment("QUIRE_TENANT_ROLE_ARN", self.tenant_role.role.role_arn)
        self.api = PeopleApi(
            self,
            "Api",
            stage=stage,
            public=web.public,
            pool=self.directory.pool,
            scope_name=API_SCOPE,
            server=self.server,
            origin=web.origin,
            log_key=data.operations_key,
        )
        self.alerts = SearchAlerts(
            self,
            "SearchAlerts",
            stage=stage,
            data=data,
            search=search,
            notifications=connect.notifications,
            layers=self._layers,
            origin=web.origin,
        )
        if stage.waf:
            acl = WebAcl(
                self, "Guard", stage=stage, reach="REGIONAL", groups=FOR_PEOPLE, per_address=stage.api_per_address
            )
            self.api.guard(acl.arn)
        if stage.deploys_console:
            configure(self, web.site, self._console_configuration())
        self._outputs()

    def watches(self) -> list[Watch]:
        """All that this stack owns."""
        corrupt = Watch(
            "corrupt-answers",
            cloudwatch.Metric(
                namespace=METRICS,
                metric_name="corrupt_answers",
                dimensions_map={"service": self.server.name},
                period=Duration.minutes(1),
                statistic="Sum",
            ),
            1,
            "Somebody asked for what is not what was stored: treat it as tampering until explained.",
        )
        functions = [*self.server.watches(), *self.claims.watches()]
        return [*self.api.watches(), *functions, *self.hand_over.watches(), *self.alerts.watches(), corrupt]

    def _claims(self) -> PythonFunction:
        """Reads the one item that says who a person is."""
        data = self._data
        claims = PythonFunction(
            self,
            "add_claims",
            stage=self.settings,
            layers=self._layers,
            log_key=data.operations_key,
            description="Adds tenant and role to access tokens",
            timeout=5,  # Cognito waits no longer
            memory=512,
            environment={"QUIRE_CONTROL_TABLE": data.tables.control.table_name, "QUIRE_API_SCOPE": API_SCOPE},
        )
        claims.allow(
            "FindPrincipal",
            ["dynamodb:GetItem"],
            [data.tables.control.table_arn],
            leading_keys(self.settings, "PRINCIPAL#*"),
        )
        claims.use_key(data.data_key, "dynamodb")
        return claims

    def _server(self, origin: str, search: SearchCollection | None, hooks: str) -> PythonFunction:
        """Reaches data only as a tenant, by the tenant role. By itself it schedules tasks, and calls platforms to
        finish installs: what schedules and limits are called tells no tenant."""
        data, tables = self._data, self._data.tables
        server = PythonFunction(
            self,
            "serve_api",
            stage=self.settings,
            layers=self._layers,
            log_key=data.operations_key,
            description="The REST API",
            timeout=29,  # API Gateway waits no longer
            memory=1769,  # one whole processor
            environment={
                "QUIRE_CONTROL_TABLE": tables.control.table_name,
                "QUIRE_EVENTS_TABLE": tables.events.table_name,
                "QUIRE_AUDIT_TABLE": tables.audit.table_name,
                "QUIRE_LEDGER_TABLE": tables.ledger.table_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                "QUIRE_HAND_OVER_QUEUE_URL": self.hand_over.works.queue.queue_url,
                "QUIRE_CLIENT_IDS": ",".join(self.directory.clients),
                "QUIRE_API_SCOPE": API_SCOPE,
                "QUIRE_CONSOLE_ORIGIN": origin,
                "QUIRE_LOG_KEY_ARN": data.log_key.key_arn,
                "QUIRE_HOOKS_URL": hooks,
                **hand_over_environment(data),
                **self._connect.timetable_environment(),
                **outside_environment(self.settings, data),
                **search_environment(self.settings, search),
            },
        )
        for statement in self._connect.timetable_statements():
            server.role.add_to_policy(statement)
        allow_outside(server, data)
        server.use_key(data.data_key, "dynamodb", "sqs")
        server.allow("WantCopies", ["sqs:SendMessage"], [self.hand_over.works.queue.queue_arn])
        server.allow("KnowLogKey", ["kms:GetPublicKey"], [data.log_key.key_arn])
        reason = "Schedules of connections' tasks are made later, in this group of theirs."
        excuse_wildcards(server.role, {r"/^Resource::arn:.*:schedule\/.*$/g": reason})
        return server

    def _tenant_role(self, search: SearchCollection | None) -> TenantRole:
        data = self._data
        role = TenantRole(self, "Tenant", stage=self.settings, servers=(self.server, self.hand_over.copier))
        role.read_tables(data.tables.control, data.tables.events, TIMELINE)
        role.audit(data.tables.audit)
        role.read_objects(data.journal.bucket, data.archive.bucket)
        role.decrypt(data.data_key)
        role.manage(data.tables.control)
        role.prove(data.tables.ledger, data.tables.keys)
        role.hand_over(data.hand_over)
        if search:
            role.search(self, search)
        return role

    def _console_configuration(self) -> dict[str, object]:
        """What ``web/src/lib/config.ts`` reads."""
        return {
            "stage": self.settings.name,
            "region": self.region,
            "apiUrl": self.api.address,
            "loginUrl": addresses.login(self.settings),
            "clientId": self.directory.console.user_pool_client_id,
            "scopes": SCOPES,
            "issuer": addresses.issuer(self.directory.pool.user_pool_id),
        }

    def _outputs(self) -> None:
        directory = self.directory
        CfnOutput(self, "ApiUrl", value=self.api.address)
        CfnOutput(self, "UserPoolId", value=directory.pool.user_pool_id)
        CfnOutput(self, "UserPoolDomain", value=addresses.login_host(self.settings))
        CfnOutput(self, "LoginUrl", value=addresses.login(self.settings))
        CfnOutput(self, "Issuer", value=addresses.issuer(directory.pool.user_pool_id))
        CfnOutput(self, "ConsoleClientId", value=directory.console.user_pool_client_id)
        if directory.cli:
            CfnOutput(self, "CliClientId", value=directory.cli.user_pool_client_id)
        CfnOutput(self, "TenantAccessRoleArn", value=self.tenant_role.role.role_arn)
        CfnOutput(self, "ServeApiFunction", value=self.server.function.function_name)
        CfnOutput(self, "HandOverFileFunction", value=self.hand_over.copier.function.function_name)
        CfnOutput(self, "HandOverQueueUrl", value=self.hand_over.works.queue.queue_url)
        CfnOutput(self, "HandOverDeadLetterQueueUrl", value=self.hand_over.works.dead_letters.queue_url)
        CfnOutput(self, "AlertSearchesFunction", value=self.alerts.alerter.function.function_name)
        CfnOutput(self, "AddClaimsFunction", value=self.claims.function.function_name)
