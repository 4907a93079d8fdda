"""Signed notes: text with signatures that anyone can check, as C2SP signed-note has it."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Protocol

from privacy_engine import keys
from privacy_engine.errors import InvalidInput, MalformedInput, VerificationError

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
KEY_ID_BYTES = 4

_DASH = "\u2014 "
_ED25519_PUBLIC_BYTES = 32
_ED25519_SIGNATURE_BYTES = 64
_TIME_BYTES = 8


class SignatureType(IntEnum):
    """The signature types that are checked here; all others are passed over."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


class Signer(Protocol):
    """Whoever signs notes; the private key may live elsewhere."""

    @property
    def name(self) -> str:
        """Return the key's name."""
        ...

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that stand before the signature."""
        ...

    def sign(self, message: bytes, /) -> bytes:
        """Return the Ed25519 signature of the message, 64 bytes."""
        ...


@dataclass(frozen=True)
class VerifierKey:
    """A public key by name: `name+hex(key id)+base64(type and key)`, for short *vkey*."""

    name: str
    type: SignatureType
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a name or a key that no note could carry."""
        _need_name(self.name)
        if len(self.public) != _ED25519_PUBLIC_BYTES:
            raise MalformedInput("an Ed25519 public key is 32 bytes long")

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Return the key that a vkey line names.

        Raises:
            MalformedInput: not a vkey, of another type, or with a key id that is not its own.

        Source: C2SP signed-note, Verifier keys.
        """
        name, _, rest = text.strip().partition("+")
        identifier, _, encoded = rest.partition("+")
        material = decode_base64(encoded, "a verifier key")
        if not material or material[0] not in set(SignatureType):
            raise MalformedInput("this type of verifier key is not known here")
        key = cls(name, SignatureType(material[0]), material[1:])
        if key.key_id.hex() != identifier:
            raise MalformedInput("the key id of the verifier key is not that of its key")
        return key

    @property
    def key_id(self) -> bytes:
        """Return the first four bytes of the hash over name, type and key."""
        return key_id(self.name, self.type, self.public)

    def __str__(self) -> str:
        """Return the vkey line."""
        material = bytes([self.type]) + self.public
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(material)}"


@dataclass(frozen=True)
class Ed25519Signer:
    """A signer whose private seed is in memory."""

    name: str
    seed: bytes
    type: SignatureType = SignatureType.ED25519

    @property
    def key(self) -> VerifierKey:
        """Return the public half."""
        return VerifierKey(self.name, self.type, keys.ed25519_public(self.seed))

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that stand before the signature."""
        return self.key.key_id

    def sign(self, message: bytes, /) -> bytes:
        """Return the Ed25519 signature of the message."""
        return keys.ed25519_sign(self.seed, message)

    def __repr__(self) -> str:
        """Return the public half only: a seed never reaches a log line."""
        return f"Ed25519Signer({self.key})"


