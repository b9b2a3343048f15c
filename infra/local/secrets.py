"""Secrets of the local stack: generated once, kept in ``.local/secrets.json`` (readable by its owner only)."""

import json
import secrets
import string
from collections.abc import Callable

from infra.local.settings import Settings

_SYMBOLS = "-_.+!"


def keep(settings: Settings, name: str, make: Callable[[], str]) -> str:
    """The secret of this name; made by ``make`` and written down when it is asked for the first time."""
    path = settings.state / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if name not in known:
        known[name] = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(known, indent=2) + "\n", "utf-8")
    return known[name]


def access_key_id() -> str:
    """A made-up AWS access key id."""
    return "AKIA" + "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(16))


def secret_key() -> str:
    """A made-up AWS secret access key, or any other 40-character secret."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(40))


def password() -> str:
    """A password that every usual policy takes: 20 characters of four classes."""
    drawn = [secrets.choice(string.ascii_letters + string.digits) for _ in range(16)]
    return (
        "".join(drawn)
        + secrets.choice(string.ascii_uppercase)
        + secrets.choice(string.ascii_lowercase)
        + (secrets.choice(string.digits) + secrets.choice(_SYMBOLS))
    )
