"""YAML in which everything is text: ``No``, ``on`` and ``15:30`` stay what the author wrote."""

from pathlib import Path
from typing import Any

import yaml


class _WordsLoader(yaml.SafeLoader):
    """Resolves nothing: no numbers, no dates, no truth values."""


_WordsLoader.yaml_implicit_resolvers = {}


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a file, every scalar as text.

    Raises:
        yaml.YAMLError: it is not YAML.
        TypeError: it is not a mapping.
    """
    loader = _WordsLoader(path.read_text("utf-8"))
    try:
        value = loader.get_single_data()
    finally:
        loader.dispose()
    if not isinstance(value, dict):
        raise TypeError(f"{path.name} does not hold a mapping")
    return value
