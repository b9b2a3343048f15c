"""``quire rebuild-index`` as it is typed: whose indexes, in which order, and what is said when one fails."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from quire.aws.index_placements import IndexPlacements
from quire.bootstrap import rebuild
from quire.cli import rebuild_index, status
from quire.cli.deployment import Deployment
from quire.cli.main import app
from quire.cli.rebuild_index import IndexRebuilt
from quire.cli.status import Report
from quire.cli.workflows import WorkflowError
from quire.domain.errors import DeniedError
from quire.domain.ids import TenantId
from quire.tenants.create_tenant import create_tenant
from tests.moto_aws import stack

TENANTS = ["acme", "meridian", "northwind"]


class Machine:
    """What the command does with the state machine; ``failing`` tenants fail."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bool]] = []
        self.failing: set[str] = set()
        self.unread: set[str] = set()

    def rebuild(
        self, _: Deployment, tenant: str, month: str, seconds: float, *, into: str, drop_strays: bool
    ) -> IndexRebuilt:
        """Note it."""
        assert (seconds, into) == (86_400, "")
        self.asked.append((tenant, month, drop_strays))
        if tenant in self.failing:
            raise WorkflowError("CorruptError: no segment tells of documents that are searched now: x")
        return IndexRebuilt(3, {f"{tenant}-messages-2026-03": (5, 6)}, unread=int(tenant in self.unread))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(rebuild_index, "find", lambda stage: Deployment(stage, boto3.Session(region_name="x")))
    monkeypatch.setattr(rebuild_index, "tenants_of", lambda _: TENANTS)
    monkeypatch.setattr(rebuild_index, "rebuild_index", made.rebuild)
    return made


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, ["rebuild-index", *words])


def test_one_tenant_or_one_month_of_it(machine: Machine) -> None:
    done = typed("--tenant", "acme", "--month", "2026-03", "--drop-strays")
    assert (done.exit_code, machine.asked) == (0, [("acme", "2026-03", True)])
    assert done.output == "3 segments read\n  acme-messages-2026-03: 6 documents, 5 before\n"


def test_all_are_taken_in_order_and_one_that_fails_does_not_keep_the_next_waiting(machine: Machine) -> None:
    machine.failing = {"acme"}
    done = typed("--all")
    assert [tenant for tenant, *_ in machine.asked] == TENANTS
    assert done.exit_code == 1
    assert "acme: CorruptError: no segment tells" in done.output
    assert "northwind-messages-2026-03: 6 documents" in done.output


def test_all_goes_on_where_it_was_stopped(machine: Machine) -> None:
    done = typed("--all", "--after", "acme")
    assert ([tenant for tenant, *_ in machine.asked], done.exit_code) == (["meridian", "northwind"], 0)


def test_what_could_not_be_read_is_not_all_well(machine: Machine) -> None:
    machine.unread = {"meridian"}
    done = typed("--all")
    assert (len(machine.asked), done.exit_code) == (3, 1)


@pytest.mark.parametrize(
    "words", [[], ["--tenant", "acme", "--all"], ["--tenant", "acme", "--after", "x"], ["--all", "--into", "own"]]
)
def test_whose_has_to_be_said(machine: Machine, words: list[str]) -> None:
    assert typed(*words).exit_code == 2
    assert machine.asked == []


def test_what_is_needed_is_listed_for_each(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    old = {"meridian": ["meridian-messages-2026-03"]}
    monkeypatch.setattr(rebuild_index, "outdated", lambda _, tenant: old.get(tenant, []))
    done = typed("--all", "--needed")
    assert (done.exit_code, machine.asked) == (1, [])
    assert done.output.splitlines() == ["acme:", "none", "meridian:", "meridian-messages-2026-03", "northwind:", "none"]


def placed(_: Deployment, tenant: str) -> str:
    return "pooled" if tenant == "northwind" else "own"


def denied(*_: object) -> Any:
    raise DeniedError("it was refused")


def reported(monkeypatch: pytest.MonkeyPatch, outdated: Any, placement: Any = placed) -> Report:
    """What ``quire status`` says of indexes."""
    monkeypatch.setattr("quire.cli.rebuild.tenants_of", lambda _: TENANTS)
    monkeypatch.setattr(rebuild_index, "outdated", outdated)
    monkeypatch.setattr(rebuild_index, "placement", placement)
    found = Report()
    status._indexes(Deployment("prod", boto3.Session(region_name="x")), found)
    return found


def test_status_says_where_tenants_lie_which_indexes_wait_and_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    found = reported(monkeypatch, lambda _, tenant: ["a", "b"] if tenant == "meridian" else [])
    assert found.sections["Search"] == [
        ("acme", "own indexes, 0 of an older analysis"),
        ("meridian", "own indexes, 2 of an older analysis"),
        ("northwind", "indexes of the pool, 0 of an older analysis"),
    ]
    (problem,) = found.problems
    assert problem.endswith("`quire rebuild-index --tenant meridian`")


def test_status_of_somebody_without_the_right_to_the_engine_asks_it_once_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def refused(_: Deployment, tenant: str) -> list[str]:
        asked.append(tenant)
        return list[str](denied())

    found = reported(monkeypatch, refused)
    unknown = "of which analysis is unknown: it was refused"
    assert found.sections["Search"][0] == ("acme", f"own indexes, {unknown}")
    assert found.sections["Search"][2] == ("northwind", f"indexes of the pool, {unknown}")
    assert (found.problems, asked) == ([], ["acme"])


def test_status_of_somebody_without_the_right_to_the_table_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = reported(monkeypatch, lambda *_: [], denied)
    unknown = "own indexes or the pool's: unknown (it was refused)"
    assert found.sections["Search"][0] == ("acme", f"{unknown}, 0 of an older analysis")


def test_where_a_tenant_lies_is_read_from_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    with stack() as aws:
        create_tenant(aws.control, "northwind", "Northwind Traders", datetime.now(UTC))
        monkeypatch.setenv("QUIRE_STAGE", "local")
        monkeypatch.setenv("QUIRE_CONTROL_TABLE", "control")
        monkeypatch.setattr(rebuild, "patient", lambda: aws.aws)
        assert rebuild.placement(TenantId("northwind")) == "own"
        IndexPlacements(aws.aws.dynamodb, "control").put(TenantId("northwind"), "pooled")
        assert rebuild.placement(TenantId("northwind")) == "pooled"
