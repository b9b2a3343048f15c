"""The platforms as connections see them, and what only one worker may do at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.aws.control import Connection
    from quire.aws.leases import Leases
    from quire.domain.calls import Outside
    from quire.outbound.gcra import Priority
    from quire.outbound.platform import Surroundings


def outside(connection: Connection, token: Callable[[bool], str], priority: Priority = "live") -> Outside:
    """The connection's platform. ``token`` gives an access token, a fresh one when asked with ``True``.

    ``priority`` is ``backfill`` for what may wait until everything else had its turn.
    """
    from quire.connectors.registry import connector
    from quire.outbound.platform import PlatformOutside, seen_by

    there = seen_by(connection, connector(connection.platform).reach, priority)
    return PlatformOutside(there, token, surroundings())


@cache
def surroundings() -> Surroundings:
    """What all calls of this process share: connections, buckets, breakers."""
    from quire.aws.limits import Buckets, Circuits
    from quire.config import settings
    from quire.outbound.breaker import Breakers
    from quire.outbound.platform import Surroundings
    from quire.outbound.transport import Transport
    from quire.outbound.turns import Turns
    from quire.outbound.whereabouts import gateway, public

    known, table = settings(), settings().need("limits_table")
    find = gateway(known.platform_gateway) if known.platform_gateway else public()
    return Surroundings(
        transport=Transport(find, known.platform_ca),
        turns=Turns(Buckets(patient().dynamodb, table), known.tenant_calls_per_minute, time.time),
        breakers=Breakers(Circuits(patient().dynamodb, table), time.time),
    )


@cache
def leases() -> Leases:
    """What only one worker may do at a time."""
    from quire.aws.leases import Leases
    from quire.config import settings

    return Leases(patient().dynamodb, settings().need("limits_table"), time.time)
