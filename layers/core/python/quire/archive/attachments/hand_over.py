"""Use case: a stored file into somebody's hands, as a link to a copy in the clear.

The copy is made by streaming: no more than a few megabytes are in memory, nothing is on disk. It appears only when all
of it was opened and hashes to what its event says was sent. Its key names the blob and the day in a way that only the
holder of the sender's key can work out: so asking again finds the same copy, nobody guesses one, and with the key gone
nobody is led to one that is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from quire.archive.attachments.ciphers import UNENCRYPTED, SubjectBlobs, purpose_of, verified
from quire.aws.blobs import Blobs
from quire.aws.hand_over_queue import WantedCopy
from quire.aws.hand_overs import HandOvers
from quire.aws.layout import hand_over_key, parse_blob_key
from quire.domain.errors import CorruptError, QuireError
from quire.domain.ids import TenantId
from quire.keys.files import Bound

AT_ONCE_BYTES = 16 * 1024 * 1024
"""A larger file is copied by a function of its own: whoever asks waits no longer than a request may take."""
PAUSE = 5
"""Seconds after which to ask again for what is being prepared."""
GIVEN_UP = timedelta(minutes=15)
"""A copy that was begun so long ago, and is not there, is begun anew: its function lives no longer."""


@dataclass(frozen=True)
class StoredFile:
    """A blob: its object, what it hashes to once it is opened (``sha256``, hex; ``None`` for a picture that we made),
    and how many bytes it then has, as far as anybody told."""

    key: str
    version_id: str | None = None
    sha256: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class FileHandOver:
    """Hands over one tenant's files. ``begin`` has a copy made that takes long."""

    tenant: TenantId
    blobs: Blobs
    copies: HandOvers
    cipher: SubjectBlobs
    begin: Callable[[WantedCopy], None]
    clock: Callable[[], datetime]

    def link(self, file: StoredFile, headers: dict[str, str], seconds: int) -> str | None:
        """An address that gives out the file for ``seconds``; ``None`` while it is being prepared.

        ``headers``: see :meth:`quire.aws.hand_overs.HandOvers.link`.

        Raises:
            GoneError: the sender's key was destroyed.
            NotFoundError: there is no such blob.
            CorruptError: what is stored is not what was sent. It is not handed out.
            UnavailableError: something did not answer.
        """
        if parse_blob_key(self.tenant, file.key).key_id == UNENCRYPTED:
            return self.blobs.link(file.key, file.version_id, headers, seconds)
        wanted = self._wanted(file)
        standing = self.copies.look(wanted.into)
        if standing.ready:
            return self.copies.link(wanted.into, headers, seconds)
        if (file.size or 0) <= AT_ONCE_BYTES:
            self._copy(wanted)
            return self.copies.link(wanted.into, headers, seconds)
        if standing.state == "corrupt":
            raise CorruptError("a file is not what its event says was sent")
        stale = standing.noted_at is not None and self.clock() - standing.noted_at > GIVEN_UP
        if standing.state is None or standing.state == "failed" or stale:
            self._begin(wanted, first=standing.state is None)
        return None

    def prepare(self, wanted: WantedCopy) -> None:
        """Make a copy that was asked for; why it could not be made is noted beside it. Twice is once.

        Raises:
            MalformedError: the work is about another tenant's blob.
            GoneError, NotFoundError, CorruptError, UnavailableError: as :meth:`link`.
        """
        address = parse_blob_key(self.tenant, wanted.key)
        if not wanted.into.startswith(hand_over_key(self.tenant, address.key_id, "0" * 64)[:-64]):
            raise CorruptError("a copy's key is not under its blob's key id")
        if self.copies.look(wanted.into).ready:
            return
        try:
            self._copy(wanted)
        except QuireError as error:
            self.copies.note(wanted.into, "corrupt" if isinstance(error, CorruptError) else "failed")
            raise

    def _wanted(self, file: StoredFile) -> WantedCopy:
        address = parse_blob_key(self.tenant, file.key)
        day = f"{self.clock().astimezone(UTC):%Y-%m-%d}"
        named = self.cipher.address_for(self.tenant, address.key_id, f"{file.key}|{file.version_id or ''}|{day}")
        return WantedCopy(
            tenant_id=self.tenant,
            key=file.key,
            version_id=file.version_id,
            sha256=file.sha256,
            into=hand_over_key(self.tenant, address.key_id, named),
        )

    def _begin(self, wanted: WantedCopy, *, first: bool) -> None:
        """Noted before it is sent: of many who ask at once, one begins."""
        if not self.copies.note(wanted.into, "begun", first=first):
            return
        try:
            self.begin(wanted)
        except QuireError:
            self.copies.note(wanted.into, "failed")
            raise

    def _copy(self, wanted: WantedCopy) -> None:
        address = parse_blob_key(self.tenant, wanted.key)
        sealed = self.blobs.pieces(wanted.key, wanted.version_id)
        plain = self.cipher.open(address.key_id, Bound(self.tenant, purpose_of(address)), sealed)
        self.copies.put(wanted.into, plain if wanted.sha256 is None else verified(plain, wanted.sha256))
