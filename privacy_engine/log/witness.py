"""A witness: remembers the largest tree it saw of each log, and cosigns only what continues it.

One file of its own (SQLite) holds what was cosigned. It is written, and on disk, before the
cosignature leaves; a crash in between leaves a witness that has promised more than it said,
which is the harmless order.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from privacy_engine import keys
from privacy_engine.errors import (
    Forbidden,
    InvalidInput,
    MalformedInput,
    NotFound,
    VerificationError,
)
from privacy_engine.keys.ring import write_private
from privacy_engine.log import checkpoint, merkle, note
from privacy_engine.log.checkpoint import Checkpoint
from privacy_engine.log.cosignature import cosign
from privacy_engine.log.note import (
    Ed25519Signer,
    Note,
    NoteSignature,
    SignatureType,
    VerifierKey,
)

MAX_PROOF_HASHES = 63
MAX_BODY_BYTES = 65_536
EMPTY_ROOT = sha256(b"").digest()

_PRIVATE = "PRIVATE+KEY+"
_BUSY_SECONDS = 30.0
_TABLE = """
CREATE TABLE IF NOT EXISTS cosigned (
  log TEXT PRIMARY KEY,
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  note BLOB NOT NULL
)
"""


@dataclass(frozen=True)
class Submission:
    """What a log asks a witness to cosign: the size it thinks the witness knows, and the way."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def __bytes__(self) -> bytes:
        """Return the body of `add-checkpoint`."""
        hashes = "".join(f"{note.encode_base64(item)}\n" for item in self.proof)
        return f"old {self.old_size}\n{hashes}\n".encode() + self.checkpoint

    @classmethod
    def parse(cls, body: bytes) -> "Submission":
        """Return the submission in a body.

        Raises:
            MalformedInput: it is not spelled as one; the sentence says where.

        Source: C2SP tlog-witness, add-checkpoint.
        """
        head, blank, signed = body.partition(b"\n\n")
        if not blank:
            raise MalformedInput("no blank line stands before the checkpoint")
        try:
            first, *hashes = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise MalformedInput("the lines before the checkpoint are not ASCII") from error
        word, _, digits = first.partition(" ")
        if word != "old" or not digits.isdigit() or (digits[0] == "0" and digits != "0"):
            raise MalformedInput("the first line is: old SIZE, in plain decimal")
        if len(digits) > 19 or int(digits) > checkpoint.MAX_SIZE:
            raise MalformedInput("the old size is larger than a tree can be")
        if len(hashes) > MAX_PROOF_HASHES:
            raise MalformedInput(f"a consistency proof holds at most {MAX_PROOF_HASHES} hashes")
        return cls(int(digits), tuple(_hash(line) for line in hashes), signed)


@dataclass(frozen=True)
class Behind:
    """The submission starts elsewhere than at the tree last cosigned, which has this size."""

    size: int


