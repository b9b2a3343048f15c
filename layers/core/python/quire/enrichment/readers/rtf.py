"""Rich Text Format: its words, without the pictures between them."""

from striprtf.striprtf import rtf_to_text

from quire.enrichment.findings import Findings, Source

_MOST = 16 * 1024**2


def read(source: Source, into: Findings) -> None:
    """The first 16 MiB: what is longer is pictures."""
    data = source.file.read(_MOST)
    if source.size > _MOST:
        into.cut_at_source()
    into.add(rtf_to_text(data.decode("latin-1"), encoding="cp1252", errors="replace"))  # type: ignore[no-untyped-call]
