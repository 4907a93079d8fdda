"""The instance's own certificate authority and the ECDSA P-256 certificate that signs reports.

Made once, then only loaded. Not Ed25519, which widely used PDF readers cannot check.
"""

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from privacy_engine.errors import Conflict, Unavailable

FOLDER = "report-signing"
# A report is evidence for seven years; its signature must still be in date then.
SIGNER_YEARS = 10
AUTHORITY_YEARS = 20

_AUTHORITY_CERTIFICATE = "authority.pem"
_AUTHORITY_KEY = "authority.key"
_SIGNER_CERTIFICATE = "signer.pem"
_SIGNER_KEY = "signer.key"
# RFC 9336: signing of documents, which is all that this certificate may do.
_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")


@dataclass(frozen=True)
class ReportCertificate:
    """What signs a report, as DER: the certificate, its private key and the authority."""

    certificate: bytes
    private_key: bytes
    authority: bytes

    def __repr__(self) -> str:
        """Never show the private key, whatever prints this."""
        return f"ReportCertificate({self.fingerprint})"

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the signing certificate, hex, as readers show it."""
        return x509.load_der_x509_certificate(self.certificate).fingerprint(hashes.SHA256()).hex()


def load_or_make(directory: Path, *, organisation: str, now: datetime) -> ReportCertificate:
    """Return the report certificate kept in `directory`, made first when there is none.

    Args:
        directory: Where the instance keeps its keys; the files go to a folder of their own in it.
        organisation: The name that a reader sees as the signer.
        now: Aware UTC; the certificate is valid from the day before, for clocks that run late.

    Raises:
        Conflict: when the folder exists but a file of it is missing.
    """
    folder = directory / FOLDER
    if not folder.is_dir():
        _make(folder, organisation=organisation, now=now)
    return load(directory)


def load(directory: Path) -> ReportCertificate:
    """Return the report certificate kept in `directory`.

    Raises:
        Unavailable: when none was made yet.
        Conflict: when a file is missing; a new key would make old reports look forged.
    """
    folder = directory / FOLDER
    if not folder.is_dir():
        raise Unavailable("No report-signing certificate has been made for this instance yet.")
    try:
        certificate = x509.load_pem_x509_certificate(_read(folder, _SIGNER_CERTIFICATE))
        authority = x509.load_pem_x509_certificate(_read(folder, _AUTHORITY_CERTIFICATE))
        key = serialization.load_pem_private_key(_read(folder, _SIGNER_KEY), password=None)
    except (FileNotFoundError, ValueError) as error:
        raise Conflict(
            f"The folder {FOLDER} is not whole; restore it from the backup of the keys."
        ) from error
    return ReportCertificate(
        certificate=certificate.public_bytes(serialization.Encoding.DER),
        private_key=key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        authority=authority.public_bytes(serialization.Encoding.DER),
    )


def is_genuine_root(certificate: bytes) -> bool:
    """Return whether a DER certificate is signed by its own key; nothing else vouches for it."""
    root = x509.load_der_x509_certificate(certificate)
    # An ECDSA signature is whole octets. The bit string that holds it is the last thing in the
    # certificate, and no check covers the count of unused bits at its head.
    if not certificate.endswith(b"\x00" + root.signature):
        return False
    try:
        root.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def revocations(directory: Path, *, now: datetime) -> bytes:
    """Return the list of certificates that the instance's own authority revoked, DER: none.

    The long-term form of a signature carries it, so that nobody has to ask for it later.

    Args:
        directory: where the instance keeps its keys; the certificate must have been made.
        now: aware UTC; the list holds from here on for a week.
    """
    folder = directory / FOLDER
    authority = x509.load_pem_x509_certificate(_read(folder, _AUTHORITY_CERTIFICATE))
    key = serialization.load_pem_private_key(_read(folder, _AUTHORITY_KEY), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Conflict(f"The folder {FOLDER} holds a key of another kind than it was made with.")
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(now - timedelta(hours=1))
        .next_update(now + timedelta(days=7))
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return listed.public_bytes(serialization.Encoding.DER)


def _read(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


def _make(folder: Path, *, organisation: str, now: datetime) -> None:
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    signer_key = ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key, organisation=organisation, now=now)
    signer = _signer(signer_key, authority=authority, authority_key=authority_key, now=now)
    building = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder.parent))
    for name, content in (
        (_AUTHORITY_CERTIFICATE, authority.public_bytes(serialization.Encoding.PEM)),
        (_AUTHORITY_KEY, _pem(authority_key)),
        (_SIGNER_CERTIFICATE, signer.public_bytes(serialization.Encoding.PEM)),
        (_SIGNER_KEY, _pem(signer_key)),
    ):
        path = building / name
        path.touch(mode=0o600)
        path.write_bytes(content)
    try:
        # A crash before this line leaves only a hidden folder that nothing reads; a process
        # that came first wins, and this one loads what that one made.
        building.rename(folder)
    except OSError:
        for path in building.iterdir():
            path.unlink()
        building.rmdir()


def _authority(
    key: ec.EllipticCurvePrivateKey, *, organisation: str, now: datetime
) -> x509.Certificate:
    name = _name(organisation, "privacy reports authority")
    return (
        _builder(key, now=now, years=AUTHORITY_YEARS)
        .subject_name(name)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _signer(
    key: ec.EllipticCurvePrivateKey,
    *,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    organisation = authority.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    return (
        _builder(key, now=now, years=SIGNER_YEARS)
        .subject_name(_name(str(organisation), "privacy reports"))
        .issuer_name(authority.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]),
            critical=False,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    key: ec.EllipticCurvePrivateKey, *, now: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=366 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(organisation: str, role: str) -> x509.Name:
    # X.520 allows 64 characters for each of the two.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation[:36]} {role}"),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
