"""The functions as deployed, over mocked AWS: their environment, one tenant on all platforms, events as Lambda makes
them."""

import base64
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from typing import Any
from urllib.parse import urlsplit

import pytest
from aws_lambda_powertools import Logger

from infra.local.senders.outgoing import Outgoing
from infra.local.senders.stack import Senders
from quire import config
from quire.bootstrap import archive, capture, sessions
from quire.connectors.registry import MANIFESTS
from quire.domain.ids import TenantId
from quire.tenants.add_connection import NewConnection, add_connection
from quire.tenants.create_tenant import create_tenant
from tests.moto_aws import BUCKET, NOW, Stack, stack
from tests.unit.senders import material

TENANT = TenantId("meridian")


class Context:
    """What Powertools asks of Lambda's context."""

    function_name = "test"
    memory_limit_in_mb = 128
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:test"
    aws_request_id = "00000000-0000-4000-8000-000000000001"


@dataclass
class Deployed:
    """One account with everything in place, and who sends to it."""

    aws: Stack
    senders: Senders

    def post(self, outgoing: Outgoing, *, encoded: bool = True, **changes: Any) -> dict[str, Any]:
        """The HTTP API's answer to a request."""
        from functions.receive_webhook.handler import lambda_handler, logger

        _log_to_stdout(logger)
        response = lambda_handler(http_event(outgoing, encoded=encoded) | changes, Context())  # type: ignore[arg-type]
        assert isinstance(response, dict)
        return response

    def archive(self, records: Sequence[bytes], first: int = 1) -> dict[str, Any]:
        """The answer to one batch of the stream."""
        from functions.archive_events.handler import lambda_handler, logger

        _log_to_stdout(logger)
        response = lambda_handler(kinesis_event(records, first), Context())  # type: ignore[arg-type]
        assert isinstance(response, dict)
        return response


def _log_to_stdout(logger: Logger) -> None:
    """A process's logger writes to the standard output it found at its start; ours changes with every test."""
    for handler in logger.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.stream = sys.stdout


def http_event(outgoing: Outgoing, *, encoded: bool = True) -> dict[str, Any]:
    """A request as the HTTP API hands it over (payload format 2.0)."""
    parts = urlsplit(outgoing.url)
    _, _, platform, connection = parts.path.split("/")
    body = base64.b64encode(outgoing.body).decode() if encoded else outgoing.body.decode("utf-8", "surrogateescape")
    return {
        "version": "2.0",
        "routeKey": f"{outgoing.method} /hooks/{{platform}}/{{connectionId}}",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": {name.lower(): value for name, value in outgoing.headers.items()},
        "pathParameters": {"platform": platform, "connectionId": connection},
        "requestContext": {"http": {"method": outgoing.method, "path": parts.path, "sourceIp": "127.0.0.1"}},
        "isBase64Encoded": encoded,
    } | ({"body": body} if outgoing.body else {})


def kinesis_event(records: Sequence[bytes], first: int = 1) -> dict[str, Any]:
    """A batch as the event source mapping hands it over; sequence numbers count from ``first``."""
    return {"Records": [_kinesis_record(first + n, data) for n, data in enumerate(records)]}


def _kinesis_record(number: int, data: bytes) -> Mapping[str, Any]:
    sequence = f"{49590338271490256608559692538361571095921575989136588898 + number}"
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": f"{TENANT}#0",
            "sequenceNumber": sequence,
            "data": base64.b64encode(data).decode(),
            "approximateArrivalTimestamp": NOW.timestamp(),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000006:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/capture",
    }


@contextmanager
def deployed() -> Iterator[Deployed]:
    """A fresh account; the functions' processes start anew with it."""
    with stack() as aws, pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "QUIRE_STAGE": "test",
            "QUIRE_CONTROL_TABLE": "control",
            "QUIRE_EVENTS_TABLE": "events",
            "QUIRE_JOURNAL_BUCKET": BUCKET,
            "QUIRE_JOURNAL_LOCK_MODE": "GOVERNANCE",
            "QUIRE_CAPTURE_STREAM": "capture",
            "QUIRE_SEGMENT_QUEUE_URL": aws.queue_url,
            "AWS_REGION": "us-east-1",
        }.items():
            patch.setenv(name, value)
        _start_anew()
        for made in (sessions.prompt, sessions.patient):
            patch.setattr(sessions, made.__name__, lambda: aws.aws)
        patch.setattr(capture, "prompt", lambda: aws.aws)
        patch.setattr(archive, "patient", lambda: aws.aws)
        senders = material.senders()
        _connect(aws, senders)
        yield Deployed(aws, senders)
    _start_anew()


def _start_anew() -> None:
    for module in (config, sessions, capture, archive):
        for made in vars(module).values():
            if isinstance(made, _lru_cache_wrapper):
                made.cache_clear()


def _connect(aws: Stack, senders: Senders) -> None:
    create_tenant(aws.control, TENANT, "Meridian Capital", NOW)
    teams = {
        "issuer": material.ISSUER,
        "audience": material.AUDIENCE,
        "jwks": material.material().key_set,
    }
    nothing: dict[str, Any] = {}
    others = [(platform, _url(senders, platform), secrets, nothing) for platform, secrets in _others().items()]
    for platform, url, secrets, configuration in (
        ("slack", senders.slack.url, {"signingSecret": material.SIGNING_SECRET}, {}),
        ("teams", senders.teams.url, _teams_secrets(), teams),
        *others,
    ):
        connection = urlsplit(url).path.rsplit("/", 1)[1]
        new = NewConnection(TENANT, connection, platform, f"Our {platform}", secrets, configuration)
        add_connection(aws.control, aws.secrets, MANIFESTS, new, NOW)


def _url(senders: Senders, platform: str) -> str:
    url: str = getattr(senders, platform).url
    return url


def _others() -> dict[str, dict[str, str]]:
    """What is stored for each other platform: all that its sender knows, but for Discord's private half."""
    secret = {"privateKey"}
    return {
        platform: {name: value for name, value in held.items() if name not in secret}
        for platform, held in material.OTHERS.items()
    }


def _teams_secrets() -> dict[str, Any]:
    return {
        "clientState": material.CLIENT_STATE,
        "certificates": {material.CERTIFICATE_ID: material.pem(material.material().content_key)},
    }
