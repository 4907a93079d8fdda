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


def random_bytes(count: int) -> bytes:
    """Return `count` bytes from the operating system's generator."""
    return secrets.token_bytes(count)


def derive(key: bytes, *, label: str) -> bytes:
    """Return a 32-byte subkey of a uniformly random `key` for one use. Source: RFC 5869 §2.3."""
    return HKDFExpand(SHA256(), KEY_BYTES, label.encode()).derive(key)


def mac(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA256, 32 bytes. Source: RFC 2104."""
    return hmac.digest(key, message, "sha256")


def same(left: bytes, right: bytes) -> bool:
    """Return whether two secrets are equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(left, right)


def sha256(message: bytes) -> bytes:
    """Return SHA-256, 32 bytes."""
    return hashlib.sha256(message).digest()


def seal(key: bytes, plaintext: bytes, *, bound_to: bytes) -> bytes:
    """Return nonce ‖ AES-256-GCM ciphertext, openable only with the same `bound_to`.

    Nonces are random: at most 2^32 messages a key, which no one person's data reaches.
    Source: NIST SP 800-38D §8.2.2.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
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
