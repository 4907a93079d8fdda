"""The door to pyHanko: signs a finished PDF, and says whether a signed one still stands.

The signature is PAdES with ECDSA P-256, in a field without a picture (a drawn stamp would break
PDF/A and PDF/UA), and certifies that no change at all is allowed afterwards. It is of baseline B;
with a time-stamping authority it is of baseline LTA: the time is somebody else's word, and what is
needed to check it later lies in the file.
"""

import hashlib
import io
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]
from asn1crypto import pem, tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.validation import (
    SignatureCoverageLevel,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from privacy_engine.errors import InvalidInput, Unavailable
from privacy_engine.keys.certificate import ReportCertificate
from privacy_engine.reports import envelope

_Roots = list[asn1_x509.Certificate]
FIELD = "PrivacyReport"
ADDED = "Something was added to the file after it was signed."
# Nothing follows the end of the last revision, not even a comment.
_END = re.compile(rb"startxref\s+\d+\s+%%EOF\s*\Z")
_STAMP_SECONDS = 20.0
_STAMP_BYTES = 100_000
_STAMPING_FAILED = (TimestampRequestError, ValidationError, httpx.HTTPError)


@dataclass(frozen=True)
class TimeSource:
    """Who says when a report was signed (RFC 3161), and what is needed to check that later.

    `authority` is the DER certificate that the stamps descend from; `revocations` the list of our
    own authority, DER.
    """

    url: str
    authority: bytes
    revocations: bytes


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
    # When and by whom the time was stamped; None and empty without a stamp.
    stamped_at: datetime | None = None
    stamped_by: str = ""
    has_long_term_form: bool = False
    # True when every stamp descends from the authority that the caller trusts; None: none given.
    stamp_trusted: bool | None = None


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
    time_source: TimeSource | None = None,
) -> bytes:
    """Return `pdf` with one certifying signature added; `pdf` itself is an unchanged prefix.

    Args:
        pdf: A finished, unsigned file.
        certificate: Who signs.
        signed_at: Aware; the moment that the signature states.
        reason: Why, in a few words; readers show it.
        location: The organisation's place, as readers show it.
        time_source: Who stamps the time; the signature then gets its long-term form.

    Raises:
        InvalidInput: when the file is signed already or cannot be read.
        Unavailable: when the time-stamping authority does not answer, or answers nonsense.
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
        **_long_term(certificate, time_source),
    )
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if writer.prev.embedded_signatures:
            raise InvalidInput("This report is signed already.")
        signing = _SignerAt(
            metadata,
            signer=signer,
            new_field_spec=fields.SigFieldSpec(FIELD, box=None),
            timestamper=_Stamper(time_source.url) if time_source else None,
        )
        signing.signed_at = signed_at.astimezone(UTC).replace(microsecond=0)
        signed = signing.sign_pdf(writer)
    except _STAMPING_FAILED as error:
        raise Unavailable(
            "the time-stamping authority did not stamp this report; it is tried again"
        ) from error
    except (PdfError, SigningError) as error:
        raise InvalidInput("This file cannot be signed: it is not a whole PDF.") from error
    return bytes(signed.getvalue())


def _long_term(certificate: ReportCertificate, source: TimeSource | None) -> dict[str, Any]:
    """Return what makes a signature carry all that checking it later needs (PAdES B-LTA)."""
    if source is None:
        return {}
    context = ValidationContext(
        trust_roots=[
            asn1_x509.Certificate.load(certificate.authority),
            asn1_x509.Certificate.load(source.authority),
        ],
        crls=[source.revocations],
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    return {
        "validation_context": context,
        "embed_validation_info": True,
        "use_pades_lta": True,
    }


class _Stamper(TimeStamper):
    """Asks an RFC 3161 authority over HTTP; one answer of bounded size."""

    def __init__(self, url: str) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query"}
        async with httpx.AsyncClient(timeout=_STAMP_SECONDS, trust_env=False) as client:
            answer = await client.post(self._url, content=req.dump(), headers=headers)
        if answer.status_code != 200 or len(answer.content) > _STAMP_BYTES:
            raise TimestampRequestError(f"status {answer.status_code}")
        try:
            found = tsp.TimeStampResp.load(answer.content)
            found.native  # noqa: B018  (parses it whole)
        except (ValueError, TypeError) as error:
            raise TimestampRequestError("this is no time stamp") from error
        return found


def examine(
    pdf: bytes, *, authority: bytes | None = None, time_authority: bytes | None = None
) -> SignatureFindings:
    """Return whether the signature of `pdf` stands.

    What must hold:
    1. there is exactly one signature, and the file can be read strictly;
    2. the signed bytes are those of the file, and the signature is by the embedded certificate;
    3. it covers the file from the first byte to the last, or what follows are time stamps and
       what checks them (the long-term form), nothing else;
    4. it forbids every later change;
    5. the certificate descends from the embedded authority, or, when given, from `authority`.

    Args:
        pdf: The whole file.
        authority: The DER certificate of the authority that the reader trusts, from elsewhere.
        time_authority: The same of who stamps the time; every stamp must descend from it.
    """
    try:
        with _quiet():
            return _examine(pdf, authority, time_authority)
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


def _examine(pdf: bytes, authority: bytes | None, stamping: bytes | None) -> SignatureFindings:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    signatures = reader.embedded_regular_signatures
    stamps = reader.embedded_timestamp_signatures
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
    roots = [asn1_x509.Certificate.load(authority)] if authority else _embedded(signature)
    time_roots = [asn1_x509.Certificate.load(stamping)] if stamping else None
    status = _validate(signature, roots, time_roots)
    certificate = signature.signer_cert
    faults = _Faults()
    faults.add_unless(status.intact, "The signed bytes were changed after signing.")  # 2
    faults.add_unless(status.valid, "The signature was not made by the certificate inside it.")
    _, start, end, _ = (int(one) for one in signature.byte_range)
    faults.add_unless(
        envelope.is_untouched(pdf[start:end]),
        "The room that is kept for the signature was tampered with.",
    )
    faults.add_unless(_covers_all(pdf, status, stamps), ADDED)  # 3
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
    stamp = status.timestamp_validity
    stamp_trusted = _stamp_faults(faults, stamp, stamps, time_roots)
    return SignatureFindings(
        signed=True,
        signed_at=signature.self_reported_timestamp,
        signer=_name_of(certificate),
        fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
        faults=tuple(faults.found),
        trusted=bool(status.trusted) if authority else None,
        stamped_at=stamp.timestamp if stamp else None,
        stamped_by=_name_of(stamp.signing_cert) if stamp else "",
        has_long_term_form=bool(stamps),
        stamp_trusted=stamp_trusted,
    )


def _covers_all(pdf: bytes, status: Any, stamps: Sequence[Any]) -> bool:
    """Whether nothing stands after the signature but time stamps and what checks them."""
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    if not stamps or status.coverage != SignatureCoverageLevel.ENTIRE_REVISION:
        return False
    return bool(
        status.modification_level is not None
        and status.modification_level <= ModificationLevel.LTA_UPDATES
        and _END.search(pdf)
    )


def _stamp_faults(
    faults: _Faults, stamp: Any, stamps: Sequence[Any], roots: _Roots | None
) -> bool | None:
    """Add what is wrong with the stamps; return whether they are by whom the reader trusts."""
    found = [*([stamp] if stamp else []), *(_stamp_status(one, roots) for one in stamps)]
    if not found:
        faults.add_unless(not roots, "The file has no time stamp, by whomever.")
        return None
    sound = all(one.intact and one.valid for one in found)
    faults.add_unless(sound, "A time stamp of the file is broken.")
    if not roots:
        return None
    trusted = all(one.trusted for one in found)
    faults.add_unless(trusted, "A time stamp is not by the time-stamping authority you trust.")
    return trusted


def _stamp_status(stamp: Any, roots: _Roots | None) -> Any:
    return validate_pdf_timestamp(
        stamp, validation_context=_time_context(roots or _embedded(stamp))
    )


def _time_context(roots: _Roots) -> ValidationContext:
    return ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")


def _embedded(signature: Any) -> _Roots:
    return list(signature.other_embedded_certs)


def _name_of(certificate: asn1_x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name", ""))


def _validate(signature: Any, roots: _Roots, time_roots: _Roots | None) -> Any:
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
        ts_validation_context=_time_context(time_roots) if time_roots else None,
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
