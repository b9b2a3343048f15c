"""Leaving alone an endpoint that fails, and asking it once, by one worker, whether it is back.

A circuit is closed while calls go through. Failures without a success between them open it; when it has been open for
a while one worker is let through, and what comes of that closes it or leaves it open for longer.
"""

from collections.abc import Callable
from dataclasses import replace

from ulid import ULID

from quire.aws.layout import circuit_partition
from quire.aws.limits import Circuit, Circuits
from quire.domain.errors import BusyError, UnavailableError

FAILURES = 8
"""Without a success between them, over all workers."""
WITHIN = 120_000
COOL, COOL_MOST = 15_000, 300_000
PROBE = 120_000
"""Milliseconds that a probe may take: longer than any answer is waited for."""
_FRESH = 1_000
"""Milliseconds that what was read is taken for true."""
_RACES = 8

Change = Callable[[Circuit], Circuit]


def waits(circuit: Circuit, now: int) -> int:
    """Milliseconds until a call may go; 0 when it may, or may ask for the probe."""
    if not circuit.open_until:
        return 0
    if circuit.open_until > now:
        return circuit.open_until - now
    return max(0, circuit.probe_until - now) if circuit.probe else 0


def probing(circuit: Circuit, now: int, worker: str) -> Circuit:
    """With ``worker`` as the one that tries; only where :func:`waits` says 0."""
    if not circuit.open_until or waits(circuit, now):
        return circuit
    return replace(circuit, probe=worker, probe_until=now + PROBE)


def failed(circuit: Circuit, now: int, probe: str = "") -> Circuit:
    """After a failure, told by the worker that was the ``probe``, or by any other."""
    if circuit.open_until:
        if not probe or probe != circuit.probe:
            return circuit
        cool = min(COOL * 2**circuit.trips, COOL_MOST)
        return replace(circuit, open_until=now + cool, probe="", probe_until=0, trips=min(circuit.trips + 1, 16))
    if not circuit.failures or now - circuit.since > WITHIN:
        circuit = Circuit(failures=0, since=now)
    failures = circuit.failures + 1
    if failures < FAILURES:
        return replace(circuit, failures=failures)
    return Circuit(failures=failures, since=circuit.since, open_until=now + COOL, trips=1)


def succeeded(circuit: Circuit, now: int, probe: str = "") -> Circuit:  # noqa: ARG001 - all changes look the same
    """After an answer. What was asked before the circuit opened says nothing about now."""
    if circuit.open_until and (not probe or probe != circuit.probe):
        return circuit
    return Circuit()


class Breakers:
    """The circuits of all endpoints, shared by all workers. ``clock`` gives seconds since 1970."""

    def __init__(self, circuits: Circuits, clock: Callable[[], float]) -> None:
        self._circuits = circuits
        self._clock = clock
        self._seen: dict[str, tuple[int, Circuit]] = {}

    def of(self, platform: str, host: str, call: str) -> "Breaker":
        """The breaker of one endpoint."""
        return Breaker(self, circuit_partition(platform, host, call))

    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self._clock() * 1000)

    def look(self, key: str) -> Circuit:
        """The circuit as it is, or was a second ago."""
        now = self.now()
        until, circuit = self._seen.get(key, (0, Circuit()))
        if now >= until:
            circuit, _ = self._circuits.get(key)
            self._remember(key, circuit, now)
        return circuit

    def change(self, key: str, change: Change) -> Circuit:
        """The circuit after ``change``, which is made again when another worker's came between.

        Raises:
            UnavailableError: too many came between, or nothing is known about it.
        """
        now = self.now()
        for _ in range(_RACES):
            circuit, version = self._circuits.get(key)
            after = change(circuit)
            if after == circuit or self._circuits.put(key, after, version, now):
                self._remember(key, after, now)
                return after
        raise UnavailableError("dynamodb: a breaker did not hold still")

    def _remember(self, key: str, circuit: Circuit, now: int) -> None:
        if len(self._seen) > 1024:
            self._seen.clear()
        self._seen[key] = (now + _FRESH, circuit)


class Breaker:
    """One endpoint, for one attempt: :meth:`check`, :meth:`admit`, then one of the outcomes."""

    def __init__(self, all_: Breakers, key: str) -> None:
        self._all = all_
        self._key = key
        self._worker = ""

    def check(self) -> None:
        """Refuse early what would be refused after its turn had come.

        Raises:
            BusyError: the endpoint is left alone for now.
        """
        self._refuse(waits(self._all.look(self._key), self._all.now()))

    def admit(self) -> None:
        """Let the attempt through, as the one probe where the circuit has been open.

        Raises:
            BusyError: the endpoint is left alone for now.
        """
        circuit, now = self._all.look(self._key), self._all.now()
        self._refuse(waits(circuit, now))
        if circuit.open_until:
            worker = str(ULID())
            circuit = self._all.change(self._key, lambda found: probing(found, now, worker))
            if circuit.open_until and circuit.probe != worker:
                self._refuse(max(1000, waits(circuit, now)))
            self._worker = worker if circuit.open_until else ""

    def failed(self) -> None:
        """The endpoint did not answer, or with a fault of its own."""
        now = self._all.now()
        self._all.change(self._key, lambda found: failed(found, now, self._worker))

    def succeeded(self) -> None:
        """The endpoint answered; written only where that is news."""
        known = self._all.look(self._key)
        if known.failures or self._worker:
            now = self._all.now()
            self._all.change(self._key, lambda found: succeeded(found, now, self._worker))

    @staticmethod
    def _refuse(wait: int) -> None:
        if wait:
            raise BusyError("the platform keeps failing there and is left alone for now", wait / 1000)
