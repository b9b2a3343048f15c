"""Office documents behind a password ([MS-OFFCRYPTO]): all that can be said is that they are."""

from quire.enrichment.findings import Findings, Source, UnreadableError


def read(_: Source, __: Findings) -> None:
    """Raises :class:`UnreadableError`, always."""
    raise UnreadableError("encrypted")
