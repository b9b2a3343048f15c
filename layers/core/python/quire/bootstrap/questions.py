"""What a tenant's questions are put to: its index, with the names and the words that they may mean."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quire.aws.sessions import Aws
    from quire.aws.synonym_settings import SynonymSettings
    from quire.domain.ids import TenantId
    from quire.search.interpreter import Interpreter
    from quire.search.query.names import Names
    from quire.search.query.synonyms import Synonyms
    from quire.search.searcher import Searcher
    from quire.search.tenant_engine import TenantEngine

_NAMES_SECONDS, _SYNONYMS_SECONDS = 10, 60


def interpreter_of(tenant: TenantId, aws: Aws) -> Interpreter:
    """Reads a tenant's questions; names and synonyms are looked up with an identity's credentials."""
    from quire.aws.synonym_settings import SynonymSettings
    from quire.bootstrap.search import now
    from quire.config import settings
    from quire.search.interpreter import Interpreter

    synonyms = SynonymSettings(aws.dynamodb, settings().need("control_table"))
    return Interpreter(_names_of(tenant, aws), now, _synonyms_of(synonyms, tenant))


def searcher_of(engine: TenantEngine, interpreter: Interpreter) -> Searcher:
    """Searches the messages of the engine's tenant."""
    from quire.bootstrap.search import now
    from quire.config import settings
    from quire.search.query.texts import ALL, EMBEDDED
    from quire.search.searcher import Searcher

    return Searcher(engine, interpreter, now, ALL if settings().search_languages else EMBEDDED)


def _synonyms_of(kept: SynonymSettings, tenant: TenantId) -> Callable[[], Synonyms]:
    """Which words a tenant's searches take for the same, read once a minute."""
    from quire.aws.expiring import Expiring, Life
    from quire.search.query.synonyms import Synonyms, synonyms

    life = Life(present=_SYNONYMS_SECONDS, absent=0, entries=1)
    read: Expiring[TenantId, Synonyms] = Expiring(lambda whose: synonyms(kept.of(whose)[0]), life, time.monotonic)
    return lambda: read.get(tenant) or Synonyms()


def _names_of(tenant: TenantId, aws: Aws) -> Callable[[], Names]:
    """Whom and which conversations a tenant's queries name: read when a query first does, and again for one that does
    some seconds later, not for every page of an answer."""
    from functools import partial

    from quire.aws.directory import Directory
    from quire.aws.expiring import Expiring, Life
    from quire.aws.memberships import Memberships
    from quire.bootstrap import desk
    from quire.config import settings
    from quire.search.directory import same_conversation
    from quire.search.membership import private_conversations
    from quire.search.query.names import DirectoryNames, Someone, nobody

    table = settings().need("control_table")
    directory, people = Directory(aws.dynamodb, table), desk.people_of(tenant, aws)

    def make(_: TenantId) -> Names | None:
        return DirectoryNames(
            people=lambda: (
                Someone(each.person_id, each.name, tuple(account.entry for account in each.accounts))
                for each in people.everybody()
            ),
            channels=lambda: directory.every_channel(tenant),
            same=partial(same_conversation, directory, tenant),
            private=partial(private_conversations, Memberships(aws.dynamodb, table), directory, tenant),
        )

    kept = Expiring(make, Life(present=_NAMES_SECONDS, absent=0, entries=1), time.monotonic)
    return lambda: kept.get(tenant) or nobody()
