"""Files made of files: ZIP (Office Open XML, OpenDocument, others) and OLE compound files."""

import re
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from quire.enrichment.findings import UnreadableError

_MOST_UNPACKED = 2 * 1024**3
_MOST_RATIO = 120
_UNSUSPICIOUS = 64 * 1024**2
"""Bytes up to which no ratio is too good: a drawing or a table of one number compresses a thousandfold."""
_MOST_MEMBERS = 50_000
_LOCAL_NAME = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OFFICE: tuple[tuple[str, str, str], ...] = (
    ("word/", f"{_OPEN_XML}wordprocessingml.document", "application/vnd.ms-word.document.macroEnabled.12"),
    ("xl/", f"{_OPEN_XML}spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    ("ppt/", f"{_OPEN_XML}presentationml.presentation", "application/vnd.ms-powerpoint.presentation.macroEnabled.12"),
)
_OLE_KINDS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", "application/x-encrypted-office"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """An archive whose members may be read.

    Raises:
        UnreadableError: it would unpack to too much, or needs a password.
        zipfile.BadZipFile: it is none.
    """
    archive = zipfile.ZipFile(file)
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    crammed = total > _UNSUSPICIOUS and total > packed * _MOST_RATIO
    if len(members) > _MOST_MEMBERS or total > _MOST_UNPACKED or crammed:
        raise UnreadableError("archive_bomb")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableError("encrypted")
    return archive


def zip_type(file: BinaryIO, head: bytes) -> str:
    """The media type of a file that begins like a ZIP archive; ``head`` is its beginning, for one that is cut."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            said = _said(archive) if "mimetype" in names else ""
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError):
        names, said = set(_local_names(head)), ""
    if re.fullmatch(r"application/(?:vnd\.oasis\.opendocument\.[a-z-]+|epub\+zip)", said):
        return said
    if "[Content_Types].xml" not in names:
        return "application/java-archive" if "META-INF/MANIFEST.MF" in names else "application/zip"
    for folder, usual, with_macros in _OFFICE:
        if any(name.startswith(folder) for name in names):
            if f"{folder}workbook.bin" in names:
                return "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
            return with_macros if f"{folder}vbaProject.bin" in names else usual
    return "application/zip"


def _said(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as member:
        return member.read(100).decode("ascii", "replace").strip()


def _local_names(head: bytes) -> Iterable[str]:
    """Names that stand before the members themselves."""
    for found in _LOCAL_NAME.finditer(head):
        length = int.from_bytes(found[1], "little")
        yield head[found.end() : found.end() + length].decode("utf-8", "replace")


def ole_type(file: BinaryIO) -> str:
    """The media type of an OLE compound file: old Office, Outlook, or Office behind a password."""
    import olefile

    try:
        with olefile.OleFileIO(file) as compound:
            streams = {entry[0] for entry in compound.listdir(streams=True, storages=False)}
    except (OSError, ValueError, IndexError, TypeError, AttributeError):
        return "application/x-ole-storage"
    return next((kind for name, kind in _OLE_KINDS if name in streams), "application/x-ole-storage")
