"""Subjects' keys without a table: frames are sealed as in production."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from quire.domain.ids import SubjectId, TenantId
from quire.keys.frames import SubjectFrames
from quire.keys.subjects import SubjectKey, SubjectKeys, derived, key_id_of

_YEAR = "2026"


class MemoryKeys(SubjectKeys):
    """A key of each subject, made of its id."""

    def __init__(self) -> None:
        pass

    def current(self, tenant: TenantId, subjects: Iterable[SubjectId]) -> dict[SubjectId, SubjectKey]:  # noqa: ARG002
        """The key of each."""
        return {subject: _key(key_id_of(subject, _YEAR)) for subject in subjects}

    def find(self, tenant: TenantId, key_ids: Iterable[str]) -> dict[str, SubjectKey | None]:  # noqa: ARG002
        """The keys again."""
        return {key_id: _key(key_id) for key_id in key_ids}


def frames(tenant: TenantId) -> SubjectFrames:
    """What seals and opens a tenant's frames."""
    return SubjectFrames(MemoryKeys(), tenant)


@lru_cache(50_000)  # as many as :class:`quire.keys.subjects.SubjectKeys` remembers
def _key(key_id: str) -> SubjectKey:
    return derived(key_id, hashlib.sha256(key_id.encode()).digest())
