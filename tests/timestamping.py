"""A time-stamping authority (RFC 3161) for tests: its root, its certificate, and tokens as real ones are made."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

STAMPED_AT = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
_POLICY = "1.3.6.1.4.1.4146.2.3"


Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Authority:
    """``root`` is what one trusts (PEM); ``between`` are the certificates that lead to it, tokens hold them too."""

    key: Key
    certificate: x509.Certificate
    root: x509.Certificate
    between: tuple[x509.Certificate, ...] = ()

    @property
    def root_pem(self) -> bytes:
        """What an auditor is given to trust."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    def answer(self, request: bytes, at: datetime = STAMPED_AT) -> bytes:
        """The response to a request (DER), as it goes over HTTP."""
        asked = tsp.TimeStampReq.load(request)
        imprint, nonce = asked["message_imprint"], asked["nonce"]
        response: bytes = self._response(imprint, None if nonce.native is None else nonce, at).dump()
        return response

    def stamp(self, data: bytes, at: datetime = STAMPED_AT) -> bytes:
        """A response for these bytes."""
        algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
        imprint = tsp.MessageImprint({"hash_algorithm": algorithm, "hashed_message": hashlib.sha256(data).digest()})
        response: bytes = self._response(imprint, None, at).dump()
        return response

    def saved(self) -> dict[str, str]:
        """Everything in PEM; :func:`read_authority` makes it of that again."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (self.certificate, *self.between))
        return {"key": key.decode(), "chain": chain.decode(), "root": self.root_pem.decode()}

    def _response(self, imprint: tsp.MessageImprint, nonce: core.Integer | None, at: datetime) -> tsp.TimeStampResp:
        info = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": imprint,
            "serial_number": 7,
            "gen_time": at,
        }
        if nonce is not None:
            info["nonce"] = nonce
        content = tsp.TSTInfo(info).dump()
        own, *others = (
            asn1_x509.Certificate.load(each.public_bytes(serialization.Encoding.DER))
            for each in (self.certificate, *self.between)
        )
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [_named(own)]}),
            ]
        )
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                            {"issuer": own.issuer, "serial_number": own.serial_number}
                        )
                    }
                ),
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_rsa" if self._is_rsa else "sha256_ecdsa"},
                "signature": self._signature(attributes.dump()),
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(content),
                },
                "certificates": [own, *others],
                "signer_infos": [signer],
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})

    @property
    def _is_rsa(self) -> bool:
        return isinstance(self.key, rsa.RSAPrivateKey)

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


def authority(
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING,
    start: datetime = STAMPED_AT,
    make: Callable[[], Key] | None = None,
    between: int = 0,
) -> Authority:
    """An authority whose certificates are valid from a day before ``start``, for ten years.

    ``make`` makes its keys (:func:`elliptic` ones, if not said otherwise); ``between`` is how many certificates stand
    between its own and its root.
    """
    new = make or elliptic
    root_key = new()
    root = _certificate("Root", root_key, "Root", root_key, start, None)
    chain: list[x509.Certificate] = []
    name, signing = "Root", root_key
    for number in range(between):
        key = new()
        chain.insert(0, _certificate(f"Between {number}", key, name, signing, start, None))
        name, signing = f"Between {number}", key
    key = new()
    return Authority(key, _certificate("Time stamps", key, name, signing, start, usage), root, tuple(chain))


def elliptic() -> Key:
    """A key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key() -> Key:
    """An RSA key."""
    return rsa.generate_private_key(65537, 2048)


def read_authority(saved: Mapping[str, str]) -> Authority:
    """The authority that :meth:`Authority.saved` gave.

    Raises:
        TypeError: its key is of another kind.
    """
    key = serialization.load_pem_private_key(saved["key"].encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError("an authority signs with an elliptic curve or RSA")
    own, *between = x509.load_pem_x509_certificates(saved["chain"].encode())
    return Authority(key, own, x509.load_pem_x509_certificate(saved["root"].encode()), tuple(between))


def _named(certificate: asn1_x509.Certificate) -> tsp.SigningCertificateV2:
    """Which certificate signs: RFC 5816 asks for it."""
    named = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate.dump()).digest()})
    return tsp.SigningCertificateV2({"certs": [named]})


def _certificate(
    name: str,
    key: Key,
    issuer: str,
    issuer_key: Key,
    start: datetime,
    usage: x509.ObjectIdentifier | None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(days=1))
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())
