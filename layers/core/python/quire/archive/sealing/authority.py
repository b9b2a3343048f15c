"""A time-stamping authority over HTTP (RFC 3161, section 3.4): one POST, one answer, both small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quire.domain.errors import MalformedError, UnavailableError
from quire.evidence.timestamps import MOST_BYTES, QUERY, REPLY, TimeRefusedError

if TYPE_CHECKING:
    from quire.outbound.named import NamedByOperator

_HEADERS = {"Content-Type": QUERY, "Accept": REPLY}
_PEM = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True)
class Authority:
    """``send`` takes a request to it and gives its answer (DER); ``roots`` are the certificates to trust, in PEM.

    ``send`` raises ``UnavailableError``, ``OutOfReachError``, ``TimeRefusedError``.
    """

    send: Callable[[bytes], bytes]
    roots: bytes


def over_http(address: NamedByOperator, roots: bytes) -> Authority:
    """The authority at an address."""

    def send(request: bytes) -> bytes:
        answer = address.post(request, _HEADERS, MOST_BYTES)
        if answer.status >= 500:
            raise UnavailableError(f"the time-stamping authority answers {answer.status}")
        if answer.status != 200:
            raise TimeRefusedError("refused", f"the time-stamping authority answers {answer.status}")
        return answer.body

    return Authority(send, roots)


def read_pem(told: str) -> bytes:
    """Certificates that a setting holds: themselves in PEM, or the path of a file of them.

    Raises:
        MalformedError: there is no such file.
    """
    if _PEM in told:
        return told.replace("\\n", "\n").encode()
    try:
        return Path(told).read_bytes()
    except OSError as error:
        raise MalformedError("the file of the time-stamping authority's certificates cannot be read") from error
