"""The life of a connection's subscriptions to Microsoft Graph: made, kept alive, made again, and re-keyed.

Each run asks Graph what there is and brings it to what should be. Renewing also reauthorises, so the answer to a notice
about either is a run. https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from quire.connectors.outward import Noticed, Renewed, Step, Work
from quire.connectors.shape import said, text
from quire.connectors.teams.client import ask, error_code, pages, read_value
from quire.connectors.teams.decryption_keys import read_keys
from quire.connectors.teams.keys import certificate, ends_at
from quire.connectors.teams.subscription_book import Book, client_state_mark, read_book
from quire.domain.calls import Answer
from quire.domain.errors import CorruptError, ForbiddenError

RESOURCES = (
    "/teams/getAllMessages",
    "/chats/getAllMessages",
    "/teams/getAllMembers",
    "/chats/getAllMembers",
    "/teams/getAllChannels",
    "/chats",
)
"""Two cover the messages of an organisation, two who is in what, two the names of channels and chats."""
CHANGES = "created,updated,deleted"
LIFE = timedelta(minutes=4310)
"""Ten minutes less than Graph allows: clocks differ."""
_WARNED = timedelta(days=30)
_PATH = "/subscriptions"
_REASONS: Mapping[int, tuple[str, str]] = {
    400: ("subscription_invalid", "the connection's address did not answer Graph's handshake, or a key is bad"),
    403: ("subscription_forbidden", "a permission lacks consent, or the organisation's subscriptions are used up"),
    409: ("subscription_taken", "the application has one already that it does not list"),
}

Subscription = Mapping[str, Any]


def keep_subscriptions(work: Work) -> Iterator[Step]:
    """Bring Graph's subscriptions to what should be. State: see :class:`.subscription_book.Book`."""
    if not _is_set_up(work):
        yield Noticed("not_set_up", "no application or client state: subscriptions are left to others")
        return
    yield from _warned(work)
    book = read_book(work, read_keys(work.secrets.get("certificates"), work.state.get("keys"), work.now))
    if book.keys.is_due(work.now):
        book.keys = book.keys.with_new(work.now)
        yield Renewed({**work.secrets, "certificates": book.keys.pairs})
    yield book.checkpoint()
    try:
        there = _listed(work)
    except ForbiddenError as error:
        yield book.troubled(
            "subscription_forbidden", f"the application may not list its subscriptions ({error.detail})"
        )
        return
    for resource in RESOURCES:
        yield from _brought(book, resource, [each for each in there if _names(each, resource)])
        yield book.checkpoint()
    lapsed = book.lapsed()
    if lapsed is not None:
        yield lapsed
    yield from _cleared(book)


def _is_set_up(work: Work) -> bool:
    told = (*(work.configuration.get(key) for key in ("tenantId", "clientId")), work.secrets.get("clientState"))
    return all(said(value) for value in told) and work.webhook_url != ""


def _warned(work: Work) -> Iterator[Step]:
    """A word in time about the certificate that the application signs in with, which only a person can replace."""
    try:
        end = ends_at(text(work.secrets.get("certificatePem")))
    except CorruptError as error:
        yield Noticed("certificate_unreadable", error.detail, degraded=True)
        return
    if end - work.now <= _WARNED:
        yield Noticed("certificate_ends", f"the application's certificate ends on {end:%Y-%m-%d}: upload another one")


def _listed(work: Work) -> list[Subscription]:
    """All subscriptions of the application.

    Raises:
        ForbiddenError, GrantLostError, UnavailableError: as asking Graph does.
    """
    return [each for found in pages(work.outside, _PATH, "GET /subscriptions") for each in found.things]


def _names(each: Subscription, resource: str) -> bool:
    return text(each.get("resource")).strip("/").lower() == resource.strip("/").lower()


def _brought(book: Book, resource: str, same: list[Subscription]) -> Iterator[Step]:
    """The one subscription to a resource that should be, from the ``same`` that are.

    One that is not remembered, has another client state, or no address for notices, is made again: nobody can read the
    client state back, and the address cannot be added.
    """
    work, before = book.work, book.before(resource)
    for each in same:
        is_known = each.get("id") == before.get("id")
        addresses = {text(each.get(key)) for key in ("notificationUrl", "lifecycleNotificationUrl")}
        if not is_known and work.webhook_url not in addresses:
            yield book.troubled("subscription_taken", f"{resource}: the application has one for another address")
            return
        if is_known and addresses == {work.webhook_url} and before.get("clientState") == client_state_mark(work):
            answer = _renew(book, each)
            if answer.status != 404:
                yield from _taken(book, resource, answer, 200)
                return
        else:
            ask(work.outside, "DELETE", f"{_PATH}/{text(each.get('id'))}", "DELETE /subscriptions/{id}")
    yield from _taken(book, resource, _create(book, resource), 201)


def _taken(book: Book, resource: str, answer: Answer, success: int) -> Iterator[Step]:
    """What came of making or renewing one."""
    if answer.status == success:
        told = read_value(answer)
        book.had(resource, text(told.get("id")), text(told.get("expirationDateTime")))
        return
    code, reason = _REASONS.get(answer.status, ("subscription_refused", "Graph did not say why"))
    yield book.troubled(code, f"{resource}: {answer.status} {error_code(answer)}: {reason}")


def _renew(book: Book, each: Subscription) -> Answer:
    """Another three days, and encrypted to the current key."""
    now, wanted = book.work.now, book.keys.current(book.work.now)
    told: dict[str, Any] = {"expirationDateTime": _time(now + LIFE)}
    if text(each.get("encryptionCertificateId")) != wanted:
        told |= _encrypted_to(wanted, book)
    return ask(book.work.outside, "PATCH", f"{_PATH}/{each['id']}", "PATCH /subscriptions/{id}", told)


def _create(book: Book, resource: str) -> Answer:
    work = book.work
    told = {
        "changeType": CHANGES,
        "resource": resource,
        "notificationUrl": work.webhook_url,
        "lifecycleNotificationUrl": work.webhook_url,
        "includeResourceData": True,
        **_encrypted_to(book.keys.current(work.now), book),
        "clientState": text(work.secrets.get("clientState")),
        "expirationDateTime": _time(work.now + LIFE),
    }
    return ask(work.outside, "POST", _PATH, "POST /subscriptions", told)


def _encrypted_to(name: str, book: Book) -> dict[str, str]:
    made = certificate(book.keys.pairs[name], book.work.now)
    return {"encryptionCertificate": made, "encryptionCertificateId": name}


def _cleared(book: Book) -> Iterator[Step]:
    """Drop the key pairs that no subscription names and nothing can still come for."""
    work = book.work
    named = [text(each.get("encryptionCertificateId")) for each in _listed(work)]
    left = book.keys.without_drained(named, work.now)
    if left.pairs.keys() != book.keys.pairs.keys():
        yield Renewed({**work.secrets, "certificates": left.pairs})
    book.keys = left
    yield book.checkpoint()


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
