"""What goes wrong on the wire, told apart by what may be done about it.

UnavailableError
├── NotReachedError   nothing was asked yet: anything may be asked again
└── BrokenError       asked, and no whole answer: only what changes nothing may be asked again
    └── SlowError     ... within the time
OutOfReachError
└── BadFileError      the bytes are not what the answer promised; another try may bring better ones
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from urllib3.exceptions import ConnectTimeoutError, HTTPError, IncompleteRead, NewConnectionError, ReadTimeoutError

from quire.domain.errors import OutOfReachError, UnavailableError


class NotReachedError(UnavailableError):
    """The platform was not reached: nothing was asked."""


class BrokenError(UnavailableError):
    """The platform was asked, and gave no whole answer."""


class SlowError(BrokenError):
    """The answer did not come within the time."""


class BadFileError(OutOfReachError):
    """The bytes are not what the answer promised (``wrong_length``, ``too_slow``)."""


@contextmanager
def connecting() -> Iterator[None]:
    """Errors until the request is on its way."""
    try:
        yield
    except (ConnectTimeoutError, TimeoutError) as error:
        raise NotReachedError("the platform took no connection in time") from error
    except (NewConnectionError, HTTPError, OSError) as error:
        raise NotReachedError(f"the platform took no connection: {type(error).__name__}") from error


@contextmanager
def asking() -> Iterator[None]:
    """Errors from the request to the end of the answer's headers."""
    try:
        yield
    except (ReadTimeoutError, TimeoutError) as error:
        raise SlowError("the platform did not answer in time") from error
    except (HTTPError, HTTPException, OSError) as error:
        raise BrokenError(f"the platform gave no answer: {type(error).__name__}") from error


@contextmanager
def reading() -> Iterator[None]:
    """Errors while the body comes."""
    try:
        yield
    except (ReadTimeoutError, TimeoutError) as error:
        raise BadFileError("too_slow", "the bytes stopped coming, or came too slowly") from error
    except IncompleteRead as error:
        raise BadFileError("wrong_length", "fewer bytes came than were promised") from error
    except (HTTPError, HTTPException, OSError) as error:
        raise BadFileError("wrong_length", "the connection ended before the bytes did") from error
