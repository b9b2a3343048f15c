"""What may be meant by what is being typed: names from the directory, and one's own past queries."""

from datetime import timedelta
from typing import Literal

from quire.api.model import ApiModel, Maybe
from quire.api.scope import Asked
from quire.search.query.folding import folded

Kind = Literal["person", "channel", "query"]
KINDS: tuple[Kind, ...] = ("person", "channel", "query")
_DAYS_BACK = 30
_PAST = 100


class Completion(ApiModel):
    """Something that may be meant. ``value`` is what to write into a query: after ``from:``, ``to:`` or ``mention:``
    a person's, after ``in:`` a conversation's, by itself a past query. ``detail`` tells namesakes apart."""

    kind: Kind
    value: str
    label: str
    detail: Maybe[str] = None


def completions(asked: Asked, kind: Kind, prefix: str, limit: int) -> list[Completion]:
    """At most ``limit`` of a kind; people and conversations only once there is something to begin with."""
    wanted = " ".join(folded(prefix).split())
    if kind == "query":
        return _queries(asked, wanted, limit)
    if not wanted:
        return []
    return _people(asked, wanted, limit) if kind == "person" else _channels(asked, wanted, limit)


def _people(asked: Asked, wanted: str, limit: int) -> list[Completion]:
    found: list[Completion] = []
    for person in asked.scope.people.everybody():
        name = person.name or person.accounts[0].entry.platform_id
        if not any(_begins(each, wanted) for each in (name, *person.emails)):
            continue
        address = next(iter(person.emails), None)
        platforms = ", ".join(sorted({each.entry.platform for each in person.accounts}))
        found.append(Completion(kind="person", value=quoted(address or name), label=name, detail=address or platforms))
    return sorted(found, key=lambda each: (folded(each.label), each.value))[:limit]


def _channels(asked: Asked, wanted: str, limit: int) -> list[Completion]:
    scope = asked.scope
    found = [
        Completion(kind="channel", value=quoted(entry.name), label=entry.name, detail=entry.platform)
        for entry in scope.directory.every_channel(scope.tenant)
        if entry.name and _begins(entry.name, wanted)
    ]
    return sorted(found, key=lambda each: (folded(each.label), each.detail))[:limit]


def _queries(asked: Asked, wanted: str, limit: int) -> list[Completion]:
    """Those that found something, the latest first, each once."""
    today = asked.scope.clock().date()
    log = asked.scope.searched.page(
        today - timedelta(days=_DAYS_BACK), today, limit=_PAST, subject=asked.principal.subject
    )
    useful = [each.detail for each in log.searches if each.detail.get("total") and not each.saved_search]
    texts = [str(detail.get("query", "")).strip() for detail in useful]
    begun = dict.fromkeys(text for text in texts if text and folded(text).startswith(wanted))
    return [Completion(kind="query", value=text, label=text) for text in list(begun)[:limit]]


def quoted(text: str) -> str:
    """A field's value as the query language takes it."""
    if text and all(character.isalnum() or character in "_.-@+" for character in text):
        return text
    return '"' + text.replace('"', " ").strip() + '"'


def _begins(text: str, wanted: str) -> bool:
    """Whether a text, or any word of it, begins so."""
    plain = folded(text).removeprefix("#")
    return plain.startswith(wanted.removeprefix("#")) or f" {wanted}" in f" {plain.replace('-', ' ')}"
