"""Senders are made from the stack file, and what it lacks is named."""

import json
from pathlib import Path

import pytest

from infra.local.senders.stack import StackFileError, read_stack, senders_of
from tests.unit.senders.material import senders, stack


def test_the_first_tenant_with_both_platforms_is_taken() -> None:
    assert senders_of(stack()) == senders()


def test_a_tenant_can_be_named() -> None:
    assert senders_of(stack(), "meridian").tenant_id == "meridian"
    with pytest.raises(StackFileError, match="'empty'"):
        senders_of(stack(), "empty")


def test_a_missing_secret_is_named() -> None:
    value = stack()
    del value["tenants"][1]["connections"][1]["secrets"]["clientState"]
    with pytest.raises(StackFileError, match="clientState is missing"):
        senders_of(value)


def test_a_stack_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StackFileError, match="make up"):
        read_stack(tmp_path / "stack.json")


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_broken_stack_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "stack.json"
    path.write_text(content)
    with pytest.raises(StackFileError):
        read_stack(path)


def test_a_stack_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "stack.json"
    path.write_text(json.dumps(stack()))
    assert senders_of(read_stack(path)) == senders()
