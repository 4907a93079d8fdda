"""The only door to cryptography: primitives, the key ring of an instance, its certificate."""

from privacy_engine.keys.primitives import (
    KEY_BYTES,
    NONCE_BYTES,
    SALT_BYTES,
    derive,
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
    mac,
    random_bytes,
    same,
    seal,
    sha256,
    unseal,
)
from privacy_engine.keys.processors import rsa_signed
from privacy_engine.keys.ring import Custody, FileKeyProvider, KeyProvider, KeyRing, open_ring
from privacy_engine.keys.transit import TransitAddress, TransitKeyProvider

__all__ = [
    "KEY_BYTES",
    "NONCE_BYTES",
    "SALT_BYTES",
    "Custody",
    "FileKeyProvider",
    "KeyProvider",
    "KeyRing",
    "TransitAddress",
    "TransitKeyProvider",
    "derive",
    "ed25519_public",
    "ed25519_sign",
    "ed25519_verify",
    "mac",
    "open_ring",
    "random_bytes",
    "rsa_signed",
    "same",
    "seal",
    "sha256",
    "unseal",
]
