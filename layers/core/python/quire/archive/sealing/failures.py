"""Why somebody outside did not do their part, in stable words that metrics and tenants' settings show."""

from quire.domain.errors import MalformedError, OutOfReachError, QuireError
from quire.evidence.timestamps import TimeRefusedError
from quire.outbound.faults import NotReachedError, SlowError


def failure(error: QuireError) -> str:
    """One word: ``unreachable``, ``late``, ``broken``, ``refused``, ``wrong``, ``wrong_time``, ``address_refused``,
    ``too_large``, ``malformed``..."""
    if isinstance(error, TimeRefusedError):
        return error.reason
    if isinstance(error, OutOfReachError):
        return "late" if error.reason == "too_slow" else error.reason
    if isinstance(error, SlowError):
        return "late"
    if isinstance(error, NotReachedError):
        return "unreachable"
    return "malformed" if isinstance(error, MalformedError) else "broken"
