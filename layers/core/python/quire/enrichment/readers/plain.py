"""Text that is nothing but text: notes, tables, markup, source code, in whatever charset."""

from quire.enrichment.findings import Findings, Source
from quire.enrichment.texts import pieces


def read(source: Source, into: Findings) -> None:
    """All of it, until there is enough."""
    for piece in pieces(source):
        into.add(piece)
