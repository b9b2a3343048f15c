"""Bounds around a process that reads hostile files. They only ever tighten, and hold until it ends.

Address space, processor time and written bytes are bounded by the kernel. The interpreter itself refuses to open
connections, start programs or write files: no boundary against native code, but a library that tries is stopped.
"""

import os
import resource
import sys

from quire.enrichment.reading import Limits

_REFUSED = (
    *("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty.", "ftplib."),
    *("urllib.", "http.client.", "smtplib.", "imaplib.", "webbrowser.", "os.remove", "os.rename", "os.rmdir"),
    *("os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.kill", "shutil.", "tempfile."),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class RefusedError(Exception):
    """A library tried what reading a file does not need."""


def confine(limits: Limits) -> None:
    """Bound this process; there is no way back."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _lower(resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes)
    _lower(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 2)
    _lower(resource.RLIMIT_NOFILE, 64, 64)
    sys.addaudithook(_refuse)


def _lower(kind: int, soft: int, hard: int) -> None:
    """Set a limit, unless a tighter one holds already."""
    _, known = resource.getrlimit(kind)
    if known != resource.RLIM_INFINITY:
        soft, hard = min(soft, known), min(hard, known)
    resource.setrlimit(kind, (soft, hard))


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_REFUSED):
        raise RefusedError(event)
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        raise RefusedError(event)
