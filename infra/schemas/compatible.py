"""Whether everything that one JSON Schema takes another takes too: what was written yesterday is read tomorrow.

Pure, and cautious: where it cannot tell, it says no. It knows the keywords that pydantic writes (2020-12).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = Mapping[str, Any]

_WORDS = frozenset({"title", "description", "examples", "$comment", "$schema", "$id", "$defs", "deprecated"})
_EITHER = ("anyOf", "oneOf")
_LEAST = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
_MOST = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
_EXACT = ("pattern", "format", "multipleOf", "uniqueItems", "propertyNames", "patternProperties")
_KNOWN = _WORDS | {
    *("$ref", "anyOf", "oneOf", "allOf", "type", "enum", "const", "default"),
    *("properties", "required", "additionalProperties", "items", "prefixItems"),
    *(_LEAST + _MOST + _EXACT),
}


class Breach(NamedTuple):
    """Something that was taken and no longer is; ``where`` is the path of properties (``/body/sender``)."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where or '/'}: {self.why}"


def breaches(old: Schema, new: Schema) -> list[Breach]:
    """Why data of the schema ``old`` may be refused by ``new``; empty when none is."""
    return list(dict.fromkeys(_Comparison(old, new).schemas(old, new, "")))


class _Comparison:
    """One comparison of two documents, each with definitions of its own."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old_definitions = old.get("$defs", {})
        self._new_definitions = new.get("$defs", {})
        self._under_way: set[tuple[str, str]] = set()

    def schemas(self, old: Schema | bool, new: Schema | bool, where: str) -> Iterator[Breach]:
        """Breaches between two schemas at a place."""
        if new is True or new == {} or old is False:
            return
        if new is False or old is True or old == {}:
            yield Breach(where, "anything was taken, and now less is")
            return
        assert isinstance(old, Mapping)  # noqa: S101 - neither is a boolean any more
        assert isinstance(new, Mapping)  # noqa: S101
        pair = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if pair in self._under_way:
            return
        if any(pair):
            self._under_way.add(pair)
        yield from self._resolved(_follow(old, self._old_definitions), _follow(new, self._new_definitions), where)
        self._under_way.discard(pair)

    def _resolved(self, old: Schema, new: Schema, where: str) -> Iterator[Breach]:
        if "default" in old and "default" in new and old["default"] != new["default"]:
            yield Breach(where, "another default: what was left out would mean something else")
        if any(keyword in new and new.keys() - _WORDS - {keyword, "default", "allOf"} for keyword in _EITHER):
            if old != new:
                yield Breach(where, "more beside alternatives than the comparison knows")
            return
        yield from self._conditions(old, new, where)
        olds, news = _alternatives(old), _alternatives(new)
        if len(olds) == len(news) == 1:
            yield from self._one(olds[0], news[0], where)
            return
        for alternative in olds:
            yield from self._among(alternative, news, where)

    def _among(self, old: Schema, news: list[Schema], where: str) -> Iterator[Breach]:
        """An alternative of old: one of new has to take all of it. The likeliest one's breaches are told."""
        found: list[list[Breach]] = []
        for new in sorted(news, key=lambda new: _likeness(old, new), reverse=True):
            why = list(self.schemas(old, new, where))
            if not why:
                return
            if _likeness(old, new) > 0:
                found.append(why)
        yield from found[0] if found else [Breach(where, f"{_called(old)} is no longer taken")]

    def _one(self, old: Schema, new: Schema, where: str) -> Iterator[Breach]:
        if {"$ref", *_EITHER} & {*old, *new}:
            yield from self.schemas(old, new, where)
            return
        yield from _values(old, new, where)
        yield from _bounds(old, new, where)
        if {"properties", "required", "additionalProperties"} & {*old, *new}:
            yield from self._object(old, new, where)
        if "items" in new:
            yield from self.schemas(old.get("items", {}), new["items"], f"{where}/*")
        if old.get("prefixItems") != new.get("prefixItems") and "prefixItems" in new:
            yield Breach(where, "other first items")

    def _object(self, old: Schema, new: Schema, where: str) -> Iterator[Breach]:
        were, are = old.get("properties", {}), new.get("properties", {})
        for name in were:
            if name in are:
                yield from self.schemas(were[name], are[name], f"{where}/{name}")
            else:
                yield Breach(f"{where}/{name}", "removed")
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield Breach(f"{where}/{name}", "required, and was not")
        others, now = old.get("additionalProperties", True), new.get("additionalProperties", True)
        yield from self.schemas(others, now, f"{where}/…")
        if others is not False:
            for name in sorted(are.keys() - were.keys()):
                yield from self.schemas(others, are[name], f"{where}/{name}")

    def _conditions(self, old: Schema, new: Schema, where: str) -> Iterator[Breach]:
        """Parts of ``allOf`` of the form "if a property is this, then...": a new one may only be about a new value."""
        were = {_canonical(part.get("if")): part for part in old.get("allOf", ())}
        for part in new.get("allOf", ()):
            before = were.get(_canonical(part.get("if")))
            if "if" not in part or part.keys() - {"if", "then"}:
                if part not in old.get("allOf", ()):
                    yield Breach(where, "a condition that the comparison does not know")
            elif before is not None:
                yield from self.schemas(before.get("then", {}), part.get("then", {}), where)
            elif _possible(part["if"], old):
                yield Breach(where, f"a new condition: {_canonical(part['if'])}")