class Witness:
    """Cosigns the checkpoints of the logs that it was told to watch.

    Every call opens the file anew, so that threads and processes share one witness.
    """

    def __init__(self, path: Path, signer: Ed25519Signer, logs: Sequence[VerifierKey]) -> None:
        if signer.type is not SignatureType.COSIGNATURE:
            raise InvalidInput("a witness signs with a cosignature key (type 04)")
        self._path = path
        self._signer = signer
        self._logs = _by_origin(logs)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._file() as file:
            file.execute(_TABLE)

    @property
    def key(self) -> VerifierKey:
        """The verifier key, under which others know this witness."""
        return self._signer.key

    @property
    def origins(self) -> tuple[str, ...]:
        """The logs that are watched."""
        return tuple(self._logs)

    def add_checkpoint(self, body: bytes, *, posix_seconds: int) -> NoteSignature | Behind:
        """Return the cosignature, or where the log must start from.

        What must hold, in this order:
        1. the body is spelled as a submission, its last part as a checkpoint;
        2. the log is one of those watched;
        3. a trusted key of that log signed the checkpoint;
        4. the old size is not beyond the new one;
        5. the old size is that of the tree cosigned last, and the same size has the same root;
        6. the proof leads from that tree to the new one.

        5 and 6 are checked, and the new tree stored, while nobody else can.

        Raises:
            MalformedInput: 1 or 4 does not hold.
            NotFound: 2 does not hold.
            Forbidden: 3 does not hold.
            VerificationError: 6 does not hold.

        Source: C2SP tlog-witness, add-checkpoint.
        """
        # 1.
        sent = Submission.parse(body)
        claimed, unverified = checkpoint.parse_unverified(sent.checkpoint)
        # 2.
        known = self._logs.get(claimed.origin)
        if known is None:
            raise NotFound("this witness does not watch that log")
        # 3.
        try:
            checkpoint.open_checkpoint(sent.checkpoint, known)
        except VerificationError as error:
            raise Forbidden("no trusted key of the log signed this checkpoint") from error
        # 4.
        if sent.old_size > claimed.size:
            raise MalformedInput("the old size is larger than that of the checkpoint")
        # 5. and 6.
        signature = cosign(claimed.text, self._signer, posix_seconds=posix_seconds)
        own = [one for one in unverified.signatures if one.name == claimed.origin]
        kept = bytes(Note(claimed.text, (*own, signature)))
        behind = self._advance(sent, claimed, kept)
        return signature if behind is None else behind

    def newest(self, log: str) -> bytes:
        """Return the newest cosigned checkpoint of a log, named by the hash of its origin (hex).

        Raises:
            NotFound: nothing of such a log was cosigned.
        """
        with self._file() as file:
            row = file.execute("SELECT note FROM cosigned WHERE log = ?", (log,)).fetchone()
        if row is None:
            raise NotFound("nothing of this log was cosigned yet")
        return bytes(row[0])

    def _advance(self, sent: Submission, new: Checkpoint, kept: bytes) -> Behind | None:
        log = sha256(new.origin.encode()).hexdigest()
        with self._file() as file:
            found = file.execute("SELECT size, root FROM cosigned WHERE log = ?", (log,))
            size, root = found.fetchone() or (0, EMPTY_ROOT)
            if sent.old_size != size or (size == new.size and root != new.root):
                return Behind(size)
            merkle.verify_consistency(size, new.size, sent.proof, root1=root, root2=new.root)
            file.execute(
                "INSERT INTO cosigned (log, origin, size, root, note) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (log) DO UPDATE SET"
                " size = excluded.size, root = excluded.root, note = excluded.note",
                (log, new.origin, new.size, new.root, kept),
            )
        return None

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        # IMMEDIATE: between reading the old tree and storing the new one nobody else may write.
        file = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            file.execute("PRAGMA synchronous = FULL")
            file.execute("BEGIN IMMEDIATE")
            try:
                yield file
            except BaseException:
                file.execute("ROLLBACK")
                raise
            file.execute("COMMIT")
        finally:
            file.close()


def load_signer(path: Path, *, name: str) -> Ed25519Signer:
    """Return the witness's key in `path`, made there under `name` when the file is missing.

    A key that exists keeps its own name, whatever `name` says: others know it by that.

    Raises:
        MalformedInput: the file holds no private note key of type 04.
    """
    if not path.exists():
        made = Ed25519Signer(name, keys.random_bytes(32), SignatureType.COSIGNATURE)
        write_private(path, _spell(made).encode())
    words = path.read_text(encoding="utf-8").strip().removeprefix(_PRIVATE).split("+", 2)
    if len(words) != 3:
        raise MalformedInput("the key file holds no line that starts with PRIVATE+KEY+")
    raw = note.decode_base64(words[2], "the private key")
    if len(raw) != 33 or raw[0] != SignatureType.COSIGNATURE:
        raise MalformedInput("the private key is not a cosignature key (type 04)")
    signer = Ed25519Signer(words[0], raw[1:], SignatureType.COSIGNATURE)
    if signer.key_id.hex() != words[1]:
        raise MalformedInput("the key id in the key file is not that of its key")
    return signer


def _spell(signer: Ed25519Signer) -> str:
    raw = note.encode_base64(bytes([signer.type]) + signer.seed)
    return f"{_PRIVATE}{signer.name}+{signer.key_id.hex()}+{raw}\n"


def _by_origin(logs: Sequence[VerifierKey]) -> Mapping[str, tuple[VerifierKey, ...]]:
    found: dict[str, tuple[VerifierKey, ...]] = {}
    for key in logs:
        if key.type is not SignatureType.ED25519:
            raise InvalidInput("a log is watched by its Ed25519 key (type 01)")
        found[key.name] = (*found.get(key.name, ()), key)
    return found


def _hash(line: str) -> bytes:
    raw = note.decode_base64(line, "a line of the proof")
    if len(raw) != merkle.HASH_BYTES:
        raise MalformedInput("a line of the proof is not a hash of 32 bytes")
    return raw
