"""Key pairs that Microsoft Graph encrypts notifications to: it sees the certificate only, and of that the key counts.

https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data
"""

import base64
from datetime import datetime, timedelta

from quire.domain.errors import CorruptError

_BITS = 3072
_VALID = timedelta(days=730)
_BACKDATED = timedelta(hours=1)  # clocks differ


def make_key() -> str:
    """A new private key in PEM."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = generate_private_key(public_exponent=65537, key_size=_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def certificate(private_key: str, now: datetime) -> str:
    """A certificate of the key, signed by itself, in Base64.

    Raises:
        CorruptError: the key is no RSA key in PEM.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    try:
        key = load_pem_private_key(private_key.encode("utf-8"), password=None)
    except (ValueError, TypeError) as error:
        raise CorruptError("a connection's private key cannot be read") from error
    if not isinstance(key, RSAPrivateKey):
        raise CorruptError("a connection's private key is not an RSA key")
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "quire")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + _VALID)
        .sign(key, SHA256())
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode("ascii")


def ends_at(certificate_pem: str) -> datetime:
    """When a certificate ends.

    Raises:
        CorruptError: it is none in PEM.
    """
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(certificate_pem.encode("utf-8")).not_valid_after_utc
    except ValueError as error:
        raise CorruptError("a connection's certificate cannot be read") from error
