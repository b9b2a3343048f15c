"""Whether a connection's configuration and secrets are what its platform's connector reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from quire.domain.errors import Fault, InvalidFieldsError

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_TYPES = {
    "string": "text",
    "object": "an object",
    "array": "a list",
    "integer": "a whole number",
    "boolean": "yes or no",
}


class Described(Protocol):
    """What is asked of a platform's connections: JSON Schemas (2020-12) of objects."""

    @property
    def configuration(self) -> Mapping[str, Any]:
        """Of what is kept with the connection."""
        ...

    @property
    def secrets(self) -> Mapping[str, Any]:
        """Of what is kept as its secret."""
        ...


def check_settings(platform: Described, configuration: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    """Compare both with the platform's schemas.

    Raises:
        InvalidFieldsError: some fields are not what they should be; it says which and why, and repeats no value.
    """
    faults = [
        *_faults("configuration", platform.configuration, configuration),
        *_faults("secrets", platform.secrets, secrets),
    ]
    if faults:
        raise InvalidFieldsError(faults)


def _faults(part: str, schema: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[Fault]:
    from jsonschema import Draft202012Validator

    for error in sorted(Draft202012Validator(schema).iter_errors(dict(value)), key=lambda error: list(error.path)):
        where = [part, *(str(step) for step in error.path)]
        yield from (Fault(".".join([*where, *more]), words) for more, words in _said(error))


def _said(error: ValidationError) -> Iterator[tuple[Sequence[str], str]]:
    """What an error says in our own words: its own would quote the value."""
    expected: Any = error.validator_value
    match str(error.validator):
        case "required":
            given: Any = error.instance
            yield from (([name], "is missing") for name in expected if name not in given)
        case "additionalProperties" if expected is False:
            names: Any = error.instance
            known: Any = error.schema
            unknown = [str(name)[:64] for name in names if name not in known.get("properties", {})]
            yield from (([name], "is not a field of this platform's") for name in unknown)
        case "oneOf" | "anyOf":
            needed = ", ".join(name for option in expected for name in option.get("required", ()))
            yield [], f"needs {'exactly one' if error.validator == 'oneOf' else 'one'} of {needed}"
        case "type":
            yield [], f"should be {_TYPES.get(str(expected), str(expected))}"
        case "minLength" | "minItems" | "minProperties":
            yield [], "is empty" if expected == 1 else f"is shorter than {expected:,}"
        case "maxLength" | "maxItems":
            yield [], f"is longer than {expected:,}"
        case "pattern":
            yield [], "does not have the expected form"
        case "enum":
            yield [], f"should be one of {', '.join(map(str, expected))}"
        case "uniqueItems":
            yield [], "says something twice"
        case other:
            yield [], f"does not fit ({other})"
