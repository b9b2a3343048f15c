"""State machines as they are written: every state is reached and ends, every call has a way to fail, none can hang."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
MACHINES = sorted((ROOT / "statemachines").glob("*.asl.json"))
PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
EXPRESSION = re.compile(r"\{%.*%\}", re.DOTALL)
JSON_PATH = frozenset({"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "ItemsPath", "Result"})
ENDS = frozenset({"Succeed", "Fail"})
MOST_SECONDS = 900
"""A function's own limit: a call that waits longer waits for nothing."""

State = Mapping[str, Any]


class Scope(NamedTuple):
    """States that may name each other: the machine's own, or those inside of a map or of a parallel's branch."""

    where: str
    start: str
    states: Mapping[str, State]


def read(path: Path) -> dict[str, Any]:
    definition: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return definition


def scopes(definition: Mapping[str, Any], where: str = "") -> Iterator[Scope]:
    """All scopes of a machine, its own first."""
    yield Scope(where, definition["StartAt"], definition["States"])
    for name, state in definition["States"].items():
        for inner in (*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])):
            yield from scopes(inner, f"{where}/{name}")


def states(definition: Mapping[str, Any]) -> Iterator[tuple[str, State]]:
    """All states, at whatever depth, by their path."""
    for scope in scopes(definition):
        for name, state in scope.states.items():
            yield f"{scope.where}/{name}", state


def targets(state: State) -> set[str]:
    """Where a state can go."""
    rules = (*state.get("Catch", []), *state.get("Choices", []))
    return {rule["Next"] for rule in rules} | {state[key] for key in ("Next", "Default") if key in state}


def reached(scope: Scope) -> set[str]:
    """The states that can be come to from the first one."""
    found: set[str] = set()
    ahead = {scope.start}
    while ahead:
        name = ahead.pop()
        if name in scope.states and name not in found:
            found.add(name)
            ahead |= targets(scope.states[name])
    return found


def ends(state: State) -> bool:
    return state["Type"] in ENDS or state.get("End") is True


@pytest.fixture(params=MACHINES, ids=lambda path: path.name.split(".")[0])
def machine(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each machine in turn."""
    return read(request.param)


def test_there_are_machines() -> None:
    assert [path.name for path in MACHINES] == [
        "check_indexes.asl.json",
        "rebuild_index.asl.json",
        "seal_archive.asl.json",
    ]


def test_what_a_state_goes_to_is_there(machine: dict[str, Any]) -> None:
    for scope in scopes(machine):
        assert scope.start in scope.states, scope.where
        for name, state in scope.states.items():
            assert targets(state) <= set(scope.states), f"{scope.where}/{name}"


def test_every_state_is_reached(machine: dict[str, Any]) -> None:
    for scope in scopes(machine):
        assert reached(scope) == set(scope.states), scope.where


def test_every_state_goes_on_or_ends(machine: dict[str, Any]) -> None:
    for where, state in states(machine):
        ways = [ends(state), "Next" in state, "Choices" in state]
        assert ways.count(True) == 1, where
        if state["Type"] == "Choice":
            assert "Default" in state, where


def test_an_end_can_be_come_to_from_everywhere(machine: dict[str, Any]) -> None:
    for scope in scopes(machine):
        for name in scope.states:
            ahead = reached(scope._replace(start=name))
            assert any(ends(scope.states[each]) for each in ahead), f"{scope.where}/{name}"


def test_every_call_has_a_limit_retries_and_a_way_to_fail(machine: dict[str, Any]) -> None:
    found = [(where, state) for where, state in states(machine) if state["Type"] == "Task"]
    assert found
    for where, state in found:
        assert 0 < state["TimeoutSeconds"] <= MOST_SECONDS, where
        retried = {error: rule for rule in state["Retry"] for error in rule["ErrorEquals"]}
        assert 1 <= retried["States.ALL"]["MaxAttempts"] <= 10, where
        assert retried["States.ALL"]["BackoffRate"] > 1, where
        assert retried["States.ALL"]["JitterStrategy"] == "FULL", where
        assert any("States.ALL" in rule["ErrorEquals"] for rule in state["Catch"]), where


def test_what_is_corrupt_is_not_tried_again(machine: dict[str, Any]) -> None:
    for where, state in states(machine):
        if state["Type"] == "Task":
            first = state["Retry"][0]
            assert (first["ErrorEquals"], first["MaxAttempts"]) == (["CorruptError"], 0), where


def test_all_errors_are_named_alone_and_last(machine: dict[str, Any]) -> None:
    """Elsewhere Step Functions refuses the machine."""
    for where, state in states(machine):
        for rules in (state.get("Retry", []), state.get("Catch", [])):
            for number, rule in enumerate(rules, start=1):
                if "States.ALL" in rule["ErrorEquals"]:
                    assert (rule["ErrorEquals"], number) == (["States.ALL"], len(rules)), where


def test_a_machine_cannot_run_for_ever(machine: dict[str, Any]) -> None:
    assert 0 < machine["TimeoutSeconds"] <= 24 * 3600


def test_expressions_are_jsonata(machine: dict[str, Any]) -> None:
    assert machine["QueryLanguage"] == "JSONata"
    for where, state in states(machine):
        assert state.get("QueryLanguage", "JSONata") == "JSONata", where
        assert not JSON_PATH & set(state), where
        assert not [key for key in keys(state) if key.endswith(".$")], where
        for choice in state.get("Choices", []):
            assert EXPRESSION.fullmatch(choice["Condition"]), where


def test_what_is_called_are_functions_that_there_are(machine: dict[str, Any]) -> None:
    there = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    for where, state in states(machine):
        if state["Type"] != "Task":
            continue
        assert state["Resource"] == "arn:aws:states:::lambda:invoke", where
        (name,) = PLACEHOLDER.findall(state["Arguments"]["FunctionName"])
        assert state["Arguments"]["FunctionName"] == f"${{{name}}}", where
        assert name in there, where


def test_placeholders_stand_for_functions_and_seconds_and_nothing_else(machine: dict[str, Any]) -> None:
    called = [state["Arguments"]["FunctionName"] for _, state in states(machine) if state["Type"] == "Task"]
    waited = [str(state["Seconds"]) for _, state in states(machine) if state["Type"] == "Wait"]
    known = [*called, *(each for each in waited if PLACEHOLDER.search(each))]
    assert len(PLACEHOLDER.findall(json.dumps(machine))) == len(known)
    for each in waited:
        assert each.isdecimal() or re.fullmatch(r"\{% \$\{until_[a-z_]+\} %\}", each), each


def test_names_of_states_are_told_apart(machine: dict[str, Any]) -> None:
    names = [where.rsplit("/", 1)[1] for where, _ in states(machine)]
    assert len(names) == len(set(names))


def keys(value: Any) -> Iterator[str]:
    """All members' names, at whatever depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)
