"""Requests as the REST API hands them over, and its answers."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

ORIGIN = "https://console.example"


def claims(tenant: str = "acme", role: str = "compliance_officer", **changes: Any) -> dict[str, Any]:
    """The claims of a good access token."""
    return {
        "sub": f"{role}-of-{tenant}",
        "token_use": "access",
        "client_id": "console",
        "scope": "openid quire/api",
        "tenant_id": tenant,
        "role": role,
        "email": f"{role}@{tenant}.example",
        "exp": "4102444800",
        **changes,
    }


def call(
    method: str,
    path: str,
    body: Any = None,
    *,
    query: Mapping[str, str] | None = None,
    who: Mapping[str, Any] | None = None,
    raw: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A proxy event; ``who`` are the token's claims, ``raw`` a body that travels as base64."""
    text = None if body is None else body if isinstance(body, str) else orjson.dumps(body).decode()
    sent = {"content-type": "application/json", "origin": ORIGIN, **(headers or {})}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "stage": "live",
            "path": f"/live{path}",
            "requestId": "request-1",
            "identity": {"sourceIp": "192.0.2.1"},
            "authorizer": {"claims": dict(claims() if who is None else who)},
        },
        "body": base64.b64encode(raw).decode() if raw is not None else text,
        "isBase64Encoded": raw is not None,
    }


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def problem(self) -> str:
        """The last part of the problem's type; the answer must be one."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.body["status"] == self.status
        assert self.body["instance"] == "urn:quire:request:request-1"
        return str(self.body["type"]).removeprefix("urn:quire:problem:")


def answer_of(response: Mapping[str, Any]) -> Answer:
    """A proxy response, read."""
    headers = {name: values[0] for name, values in response["multiValueHeaders"].items()}
    return Answer(response["statusCode"], headers, orjson.loads(response["body"]) if response.get("body") else None)
