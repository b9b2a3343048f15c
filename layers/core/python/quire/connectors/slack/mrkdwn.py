"""Slack's message text as a person reads it.

References stand in angle brackets and ``&``, ``<``, ``>`` are escaped everywhere else:
https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Mapping
from typing import Literal

from quire.domain.events import Mention

_REFERENCE = re.compile(r"<([^<>]*)>")
_EVERYONE = frozenset({"here", "channel", "everyone", "group"})


class Speller:
    """Spells out references with the names a delivery gives, and remembers who was addressed."""

    __slots__ = ("_mentions", "_names")

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(names)
        self._mentions: dict[tuple[str, str | None], Mention] = {}

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Who was addressed, in order, once each."""
        return tuple(self._mentions.values())

    def text(self, source: str) -> str:
        """``source`` with its references spelled out and its escapes undone."""
        if "<" not in source:
            return unescape(source)
        pieces = _REFERENCE.split(source)
        return "".join(self._reference(p) if odd % 2 else unescape(p) for odd, p in enumerate(pieces))

    def user(self, native: str, label: str = "") -> str:
        """``@name``, or ``@id`` where nobody told the name."""
        return "@" + self._address("user", native, label)

    def channel(self, native: str, label: str = "") -> str:
        """``#name``, or ``#id``."""
        return "#" + self._address("channel", native, label)

    def group(self, native: str, label: str = "") -> str:
        """A group of users: ``@handle``, or ``@id``."""
        return "@" + self._address("group", native, label)

    def everyone(self, name: str) -> str:
        """``@here``, ``@channel`` or ``@everyone``."""
        self._mentions.setdefault(("everyone", name), Mention(kind="everyone", name=name))
        return f"@{name}"

    def _address(self, kind: Literal["user", "channel", "group"], native: str, label: str) -> str:
        label = label.lstrip("@#")
        if label:
            self._names.setdefault(native, label)
        name = label or self._names.get(native)
        known = self._mentions.get((kind, native))
        if known is None or (name and not known.name):
            self._mentions[kind, native] = Mention(kind=kind, id=native, name=name)
        return name or native

    def _reference(self, inside: str) -> str:
        target, bar, label = inside.partition("|")
        label = unescape(label)
        if target.startswith("@"):
            return self.user(target[1:], label)
        if target.startswith("#"):
            return self.channel(target[1:], label)
        if target.startswith("!"):
            return self._special(target[1:], label)
        target = unescape(target)
        if not target:
            return f"<{inside}>"
        return link(target, label if bar else "")

    def _special(self, target: str, label: str) -> str:
        command, _, rest = target.partition("^")
        if command in _EVERYONE:
            return self.everyone(command)
        if command == "subteam":
            return self.group(rest, label)
        return label or f"<!{target}>"


def link(url: str, label: str) -> str:
    """``label (url)``, or the address alone where the label says nothing else."""
    bare = url.removeprefix("mailto:").removeprefix("tel:")
    label = label.strip()
    if not label or label in {url, bare} or _address(label) == _address(bare):
        return label or bare
    return f"{label} ({bare})"


def _address(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").rstrip("/")


def unescape(text: str) -> str:
    """Undo the three escapes Slack makes; any other entity was typed by the author."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
