"""What a connection remembers of its subscriptions from run to run."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from quire.connectors.outward import Checkpoint, Noticed, Work
from quire.connectors.shape import mapping, mappings, text
from quire.connectors.teams.decryption_keys import Keys

SHOWN = timedelta(days=7)
"""How long a lapse is told of, so that whoever looks in once a week learns of it."""


@dataclass
class Book:
    """State: ``{"subscriptions": {resource: {"id", "seenAt", "expiresAt", "clientState"}}, "keys": {id: {"since",
    "idleSince"?}}, "lapses": [{"resource", "since", "until"}]}``."""

    work: Work
    keys: Keys
    known: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    lapses: list[Mapping[str, Any]] = field(default_factory=list)
    troubles: dict[str, list[str]] = field(default_factory=dict)

    def before(self, resource: str) -> Mapping[str, Any]:
        """What was remembered of the subscription to a resource; empty where there was none."""
        return mapping(self.known.get(resource))

    def had(self, resource: str, native: str, expires_at: str) -> None:
        """The subscription to a resource is there now; that it is another one than before was a lapse."""
        before, now = self.before(resource), self.work.now.isoformat()
        if before and before.get("id") != native:
            self.lapses.append({"resource": resource, "since": text(before.get("seenAt")), "until": now})
        self.known[resource] = {
            "id": native,
            "seenAt": now,
            "expiresAt": expires_at,
            "clientState": client_state_mark(self.work),
        }

    def troubled(self, code: str, detail: str) -> Noticed:
        """Something a person has to see to; all of a code are told together."""
        self.troubles.setdefault(code, []).append(detail)
        return Noticed(code, "; ".join(self.troubles[code]), degraded=True)

    def checkpoint(self) -> Checkpoint:
        """The state as it is now."""
        return Checkpoint(
            {"subscriptions": dict(self.known), "keys": dict(self.keys.notes), "lapses": list(self.lapses)}
        )

    def lapsed(self) -> Noticed | None:
        """The lapses of late."""
        if not self.lapses:
            return None
        told = "; ".join(f"{each['resource']} between {each['since']} and {each['until']}" for each in self.lapses)
        return Noticed("subscription_lapsed", f"without a subscription for some time, so nothing was told: {told}")


def read_book(work: Work, keys: Keys) -> Book:
    """The book as the last checkpoint left it."""
    late = (work.now - SHOWN).isoformat()
    known = {resource: mapping(each) for resource, each in mapping(work.state.get("subscriptions")).items()}
    lapses = [each for each in mappings(work.state.get("lapses")) if text(each.get("until")) >= late]
    return Book(work, keys, known, lapses)


def client_state_mark(work: Work) -> str:
    """What tells a changed client state from the one a subscription was made with, and no more."""
    return hashlib.sha256(text(work.secrets.get("clientState")).encode("utf-8", "replace")).hexdigest()[:8]
