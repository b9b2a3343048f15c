"""One tree of errors; who catches a branch knows what to do with it.

    QuireError
    ├── BadInputError              the caller's fault; told to the caller, never retried
    │   ├── MalformedError         the bytes are not what they should be             400
    │   ├── UnauthenticatedError   the sender did not prove who it is                401
    │   ├── ForbiddenError         known, but not allowed                            403
    │   ├── NotFoundError          no such thing, or not yours                       404
    │   ├── ConflictError          the thing is not in the state you assume          409
    │   ├── TooLargeError          beyond a published limit                          413
    │   └── TooManyError           beyond a published rate                           429
    ├── CorruptError               stored bytes contradict themselves; quarantined, alarmed
    └── UnavailableError           something we depend on did not answer; retried    503
        └── DeniedError            our own credentials were refused: wiring, or a tenant's boundary at work

``detail`` is safe to show: it never holds a secret, a token, or why one did not match.
"""


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


class CorruptError(QuireError):
    """Stored bytes contradict themselves."""

    slug = "corrupt"


class UnavailableError(QuireError):
    """Something we depend on did not answer."""

    slug = "unavailable"
    status = 503


class DeniedError(UnavailableError):
    """Our own credentials were refused: retried like an outage; where they are a tenant's, its boundary held."""
