"""Answers kept for a while, absent ones for less, in bounded memory."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Life:
    """Seconds an answer is kept, seconds that "there is none" is kept, and how many answers at most."""

    present: float
    absent: float
    entries: int = 4096


class Expiring[K, V]:
    """Reads through to ``load``, whose ``None`` means absent; its errors are not kept.

    Whoever asks for many absent keys pushes out old answers, never the process's memory.
    """

    def __init__(self, load: Callable[[K], V | None], life: Life, clock: Callable[[], float]) -> None:
        self._load = load
        self._life = life
        self._clock = clock
        self._kept: OrderedDict[K, tuple[float, V | None]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The answer, at most as old as its life allows."""
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        return self.refresh(key)

    def refresh(self, key: K) -> V | None:
        """The answer as it is now."""
        value = self._load(key)
        seconds = self._life.absent if value is None else self._life.present
        self._kept[key] = (self._clock() + seconds, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._life.entries:
            self._kept.popitem(last=False)
        return value

    def forget(self, key: K) -> None:
        """Read it anew when it is next asked for."""
        self._kept.pop(key, None)
