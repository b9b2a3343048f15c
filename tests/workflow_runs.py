"""Runs a state machine as it is written, with its functions in this process: no clock, no retries."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonata.jsonata import Jsonata

ROOT = Path(__file__).resolve().parents[1]
Call = Callable[[dict[str, Any]], Any]


class FailedError(Exception):
    """The machine came to a state of type ``Fail``."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


@dataclass
class Run:
    """One execution; ``wait`` is called with the seconds of each state that waits. ``values`` are what the stage puts
    in for placeholders."""

    machine: str
    call: Call
    wait: Callable[[int], None]
    name: str = "execution"
    values: Mapping[str, int] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)

    def go(self, given: Mapping[str, Any]) -> Any:
        """From the first state to the last; what came out.

        Raises:
            FailedError: it failed.
        """
        text = (ROOT / "statemachines" / f"{self.machine}.asl.json").read_text("utf-8")
        for each, seconds in self.values.items():
            text = text.replace(f"${{{each}}}", str(seconds))
        definition = json.loads(text)
        name, value = definition["StartAt"], dict(given)
        while name:
            self.passed.append(name)
            name, value = self._step(definition["States"][name], value)
        return value

    def _step(self, state: Mapping[str, Any], value: Any) -> tuple[str, Any]:
        match state["Type"]:
            case "Task":
                return self._task(state, value)
            case "Choice":
                found = (rule["Next"] for rule in state["Choices"] if self._told(rule["Condition"], value))
                return next(found, state["Default"]), value
            case "Wait":
                self.wait(int(self._told(state["Seconds"], value)))
            case "Fail":
                raise FailedError(self._told(state["Error"], value), self._told(state["Cause"], value))
        return state.get("Next", ""), self._told(state.get("Output", value), value)

    def _task(self, state: Mapping[str, Any], value: Any) -> tuple[str, Any]:
        try:
            answer = self.call(_as_json(self._told(state["Arguments"]["Payload"], value)))
        except Exception as error:  # noqa: BLE001  Lambda tells of all
            name = type(error).__name__
            rule = next(rule for rule in state["Catch"] if {name, "States.ALL"} & set(rule["ErrorEquals"]))
            told = {"Error": name, "Cause": json.dumps({"errorType": name, "errorMessage": str(error)})}
            return rule["Next"], self._told(rule.get("Output", told), value, errorOutput=told)
        return state["Next"], self._told(state["Output"], value, result={"Payload": _as_json(answer)})

    def _told(self, template: Any, value: Any, **more: Any) -> Any:
        """An expression's value, or what is none as it is."""
        if not (isinstance(template, str) and template.startswith("{%")):
            return template
        context = {"Execution": {"Name": self.name}}
        bound = {"states": {"input": value, "context": context, **more}}
        return _as_json(Jsonata.jsonata(template[2:-2].strip()).evaluate(None, bound))


@dataclass
class Machines:
    """What the command line asks of Step Functions; an execution is over when it has begun."""

    begin: Callable[[], Run]
    told: list[dict[str, Any]] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def start_execution(self, *, stateMachineArn: str, input: str) -> dict[str, str]:  # noqa: N803  AWS's names
        """Run it."""
        run = self.begin()
        assert stateMachineArn == run.machine
        self.runs.append(run)
        try:
            self.told.append({"status": "SUCCEEDED", "output": json.dumps(run.go(json.loads(input)))})
        except FailedError as failed:
            self.told.append({"status": "FAILED", "error": failed.error, "cause": failed.cause})
        return {"executionArn": str(len(self.told) - 1)}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803  AWS's name
        """What came of it."""
        return self.told[int(executionArn)]

    def passed(self) -> Iterator[str]:
        """States of all runs, in order."""
        for run in self.runs:
            yield from run.passed


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))
