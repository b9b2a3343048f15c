"""A connector in plain data: its page in the docs, ``GET /v1/platforms`` and the form in the console are made of it."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

GrantKind = Literal["none", "static", "oauth", "certificate"]
"""How a connection comes to ask its platform: not at all, with a token that lasts, by an app's install, by a
certificate of an application."""

Schema = Mapping[str, Any]
"""A JSON Schema (2020-12) of an object. Each property has ``title``, ``description`` and ``order``; ``writeOnly`` where
it is a secret; ``managed`` where Quire keeps it itself and no form asks for it."""


class Bound(NamedTuple):
    """A limit of the platform's or of ours: ``words`` say it with ``{}`` for the number."""

    value: int
    words: str

    def text(self) -> str:
        """The limit in words, with its number in them."""
        return self.words.format(f"{self.value:,}")


class Manifest(NamedTuple):
    """What a connector is, can do and needs.

    ``summary`` is one sentence; ``captures``, ``cannot_capture`` and ``setup`` are phrases and steps. ``tasks`` says in
    words what each task of the connector does, by name. ``docs`` is a page of the platform about its API, and ``guide``
    a page of ours under ``docs/`` that says more, where there is one. ``vouches_for_email``: the platform, or the
    organisation by its directory, has made sure that an account's address is its holder's: it may join accounts.
    """

    platform: str
    name: str
    version: str
    captures: tuple[str, ...]
    cannot_capture: tuple[str, ...]
    limits: Mapping[str, Bound]
    configuration: Schema
    secrets: Schema
    title: str
    summary: str
    setup: tuple[str, ...]
    docs: str
    grant: GrantKind = "none"
    tasks: Mapping[str, str] = {}
    guide: str = ""
    vouches_for_email: bool = False


def text(title: str, description: str, **more: Any) -> dict[str, Any]:
    """A property that is a line of text; ``more`` are further keywords of JSON Schema."""
    return {"type": "string", "minLength": 1, "title": title, "description": description, **more}


def secret(title: str, description: str, **more: Any) -> dict[str, Any]:
    """As :func:`text`, but written only: nothing ever shows it again."""
    return text(title, description, writeOnly=True, **more)


def fields(properties: Mapping[str, Mapping[str, Any]], required: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """An object of these properties, in this order, and of no others."""
    ordered = {name: {**each, "order": number} for number, (name, each) in enumerate(properties.items(), start=1)}
    schema: dict[str, Any] = {"type": "object", "properties": ordered, "additionalProperties": False, **more}
    return {**schema, "required": list(required)} if required else schema
