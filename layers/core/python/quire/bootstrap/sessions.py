"""The clients every side shares: patient ones for batches, prompt ones where somebody waits."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quire.aws.sessions import Aws


@cache
def patient() -> Aws:
    """Clients of the function's own identity that try long."""
    from quire.aws.sessions import PATIENT, Aws
    from quire.config import settings

    return Aws(settings().region, PATIENT)


@cache
def prompt() -> Aws:
    """Clients of the function's own identity that answer, or fail, within seconds."""
    from quire.aws.sessions import PROMPT, Aws
    from quire.config import settings

    return Aws(settings().region, PROMPT)
