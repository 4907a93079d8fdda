"""Offline proofs that one entry is in the log, as C2SP tlog-proof has it."""

import re
from dataclasses import dataclass

from privacy_engine.errors import MalformedInput
from privacy_engine.log import merkle, note
from privacy_engine.log.checkpoint import SignedCheckpoint, parse_unverified
from privacy_engine.log.merkle import HASH_BYTES, MAX_PROOF_HASHES
from privacy_engine.log.trust_policy import TrustPolicy

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF_BYTES = 2_000_000

_INDEX = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class LogProof:
    """A `.tlog-proof` file: a position, its siblings, the checkpoint as served, and extra data.

    The extra data are under no signature; they are only as good as what is checked with them.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __bytes__(self) -> bytes:
        """Return the proof as the file holds it."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {note.encode_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(note.encode_base64(one) for one in self.hashes)
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint


def parse(data: bytes) -> LogProof:
    """Return the proof in these bytes, unverified.

    Raises:
        MalformedInput: not a proof file; the sentence says why.

    Source: C2SP tlog-proof, Format.
    """
    if len(data) > MAX_PROOF_BYTES:
        raise MalformedInput(f"a proof holds at most {MAX_PROOF_BYTES} bytes")
    head, blank, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedInput("the lines of a proof are ASCII") from error
    if not blank or lines.pop(0) != HEADER:
        raise MalformedInput(f"a proof starts with {HEADER} and ends with a checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = note.decode_base64(lines.pop(0).removeprefix("extra "), "the extra data")
    index = _index(lines.pop(0) if lines else "")
    parse_unverified(checkpoint)
    return LogProof(index, _hashes(lines), checkpoint, extra)


def verify(proof: LogProof, leaf: bytes, policy: TrustPolicy) -> SignedCheckpoint:
    """Return the checkpoint under which the leaf hash stands at the proof's position.

    What must hold:
    1. a log of the policy signed the checkpoint, and its witnesses reach the quorum;
    2. the siblings lead from the leaf hash to the checkpoint's root.

    The caller computes the leaf hash from what it was shown; nothing in the proof replaces that.

    Raises:
        MalformedInput: the checkpoint is none.
        VerificationError: 1 or 2 does not hold.

    Source: C2SP tlog-proof, Verifying a tlog proof.
    """
    # 1.
    signed = policy.open_checkpoint(proof.checkpoint)
    # 2.
    checkpoint = signed.checkpoint
    merkle.verify_inclusion(
        proof.index, checkpoint.size, leaf, proof=proof.hashes, root=checkpoint.root
    )
    return signed


def _index(line: str) -> int:
    digits = line.removeprefix("index ")
    if digits == line or not _INDEX.fullmatch(digits):
        raise MalformedInput("a proof names the index in plain decimal")
    return int(digits)


def _hashes(lines: list[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_PROOF_HASHES:
        raise MalformedInput(f"a proof holds at most {MAX_PROOF_HASHES} hashes")
    hashes = tuple(note.decode_base64(line, "a hash of the proof") for line in lines)
    if any(len(one) != HASH_BYTES for one in hashes):
        raise MalformedInput("a hash of a proof is 32 bytes long")
    return hashes
