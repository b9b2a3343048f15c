"""What kind of file something is, for people: its extension, and the family it belongs to. Pure."""

_FAMILIES = {
    "archive": "zip 7z rar tar gz tgz bz2 xz",
    "audio": "mp3 m4a ogg oga opus wav flac aac amr",
    "code": "py js ts java c cpp h go rs rb sh sql json xml yaml yml",
    "document": "doc docx odt rtf pages",
    "image": "png jpg jpeg gif webp bmp tif tiff heic svg",
    "mail": "eml msg",
    "pdf": "pdf",
    "presentation": "ppt pptx odp key",
    "spreadsheet": "xls xlsx ods csv tsv numbers",
    "text": "txt md log",
    "video": "mp4 mov avi mkv webm m4v",
}
FAMILY = {extension: family for family, extensions in _FAMILIES.items() for extension in extensions.split()}
_MEDIA = {"image", "audio", "video"}
_TYPES = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/msword": "doc",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "message/rfc822": "eml",
    "text/csv": "csv",
    "text/plain": "txt",
}
_LONGEST_EXTENSION = 10


def file_types(name: str | None, *media_types: str | None) -> set[str]:
    """Extension of ``name`` and of the media types where they stand for one, and the families of all of these."""
    found: set[str] = set()
    stem, dot, extension = (name or "").rpartition(".")
    if stem and dot and extension.isalnum() and len(extension) <= _LONGEST_EXTENSION:
        found.add(extension.lower())
    for told in media_types:
        media = (told or "").partition(";")[0].strip().lower()
        if media in _TYPES:
            found.add(_TYPES[media])
        if media.partition("/")[0] in _MEDIA:
            found.add(media.partition("/")[0])
    return found | {FAMILY[extension] for extension in found if extension in FAMILY}
