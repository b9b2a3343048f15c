"""The gate: who, may they, on record, before anything else."""

import logging
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, cast

import pytest
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from quire.api.gate import Gate
from quire.api.model import ApiModel
from quire.api.routing import Api
from quire.api.scope import TenantScope
from quire.audit.entries import Act
from quire.domain.errors import NotFoundError, TooManyError, UnavailableError
from quire.domain.ids import TenantId
from quire.identity.actions import Action
from quire.identity.policy import decide
from quire.identity.principal import Expected, principal_of
from tests.api_calls import ORIGIN, Answer, answer_of, call, claims
from tests.lambda_context import CONTEXT

NOW = datetime(2026, 3, 2, 9, 14, 5, tzinfo=UTC)
SECRET = "what a customer wrote"


class Words(ApiModel):
    """A request's body."""

    word_list: Annotated[list[str], Field(max_length=2)]


class Recorder:
    """An audit trail in memory."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.fault: Exception | None = None

    def append(self, act: Act) -> str:
        if self.fault is not None:
            raise self.fault
        self.acts.append(act)
        return "hash"


class World:
    """An API with a few routes, and what happened behind it."""

    def __init__(self) -> None:
        self.trail = Recorder()
        self.ran: list[str] = []
        self.scoped: list[TenantId] = []
        expected = Expected(frozenset({"console"}), "quire/api")
        gate = Gate(partial(self._authenticate, expected), decide, self._scope, lambda: NOW)
        self.api = Api(gate, ORIGIN)
        self._routes()

    def ask(self, *args: Any, **kwargs: Any) -> Answer:
        return answer_of(self.api.resolve(call(*args, **kwargs), CONTEXT))

    @staticmethod
    def _authenticate(expected: Expected, told: Any, now: datetime) -> Any:
        return principal_of(told, expected, now)

    def _scope(self, tenant: TenantId) -> TenantScope:
        self.scoped.append(tenant)
        none = cast("Any", None)
        return TenantScope(tenant, cast("Any", self.trail), *[none] * (len(fields(TenantScope)) - 2))

    def _routes(self) -> None:
        api = self.api

        @api.route("POST", "/v1/words", action=Action.SEARCH_MESSAGES, summary="Words")
        def post_words(words: Annotated[Words, Body()]) -> Words:
            """Give them back."""
            self.ran.append("words")
            api.asked().detail["query"] = " ".join(words.word_list)
            return words

        @api.route("GET", "/v1/things/<thing_id>", action=Action.READ_MESSAGE, parameter="thing_id", summary="Thing")
        def get_thing(thing_id: str) -> Words:
            """Fail in some way."""
            self.ran.append(thing_id)
            faults: dict[str, Exception] = {
                "missing": NotFoundError("there is no such thing"),
                "later": TooManyError("slow down"),
                "down": UnavailableError("dynamodb GetItem: a secret host name"),
                "fault": RuntimeError(SECRET),
            }
            raise faults[thing_id]

        @api.resolver.get("/v1/unguarded")
        def get_unguarded() -> dict[str, str]:
            self.ran.append("unguarded")
            return {"never": "seen"}


@pytest.fixture
def world() -> World:
    return World()


def test_an_allowed_request(world: World) -> None:
    answer = world.ask("POST", "/v1/words", {"wordList": ["a", "b"]})
    assert (answer.status, answer.body) == (200, {"wordList": ["a", "b"]})
    (act,) = world.trail.acts
    assert (act.tenant_id, act.subject, act.role) == ("acme", "compliance_officer-of-acme", "compliance_officer")
    assert (act.action, act.resource_type, act.resource_id) == ("SearchMessages", "Tenant", "acme")
    assert (act.decision, act.policies, act.status) == ("allowed", ("compliance-officer-reads",), 200)
    assert (act.request_id, act.source_ip, act.at) == ("request-1", "192.0.2.1", "2026-03-02T09:14:05.000000Z")
    assert act.detail == {"query": "a b"}
    assert world.scoped == ["acme"]


@pytest.mark.parametrize("who", [{}, claims(token_use="id"), claims(tenant_id="*"), claims(exp="1")])
def test_nobody(world: World, who: dict[str, Any]) -> None:
    answer = world.ask("POST", "/v1/words", {"wordList": []}, who=who)
    assert (answer.status, answer.problem) == (401, "unauthenticated")
    assert (world.ran, world.trail.acts, world.scoped) == ([], [], [])


def test_no_authorizer_at_all(world: World) -> None:
    for context in ({}, {"authorizer": None}, {"authorizer": "x"}, {"authorizer": {"claims": "x"}}):
        event = call("POST", "/v1/words", {"wordList": []})
        event["requestContext"] = {"stage": "live", "path": "/live/v1/words", **context}
        assert world.api.resolve(event, CONTEXT)["statusCode"] == 401


def test_a_denied_request_is_on_record_and_never_runs(world: World) -> None:
    answer = world.ask("POST", "/v1/words", {"wordList": ["a"]}, who=claims(role="administrator"))
    assert (answer.status, answer.problem) == (403, "forbidden")
    assert world.ran == []
    (act,) = world.trail.acts
    assert (act.decision, act.status, act.action) == ("denied", 403, "SearchMessages")


def test_a_route_without_an_action_does_not_exist(world: World) -> None:
    answer = world.ask("GET", "/v1/unguarded")
    assert (answer.status, answer.problem) == (404, "not-found")
    assert world.ran == []
    assert [(act.action, act.decision, act.status) for act in world.trail.acts] == [("none", "none", 404)]


def test_nothing_there(world: World) -> None:
    answer = world.ask("GET", "/v1/nothing/at/all")
    assert (answer.status, answer.problem) == (404, "not-found")
    assert world.trail.acts[0].resource_id == "/v1/nothing/at/all"


def test_another_method(world: World) -> None:
    for method, path in (("GET", "/v1/words"), ("DELETE", "/v1/things/x"), ("HEAD", "/v1/words/")):
        answer = world.ask(method, path)
        assert (answer.status, answer.problem) == (405, "method-not-allowed")


@pytest.mark.parametrize(("thing", "status", "slug"), [("missing", 404, "not-found"), ("later", 429, "too-many")])
def test_what_a_route_refuses(world: World, thing: str, status: int, slug: str) -> None:
    answer = world.ask("GET", f"/v1/things/{thing}")
    assert (answer.status, answer.problem) == (status, slug)
    (act,) = world.trail.acts
    assert (act.decision, act.status, act.resource_type, act.resource_id) == ("allowed", status, "Message", thing)


@pytest.mark.parametrize(("thing", "status", "slug"), [("down", 503, "unavailable"), ("fault", 500, "internal")])
def test_our_own_faults_tell_nothing(
    world: World, caplog: pytest.LogCaptureFixture, thing: str, status: int, slug: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = world.ask("GET", f"/v1/things/{thing}")
    assert (answer.status, answer.problem) == (status, slug)
    assert world.trail.acts[0].status == status
    told = str(answer.body) + "".join(str(vars(record)) for record in caplog.records)
    assert SECRET not in told
    assert "secret host" not in str(answer.body)
    (record,) = [record for record in caplog.records if record.name == "quire.api.problems"]
    assert vars(record)["error"] in ("UnavailableError", "RuntimeError")
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_without_a_record_there_is_no_answer(world: World) -> None:
    world.trail.fault = UnavailableError("the audit trail could not be written")
    for path, body in (("/v1/words", {"wordList": ["a"]}), ("/v1/words", {"wordList": 1})):
        answer = world.ask("POST", path, body)
        assert (answer.status, answer.problem) == (503, "unavailable")
        assert "wordList" not in str(answer.body)
    assert world.ask("POST", "/v1/words", {}, who=claims(role="administrator")).status == 503


def test_a_request_that_is_not_valid_passes_the_gate_first(world: World) -> None:
    answer = world.ask("POST", "/v1/words", {"wordList": ["a", "b", "c"], "extra": SECRET})
    assert (answer.status, answer.problem) == (400, "malformed")
    assert {error["field"] for error in answer.body["errors"]} == {"body.wordList", "body.extra"}
    assert SECRET not in str(answer.body)
    assert world.ran == []
    assert [(act.decision, act.status) for act in world.trail.acts] == [("allowed", 400)]
    assert world.ask("POST", "/v1/words", {"wordList": 1}, who=claims(role="administrator")).status == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("null", 400),
        ("[]", 400),
        ('"text"', 400),
        ("1", 400),
        ("NaN", 400),
        ('{"wordList": "a"}', 400),
        ('{"wordList": [1]}', 400),
        ('{"wordList": ["\\ud800"]}', 400),
        ("[" * 50_000, 400),
        ('{"wordList": ' + "[" * 5_000 + "]" * 5_000 + "}", 400),
        ("x" * 70_000, 413),
    ],
)
def test_bodies_of_the_wrong_kind(world: World, body: str, status: int) -> None:
    assert world.ask("POST", "/v1/words", body).status == status
    assert world.ran == []


def test_bodies_that_are_no_text(world: World) -> None:
    assert world.ask("POST", "/v1/words", raw=b"\xff\xfe").problem == "malformed"
    event = call("POST", "/v1/words", "not base64 ?")
    event["isBase64Encoded"] = True
    assert answer_of(world.api.resolve(event, CONTEXT)).status == 400
    assert world.ask("POST", "/v1/words", raw=b'{"wordList": ["a"]}').status == 200


def test_another_content_type(world: World) -> None:
    answer = world.ask("POST", "/v1/words", "<a/>", headers={"content-type": "text/xml"})
    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


def test_browsers_may_call_from_the_console_only(world: World) -> None:
    asked = world.ask("OPTIONS", "/v1/words", who={}, headers={"access-control-request-method": "POST"})
    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    assert world.ask("OPTIONS", "/v1/unguarded").status == 204
    assert (world.ran, world.trail.acts) == ([], [])
    answer = world.ask("POST", "/v1/words", {"wordList": ["a"]})
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    refused = world.ask("POST", "/v1/words", {"wordList": 1})
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
    stranger = world.ask("POST", "/v1/words", {"wordList": ["a"]}, headers={"origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers


def test_one_request_knows_nothing_of_the_one_before(world: World) -> None:
    world.ask("POST", "/v1/words", {"wordList": ["a"]})
    world.ask("POST", "/v1/words", {"wordList": ["b"]}, who=claims("globex"))
    assert [(act.tenant_id, act.detail) for act in world.trail.acts] == [
        ("acme", {"query": "a"}),
        ("globex", {"query": "b"}),
    ]
