"""The schemas as the code has them, and as they are registered."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from infra.layers import ROOT
from infra.schemas.compatible import Breach, breaches
from quire.archive.attachments.statements import Statement
from quire.aws.notices import Notice
from quire.aws.task_queue import WantedTask
from quire.domain.attachments import WantedFile
from quire.domain.delivery import DeliveryHeader
from quire.domain.events import BODY_OF, Event

REGISTERED = ROOT / "events" / "schemas"
MODELS: tuple[type[BaseModel], ...] = (DeliveryHeader, Event, Notice, Statement, WantedFile, WantedTask)
"""What travels on the stream and the queues, or is stored; each says its schema's name and version itself."""
Schemas = Mapping[str, Mapping[str, Any]]


class IncompatibleError(Exception):
    """A schema may not be registered: what was written by its older form would not be read any more."""

    def __init__(self, found: Mapping[str, list[Breach]]) -> None:
        lines = [f"{name}  {breach}" for name, why in found.items() for breach in why]
        super().__init__("\n".join(lines))
        self.found = found


def current() -> dict[str, dict[str, Any]]:
    """The schemas of this code by name (``quire.event/1``)."""
    return dict(map(_schema, MODELS))


def registered(folder: Path = REGISTERED) -> dict[str, dict[str, Any]]:
    """The schemas that are checked in, by name."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        schema = orjson.loads(path.read_bytes())
        found[schema["properties"]["schema"]["const"]] = schema
    return found


def incompatible(old: Schemas, new: Schemas) -> dict[str, list[Breach]]:
    """Why data of the schemas ``old`` may be refused by ``new``, by name; empty when none is."""
    found = {}
    for name, schema in old.items():
        why = breaches(schema, new[name]) if name in new else [Breach("", "no code reads it any more")]
        if why:
            found[name] = why
    return found


def behind(old: Schemas, new: Schemas) -> list[str]:
    """Names of the schemas of ``new`` that are registered otherwise, or not at all. Descriptions may differ."""
    return [name for name, schema in new.items() if name not in old or _formal(old[name]) != _formal(schema)]


def register(folder: Path = REGISTERED) -> list[str]:
    """Write the schemas of this code, and return the names of those that are new or changed.

    Raises:
        IncompatibleError: one of them does not take what its registered form takes; nothing is written.
    """
    old, new = registered(folder), current()
    if found := incompatible(old, new):
        raise IncompatibleError(found)
    changed = [name for name, schema in new.items() if old.get(name) != schema]
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        text = orjson.dumps(new[name], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        (folder / file_of(name)).write_bytes(text)
    return changed


def file_of(name: str) -> str:
    """The file of a schema: ``quire.event/1`` lies in ``quire.event.1.json``."""
    return f"{name.replace('/', '.')}.json"


def _schema(model: type[BaseModel]) -> tuple[str, dict[str, Any]]:
    schema = _plain(model.model_json_schema(by_alias=True))
    name = schema["properties"]["schema"]["const"]
    if model is Event:
        schema["allOf"] = [
            {
                "if": {"properties": {"kind": {"const": kind}}},
                "then": {"properties": {"body": {"$ref": f"#/$defs/{body.__name__}"}}},
            }
            for kind, body in BODY_OF.items()
        ]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{name.replace('/', ':')}"}
    return name, {**head, **schema}


def _plain(schema: Any) -> Any:
    """The schema without titles, which only repeat names."""
    return _without("title", schema)


def _formal(schema: Any) -> Any:
    """The schema without what is said about it."""
    return _without("description", schema)


def _without(word: str, value: Any, *, named: bool = False) -> Any:
    """The schema without a keyword; ``named`` where keys are names of properties or definitions."""
    if isinstance(value, Mapping):
        kept = {key: item for key, item in value.items() if named or key != word}
        below = {"properties", "$defs"}
        return {key: _without(word, item, named=not named and key in below) for key, item in kept.items()}
    return [_without(word, item) for item in value] if isinstance(value, list) else value
