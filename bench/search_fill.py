"""Fill an engine with the corpus: messages folded and written by the product's own code, by two processes."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from opensearchpy import OpenSearch

from bench.search_corpus import Corpus, Told
from quire.domain.ids import TenantId
from quire.search.engine import Engine, connect
from quire.search.indexes import Indexes
from quire.search.mapping import read_alias
from quire.search.writes import Write, Writes, placed
from tests.chat import known
from tests.search_engines import folded

_CHUNK = 2_000
_PROCESSES = 2


def fill(url: str, corpus: Corpus, already: int) -> None:
    """Write what is not there yet: messages number ``already`` to the corpus' size."""
    with ProcessPoolExecutor(_PROCESSES, initializer=_begin, initargs=(url, corpus.tenant, corpus.size)) as pool:
        starts = range(already, corpus.size, _CHUNK)
        list(pool.map(_write, [(start, min(start + _CHUNK, corpus.size)) for start in starts]))
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
_engine: Engine


def _begin(url: str, tenant: TenantId, size: int) -> None:
    global _corpus, _engine
    _corpus, _engine = Corpus(tenant, size), connect(url)


def _write(span: tuple[int, int]) -> None:
    writes = writes_of(_corpus.messages(*span))
    standing = Indexes(_engine).ensure(_corpus.tenant, {write.index for write in writes if write.index})
    Writes(_engine).put_folded([placed(write, standing.current) for write in writes])
