"""The parts of a WhatsApp delivery: one message, receipt, call, group change... with what stands around it.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quire.connectors.shape import mapping, mappings, text

_LISTS = (
    "messages",
    "message_echoes",
    "statuses",
    "calls",
    "groups",
    "state_sync",
    "user_preferences",
)

Path = tuple[str | int, ...]


class Item(NamedTuple):
    """One part. ``kind`` is the list it stands in, or ``change`` for a webhook about the account.

    ``account`` is the WhatsApp Business Account, ``metadata`` names the business's number, ``thread`` the customer of
    a thread of history, and ``time`` is the delivery's own, where it has one.
    """

    kind: str
    field: str
    value: Any
    path: Path
    account: str = ""
    metadata: Mapping[str, Any] = {}
    contacts: tuple[Mapping[str, Any], ...] = ()
    thread: str = ""
    time: object = None


def items(webhook: Mapping[str, Any]) -> Iterator[Item]:
    """The parts of a webhook, in order; whatever has another shape than expected is a part as it stands."""
    entries = webhook.get("entry")
    if not isinstance(entries, list) or not entries:
        yield Item("webhook", text(webhook.get("object")), webhook, ())
        return
    for number, entry in enumerate(entries):
        changes = mapping(entry).get("changes")
        path: Path = ("entry", number)
        if not isinstance(changes, list) or not changes:
            yield Item("webhook", text(webhook.get("object")), entry, path)
            continue
        for index, change in enumerate(changes):
            yield from _change(change, mapping(entry), (*path, "changes", index))


def _change(change: Any, entry: Mapping[str, Any], path: Path) -> Iterator[Item]:
    value = mapping(mapping(change).get("value"))
    around = Item(
        kind="change",
        field=text(mapping(change).get("field")),
        value=change,
        path=path,
        account=text(entry.get("id")),
        metadata=mapping(value.get("metadata")),
        contacts=tuple(mappings(value.get("contacts"))),
        time=entry.get("time"),
    )
    parts = [part for name in _LISTS for part in _listed(name, value, around)]
    parts += _history(value.get("history"), around)
    # Errors beside other parts are about those.
    yield from parts or _listed("errors", value, around) or [around]


def _listed(name: str, value: Mapping[str, Any], around: Item) -> list[Item]:
    path = (*around.path, "value", name)
    return [around._replace(kind=name, value=part, path=(*path, at)) for at, part in enumerate(_list(value.get(name)))]


def _history(history: Any, around: Item) -> Iterator[Item]:
    """Messages of a page of history; a part of it without messages tells why there are none."""
    for number, page in enumerate(_list(history)):
        path: Path = (*around.path, "value", "history", number)
        threads = _list(mapping(page).get("threads"))
        if not threads:
            yield around._replace(kind="history", value=page, path=path)
        for at, thread in enumerate(threads):
            for index, message in enumerate(_list(mapping(thread).get("messages"))):
                yield around._replace(
                    kind="messages",
                    value=message,
                    path=(*path, "threads", at, "messages", index),
                    thread=text(mapping(thread).get("id")),
                )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
