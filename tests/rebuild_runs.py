"""Rebuilding the index as it is deployed: the state machine as it is written, its function over mocked AWS."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from quire.bootstrap import rebuild
from quire.bootstrap import search as bootstrap
from quire.cli.deployment import Deployment
from quire.cli.rebuild_index import IndexRebuilt, rebuild_index
from tests.deployed import TENANT
from tests.moto_aws import BUCKET
from tests.serving import Serving, log_to_stdout, serving, start_anew
from tests.workflow_runs import Machines, Run

LONG, SHORT = rebuild.TIME_FOR_ONE + 1, rebuild.TIME_FOR_ONE


class Context:
    """A call with so many milliseconds each time it is asked, and the last of them ever after."""

    function_name, memory_limit_in_mb, invoked_function_arn, aws_request_id = "reindex_tenant", 1024, "arn", "id"

    def __init__(self, *milliseconds: int) -> None:
        self._left = list(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


class House:
    """A deployment whose Step Functions run the machine here; ``waits`` are the seconds of its states that wait."""

    outputs: dict[str, str] = {"RebuildIndexMachine": "rebuild_index"}  # noqa: RUF012  a deployment's

    def __init__(self, quire: Serving) -> None:
        self.quire = quire
        self.waits: list[int] = []
        self.events: list[dict[str, Any]] = []
        self.on_wait: Callable[[int], None] = lambda _: quire.engine.indices.refresh(index=f"{TENANT}-messages-*")
        self.before: Callable[[dict[str, Any]], None] = lambda _: None
        self.milliseconds: tuple[int, ...] = (LONG,)
        names = (f"run-{number}" for number in itertools.count())
        waits = {"until_findable": 15, "until_nobody_writes": 150}
        self.machines = Machines(lambda: Run("rebuild_index", self._call, self._wait, next(names), waits))

    def client(self, service: str) -> Machines:
        assert service == "stepfunctions"
        return self.machines

    def enter(self) -> None:
        """The environment is set already."""

    def rebuilt(self, month: str = "", *, drop_strays: bool = False) -> IndexRebuilt:
        """What the command's use case gives."""
        return rebuild_index(cast("Deployment", self), TENANT, month, drop_strays=drop_strays)

    def indexes(self) -> set[str]:
        return set(self.quire.engine.indices.get(index=f"{TENANT}-messages-*"))

    def _wait(self, seconds: int) -> None:
        self.waits.append(seconds)
        self.on_wait(seconds)

    def _call(self, event: dict[str, Any]) -> Any:
        from functions.reindex_tenant.handler import lambda_handler, logger

        log_to_stdout(logger)
        self.events.append(event)
        self.before(event)
        return lambda_handler(event, cast("Any", Context(*self.milliseconds)))


@contextmanager
def a_house() -> Iterator[House]:
    """A fresh account with an empty engine."""
    with serving() as made, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("QUIRE_LEDGER_TABLE", "ledger")
        monkeypatch.setenv("QUIRE_ARCHIVE_BUCKET", BUCKET)
        monkeypatch.setattr(rebuild, "patient", vars(bootstrap)["patient"])
        start_anew()
        monkeypatch.setattr("quire.search.rebuilding.comparing._REFRESH", 0)
        for each in (rebuild.rebuilder, rebuild.trail):
            each.cache_clear()
        yield House(made)
        for each in (rebuild.rebuilder, rebuild.trail):
            each.cache_clear()
