"""Subject keys: what one person says and does in one year is encrypted under one key.

A key's id is ``<subject id>-<year>``, after a destruction within that year ``<subject id>-<year>-1`` and so on.
Destroying a subject's rows is erasure: what was sealed under them can never be opened again. A process remembers a key
for five minutes at most, so whoever destroys one waits that long between saying so and doing so.
"""

from __future__ import annotations

import hmac
import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from quire.aws.key_rows import KeyRows, SubjectRow
from quire.domain.errors import CorruptError
from quire.domain.ids import SubjectId, TenantId
from quire.keys.branches import BranchKeys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hmac import HMAC

KEY_BYTES = 32
_KEY_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{4}(?:-\d{1,3})?)\Z", re.ASCII)
_MOST_NUMBERS = 100
_REMEMBERED = 50_000
_LIFE = timedelta(minutes=5)


@dataclass(frozen=True)
class SubjectKey:
    """A key and what is derived from it, each 32 bytes (HKDF-Expand of RFC 5869 with SHA-256).

    ``sealing`` encrypts frames, ``naming`` makes their nonces, ``salting`` makes the salts of leaves; from ``filing``
    come the keys of files.
    """

    key_id: str
    sealing: bytes = field(repr=False)
    naming: bytes = field(repr=False)
    salting: bytes = field(repr=False)
    filing: bytes = field(repr=False)

    @cached_property
    def cipher(self) -> AESGCM:
        """AES-256-GCM under ``sealing``; it is forgotten together with the key."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.sealing)

    @cached_property
    def salter(self) -> HMAC:
        """HMAC-SHA-256 under ``salting``, to be copied for each salt: the key is taken in once, not per event."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.hmac import HMAC

        return HMAC(self.salting, SHA256())


def derived(key_id: str, secret: bytes) -> SubjectKey:
    """The subject key of a secret (32 random bytes); bound to its id, so a row in another's place opens nothing."""
    purposes = ("sealing", "naming", "salting", "filing")
    return SubjectKey(key_id, *(_expand(secret, key_id, purpose) for purpose in purposes))


def _expand(secret: bytes, key_id: str, purpose: str) -> bytes:
    """One block of HKDF-Expand."""
    return hmac.digest(secret, f"quire {purpose} {key_id}".encode() + b"\x01", "sha256")


class SubjectKeys:
    """Makes and finds subject keys; at most 50,000 are remembered. ``random`` gives as many bytes as it is told."""

    def __init__(
        self,
        rows: KeyRows,
        branches: BranchKeys,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._rows = rows
        self._branches = branches
        self._clock = clock
        self._random = random
        self._known: OrderedDict[tuple[TenantId, str], tuple[datetime, SubjectKey]] = OrderedDict()

    def current(self, tenant: TenantId, subjects: Iterable[SubjectId]) -> dict[SubjectId, SubjectKey]:
        """The key under which each subject's words are sealed now, made where there is none.

        Raises:
            UnavailableError, GoneError: a key cannot be had; nothing may be sealed without.
        """
        year = f"{self._clock().astimezone(UTC):%Y}"
        found: dict[SubjectId, SubjectKey] = {}
        open_subjects = set(subjects)
        for turn in range(_MOST_NUMBERS):
            number = year if turn == 0 else f"{year}-{turn}"
            destroyed = self._settle(tenant, open_subjects, number, found)
            if not destroyed:
                return found
            open_subjects = destroyed
        raise CorruptError("a subject's keys were destroyed too often within a year")

    def find(self, tenant: TenantId, key_ids: Iterable[str]) -> dict[str, SubjectKey | None]:
        """Keys by id; ``None`` for one that was destroyed.

        Raises:
            CorruptError: an id is none of ours, or there never was such a key.
            UnavailableError, GoneError: a key cannot be had.
        """
        found: dict[str, SubjectKey | None] = {}
        missing: dict[str, tuple[SubjectId, str]] = {}
        for key_id in set(key_ids):
            known = self._recall(tenant, key_id)
            if known is None:
                missing[key_id] = parse_key_id(key_id)
            else:
                found[key_id] = known
        for row in self._rows.subjects(tenant, missing.values()) if missing else []:
            found[key_id_of(row.subject_id, row.number)] = self._unwrap(tenant, row)
        if missing.keys() - found.keys():
            raise CorruptError("a frame names a key that never was")
        return found

    def _settle(
        self, tenant: TenantId, subjects: set[SubjectId], number: str, found: dict[SubjectId, SubjectKey]
    ) -> set[SubjectId]:
        """Find or make the keys of this number; the subjects whose key of this number was destroyed."""
        missing: set[SubjectId] = set()
        for subject in subjects:
            known = self._recall(tenant, key_id_of(subject, number))
            if known is None:
                missing.add(subject)
            else:
                found[subject] = known
        if not missing:
            return set()
        rows = {row.subject_id: row for row in self._rows.subjects(tenant, ((each, number) for each in missing))}
        made = [self._make(tenant, subject, number) for subject in sorted(missing - rows.keys())]
        destroyed: set[SubjectId] = set()
        for row in [*rows.values(), *made]:
            key = self._unwrap(tenant, row)
            if key is None:
                destroyed.add(row.subject_id)
            else:
                found[row.subject_id] = key
        return destroyed

    def _make(self, tenant: TenantId, subject: SubjectId, number: str) -> SubjectRow:
        """A new key; that of somebody else who was faster."""
        from cryptography.hazmat.primitives.keywrap import aes_key_wrap

        period, branch = self._branches.current(tenant, self._clock())
        row = SubjectRow(subject, number, period, aes_key_wrap(branch, self._random(KEY_BYTES)))
        if self._rows.put_subject(tenant, row):
            return row
        [theirs] = self._rows.subjects(tenant, [(subject, number)])
        return theirs

    def _unwrap(self, tenant: TenantId, row: SubjectRow) -> SubjectKey | None:
        from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

        if row.wrapped is None:
            return None
        try:
            secret = aes_key_unwrap(self._branches.of(tenant, row.period), row.wrapped)
        except (InvalidUnwrap, ValueError) as error:
            raise CorruptError("a subject's key does not open under its branch key") from error
        key = derived(key_id_of(row.subject_id, row.number), secret)
        self._known[tenant, key.key_id] = (self._clock() + _LIFE, key)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return key

    def _recall(self, tenant: TenantId, key_id: str) -> SubjectKey | None:
        until, key = self._known.get((tenant, key_id), (None, None))
        if until is not None and self._clock() >= until:
            del self._known[tenant, key_id]
            return None
        return key


def key_id_of(subject: SubjectId, number: str) -> str:
    """Id of one of a subject's keys."""
    return f"{subject}-{number}"


def parse_key_id(key_id: str) -> tuple[SubjectId, str]:
    """Subject and number of a key's id.

    Raises:
        CorruptError: it is none of ours.
    """
    match = _KEY_ID.match(key_id)
    if match is None:
        raise CorruptError("a frame names a key that is none of ours")
    return SubjectId(match[1]), match[2]
