"""The door to pyHanko: signs a finished PDF, and says whether a signed one still stands.

The signature is PAdES baseline B with ECDSA P-256, in a field without a picture (a drawn stamp
would break PDF/A and PDF/UA), and certifies that no change at all is allowed afterwards.
"""

import hashlib
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, pem  # type: ignore[import-untyped]
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation import (
    SignatureCoverageLevel,
    validate_pdf_signature,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from privacy_engine.errors import InvalidInput
from privacy_engine.keys.certificate import ReportCertificate

FIELD = "PrivacyReport"


@dataclass(frozen=True)
class SignatureFindings:
    """What a look at the signature of a file found; `faults` is empty when it stands."""

    signed: bool
    signed_at: datetime | None = None
    signer: str = ""
    fingerprint: str = ""
    faults: tuple[str, ...] = ()
    # True when the chain ends at the authority that the caller trusts; None: none was given.
    trusted: bool | None = None


@dataclass
class _Faults:
    found: list[str] = field(default_factory=list)

    def add_unless(self, holds: object, sentence: str) -> None:
        if not holds:
            self.found.append(sentence)


class _SignerAt(PdfSigner):
    """Signs with the moment that it was told, instead of reading a clock of its own."""

    signed_at: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.signed_at
        return session


def sign(
    pdf: bytes,
    *,
    certificate: ReportCertificate,
    signed_at: datetime,
    reason: str,
    location: str,
) -> bytes:
    """Return `pdf` with one certifying signature added; `pdf` itself is an unchanged prefix.

    Args:
        pdf: A finished, unsigned file.
        certificate: Who signs.
        signed_at: Aware; the moment that the signature states.
        reason: Why, in a few words; readers show it.
        location: The organisation's place, as readers show it.

    Raises:
        InvalidInput: when the file is signed already or cannot be read.
    """
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(certificate.private_key),
        cert_registry=_store(certificate.authority),
    )
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        reason=reason,
        location=location,
        signer_key_usage={"non_repudiation"},
    )
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if writer.prev.embedded_signatures:
            raise InvalidInput("This report is signed already.")
        signing = _SignerAt(
            metadata, signer=signer, new_field_spec=fields.SigFieldSpec(FIELD, box=None)
        )
        signing.signed_at = signed_at.astimezone(UTC).replace(microsecond=0)
        signed = signing.sign_pdf(writer)
    except (PdfError, SigningError) as error:
        raise InvalidInput("This file cannot be signed: it is not a whole PDF.") from error
    return bytes(signed.getvalue())


def examine(pdf: bytes, *, authority: bytes | None = None) -> SignatureFindings:
    """Return whether the signature of `pdf` stands.

    What must hold:
    1. there is exactly one signature, and the file can be read strictly;
    2. the signed bytes are those of the file, and the signature is by the embedded certificate;
    3. it covers the file from the first byte to the last;
    4. it forbids every later change;
    5. the certificate descends from the embedded authority, or, when given, from `authority`.

    Args:
        pdf: The whole file.
        authority: The DER certificate of the authority that the reader trusts, from elsewhere.
    """
    try:
        with _quiet():
            return _examine(pdf, authority)
    except Exception as error:  # noqa: BLE001
        # A damaged or hostile file can make the reader stumble over anything (zlib, recursion,
        # arithmetic); whatever it is, it means the same to a person, and is never a success.
        return SignatureFindings(
            signed=b"/ByteRange" in pdf,
            faults=(f"The file is damaged: it cannot be read as a PDF ({type(error).__name__}).",),
        )


def certificate(data: bytes) -> bytes:
    """Return a certificate as DER, given as DER or PEM.

    Raises:
        InvalidInput: when it is neither.
    """
    try:
        der = pem.unarmor(data)[2] if pem.detect(data) else data
        asn1_x509.Certificate.load(der, strict=True).native  # noqa: B018 (parses it whole)
    except (ValueError, TypeError) as error:
        raise InvalidInput("This file is not a certificate.") from error
    return bytes(der)


def _examine(pdf: bytes, authority: bytes | None) -> SignatureFindings:
    signatures = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures
    if len(signatures) != 1:  # 1
        return SignatureFindings(
            signed=bool(signatures),
            faults=(
                "The file carries more than one signature; a report carries one."
                if signatures
                else "The file is not signed.",
            ),
        )
    signature = signatures[0]
    embedded = signature.other_embedded_certs
    roots = [asn1_x509.Certificate.load(authority)] if authority else list(embedded)
    status = _validate(signature, roots)
    certificate = signature.signer_cert
    faults = _Faults()
    faults.add_unless(status.intact, "The signed bytes were changed after signing.")  # 2
    faults.add_unless(status.valid, "The signature was not made by the certificate inside it.")
    faults.add_unless(
        _is_tight(pdf, signature), "The room that is kept for the signature was tampered with."
    )
    covers_all = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    faults.add_unless(covers_all, "Something was added to the file after it was signed.")  # 3
    faults.add_unless(
        signature.docmdp_level == fields.MDPPerm.NO_CHANGES,
        "The signature does not forbid later changes.",
    )  # 4
    faults.add_unless(  # 5; of a broken signature it would say nothing
        status.trusted or not (status.intact and status.valid),
        "The signer is not certified by the authority you trust."
        if authority
        else "The signing certificate does not descend from the authority inside the file.",
    )
    return SignatureFindings(
        signed=True,
        signed_at=signature.self_reported_timestamp,
        signer=str(certificate.subject.native.get("common_name", "")),
        fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
        faults=tuple(faults.found),
        trusted=bool(status.trusted) if authority else None,
    )


def _is_tight(pdf: bytes, signature: Any) -> bool:
    """Whether the one gap in the signed bytes holds the signature and zeros, nothing else."""
    _, start, end, _ = (int(one) for one in signature.byte_range)
    gap = pdf[start:end]
    raw = bytes.fromhex(gap[1:-1].decode("ascii"))
    signature_bytes = bytes(cms.ContentInfo.load(raw).dump())
    return (
        gap == b"<" + raw.hex().upper().encode() + b">"
        and raw.startswith(signature_bytes)
        and not any(raw[len(signature_bytes) :])
    )


def _validate(signature: Any, roots: list[asn1_x509.Certificate]) -> Any:
    # The moment is the one the signer states: a report outlives its certificate. When it was
    # really issued, the log says, which holds the hash of the file.
    moment = signature.self_reported_timestamp
    context = ValidationContext(
        trust_roots=roots,
        allow_fetching=False,
        revocation_mode="soft-fail",
        moment=moment,
        best_signature_time=moment,
    )
    return validate_pdf_signature(
        signature,
        signer_validation_context=context,
        key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
    )


def _store(certificate: bytes) -> SimpleCertificateStore:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(asn1_x509.Certificate.load(certificate))
    return store


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pyHanko's own tracebacks out of the answer: the findings say it in one sentence."""
    logger = logging.getLogger("pyhanko")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
