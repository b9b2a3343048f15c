"""A time-stamping authority that is the same, and signs the same, every time (RFC 6979)."""

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.timestamping import STAMPED_AT, Authority


class Fixed(Authority):
    """An authority that signs the same the same way (RFC 6979)."""

    def _signature(self, data: bytes) -> bytes:
        assert isinstance(self.key, ec.EllipticCurvePrivateKey)
        return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def fixed_authority(*numbers: int) -> Fixed:
    """A time-stamping authority that is the same every time; ``numbers`` are its keys."""
    root_key, key = (ec.derive_private_key(number, ec.SECP256R1()) for number in numbers or (3, 5))
    return Fixed(key, _certificate("Time stamps", key, root_key), _certificate("Root", root_key, root_key))


def _certificate(name: str, key: ec.EllipticCurvePrivateKey, issuer: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    is_root = key is issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root")]))
        .public_key(key.public_key())
        .serial_number(1 if is_root else 2)
        .not_valid_before(STAMPED_AT - timedelta(days=1))
        .not_valid_after(STAMPED_AT + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
    )
    if not is_root:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer, hashes.SHA256(), ecdsa_deterministic=True)
