"""Trusted time (RFC 3161): what is asked of a time-stamping authority, and what its answer is worth.

An answer is believed once two verifiers agree: the library ``rfc3161-client`` (OpenSSL's PKCS #7 underneath), which
also sees to the nonce, and the auditor's own program, so that nothing is kept that it would find fault with later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from quire.domain.errors import CorruptError, MalformedError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
"""Media types (RFC 3161, section 3.4)."""
MOST_BYTES = 64 * 1024
"""An answer with a long chain of RSA certificates takes about 8 KiB."""
TOLERANCE = timedelta(minutes=10)
"""How far the authority's clock and ours may be apart."""


class TimeRefusedError(CorruptError):
    """An answer that is not a token for what was asked; ``reason`` is one stable word."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Asked(NamedTuple):
    """A request (DER) for these bytes."""

    data: bytes
    request: bytes
    nonce: int


def ask(data: bytes) -> Asked:
    """A request with a nonce that asks for the authority's certificates too."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    if request.nonce is None:
        raise CorruptError("the request has no nonce")
    return Asked(data, request.as_bytes(), request.nonce)


def check_answer(asked: Asked, answer: bytes, roots: bytes, now: datetime) -> datetime:
    """The time in an answer to what was ``asked`` just ``now``, by an authority that leads to one of ``roots`` (PEM).

    Raises:
        TimeRefusedError: it was ``refused``, is ``wrong``, or its time is not now (``wrong_time``).
    """
    _by_library(asked, answer, roots)
    when = time_of(answer, asked.data, roots)
    if abs(when - now) > TOLERANCE:
        raise TimeRefusedError("wrong_time", f"the authority's clock says {when:%Y-%m-%dT%H:%M:%SZ}")
    return when


def time_of(answer: bytes, data: bytes, roots: bytes) -> datetime:
    """The time in an answer that was kept, for the bytes that it stamps.

    Raises:
        TimeRefusedError: it is ``wrong``.
    """
    from quire.evidence.standalone import verify

    try:
        when: datetime = verify.open_token(answer, data, read_roots(roots))  # type: ignore[no-untyped-call]
    except verify.Wrong as error:
        raise TimeRefusedError("wrong", str(error)) from error
    return when


def read_roots(roots: bytes) -> list[Certificate]:
    """The certificates in PEM.

    Raises:
        MalformedError: there are none, or they cannot be read.
    """
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(roots)
    except ValueError as error:
        raise MalformedError("the time-stamping authority's certificates cannot be read") from error


def _by_library(asked: Asked, answer: bytes, roots: bytes) -> None:
    from rfc3161_client import PKIStatus, VerificationError, VerifierBuilder, decode_timestamp_response

    trusted = read_roots(roots)
    try:
        response = decode_timestamp_response(answer)
        if response.status != PKIStatus.GRANTED:
            raise TimeRefusedError("refused", f"the authority refused with status {int(response.status)}")
        builder = VerifierBuilder(roots=trusted, nonce=asked.nonce)
        builder.build().verify_message(response, asked.data)
    except (VerificationError, ValueError, TypeError) as error:
        raise TimeRefusedError("wrong", f"the authority's answer does not verify: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
