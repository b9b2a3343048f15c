"""The published JSON Schema of what any system may push.

``python -m quire.connectors.generic.schema docs/connectors/generic.schema.json`` writes it anew.
"""

import sys
from pathlib import Path
from typing import Any

import orjson

from quire.connectors.generic.models import Events


def schema_text() -> str:
    """The schema, as it is checked in."""
    schema = _plain(Events.model_json_schema())
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://quire.example/schemas/generic-events-1.json",
        "title": "Events pushed to Quire",
        **schema,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _plain(value: Any, named: bool = False) -> Any:
    """The schema without titles that only repeat names; ``named`` where keys are names themselves."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if named or key != "title"}
        return {key: _plain(item, key in {"properties", "$defs"}) for key, item in kept.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
