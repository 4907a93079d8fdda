"""Checkpoints: the signed size and root of a log, as C2SP tlog-checkpoint has it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from privacy_engine.errors import InvalidInput, MalformedInput, VerificationError
from privacy_engine.log import note
from privacy_engine.log.merkle import HASH_BYTES
from privacy_engine.log.note import Note, NoteSignature, SignatureType, Signer, VerifierKey

MAX_SIZE = (1 << 63) - 1

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """Which log, how many leaves, which root; the three lines that a log signs."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could not be written as lines."""
        lines = (self.origin, *self.extensions)
        if any(not line or any(mark < " " for mark in line) for line in lines):
            raise InvalidInput(
                "a line of a checkpoint is not empty and holds no control character"
            )
        if not 0 <= self.size <= MAX_SIZE:
            raise InvalidInput("the size of a tree lies between 0 and 2^63 - 1")
        if len(self.root) != HASH_BYTES:
            raise InvalidInput("a root is 32 bytes long")

    @property
    def text(self) -> str:
        """Return the text that is signed, its last newline included."""
        lines = (self.origin, str(self.size), note.encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint whose log signature was verified, with the witnesses that verified too."""

    checkpoint: Checkpoint
    log_key: VerifierKey
    cosignatures: tuple["Cosignature", ...]


@dataclass(frozen=True)
class Cosignature:
    """A witness saw this tree at this time, in POSIX seconds, and saw it only grow before."""

    key: VerifierKey
    posix_seconds: int


def sign(checkpoint: Checkpoint, *signers: Signer) -> bytes:
    """Return the checkpoint as a signed note, as it is served.

    Whoever calls this answers for never signing two trees of which one does not begin the other.
    """
    return bytes(note.sign(checkpoint.text, signers))


def parse_text(text: str) -> Checkpoint:
    """Return the checkpoint in a note's text.

    Raises:
        MalformedInput: the text is not that of a checkpoint; the sentence says why.

    Source: C2SP tlog-checkpoint, Note text.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or "" in lines:
        raise MalformedInput("a checkpoint has three lines that are not empty")
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise MalformedInput("the second line of a checkpoint is a size in plain decimal")
    raw = note.decode_base64(root, "the third line of a checkpoint")
    if len(raw) != HASH_BYTES:
        raise MalformedInput("the root of a checkpoint is 32 bytes long")
    return Checkpoint(origin, int(size), raw, tuple(extensions))


def parse_unverified(data: bytes) -> tuple[Checkpoint, Note]:
    """Return a checkpoint and its note with no signature checked: to learn which log is meant.

    Raises:
        MalformedInput: not a signed checkpoint.
    """
    read = note.parse(data)
    return parse_text(read.text), read


def open_checkpoint(
    data: bytes, log_keys: Iterable[VerifierKey], witness_keys: Iterable[VerifierKey] = ()
) -> SignedCheckpoint:
    """Return the checkpoint when one of the log's keys signed it.

    What must hold:
    1. the bytes are a signed note whose known signatures all verify;
    2. its text is that of a checkpoint;
    3. one of the signatures is by a log key whose name is the checkpoint's origin.

    Raises:
        MalformedInput: not a signed note, or not a checkpoint.
        VerificationError: a signature does not verify, or no log key signed.

    Source: C2SP tlog-checkpoint, Signatures.
    """
    # 1.
    verified = note.open_note(data, (*_of_type(log_keys, SignatureType.ED25519), *witness_keys))
    # 2.
    checkpoint = parse_text(verified.text)
    # 3. A witness key is of another type, so it can never pass for the log's own.
    for key in verified.keys:
        if key.type is SignatureType.ED25519 and key.name == checkpoint.origin:
            return SignedCheckpoint(checkpoint, key, _cosignatures(verified.signatures))
    raise VerificationError("the checkpoint is not signed by a key of its own log")


def _of_type(keys: Iterable[VerifierKey], kind: SignatureType) -> list[VerifierKey]:
    return [key for key in keys if key.type is kind]


def _cosignatures(
    signatures: Iterable[tuple[VerifierKey, NoteSignature]],
) -> tuple[Cosignature, ...]:
    return tuple(
        Cosignature(key, int.from_bytes(signature.signature[:8], "big"))
        for key, signature in signatures
        if key.type is SignatureType.COSIGNATURE
    )
