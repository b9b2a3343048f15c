"""What the comparison of schemas lets pass is true: no value that the old one takes is refused by the new one."""

import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from infra.schemas.compatible import breaches

Schema = dict[str, Any]
SIMPLE: list[Any] = [None, True, 0, 1, 2, 1.5, "", "x", "xy", "yyy", [], ["x"], [1, "x"], {}, {"a": 1}]
VALUES: list[Any] = [
    *SIMPLE,
    *({"a": one} for one in SIMPLE),
    *({"a": one, "b": other} for one, other in itertools.product(SIMPLE[:9], repeat=2)),
    {"c": 1},
    {"a": "x", "c": {}},
]

simple = st.one_of(
    st.sampled_from(
        [
            *({"type": kind} for kind in ("string", "integer", "number", "boolean", "null", "object", "array")),
            *({"enum": values} for values in (["x"], ["x", "xy"], [1], [None, "x"])),
            *({"const": value} for value in ("x", 1, None)),
            *(
                {},
                {"type": ["string", "null"]},
                {"type": "string", "enum": ["x", "xy"]},
                {"type": "string", "const": "x"},
            ),
        ]
    ),
    st.builds(lambda least: {"type": "string", "minLength": least}, st.integers(0, 2)),
    st.builds(lambda most: {"type": "string", "maxLength": most}, st.integers(0, 3)),
    st.builds(lambda least: {"type": "integer", "minimum": least}, st.integers(0, 2)),
    st.builds(lambda most: {"type": "number", "maximum": most}, st.integers(0, 2)),
    st.sampled_from(["^x", "y$"]).map(lambda pattern: {"type": "string", "pattern": pattern}),
)


def larger(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    """Schemas of schemas."""
    others = st.one_of(st.booleans(), inner)
    names = st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda several: {"anyOf": several}),
        inner.map(lambda items: {"type": "array", "items": items}),
        st.builds(
            lambda fields, required, rest: {
                "type": "object",
                "properties": fields,
                "required": required,
                "additionalProperties": rest,
            },
            names,
            st.lists(st.sampled_from(["a", "b"]), unique=True, max_size=1),
            others,
        ),
    )


schemas = st.recursive(simple, larger, max_leaves=4)


@given(old=schemas, new=schemas)
@settings(max_examples=1500, deadline=None)
def test_what_passes_takes_all_that_was_taken(old: Schema, new: Schema) -> None:
    if breaches(old, new):
        return
    before, after = Draft202012Validator(old), Draft202012Validator(new)
    for value in VALUES:
        assert after.is_valid(value) or not before.is_valid(value), value


@given(schema=schemas)
@settings(deadline=None)
def test_a_schema_takes_what_itself_takes(schema: Schema) -> None:
    assert breaches(schema, schema) == []
