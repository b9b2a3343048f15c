"""The registered schemas are those of the code, and what is on the stream is of their form."""

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest

from infra.schemas import __main__ as command
from infra.schemas.registry import (
    REGISTERED,
    IncompatibleError,
    behind,
    current,
    file_of,
    incompatible,
    register,
    registered,
)

NOW = current()


def test_no_change_leaves_old_data_unread() -> None:
    """Fails on an incompatible change: see docs/schemas.md."""
    assert {name: list(map(str, why)) for name, why in incompatible(registered(), NOW).items()} == {}


def test_every_schema_is_registered_as_it_is() -> None:
    """Fails after a compatible change until ``python -m infra.schemas`` was run."""
    assert behind(registered(), NOW) == []


def test_each_lies_under_its_name_and_version() -> None:
    names = registered()
    assert {path.name for path in REGISTERED.iterdir()} == {file_of(name) for name in names}
    assert set(names) == set(NOW)
    assert {"quire.delivery/1", "quire.event/1", "quire.notice/1", "quire.attachment/1", "quire.task/1"} <= set(names)


def test_every_kind_of_event_has_the_form_of_its_body() -> None:
    event = NOW["quire.event/1"]
    kinds = [part["if"]["properties"]["kind"]["const"] for part in event["allOf"]]
    assert kinds == event["properties"]["kind"]["enum"]


def broken(name: str) -> list[dict[str, Any]]:
    """The schemas of the code with one thing changed each."""
    found = []
    for field in NOW[name]["properties"]:
        without, other = copy.deepcopy(NOW), copy.deepcopy(NOW)
        del without[name]["properties"][field]
        other[name]["properties"][field] = {"const": 7.5}
        found += [without, other]
    more, gone = copy.deepcopy(NOW), copy.deepcopy(NOW)
    more[name]["properties"]["extra"] = {"type": "string"}
    more[name]["required"].append("extra")
    del gone[name]
    return [*found, more, gone]


@pytest.mark.parametrize("name", NOW)
def test_every_field_of_every_schema_is_guarded(name: str) -> None:
    for changed in broken(name):
        assert set(incompatible(registered(), changed)) == {name}


def test_bodies_of_events_are_guarded() -> None:
    for body in ("MessageCreated", "AttachmentFact", "Actor", "Content", "DeliveryRef"):
        for field in NOW["quire.event/1"]["$defs"][body]["properties"]:
            changed = copy.deepcopy(NOW)
            del changed["quire.event/1"]["$defs"][body]["properties"][field]
            assert incompatible(registered(), changed), (body, field)


def test_the_command_registers_what_is_compatible(tmp_path: Path) -> None:
    assert register(tmp_path) == list(NOW)
    assert register(tmp_path) == []
    path = tmp_path / file_of("quire.notice/1")
    older = orjson.loads(path.read_bytes())
    del older["properties"]["restored"]
    path.write_bytes(orjson.dumps(older))
    assert register(tmp_path) == ["quire.notice/1"]
    assert registered(tmp_path) == NOW


def test_the_command_refuses_what_is_not(tmp_path: Path) -> None:
    register(tmp_path)
    path = tmp_path / file_of("quire.notice/1")
    older = orjson.loads(path.read_bytes())
    older["properties"]["size"] = {"type": "integer"}
    path.write_bytes(orjson.dumps(older))
    with pytest.raises(IncompatibleError, match=r"quire\.notice/1  /size: removed"):
        register(tmp_path)
    assert orjson.loads(path.read_bytes()) == older


def test_the_command_looks_without_writing(capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in REGISTERED.iterdir()}
    assert command.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")
    assert {path: path.read_bytes() for path in REGISTERED.iterdir()} == before
