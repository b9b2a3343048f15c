"""One tree of errors; who catches a branch knows what to do with it.

    QuireError
    ├── BadInputError              the caller's fault; told to the caller, never retried
    │   ├── MalformedError         the bytes are not what they should be             400
    │   │   └── InvalidFieldsError which of its fields are not, and why
    │   ├── UnauthenticatedError   the sender did not prove who it is                401
    │   ├── ForbiddenError         known, but not allowed                            403
    │   ├── NotFoundError          no such thing, or not yours                       404
    │   ├── ConflictError          the thing is not in the state you assume          409
    │   ├── TooLargeError          beyond a published limit                          413
    │   ├── TooManyError           beyond a published rate                           429
    │   ├── GoneError              it was there, and was taken away at its source    410
    │   └── OutOfReachError        an address, size or kind that we do not fetch     422
    ├── GrantLostError             a platform took a connection's access back; a person has to renew it
    ├── CorruptError               stored bytes contradict themselves; quarantined, alarmed
    └── UnavailableError           something we depend on did not answer; retried    503
        ├── DeniedError            our own credentials were refused: wiring, or a tenant's boundary at work
        └── BusyError              asked to wait, by a platform or by our own limits; says how long

``detail`` is safe to show: it never holds a secret, a token, or why one did not match.
"""

from collections.abc import Sequence
from typing import NamedTuple


class QuireError(Exception):
    """Root of the tree. ``slug`` is the stable last part of the problem's ``type``; ``status`` its HTTP status."""

    slug = "internal"
    status = 500

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class BadInputError(QuireError):
    """The caller's fault."""

    slug = "bad-input"
    status = 400


class MalformedError(BadInputError):
    """The bytes are not what they should be."""

    slug = "malformed"


class Fault(NamedTuple):
    """What is wrong with a field, never repeating its value; ``field`` is a path of names joined by dots."""

    field: str
    problem: str


class InvalidFieldsError(MalformedError):
    """Some fields are not what they should be."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{field} {problem}" for field, problem in faults))
        self.faults = tuple(faults)


class UnauthenticatedError(BadInputError):
    """The sender did not prove who it is."""

    slug = "unauthenticated"
    status = 401


class ForbiddenError(BadInputError):
    """Known, but not allowed."""

    slug = "forbidden"
    status = 403


class NotFoundError(BadInputError):
    """No such thing, or not yours: the two are told apart to nobody."""

    slug = "not-found"
    status = 404


class ConflictError(BadInputError):
    """The thing is not in the state the caller assumes."""

    slug = "conflict"
    status = 409


class TooLargeError(BadInputError):
    """Beyond a published limit."""

    slug = "too-large"
    status = 413


class TooManyError(BadInputError):
    """Beyond a published rate."""

    slug = "too-many"
    status = 429


class GoneError(BadInputError):
    """It was there, and was taken away at its source."""

    slug = "gone"
    status = 410


class OutOfReachError(BadInputError):
    """An address, size or kind that we do not fetch; ``reason`` is one stable word for it (``too_large``...)."""

    slug = "out-of-reach"
    status = 422

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class GrantLostError(QuireError):
    """A platform took a connection's access back (token revoked, app removed): a person has to renew it."""

    slug = "grant-lost"


class CorruptError(QuireError):
    """Stored bytes contradict themselves."""

    slug = "corrupt"


class UnavailableError(QuireError):
    """Something we depend on did not answer."""

    slug = "unavailable"
    status = 503


class DeniedError(UnavailableError):
    """Our own credentials were refused: retried like an outage; where they are a tenant's, its boundary held."""


class BusyError(UnavailableError):
    """Asked to wait ``seconds`` before the next try, by a platform or by our own limits."""

    slug = "busy"

    def __init__(self, detail: str, seconds: float) -> None:
        super().__init__(detail)
        self.seconds = seconds
