"""Refusals that are counted under another name than the sender is told."""

from quire.domain.errors import MalformedError, NotFoundError, QuireError, UnauthenticatedError, UnavailableError


class EmptyBodyError(MalformedError):
    """Nothing was sent."""


class UnknownRouteError(NotFoundError):
    """No active connection of this platform has this address."""


class ConnectorFaultError(UnauthenticatedError):
    """A connector failed on this request, which is our fault; whether the sender is who it says remains unknown."""


class SecretMissingError(UnavailableError):
    """An active connection has no secret: until that is repaired the platform has to send again."""


_COUNTED_AS: dict[type[QuireError], str] = {
    EmptyBodyError: "empty",
    UnknownRouteError: "unknown-route",
    ConnectorFaultError: "connector-fault",
    SecretMissingError: "secret-missing",
}


def counted_as(error: QuireError) -> str:
    """The word under which a refusal is counted: one of a few, never text of the request."""
    return _COUNTED_AS.get(type(error), error.slug)
