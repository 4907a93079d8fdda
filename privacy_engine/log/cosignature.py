"""Cosignatures: a witness says when it saw a log at its largest (C2SP tlog-cosignature)."""

from collections.abc import Iterable

from privacy_engine.errors import InvalidInput, VerificationError
from privacy_engine.log import note
from privacy_engine.log.checkpoint import Cosignature, parse_text
from privacy_engine.log.note import Note, NoteSignature, SignatureType, Signer, VerifierKey

MAX_POSIX_SECONDS = (1 << 63) - 1


def cosign(text: str, signer: Signer, *, posix_seconds: int) -> NoteSignature:
    """Return a witness's signature line for the text of a checkpoint.

    The signer's key id must be that of a cosignature key (type 04). Whoever calls this has
    verified the log's signature and the consistency with the last tree that was cosigned.

    Raises:
        InvalidInput: the time lies outside what a cosignature can say.
        MalformedInput: the text is not that of a checkpoint.

    Source: C2SP tlog-cosignature, Format.
    """
    if not 0 < posix_seconds <= MAX_POSIX_SECONDS:
        raise InvalidInput("a cosignature's time lies between 1 and 2^63 - 1 seconds")
    parse_text(text)
    signature = signer.sign(note.cosigned_message(text, posix_seconds))
    return NoteSignature(signer.name, signer.key_id, posix_seconds.to_bytes(8, "big") + signature)


def add_cosignatures(data: bytes, lines: bytes, witness_keys: Iterable[VerifierKey]) -> bytes:
    """Return the checkpoint with the lines added that a witness answered with.

    Lines of unknown keys are dropped, so that a witness cannot make a checkpoint grow; a line that
    the checkpoint has already is not added twice, and a newer one of the same key replaces it.

    Raises:
        MalformedInput: the answer is not signature lines, or the checkpoint is no signed note.
        VerificationError: a known witness's line does not verify.
    """
    read = note.parse(data)
    known = {
        (key.name, key.key_id): key
        for key in witness_keys
        if key.type is SignatureType.COSIGNATURE
    }
    kept = {(one.name, one.key_id): one for one in read.signatures}
    for line in lines.decode("utf-8", "replace").splitlines():
        signature = note.parse_signature(line)
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not note.verify_signature(read.text, signature, key):
            raise VerificationError(f"the cosignature of {key.name} does not verify")
        kept[signature.name, signature.key_id] = signature
    return bytes(Note(read.text, tuple(kept.values())))


def read_cosignature(text: str, signature: NoteSignature, key: VerifierKey) -> Cosignature:
    """Return what a witness's signature says about the text of a checkpoint.

    Raises:
        VerificationError: the signature is not this witness's, or does not verify.
    """
    ours = (signature.name, signature.key_id) == (key.name, key.key_id)
    if key.type is not SignatureType.COSIGNATURE or not ours:
        raise VerificationError("the cosignature is of another key")
    if not note.verify_signature(text, signature, key):
        raise VerificationError(f"the cosignature of {key.name} does not verify")
    return Cosignature(key, int.from_bytes(signature.signature[:8], "big"))
