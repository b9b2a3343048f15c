"""AWS's errors as ours. Told apart by code and class, never by message text.

A store catches the codes it expects (a failed condition, a missing key) itself. Everything else means that AWS did not
do what was asked: :class:`UnavailableError`, so that the work is tried again and nothing is lost; where our own
credentials were refused :class:`DeniedError`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from quire.domain.errors import DeniedError, UnavailableError

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"})


def code_of(error: ClientError) -> str:
    """The service's error code, such as ``ConditionalCheckFailedException``."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Run a call to AWS; ``what`` names service and operation in the error (``dynamodb PutItem``).

    Raises:
        DeniedError: our credentials may not do this.
        UnavailableError: throttled, timed out, out of reach, or refused for a reason the store did not expect.
    """
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        kind = DeniedError if code in _DENIED else UnavailableError
        raise kind(f"{what}: {code}") from error
    except BotoCoreError as error:
        raise UnavailableError(f"{what}: {type(error).__name__}") from error
