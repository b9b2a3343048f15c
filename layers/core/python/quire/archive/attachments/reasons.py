"""Why a file could not be had: one stable word each, and whether asking again may help."""

from quire.domain.errors import GoneError, GrantLostError, OutOfReachError, QuireError

MENDABLE = {
    "deleted_at_source": False,
    "expired": False,
    "too_large": False,
    "wrong_content": False,
    "address_refused": False,
    "too_many_redirects": False,
    "no_source": False,
    "not_permitted": True,
    "wrong_length": True,
    "too_slow": True,
    "platform_error": True,
    "gave_up": True,
}
"""Every reason there is. The mendable ones are tried again, and kept as dead letters in the end."""
_NOT_BY_WAITING = frozenset({"platform_error"})
"""Mendable, but not where a connector understood the answer and says that the file will never be had."""


class NotHadError(QuireError):
    """A file that could not be had, for a ``reason`` of :data:`MENDABLE`; ``mendable``: asking again may help."""

    slug = "not-had"

    def __init__(self, reason: str, detail: str, *, mendable: bool | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.mendable = MENDABLE[reason] if mendable is None else mendable


def not_had(error: Exception) -> NotHadError:
    """What an error says about the file."""
    if isinstance(error, NotHadError):
        return error
    if isinstance(error, GoneError):
        return NotHadError("deleted_at_source", "the platform says that it was deleted")
    if isinstance(error, OutOfReachError):
        known = error.reason if error.reason in MENDABLE else "platform_error"
        return NotHadError(known, error.detail, mendable=MENDABLE[known] and known not in _NOT_BY_WAITING)
    if isinstance(error, GrantLostError):
        return NotHadError("not_permitted", "the platform took the access back")
    return NotHadError("gave_up", type(error).__name__)


def refused(status: int) -> NotHadError:
    """What an answer other than 2xx says about the file."""
    if status in (404, 410):
        return NotHadError("deleted_at_source", f"the platform answers {status}")
    if status in (401, 403):
        return NotHadError("not_permitted", f"the platform answers {status}")
    return NotHadError("platform_error", f"the platform answers {status}")
