"""Index and serve as deployed: the functions over mocked AWS and an embedded search engine."""

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from opensearchpy import OpenSearch

from infra.local.guard.proxy import guarded
from quire.aws.audit_table import AuditTable
from quire.aws.control import Connection, Principal
from quire.aws.sessions import Aws
from quire.bootstrap import api, claims, connections, desk, evidence, hand_over, outbound, search, tenants
from quire.bootstrap import timetable as schedules
from quire.domain.ids import TenantId
from tests import api_calls
from tests.api_calls import ORIGIN, Answer, answer_of, call
from tests.archiving import drain
from tests.confined import Confined
from tests.deployed import TENANT, Deployed, deployed
from tests.lambda_context import CONTEXT
from tests.moto_aws import NOW
from tests.pretend import delivery, stream
from tests.search_engines import embedded

ROLE = "arn:aws:iam::123456789012:role/quire-tenant"
HOOKS = "https://hooks.example/hooks"
MODULES = (search, api, claims, desk, evidence, hand_over, outbound, tenants, connections, schedules)


class Timetable:
    """Notes whose tasks were begun and ended."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, str]] = []

    def begin(self, connection: Connection) -> None:
        """Schedule them."""
        self.noted.append(("begin", connection.connection_id))

    def end(self, connection: Connection) -> None:
        """Schedule them no more."""
        self.noted.append(("end", connection.connection_id))


@dataclass
class Serving:
    """Everything from the stream to the API; ``read`` are the objects that sessions of each purpose have read."""

    house: Deployed
    engine: OpenSearch
    timetable: Timetable
    read: Mapping[str, set[tuple[str, str]]] = field(default_factory=dict)
    position: int = 0

    def capture(self, *facts: Mapping[str, Any], tenant: str = TENANT) -> None:
        """Archive one delivery of the made-up platform; its notice waits in the queue."""
        self.position += 1
        drain(self.house.aws, stream([delivery(tenant, *facts).record()], NOW, first=1000 + self.position))

    def index(self, notices: list[str] | None = None) -> dict[str, Any]:
        """Hand over notices (those waiting by default) as SQS does, and wait until all can be found."""
        from functions.index_segment.handler import lambda_handler, logger

        log_to_stdout(logger)
        bodies = self.house.aws.sent() if notices is None else notices
        event = {"Records": [_record(f"m-{n}", body) for n, body in enumerate(bodies)]}
        answer: dict[str, Any] = lambda_handler(event, CONTEXT)
        self.engine.indices.refresh(index="*", params={"allow_no_indices": "true"})
        return answer

    def ask(self, *args: Any, tenant: str = TENANT, role: str = "compliance_officer", **kwargs: Any) -> Answer:
        """What the API answers to somebody of a tenant."""
        from functions.serve_api.handler import lambda_handler, logger

        log_to_stdout(logger)
        return answer_of(lambda_handler(call(*args, who=api_calls.claims(tenant, role), **kwargs), CONTEXT))

    def found(self, text: str, **more: Any) -> list[str]:
        """Contents of what a search finds."""
        answer = self.ask("POST", "/v1/search", {"query": text, "limit": 100, **more})
        assert answer.status == 200, answer.body
        return [hit["content"] for hit in answer.body["hits"]]

    def sign_in(self, attributes: Mapping[str, str]) -> dict[str, Any]:
        """What is added to somebody's token."""
        from functions.add_claims.handler import lambda_handler, logger

        log_to_stdout(logger)
        event = {"version": "2", "request": {"userAttributes": dict(attributes)}, "response": {}}
        answer: dict[str, Any] = lambda_handler(event, CONTEXT)
        details: dict[str, Any] = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
        return details

    def audit(self) -> AuditTable:
        """The audit trail's table."""
        return AuditTable(self.house.aws.aws.dynamodb, "audit")

    def know(self, subject: str, tenant: str, role: str) -> None:
        """Keep a record of a person."""
        self.house.aws.control.put_principal(Principal(subject, TenantId(tenant), role, f"{subject}@example.com"))


def log_to_stdout(logger: Logger) -> None:
    """Loggers write to the standard output they found when they were made; ours changes with every test."""
    for handler in (*logger.handlers, *logging.getLogger("quire").handlers):
        if type(handler) is logging.StreamHandler:
            handler.stream = sys.stdout


@contextmanager
def serving() -> Iterator[Serving]:
    """A fresh account with an empty engine."""
    with (
        embedded() as url,
        guarded(url) as guard,
        deployed() as house,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in {
            "QUIRE_AUDIT_TABLE": "audit",
            "QUIRE_SEARCH_ENDPOINT": guard.url,
            "QUIRE_SEARCH_SIGNED": "false",
            "QUIRE_SEARCH_LANGUAGES": "false",
            "QUIRE_TENANT_ROLE_ARN": ROLE,
            "QUIRE_CLIENT_IDS": "console, cli",
            "QUIRE_CONSOLE_ORIGIN": ORIGIN,
            "QUIRE_HOOKS_URL": HOOKS,
            "QUIRE_LIMITS_TABLE": "limits",
            "QUIRE_ARCHIVE_BUCKET": "archive",
        }.items():
            patch.setenv(name, value)
        assert os.environ["QUIRE_EVENTS_TABLE"]
        start_anew()
        for module in MODULES:
            for name in ("patient", "prompt"):
                if name in vars(module):
                    patch.setattr(module, name, lambda: house.aws.aws)
        confined = Confined()
        patch.setattr(Aws, "assume", lambda base, *args, **more: confined(base, *args, **more))
        timetable = Timetable()
        patch.setattr(schedules, "timetable", lambda: timetable)
        yield Serving(house, OpenSearch([url]), timetable, confined.read)
    start_anew()
    assert guard.refused == [], "the product asked for what OpenSearch Serverless does not have"


def start_anew() -> None:
    """Forget what the functions' processes have built."""
    for module in MODULES:
        for made in vars(module).values():
            if isinstance(made, _lru_cache_wrapper):
                made.cache_clear()


def _record(message: str, body: str) -> dict[str, Any]:
    """A message as SQS hands it to a function, as far as ours looks."""
    return {
        "messageId": message,
        "receiptHandle": f"receipt of {message}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:segments",
    }