@dataclass(frozen=True)
class NoteSignature:
    """One signature line; for a cosignature the bytes begin with the time."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """Return the line without its newline."""
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.signature)}"


@dataclass(frozen=True)
class Note:
    """A note as read: nothing about it has been verified."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __bytes__(self) -> bytes:
        """Return the note as it is stored and served."""
        lines = "".join(f"{signature}\n" for signature in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def signed_by(self, *signatures: NoteSignature) -> "Note":
        """Return the note with these signatures added."""
        return Note(self.text, self.signatures + signatures)


@dataclass(frozen=True)
class VerifiedNote:
    """A note with at least one good signature of a key that was asked for."""

    text: str
    signatures: tuple[tuple[VerifierKey, NoteSignature], ...]

    @property
    def keys(self) -> frozenset[VerifierKey]:
        """Return the keys whose signatures were verified."""
        return frozenset(key for key, _ in self.signatures)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the four bytes that name a key in a signature line."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:KEY_ID_BYTES]


def sign(text: str, signers: Iterable[Signer]) -> Note:
    """Return the text signed by each signer.

    Raises:
        InvalidInput: the text cannot be the text of a note.
    """
    if not text.endswith("\n") or _has_control(text):
        raise InvalidInput("a note ends with a newline and holds no other control character")
    return Note(
        text,
        tuple(
            NoteSignature(signer.name, signer.key_id, signer.sign(text.encode()))
            for signer in signers
        ),
    )


def parse(data: bytes) -> Note:
    """Return the note in these bytes, unverified.

    Raises:
        MalformedInput: not a signed note; the sentence says why.

    Source: C2SP signed-note, Format.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise MalformedInput(f"a note holds at most {MAX_NOTE_BYTES} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedInput("the note is not UTF-8") from error
    if _has_control(whole):
        raise MalformedInput("the note holds a control character")
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise MalformedInput("the note has no signature lines after a blank line")
    signatures = tuple(parse_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise MalformedInput(f"a note carries at most {MAX_SIGNATURES} signatures")
    return Note(text + "\n", signatures)


def parse_signature(line: str) -> NoteSignature:
    """Return the signature that one line (without newline) holds.

    Raises:
        MalformedInput: not a signature line.
    """
    if not line.startswith(_DASH):
        raise MalformedInput("a signature line starts with an em dash and a space")
    name, space, encoded = line[len(_DASH) :].partition(" ")
    if not space:
        raise MalformedInput("a signature line holds a name and a signature")
    _need_name(name)
    raw = decode_base64(encoded, "a signature")
    if len(raw) <= KEY_ID_BYTES:
        raise MalformedInput("a signature is shorter than its key id")
    return NoteSignature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def open_note(data: bytes, known: Iterable[VerifierKey]) -> VerifiedNote:
    """Return the note's text and the signatures of known keys, all of them good.

    What must hold:
    1. the bytes are a signed note;
    2. every signature that bears a known key's name and id verifies; others are passed over;
    3. at least one such signature is there.

    Raises:
        MalformedInput: 1 does not hold.
        VerificationError: 2 or 3 does not hold.

    Source: C2SP signed-note, Signatures.
    """
    # 1.
    note = parse(data)
    by_id = {(key.name, key.key_id): key for key in known}
    # 2.
    good: dict[VerifierKey, NoteSignature] = {}
    for signature in note.signatures:
        key = by_id.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not verify_signature(note.text, signature, key):
            raise VerificationError(f"the signature of {key.name} does not verify")
        good.setdefault(key, signature)
    # 3.
    if not good:
        raise VerificationError("no signature of a known key")
    return VerifiedNote(note.text, tuple(good.items()))


def verify_signature(text: str, signature: NoteSignature, key: VerifierKey) -> bool:
    """Say whether this is the key's signature of the text."""
    message, raw = text.encode(), signature.signature
    if key.type is SignatureType.COSIGNATURE:
        posix_seconds = int.from_bytes(raw[:_TIME_BYTES], "big")
        message, raw = cosigned_message(text, posix_seconds), raw[_TIME_BYTES:]
        if posix_seconds >= 1 << 63:
            return False
    if len(raw) != _ED25519_SIGNATURE_BYTES:
        return False
    return keys.ed25519_verify(key.public, raw, message)


def cosigned_message(text: str, posix_seconds: int) -> bytes:
    """Return what a witness signs: the text of the checkpoint and when it was seen.

    Source: C2SP tlog-cosignature, Ed25519 signed message.
    """
    return f"cosignature/v1\ntime {posix_seconds}\n{text}".encode()


def decode_base64(text: str, what: str) -> bytes:
    """Return the bytes of canonical, padded base64.

    Raises:
        MalformedInput: `what` is not that; two spellings of the same bytes are never both taken.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedInput(f"{what} is not base64") from error
    if encode_base64(raw) != text:
        raise MalformedInput(f"{what} is not canonical base64")
    return raw


def encode_base64(raw: bytes) -> str:
    """Return padded base64."""
    return base64.b64encode(raw).decode("ascii")


def _has_control(text: str) -> bool:
    return any(character < " " and character != "\n" for character in text)


def _need_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise MalformedInput("a key name is not empty and holds neither spaces nor plus signs")
