"""Which accounts are one person's. Pure: the same accounts and decisions give the same persons, in whatever order
they came to be known.

Every account has a place. By itself that is its *own*, or that of its e-mail address where the platform's directory
vouches for the address. A decision by hand puts it to another account, wherever that one is by itself, or into a place
apart, and stands until the next one. Accounts in one place are one person, and the place is the person's id.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from quire.aws.directory import UserEntry
from quire.aws.person_decisions import Decision
from quire.domain.ids import SubjectId, TenantId, derive

_MAX_EMAIL = 254
_ALONE = frozenset({"bot", "system"})
"""Programs share addresses, and are nobody."""


@dataclass(frozen=True)
class Account:
    """Somebody's account on one platform. ``by_hand`` is who put it where it is, when it is not there by itself."""

    entry: UserEntry
    verified_email: str | None
    by_hand: Decision | None = None


@dataclass(frozen=True)
class Person:
    """One person: ``accounts`` in order of platform and id, at least one."""

    person_id: str
    accounts: tuple[Account, ...]

    @property
    def name(self) -> str | None:
        """What to call them: as the account that was seen last and has a name."""
        named = [each.entry for each in self.accounts if each.entry.name]
        return max(named, key=lambda entry: (entry.seen_at, entry.subject_id)).name if named else None

    @property
    def emails(self) -> list[str]:
        """The addresses of all accounts, each once."""
        return sorted({each.entry.email for each in self.accounts if each.entry.email})


@dataclass(frozen=True)
class Directory:
    """All persons of a tenant, and in whose place each account is."""

    persons: Mapping[str, Person]
    place_of: Mapping[SubjectId, str]


def assemble(
    tenant: TenantId,
    entries: Iterable[UserEntry],
    decisions: Mapping[SubjectId, Decision],
    vouching: Collection[str],
) -> Directory:
    """The persons of a tenant. ``vouching`` are the platforms whose directories vouch for their addresses."""
    known = {entry.subject_id: entry for entry in entries}
    by_itself = {subject: _by_itself(tenant, entry, vouching) for subject, entry in known.items()}
    places: dict[SubjectId, str] = {}
    members: dict[str, list[Account]] = {}
    for subject, entry in known.items():
        decision = decisions.get(subject)
        places[subject] = by_itself[subject] if decision is None else _decided(decision, by_itself)
        account = Account(entry, verified_email(entry, vouching), decision)
        members.setdefault(places[subject], []).append(account)
    persons = {place: Person(place, tuple(sorted(accounts, key=_order))) for place, accounts in members.items()}
    return Directory(persons, places)


def verified_email(entry: UserEntry, vouching: Collection[str]) -> str | None:
    """The account's address as it is compared, where its platform's directory vouches for it; else ``None``.

    Case does not tell addresses apart; anything else does: who writes ``a+b@`` may be somebody else than ``a@``.
    """
    if entry.platform not in vouching or entry.type in _ALONE or not entry.email:
        return None
    address = unicodedata.normalize("NFC", entry.email.strip()).casefold()
    name, at, host = address.rpartition("@")
    fits = name and at and host and "@" not in name and len(address) <= _MAX_EMAIL and not _spaced(address)
    return address if fits else None


def apart_place(tenant: TenantId, subject: SubjectId, at: str) -> str:
    """The place of an account that was taken out of another at a time: nobody else's, and never one's own again."""
    return derive("person", tenant, "apart", subject, at)


def _by_itself(tenant: TenantId, entry: UserEntry, vouching: Collection[str]) -> str:
    address = verified_email(entry, vouching)
    own = ("account", entry.subject_id) if address is None else ("email", address)
    return derive("person", tenant, *own)


def _decided(decision: Decision, by_itself: Mapping[SubjectId, str]) -> str:
    if decision.follows is None:
        return decision.place
    return by_itself.get(decision.follows, decision.place)


def _order(account: Account) -> tuple[str, str, str]:
    return account.entry.platform, account.entry.workspace_id, account.entry.subject_id


def _spaced(text: str) -> bool:
    return any(letter.isspace() or not letter.isprintable() for letter in text)
