"""One run of a task: each step takes effect before the task goes on, in the order in which it came."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from quire.aws.control import Connection, Trouble
from quire.aws.deliveries import Deliveries
from quire.aws.task_states import TaskStates
from quire.connections.grants import GrantKeeper
from quire.domain.delivery import DeliveryHeader
from quire.domain.errors import TooLargeError
from quire.domain.time import from_datetime
from quire.domain.work import Checkpoint, Noticed, Page, Renewed, Run, Step, Work

MARGIN_SECONDS = 45.0
"""A run ends at the first checkpoint after which it has less time than this."""


class TaskStoppedError(Exception):
    """The connector's own code, or the platform, ended the run; what stopped it is the cause."""


@dataclass(frozen=True)
class Sinks:
    """Where steps go. ``now`` is aware."""

    deliveries: Deliveries
    states: TaskStates
    grants: GrantKeeper
    now: Callable[[], datetime]


@dataclass
class TaskRun:
    """A run of ``task``; afterwards, what came of it: ``pages`` on the stream, what was ``noticed``."""

    sinks: Sinks
    connection: Connection
    task: str
    remaining: Callable[[], float]
    pages: int = 0
    noticed: list[Trouble] = field(default_factory=list)

    def go(self, run: Run, work: Work) -> bool:
        """Whether the task got to its end; else its time was up, and it goes on from its last checkpoint.

        Raises:
            TaskStoppedError: the task failed; what it yielded before has taken effect.
            UnavailableError: a step could not take effect; the task is to be run again.
        """
        secrets = work.secrets
        steps = _steps(run, work)
        for step in steps:
            if isinstance(step, Renewed):
                self.sinks.grants.renew(self.connection, secrets, step.secrets)
                secrets = step.secrets
            else:
                self._apply(step)
            if isinstance(step, Checkpoint) and self.remaining() < MARGIN_SECONDS:
                steps.close()
                return False
        return True

    def _apply(self, step: Page | Checkpoint | Noticed) -> None:
        try:
            match step:
                case Page():
                    self._page(step)
                case Checkpoint():
                    self._checkpoint(step)
                case Noticed():
                    self._notice(step)
        except (ValidationError, TypeError, TooLargeError) as error:  # no step that anybody could apply
            raise TaskStoppedError from error

    def _page(self, page: Page) -> None:
        known, now = self.connection, self.sinks.now()
        header = DeliveryHeader(
            tenant_id=known.tenant_id,
            connection_id=known.connection_id,
            platform=known.platform,
            source=page.source,
            received_at=from_datetime(now),
            sha256=hashlib.sha256(page.body).hexdigest(),
            size=len(page.body),
            workspace_id=known.workspace_id,
            context=page.context,
        )
        self.sinks.deliveries.put(header, page.body, now)
        self.pages += 1

    def _checkpoint(self, step: Checkpoint) -> None:
        known = self.connection
        self.sinks.states.checkpoint(known.tenant_id, known.connection_id, self.task, step.state)

    def _notice(self, step: Noticed) -> None:
        since = from_datetime(self.sinks.now())
        self.noticed.append(Trouble(self.task, step.code, step.detail, since, step.degraded))


def _steps(run: Run, work: Work) -> Generator[Step]:
    """What the task yields; whatever it raises comes as one error, told apart from what its steps meet."""
    try:
        yield from run(work)
    except Exception as error:
        raise TaskStoppedError from error