def _follow(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """What a reference refers to, with what stands beside it."""
    while "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**definitions[schema["$ref"].removeprefix("#/$defs/")], **beside}
    return schema


def _alternatives(schema: Schema) -> list[Schema]:
    for keyword in _EITHER:
        if keyword in schema:
            return list(schema[keyword])
    types = schema.get("type")
    return [{**schema, "type": one} for one in types] if isinstance(types, list) else [schema]


def _values(old: Schema, new: Schema, where: str) -> Iterator[Breach]:
    """Types and listed values."""
    was, now = old.get("type"), new.get("type")
    if now is not None and was != now and (was, now) != ("integer", "number"):
        listed = _listed(old)
        if was is not None or listed is None or not all(_is(value, now) for value in listed):
            yield Breach(where, f"was {_called(old)}, and is {now}")
    wanted, taken = _listed(old), _listed(new)
    if taken is None:
        return
    if wanted is None:
        yield Breach(where, "any value was taken, and now only listed ones are")
        return
    for value in wanted:
        if value not in taken:
            yield Breach(where, f"{value!r} is no longer taken")


def _bounds(old: Schema, new: Schema, where: str) -> Iterator[Breach]:
    for name in _LEAST:
        if name in new and (name not in old or old[name] < new[name]) and not _trivial(name, new[name]):
            yield Breach(where, f"{name} rose to {new[name]}")
    for name in _MOST:
        if name in new and (name not in old or old[name] > new[name]):
            yield Breach(where, f"{name} fell to {new[name]}")
    for name in _EXACT:
        if name in new and new[name] != old.get(name):
            yield Breach(where, f"another {name}")
    for name in sorted(new.keys() - _KNOWN):
        if new[name] != old.get(name):
            yield Breach(where, f"{name}, which the comparison does not know")


def _trivial(name: str, value: Any) -> bool:
    return value == 0 and name in {"minLength", "minItems", "minProperties"}


def _listed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _possible(condition: Schema, schema: Schema) -> bool:
    """Whether data of ``schema`` may meet a condition on values of its properties."""
    for name, wanted in condition.get("properties", {}).items():
        listed, values = _listed(schema.get("properties", {}).get(name, {})), _listed(wanted)
        if listed is not None and values is not None and not [value for value in values if value in listed]:
            return False
    return True


def _likeness(old: Schema, new: Schema) -> int:
    """How likely one alternative is meant to be the other: by name, then by type."""
    if "$ref" in old and old.get("$ref") == new.get("$ref"):
        return 2
    return 1 if "type" in old and old.get("type") == new.get("type") else 0


def _called(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2] or str(schema.get("type", "anything"))


def _is(value: Any, kind: str) -> bool:
    kinds: dict[str, tuple[type, ...]] = {"string": (str,), "boolean": (bool,), "null": (type(None),)}
    return isinstance(value, kinds.get(kind, (int, float))) and (kind == "boolean" or not isinstance(value, bool))


def _canonical(value: Any) -> str:
    return repr(sorted(value.items())) if isinstance(value, Mapping) else repr(value)
