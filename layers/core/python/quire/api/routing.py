"""Routes: put on the API in one way only, with the action that the gate decides on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import (
    OpenAPIRequestValidationMiddleware,
    OpenAPIResponseValidationMiddleware,
)

from quire.api.gate import ASKED, Access, Gate
from quire.api.problems import problem
from quire.identity.actions import Action

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

    from quire.api.scope import Asked

LATER = "x-quire-later"
"""Where the OpenAPI document says so, until it is a response of its own."""
_PARAMETER = re.compile(r"<\w+>")


class Api:
    """The resolver behind the gate. ``console_origin`` is the only origin a browser may call from; none if empty."""

    def __init__(self, gate: Gate, console_origin: str = "") -> None:
        cors = CORSConfig(allow_origin=console_origin, max_age=600) if console_origin else None
        self.resolver = APIGatewayRestResolver(cors=cors, json_body_deserializer=_read_json, serializer=_write_json)
        self._gate = gate
        self._access: dict[Callable[..., Any], Access] = {}
        self._rules: list[tuple[re.Pattern[str], str]] = []
        # Not by ``enable_validation``: that would validate before the gate.
        self.resolver.use(
            [self._admit, OpenAPIRequestValidationMiddleware(), OpenAPIResponseValidationMiddleware()]  # type: ignore[no-untyped-call]
        )
        self.resolver.exception_handler([Exception])(self._problem)

    def route[F: Callable[..., Any]](
        self,
        method: str,
        rule: str,
        *,
        action: Action,
        parameter: str | None = None,
        summary: str,
        status: int = 200,
        later: str = "",
    ) -> Callable[[F], F]:
        """Register a route. ``parameter`` is the path parameter that names what ``action`` is done to; ``later`` says
        what it means when the answer is 202."""

        def register(handler: F) -> F:
            self._access[handler] = Access(action, parameter)
            self._rules.append((re.compile(_PARAMETER.sub("[^/]+", rule) + "/*"), method))
            self.resolver.route(
                rule,
                method,
                summary=summary,
                description=handler.__doc__ or summary,
                operation_id=handler.__name__,
                tags=[rule.split("/")[2]],
                openapi_extensions={"x-quire-action": action.value, **({LATER: later} if later else {})},
                status_code=status,
            )(handler)
            return handler

        return register

    def asked(self) -> Asked:
        """The request at hand, as the gate let it pass."""
        asked: Asked = self.resolver.context[ASKED]
        return asked

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer a REST API proxy event."""
        return self.resolver.resolve(dict(event), context)

    def _admit(self, app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
        if app.current_event.http_method.upper() == "OPTIONS":  # a browser asks about CORS; no handler ever sees it
            return Response(status_code=204, headers={"Access-Control-Allow-Methods": ",".join(self._methods())})
        path = app.current_event.path
        methods = {method for rule, method in self._rules if rule.fullmatch(path)}
        return self._gate.admit(app, next_middleware, self._access.get(app.context["_route"].func), methods)

    def _methods(self) -> list[str]:
        return sorted({"OPTIONS", *(method for _, method in self._rules)})

    def _problem(self, error: Exception) -> Response[str]:
        context = self.resolver.current_event.raw_event.get("requestContext") or {}
        return problem(error, str(context.get("requestId", "")))


def _read_json(text: str | bytes) -> Any:
    """orjson refuses what is nested too deeply, where the standard library runs out of stack."""
    return orjson.loads(text)


def _write_json(value: Any) -> str:
    return orjson.dumps(value).decode()
