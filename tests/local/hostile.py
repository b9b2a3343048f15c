"""What hostile deliveries have in common, and how they have to be answered."""

from dataclasses import replace

import httpx

from infra.local.senders.outgoing import Outgoing

NEVER = "must never be stored"
"""The text that hostile deliveries carry."""


def with_headers(outgoing: Outgoing, **headers: str) -> Outgoing:
    """Some headers set in place of those of the same names; ``_`` stands for ``-``."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in outgoing.headers.items() if name.lower() not in map(str.lower, changed)}
    return replace(outgoing, headers={**kept, **changed})


def without_headers(outgoing: Outgoing, prefix: str) -> Outgoing:
    """No header whose name begins so."""
    return replace(outgoing, headers={n: v for n, v in outgoing.headers.items() if not n.startswith(prefix)})


def deep(before: bytes) -> bytes:
    """JSON that nests fifty thousand objects behind ``before``, which opens one with a name in it."""
    return before + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}"


def must_be_a_problem(answer: httpx.Response, allowed: set[int]) -> None:
    """A 4xx of the allowed ones, as a problem document that tells no secret and no reason why one did not match."""
    assert answer.status_code in allowed, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"].startswith("urn:quire:problem:")
    told = answer.text.lower()
    for word in ("hmac", "digest", "expected", "traceback", "signing", "key id", "stale", "clientstate", "decrypt"):
        assert word not in told
