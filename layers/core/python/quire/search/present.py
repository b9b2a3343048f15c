"""What documents are put together with: absent values left out. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

_PLAIN = (bool, int, float, str)


def distinct(values: Iterable[str | None]) -> list[str]:
    """Each text once, in order, without those that are absent or empty."""
    return list(dict.fromkeys(value for value in values if value))


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without absent values; ``False``, ``0`` and empty text are values."""
    return {name: value for name, value in values.items() if value or isinstance(value, _PLAIN)}
