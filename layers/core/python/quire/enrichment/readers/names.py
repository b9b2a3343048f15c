"""Archives: the names of what is in them. Nothing is unpacked, and a name that climbs is a name like others."""

import zipfile

from quire.enrichment.findings import Findings, Source


def read(source: Source, into: Findings) -> None:
    """One line a member."""
    with zipfile.ZipFile(source.file) as archive:
        for name in archive.namelist():
            into.line(name.replace("\n", " "))
