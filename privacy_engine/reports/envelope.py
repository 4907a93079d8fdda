"""What stands around a signature in the file and is not covered by it.

The signed bytes leave one gap, which holds the CMS message (RFC 5652). Its head, the copies of the
certificates and the zeros behind it are protected by no signature of ours, so each of these bytes
must be the one that we write: a report that was touched anywhere does not stand.
"""

from typing import Any

from asn1crypto import algos, cms  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509

from privacy_engine.keys import certificate as certificates


def is_untouched(gap: bytes) -> bool:
    """Whether `gap` holds a CMS message as we write it, then zeros, and nothing else.

    Args:
        gap: the bytes of the file between the two signed ranges, with their angle brackets.

    Raises:
        ValueError: when it holds no CMS message at all.
    """
    raw = bytes.fromhex(gap[1:-1].decode("ascii"))
    message = cms.ContentInfo.load(raw)
    size = len(message.dump())
    found = message["content"]
    signer = _signer(found)
    return (
        gap == b"<" + raw.hex().upper().encode() + b">"
        and not any(raw[size:])
        and raw[:size] == _written_anew(found, signer)
        and all(
            certificates.is_genuine_root(one.chosen.dump())
            for one in found["certificates"]
            if one.chosen is not signer
        )
    )


def _signer(found: Any) -> asn1_x509.Certificate:
    number = found["signer_infos"][0]["sid"].chosen["serial_number"].native
    for one in found["certificates"]:
        if one.chosen.serial_number == number:
            return one.chosen
    raise ValueError("the certificate of the signer is not in the message")


def _written_anew(found: Any, signer: asn1_x509.Certificate) -> bytes:
    """Return the message that we would write around the signature and certificates of `found`."""
    signed = found["signer_infos"][0]
    digest = algos.DigestAlgorithm({"algorithm": "sha256"})
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": signer.issuer, "serial_number": signer.serial_number},
        ),
        "digest_algorithm": digest,
        "signed_attrs": signed["signed_attrs"],
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        "signature": signed["signature"],
    }
    # The time stamp on the signature; whoever stamped it signed it.
    if signed["unsigned_attrs"]:
        info["unsigned_attrs"] = signed["unsigned_attrs"]
    content = {
        "version": "v1",
        "digest_algorithms": cms.DigestAlgorithms((digest,)),
        "encap_content_info": {"content_type": "data"},
        "certificates": found["certificates"],
        "signer_infos": [info],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())
