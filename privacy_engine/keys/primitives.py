"""The cryptographic operations that the engine uses, each by its standard name."""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privacy_engine.errors import VerificationError

KEY_BYTES = 32
SALT_BYTES = 32
NONCE_BYTES = 12
_TO_BLOCK = bytes(64 - KEY_BYTES)
_INNER = bytes(value ^ 0x36 for value in range(256))
_OUTER = bytes(value ^ 0x5C for value in range(256))


def random_bytes(count: int) -> bytes:
    """Return `count` bytes from the operating system's generator."""
    return secrets.token_bytes(count)


def derive(key: bytes, *, label: str) -> bytes:
    """Return a 32-byte subkey of a uniformly random `key` for one use. Source: RFC 5869 §2.3."""
    return HKDFExpand(SHA256(), KEY_BYTES, label.encode()).derive(key)


def mac(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA256, 32 bytes. Source: RFC 2104."""
    if len(key) != KEY_BYTES:
        return hmac.digest(key, message, "sha256")
    # As the RFC writes it, for keys of the usual length: an event needs a dozen of them, and
    # `hmac.digest` spends most of its time on looking the hash up by name.
    padded = key + _TO_BLOCK
    inner = hashlib.sha256(padded.translate(_INNER) + message).digest()
    return hashlib.sha256(padded.translate(_OUTER) + inner).digest()


def same(left: bytes, right: bytes) -> bool:
    """Return whether two secrets are equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(left, right)


def sha256(message: bytes) -> bytes:
    """Return SHA-256, 32 bytes."""
    return hashlib.sha256(message).digest()


def seal(key: bytes, plaintext: bytes, *, bound_to: bytes, nonce: bytes = b"") -> bytes:
    """Return nonce ‖ AES-256-GCM ciphertext, openable only with the same `bound_to`.

    Nonces are random: at most 2^32 messages a key, which no one person's data reaches. Who seals
    several parts at once draws their randomness together, and gives 12 fresh bytes as `nonce`.
    Source: NIST SP 800-38D §8.2.2.
    """
    nonce = nonce or secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound_to)


def unseal(key: bytes, sealed: bytes, *, bound_to: bytes) -> bytes:
    """Return the plaintext; raise `VerificationError` when key, bytes or binding are not right."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError) as error:
        msg = "a sealed value does not open: the bytes were changed or the key is another one"
        raise VerificationError(msg) from error


def ed25519_public(private_seed: bytes) -> bytes:
    """Return the 32-byte public key of a 32-byte seed. Source: RFC 8032."""
    key = Ed25519PrivateKey.from_private_bytes(private_seed).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def ed25519_sign(private_seed: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature. Source: RFC 8032."""
    return Ed25519PrivateKey.from_private_bytes(private_seed).sign(message)


def ed25519_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether the signature is right; a malformed key or signature is simply not."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
