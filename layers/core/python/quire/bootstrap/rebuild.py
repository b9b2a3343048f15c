"""The use case that makes a tenant's indexes anew from the archive."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.domain.ids import TenantId
    from quire.search.rebuilding.rebuild import Rebuilder


@cache
def rebuilder() -> Rebuilder:
    """Rebuilds indexes, from what is sealed and from what is not yet."""
    from quire.aws.directory import Directory
    from quire.aws.journal import Journal
    from quire.aws.ledger import Ledger
    from quire.aws.memberships import Memberships
    from quire.aws.sealed_lists import SealedLists
    from quire.bootstrap.archive import journal, lock_of
    from quire.bootstrap.outbound import leases
    from quire.bootstrap.search import engine_of, known_events, now, opened, segment_events
    from quire.config import settings
    from quire.search.indexer import Indexer
    from quire.search.rebuilding.rebuild import Rebuilder
    from quire.search.rebuilding.sources import Sources

    known, aws = settings(), patient()
    lock = lock_of(known.archive_lock_mode, known.archive_lock_days)
    sealed = Journal(aws.s3, known.need("archive_bucket"), lock)
    control, ledger, engine = known.need("control_table"), known.need("ledger_table"), engine_of(aws)
    indexer = Indexer(
        segment_events(journal(), opened, sealed),
        known_events(aws, journal(), opened),
        Directory(aws.dynamodb, control),
        Memberships(aws.dynamodb, control),
        engine,
        now,
    )
    sources = Sources(journal(), Ledger(aws.dynamodb, ledger), SealedLists(aws.dynamodb, ledger))
    return Rebuilder(sources, indexer, engine, leases())


def outdated(tenant: TenantId) -> list[str]:
    """A tenant's indexes that were made with an older analysis than new ones are."""
    from quire.bootstrap.search import engine_of
    from quire.search.indexes import Indexes

    return Indexes(engine_of(patient())).to_be_rebuilt(tenant)
