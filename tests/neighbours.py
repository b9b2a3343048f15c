"""Two tenants of one pool, who say much the same in the same places."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from quire.domain.events import Actor, ChannelRef
from quire.domain.ids import TenantId
from quire.search.documents import Document
from quire.search.query import Question
from quire.search.query.texts import ALL, EMBEDDED
from quire.search.searcher import NONE, Extras, Page, Searcher
from tests.chat import Chat, file
from tests.search_engines import Bench, pool

COMMON = ["plan", "budget", "meeting", "report", "review"]
WORDS = (
    ["merger", "acquisition", "forecast", "quarterly", "settlement", "litigation", "dividend"],
    ["mergers", "acquisitive", "forecasts", "quarterlies", "settlements", "whistleblower", "kryptonite"],
)
"""What only one of the two says; much of it is near to what the other says."""


@dataclass(frozen=True)
class Side:
    """A tenant of the pool, and all that is its own."""

    bench: Bench
    chat: Chat
    words: list[str]

    @property
    def tenant(self) -> TenantId:
        return self.chat.tenant

    @property
    def searcher(self) -> Searcher:
        engine = self.bench.engine.for_tenant(self.tenant)
        return Searcher(engine, where=ALL if self.bench.real else EMBEDDED)

    def documents(self) -> list[Document]:
        return [hit.document for page in pages(self.searcher, Question(limit=50)) for hit in page.hits]


@contextmanager
def neighbours(search: Bench) -> Iterator[tuple[Side, Side]]:
    """Two tenants with the same native ids, people, files and times, in one pool."""
    tenants = (TenantId(f"{search.tenant}-a"), TenantId(f"{search.tenant}-b"))
    with pool(search, *tenants) as made:
        sides = [_side(made, tenant, words) for tenant, words in zip(tenants, WORDS, strict=True)]
        yield sides[0], sides[1]


def _side(made: Bench, tenant: TenantId, words: list[str]) -> Side:
    name = words[-1]
    chat = Chat(tenant, "slack", ChannelRef(id="C1", name=f"{name}s", type="channel"), Actor(id="U1", name=name))
    chance, told = random.Random(3), []  # noqa: S311 - not for secrets
    for number in range(24):
        text = " ".join(chance.sample([*COMMON, *words], 5))
        more = {"attachments": (file(f"{words[number % 7]}.pdf"),)} if number % 3 == 0 else {}
        told.append(chat.says(text, str(number), f"2026-0{2 + number % 2}-{number + 1:02d}T09:00:00Z", **more))
        if number % 4 == 0:
            told.append(chat.edits(f"{text} {words[0]}", str(number), "2026-03-30T09:00:00Z"))
        if number % 5 == 0:
            told.append(chat.reacts("eyes", str(number)))
    made.index(*told)
    return Side(made, chat, words)


def pages(searcher: Searcher, question: Question, extras: Extras = NONE) -> list[Page]:
    found = [searcher.search(question, extras=extras)]
    while (cursor := found[-1].next_cursor) is not None:
        assert len(found) < 50
        found.append(searcher.search(question, cursor, extras))
    return found
