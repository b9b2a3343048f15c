"""Fill an engine with the corpus: messages folded and written by the product's own code, by two processes."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from opensearchpy import OpenSearch

from bench.search_corpus import Corpus, Told
from quire.domain.ids import TenantId
from quire.search.engine import connect
from quire.search.indexes import Indexes
from quire.search.mapping import read_alias
from quire.search.writes import Write, Writes
from tests.chat import known
from tests.search_engines import folded

_CHUNK = 2_000
_PROCESSES = 2


def fill(url: str, corpus: Corpus, already: int) -> None:
    """Write what is not there yet: messages number ``already`` to the corpus' size."""
    engine = connect(url)
    ensured: set[str] = set()
    with ProcessPoolExecutor(_PROCESSES, initializer=_begin, initargs=(url, corpus.tenant, corpus.size)) as pool:
        starts = range(already, corpus.size, _CHUNK)
        first = {write.index for write in writes_of(corpus.messages(already, min(corpus.size, already + _CHUNK)))}
        ensured |= Indexes(engine).ensure(corpus.tenant, first)
        for done in pool.map(_write, [(start, min(start + _CHUNK, corpus.size)) for start in starts]):
            assert done <= ensured, "the first chunk reaches over the whole half-year"
    refresh(url, corpus.tenant)


def writes_of(told: Iterable[Told]) -> list[Write]:
    """Each message as it is written."""
    return [folded(known(*each.events)) for each in told]


def refresh(url: str, tenant: TenantId) -> None:
    """Make everything findable, as the engine does by itself after a while."""
    client = OpenSearch([url], timeout=600)
    client.indices.refresh(index=f"{read_alias(tenant)}-*", params={"allow_no_indices": "true"})
    client.close()


_corpus: Corpus
_writes: Writes


def _begin(url: str, tenant: TenantId, size: int) -> None:
    global _corpus, _writes
    _corpus, _writes = Corpus(tenant, size), Writes(connect(url))


def _write(span: tuple[int, int]) -> set[str]:
    writes = writes_of(_corpus.messages(*span))
    _writes.put_folded(writes)
    return {write.index for write in writes}
