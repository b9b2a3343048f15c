"""How long messages take from captured to searchable, measured by looking: what a search returns, and since when."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx

LOOK_EVERY = 0.25
"""Seconds between two looks: the error of the measurement."""
_ALL = {"size": 10_000, "_source": ["captured_at"]}


class NotFoundInTimeError(Exception):
    """Messages that should have become searchable did not; the text says how many are missing."""


@dataclass
class Watch:
    """Notes when each message of a tenant is first returned by the search engine at ``search``."""

    search: str
    tenant: str
    latencies: dict[str, float] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> "Watch":
        """Begin; messages that are searchable now do not count."""
        self._known = set(self._look())
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def wait_for(self, messages: int, seconds: float, tell: Callable[[str], None] = lambda _: None) -> None:
        """Wait until the tenant has this many searchable messages.

        Raises:
            NotFoundInTimeError: it has not after ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while (found := len(self._known) + len(self.latencies)) < messages:
            tell(f"{found} of {messages} messages searchable")
            if time.monotonic() > deadline:
                raise NotFoundInTimeError(f"only {found} of {messages} messages are searchable after {seconds:.0f} s")
            time.sleep(LOOK_EVERY)

    def _run(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            found = self._look()
            now = time.time()
            for message, captured in found.items():
                if message not in self._known:
                    self.latencies.setdefault(message, now - datetime.fromisoformat(captured).timestamp())

    def _look(self) -> dict[str, str]:
        """Message ids that a search returns, with when each was captured; none while there is no index."""
        asked = _ALL | {"query": {"term": {"tenant_id": self.tenant}}}  # others may lie in the same indexes
        try:
            answer = httpx.post(f"{self.search}/{self.tenant}-messages/_search", json=asked, timeout=30)
        except httpx.TransportError:
            return {}
        if not answer.is_success:
            return {}
        return {hit["_id"]: hit["_source"]["captured_at"] for hit in answer.json()["hits"]["hits"]}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of the values do not exceed (nearest rank); 0 without values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
