"""Each sort of change that would leave old data unread is refused, and those that would not are not."""

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from infra.schemas.compatible import breaches

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def closed(properties: Schema, *required: str) -> Schema:
    """An object of these properties and no others."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def of(schema: Schema) -> Schema:
    """An object with one property ``a`` of this schema."""
    return closed({"a": schema})


REFUSED: dict[str, tuple[Schema, Schema, str]] = {
    "a field is removed": (closed({"a": TEXT, "b": TEXT}), closed({"a": TEXT}), "/b: removed"),
    "a field is renamed": (closed({"a": TEXT}), closed({"b": TEXT}), "/a: removed"),
    "a field is added that old data lacks": (of(TEXT), closed({"a": TEXT, "b": TEXT}, "b"), "/b: required"),
    "a field becomes required": (of(TEXT), closed({"a": TEXT}, "a"), "/a: required, and was not"),
    "another type": (of(TEXT), of({"type": "integer"}), "/a: was string, and is integer"),
    "a narrower number": (of({"type": "number"}), of({"type": "integer"}), "/a: was number, and is integer"),
    "absent values are refused": (of(MAYBE), of(TEXT), "/a: null is no longer taken"),
    "an alternative less": (
        of({"anyOf": [TEXT, {"type": "integer"}]}),
        of({"anyOf": [TEXT, {"type": "null"}]}),
        "/a: integer is no longer taken",
    ),
    "a type less of a list": (of({"type": ["string", "null"]}), of(TEXT), "/a: null is no longer taken"),
    "a value less": (of({"enum": ["x", "y"]}), of({"enum": ["x"]}), "/a: 'y' is no longer taken"),
    "another constant": (of({"const": "x/1"}), of({"const": "x/2"}), "/a: 'x/1' is no longer taken"),
    "listed values only": (of(TEXT), of({"enum": ["x"]}), "/a: any value was taken, and now only listed ones are"),
    "a pattern": (of(TEXT), of({**TEXT, "pattern": "^x"}), "/a: another pattern"),
    "another pattern": (of({**TEXT, "pattern": "^y"}), of({**TEXT, "pattern": "^x"}), "/a: another pattern"),
    "a format": (of(TEXT), of({**TEXT, "format": "date"}), "/a: another format"),
    "shorter texts": (of({**TEXT, "maxLength": 9}), of({**TEXT, "maxLength": 8}), "/a: maxLength fell to 8"),
    "a longest text": (of(TEXT), of({**TEXT, "maxLength": 8}), "/a: maxLength fell to 8"),
    "longer texts": (of(TEXT), of({**TEXT, "minLength": 1}), "/a: minLength rose to 1"),
    "smaller numbers": (
        of({"type": "integer", "maximum": 9}),
        of({"type": "integer", "maximum": 8}),
        "/a: maximum fell to 8",
    ),
    "larger numbers": (of({"type": "integer"}), of({"type": "integer", "minimum": 0}), "/a: minimum rose to 0"),
    "fewer elements": (of({"type": "array"}), of({"type": "array", "maxItems": 3}), "/a: maxItems fell to 3"),
    "other elements": (
        of({"type": "array", "items": TEXT}),
        of({"type": "array", "items": {"type": "integer"}}),
        "/a/*: was string, and is integer",
    ),
    "unknown fields are refused": (
        {"type": "object", "properties": {"a": TEXT}},
        of(TEXT),
        "/…: anything was taken, and now less is",
    ),
    "other values of a map": (
        of({"type": "object", "additionalProperties": TEXT}),
        of({"type": "object", "additionalProperties": {"type": "integer"}}),
        "/a/…: was string, and is integer",
    ),
    "a field of a map gets a type": (
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": TEXT},
        "/a: was string, and is integer",
    ),
    "another default": (of({**TEXT, "default": "x"}), of({**TEXT, "default": "y"}), "/a: another default"),
    "deep below": (of(of(of(TEXT))), of(of(of({"type": "integer"}))), "/a/a/a: was string, and is integer"),
    "a definition": (
        {**of({"$ref": "#/$defs/B"}), "$defs": {"B": of(TEXT)}},
        {**of({"$ref": "#/$defs/B"}), "$defs": {"B": of({"type": "integer"})}},
        "/a/a: was string, and is integer",
    ),
    "a definition among several": (
        {**of({"anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]}), "$defs": {"B": closed({"a": TEXT, "b": TEXT})}},
        {**of({"anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]}), "$defs": {"B": closed({"a": TEXT})}},
        "/a/b: removed",
    ),
    "a body of another form for a kind": (
        {**closed({"k": {"enum": ["x"]}, "a": {}}), "allOf": [
            {"if": {"properties": {"k": {"const": "x"}}}, "then": {"properties": {"a": TEXT}}}]},
        {**closed({"k": {"enum": ["x"]}, "a": {}}), "allOf": [
            {"if": {"properties": {"k": {"const": "x"}}}, "then": {"properties": {"a": {"type": "integer"}}}}]},
        "/a: was string, and is integer",
    ),
    "a condition where there was none": (
        closed({"k": {"enum": ["x"]}, "a": {}}),
        {**closed({"k": {"enum": ["x"]}, "a": {}}), "allOf": [
            {"if": {"properties": {"k": {"const": "x"}}}, "then": {"properties": {"a": TEXT}}}]},
        "a new condition",
    ),
    "what nobody knows": (of(TEXT), of({**TEXT, "contains": {}}), "contains, which the comparison does not know"),
    "nothing is taken": ({"type": "object"}, {"type": "object", "additionalProperties": False}, "now less is"),
}  # fmt: skip

TAKEN: dict[str, tuple[Schema, Schema]] = {
    "nothing changed": (of(TEXT), of(TEXT)),
    "a field that may be left out": (of(TEXT), closed({"a": TEXT, "b": {**TEXT, "default": ""}})),
    "a field may be left out from now on": (closed({"a": TEXT}, "a"), of(TEXT)),
    "a wider number": (of({"type": "integer"}), of({"type": "number"})),
    "absent values": (of(TEXT), of(MAYBE)),
    "an alternative more": (of(MAYBE), of({"anyOf": [*MAYBE["anyOf"], {"type": "integer"}]})),
    "alternatives in another order": (of(MAYBE), of({"anyOf": MAYBE["anyOf"][::-1]})),
    "a value more": (of({"enum": ["x"]}), of({"enum": ["y", "x"]})),
    "a constant becomes one of several": (of({"const": "x"}), of({"enum": ["x", "y"]})),
    "a listed value becomes any": (of({"enum": ["x"]}), of(TEXT)),
    "any type": (of(TEXT), of({})),
    "no pattern": (of({**TEXT, "pattern": "^x"}), of(TEXT)),
    "longer texts": (of({**TEXT, "maxLength": 9}), of({**TEXT, "maxLength": 10})),
    "wider bounds": (of({"type": "integer", "minimum": 1}), of({"type": "integer", "minimum": 0})),
    "unknown fields": (of(TEXT), {"type": "object", "properties": {"a": TEXT}}),
    "other words": (of({**TEXT, "description": "x", "title": "A"}), of({**TEXT, "description": "y"})),
    "a definition is renamed": (
        {**of({"$ref": "#/$defs/B"}), "$defs": {"B": of(TEXT)}},
        {**of({"$ref": "#/$defs/C"}), "$defs": {"C": of(MAYBE)}},
    ),
    "a form of its own for a new kind": (
        closed({"k": {"enum": ["x"]}, "a": {}}),
        {**closed({"k": {"enum": ["x", "y"]}, "a": {}}), "allOf": [
            {"if": {"properties": {"k": {"const": "y"}}}, "then": {"properties": {"a": TEXT}}}]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("sort", REFUSED)
def test_an_incompatible_change_is_refused(sort: str) -> None:
    old, new, why = REFUSED[sort]
    assert why in "\n".join(map(str, breaches(old, new)))


@pytest.mark.parametrize("sort", REFUSED)
def test_a_schema_takes_what_itself_takes(sort: str) -> None:
    for schema in REFUSED[sort][:2]:
        assert breaches(schema, schema) == []


@pytest.mark.parametrize("sort", TAKEN)
def test_a_compatible_change_passes(sort: str) -> None:
    assert breaches(*TAKEN[sort]) == []


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    def tree(leaf: Schema) -> Schema:
        node = closed({"leaf": leaf, "below": {"type": "array", "items": {"$ref": "#/$defs/N"}}})
        return {"$ref": "#/$defs/N", "$defs": {"N": node}}

    assert breaches(tree(TEXT), tree(MAYBE)) == []
    assert [str(breach) for breach in breaches(tree(MAYBE), tree(TEXT))] == ["/leaf: null is no longer taken"]


def test_models_are_compared_as_they_are_written() -> None:
    class Old(BaseModel):
        model_config = ConfigDict(extra="forbid")
        name: str
        size: int | None = None

    class Wider(Old):
        note: str | None = None
        count: int = Field(default=0, ge=0)

    class Narrower(Old):
        size: int = Field(default=0, ge=0)

    assert breaches(Old.model_json_schema(), Wider.model_json_schema()) == []
    assert {breach.where for breach in breaches(Old.model_json_schema(), Narrower.model_json_schema())} == {"/size"}
