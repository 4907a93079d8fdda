"""Signatures of vendors that speak OpenDSR: RSA and SHA-256, under their domain's certificate."""

import base64
import binascii
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

_SMALLEST_BITS = 2048


def rsa_signed(
    certificate: bytes, signature: str, body: bytes, *, domain: str, at: datetime, pss: bool
) -> bool:
    """Return whether `body` was signed by the holder of a certificate for `domain`.

    Args:
        certificate: PEM; must be in date at `at` and name the domain in its SAN, or without SAN
            in its CN.
        signature: base64.
        body: the raw body.
        domain: of the processor, without port.
        at: aware instant.
        pss: whether the vendor pads by PSS; by PKCS#1 v1.5 otherwise.

    Source: OpenDSR 2.0 §8.
    """
    try:
        held = x509.load_pem_x509_certificate(certificate)
        mark = base64.b64decode(signature, validate=True)
        key = held.public_key()
    except (ValueError, binascii.Error, TypeError):
        return False
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_BITS:
        return False
    in_date = held.not_valid_before_utc <= at <= held.not_valid_after_utc
    if not in_date or not _names(held, domain):
        return False
    way = (
        padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO) if pss else padding.PKCS1v15()
    )
    try:
        key.verify(mark, body, way, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _names(held: x509.Certificate, domain: str) -> bool:
    try:
        listed = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = listed.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        found = held.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        names = [str(item.value) for item in found]
    wanted = domain.casefold()
    parent = "*." + wanted.partition(".")[2]
    return any(name.casefold() in {wanted, parent} for name in names)
