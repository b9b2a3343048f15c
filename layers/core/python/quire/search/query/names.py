"""Whom and which conversations a query names: by name, address, handle or id."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from quire.aws.directory import ChannelEntry, UserEntry
from quire.domain.ids import ChannelId, SubjectId
from quire.search.query.folding import folded


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody, or a conversation: what to call it, and every id it has."""

    label: str
    ids: tuple[str, ...]


class Names(Protocol):
    """Finds what is meant by a name. Every method raises ``UnavailableError`` when the directory does not answer."""

    def people(self, text: str) -> Sequence[Found]:
        """Everybody who may be meant, with the ids of all their accounts; nobody if nobody has the name."""

    def accounts(self, person_id: str) -> Sequence[str]:
        """The ids of all accounts of the person of this id; an id that is no person's is an account's, alone."""

    def channels(self, text: str) -> Sequence[Found]:
        """Every conversation that may be meant."""

    def private_conversations(self, people: Collection[str]) -> Sequence[str]:
        """The ids of the direct and group conversations that any of these accounts takes part in."""


@dataclass(frozen=True)
class Someone:
    """A person as the directory knows them: an id, a name, at least one account."""

    person_id: str
    name: str | None
    accounts: tuple[UserEntry, ...]


class DirectoryNames:
    """Names as the tenant's directory has them, each list read at most once.

    A person is meant by an id, an address, the part of one before its ``@``, or words of a name; an id or address
    that is somebody's own means nobody else. A conversation is meant by its id or its name, with or without ``#``.
    """

    def __init__(
        self,
        people: Callable[[], Iterable[Someone]],
        channels: Callable[[], Iterable[ChannelEntry]],
        same: Callable[[ChannelId], Sequence[ChannelId]],
        private: Callable[[Sequence[SubjectId]], Sequence[ChannelId]],
    ) -> None:
        self._read_people = people
        self._read_channels = channels
        self._same = same
        self._private = private
        self._people: list[Someone] | None = None
        self._channels: list[ChannelEntry] | None = None

    def accounts(self, person_id: str) -> Sequence[str]:
        found = [each for each in self._everybody() if each.person_id == person_id]
        return sorted(str(account.subject_id) for each in found for account in each.accounts) or [person_id]

    def people(self, text: str) -> Sequence[Found]:
        wanted = _plain(text).removeprefix("@")
        exactly = [each for each in self._everybody() if wanted in _ids_of(each)]
        meant = exactly or [each for each in self._everybody() if _is_called(each, wanted)]
        return [_person(each) for each in meant]

    def channels(self, text: str) -> Sequence[Found]:
        if self._channels is None:
            self._channels = list(self._read_channels())
        wanted = _plain(text).removeprefix("#")
        by_id = [each for each in self._channels if wanted in (each.channel_id, _plain(each.platform_id))]
        meant = by_id or [
            each for each in self._channels if each.name and _plain(each.name).removeprefix("#") == wanted
        ]
        return [self._channel(each) for each in meant]

    def private_conversations(self, people: Collection[str]) -> Sequence[str]:
        return list(self._private([SubjectId(each) for each in people]))

    def _everybody(self) -> list[Someone]:
        if self._people is None:
            self._people = list(self._read_people())
        return self._people

    def _channel(self, entry: ChannelEntry) -> Found:
        label = f"{entry.name or entry.platform_id} ({entry.platform})"
        return Found(label, tuple(sorted({entry.channel_id, *self._same(entry.channel_id)})))


def nobody() -> Names:
    """A directory in which there is nobody."""
    return DirectoryNames(lambda: (), lambda: (), lambda channel: [channel], lambda _: [])


def _person(someone: Someone) -> Found:
    first = someone.accounts[0]
    name = someone.name or first.platform_id
    address = next((each.email for each in someone.accounts if each.email), None)
    label = f"{name} ({address or ', '.join(sorted({each.platform for each in someone.accounts}))})"
    return Found(label, tuple(sorted({str(each.subject_id) for each in someone.accounts})))


def _ids_of(someone: Someone) -> set[str]:
    own = {_plain(someone.person_id)}
    for each in someone.accounts:
        own |= {_plain(each.subject_id), _plain(each.platform_id), *([_plain(each.email)] if each.email else [])}
    return own


def _is_called(someone: Someone, wanted: str) -> bool:
    words = wanted.split()
    for each in someone.accounts:
        names = _plain(each.name or "").replace(".", " ").replace(",", " ").split()
        if words and (wanted == _plain(each.email or "").partition("@")[0] or set(words) <= set(names)):
            return True
    return False


def _plain(text: str) -> str:
    return " ".join(folded(text).split())
