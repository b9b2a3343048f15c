"""Canonical bytes: RFC 8785 for the values our events hold.

Sorted-key JSON as orjson writes it is RFC 8785 as long as keys are ASCII, numbers are integers within 2^53 and no
string holds a lone surrogate; events keep to that (:mod:`quire.domain.events`), and a property test compares the two.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson


def canonical(value: Mapping[str, Any], plain: Callable[[Any], Any] | None = None) -> bytes:
    """The one encoding of ``value`` that is hashed and signed; ``plain`` gives what JSON can say of other objects.

    Raises:
        TypeError: the value holds what JSON cannot say (a lone surrogate, an object of another kind).
    """
    return orjson.dumps(value, plain, option=orjson.OPT_SORT_KEYS)
