"""Which key pair Microsoft Graph is to encrypt to, when a new one is due, and which is no longer of use.

A new pair is stored before anybody encrypts to it, and has settled for a while when the subscriptions change over: so
whoever decrypts has read it by then. The old one stays until the last notification encrypted to it can have come.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from quire.connectors.shape import mapping, text
from quire.connectors.teams.keys import make_key

LIFE = timedelta(days=180)
"""How long a pair is encrypted to; its successor is made then."""
SETTLED = timedelta(minutes=15)
"""How long a stored pair waits: longer than those who decrypt keep the secrets they read."""
DRAINED = timedelta(days=1)
"""How long a pair stays that no subscription names: Graph tries a notification for four hours."""


class Keys(NamedTuple):
    """The pairs (id to private key) and what is remembered of each: ``since`` when it is there, ``idleSince`` when no
    subscription names it any more."""

    pairs: Mapping[str, str]
    notes: Mapping[str, Mapping[str, str]]

    def current(self, now: datetime) -> str:
        """The id of the newest pair that has settled; the oldest where none has."""
        by_age = sorted(self.pairs, key=lambda name: (self._since(name), name))
        settled = [name for name in by_age if now - self._since(name) >= SETTLED]
        return settled[-1] if settled else by_age[0]

    def is_due(self, now: datetime) -> bool:
        """Whether a new pair is wanted."""
        return not self.pairs or now - max(self._since(name) for name in self.pairs) >= LIFE

    def with_new(self, now: datetime) -> "Keys":
        """One pair more."""
        name = f"quire-{now:%Y-%m-%d}-{secrets.token_hex(3)}"
        return Keys({**self.pairs, name: make_key()}, {**self.notes, name: {"since": now.isoformat()}})

    def without_drained(self, named: Iterable[str], now: datetime) -> "Keys":
        """Those still of use; ``named`` are the ids that subscriptions name."""
        kept = {*named, self.current(now)}
        notes: dict[str, Mapping[str, str]] = {}
        for name in self.pairs:
            note = {"since": self._since(name).isoformat()}
            is_newer = self._since(name) > self._since(self.current(now))
            if name not in kept and not is_newer:
                note["idleSince"] = self.notes.get(name, {}).get("idleSince", now.isoformat())
                if now - datetime.fromisoformat(note["idleSince"]) >= DRAINED:
                    continue
            notes[name] = note
        return Keys({name: pair for name, pair in self.pairs.items() if name in notes}, notes)

    def _since(self, name: str) -> datetime:
        return datetime.fromisoformat(self.notes[name]["since"])


def read_keys(stored: object, remembered: object, now: datetime) -> Keys:
    """The pairs of the connection's secrets; one that was not there before is there since ``now``."""
    pairs = {name: pair for name, pair in mapping(stored).items() if isinstance(pair, str) and pair}
    notes: Mapping[str, Any] = mapping(remembered)
    first = len(notes) == 0
    told: dict[str, Mapping[str, str]] = {}
    for name in pairs:
        note = {key: value for key, value in mapping(notes.get(name)).items() if text(value)}
        since = now - SETTLED if first else now  # those of a connection that was just made are known by all
        told[name] = {"since": since.isoformat(), **note}
    return Keys(pairs, told)
