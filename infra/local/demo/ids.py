"""Ids that look like the platforms' own, derived from the story's keys: the same week always has the same ids."""

import base64
import hashlib
import uuid
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DISCORD_EPOCH = 1_420_070_400_000
"""The first millisecond of 2015."""


def slack_id(prefix: str, key: str) -> str:
    """A Slack id: a letter for the kind (``U``, ``C``, ``D``, ``T``, ``B``, ``F``...), then ten characters."""
    return prefix + "08" + base64.b32encode(_digest("slack", prefix, key)).decode("ascii")[:8]


def guid(kind: str, key: str) -> str:
    """A random-looking GUID, as Microsoft Entra gives to people, teams and apps."""
    return str(uuid.UUID(bytes=_digest("guid", kind, key)[:16], version=4))


def thread_hex(key: str) -> str:
    """The 32 hexadecimal digits inside a Teams conversation id."""
    return _digest("thread", key).hex()[:32]


def number(key: str, below: int) -> int:
    """A number from 0 up to ``below`` that stands for chance and never changes."""
    return int.from_bytes(_digest("number", key)[:8], "big") % below


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def slack_ts(moment: datetime) -> str:
    """Slack's ``ts``: seconds, a point, six digits. Never through a float."""
    seconds, micros = divmod(microseconds(moment), 1_000_000)
    return f"{seconds}.{micros:06d}"


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970: the id of a Teams message."""
    return microseconds(moment) // 1000


def graph_time(moment: datetime) -> str:
    """A time as Graph writes it: milliseconds, zeros at their end dropped."""
    millis = moment.microsecond // 1000
    fraction = f".{millis:03d}".rstrip("0") if millis else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def wamid(key: str) -> str:
    """WhatsApp's id of a message."""
    return "wamid." + base64.b64encode(b"HBg" + _digest("wamid", key)[:27]).decode("ascii")


def digits(kind: str, key: str, count: int) -> str:
    """A number of ``count`` digits, as Meta gives to accounts, numbers and media."""
    return str(10 ** (count - 1) + number(f"{kind} {key}", 9 * 10 ** (count - 1)))


def telegram_bot() -> int:
    """The id of the bot that hears everything for the archive."""
    return telegram_user("archive bot")


def telegram_user(key: str) -> int:
    """A Telegram user's id: of the recent ones, beyond 32 bits."""
    return 5_000_000_000 + number(f"telegram user {key}", 2_000_000_000)


def telegram_chat(key: str, *, basic: bool = False) -> int:
    """A chat's id: negative, and below -1,000,000,000,000 for supergroups and channels."""
    drawn = number(f"telegram chat {key}", 900_000_000)
    return -(500_000_000 + drawn) if basic else -(1_002_000_000_000 + drawn)


def file_id(key: str) -> str:
    """Telegram's handle of a file, good for one bot."""
    return "BQACAgQAAx" + base64.urlsafe_b64encode(_digest("telegram file", key) + key.encode("utf-8")[:8]).decode(
        "ascii"
    )


def snowflake(moment: datetime, key: str) -> str:
    """Discord's id of something made at ``moment``, to the millisecond."""
    return str(((milliseconds(moment) - _DISCORD_EPOCH) << 22) | number(f"snowflake {key}", 1 << 22))


def snowflake_of(key: str) -> str:
    """Discord's id of something that was there before the week began: people, the server, its channels."""
    return snowflake(_EPOCH + timedelta(days=19_800 + number(f"day of {key}", 600), hours=9), key)


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(("meridian", *parts)).encode("utf-8")).digest()
