"""A keyed digest over a set of rows: the same in any order, and multiplied up batch by batch."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from privacy_engine import keys

PRIME = 2**255 - 19
NOTHING = 1
"""The digest over no row."""
_BYTES = 32


class KeyDigest:
    """Multiplies (secret + key) over the keys of rows, modulo a prime of 255 bits.

    Two different sets of n keys have the same product only where the secret is one of at most n
    roots of a polynomial: with a chance below n / 2^254 for whoever does not know the secret.
    Whole numbers count as they are, any other key by a keyed hash of its spelling.

    Source: Carter and Wegman, Universal classes of hash functions (1979), polynomial hashing.
    """

    def __init__(self, secret: bytes, table: str) -> None:
        """Take the instance's secret, and the name of the table."""
        key = keys.derive(secret, label=f"retention-digest:{table}")
        self._secret = int.from_bytes(key, "big") % PRIME
        self._keyed = blake2b(key=key, digest_size=_BYTES)

    def of_numbers(self, numbers: Iterable[int]) -> int:
        """Return the digest over rows whose keys are whole numbers.

        Two at a time: (s + a)(s + b) = s² + s(a + b) + ab, which takes half the long divisions.
        """
        secret, total = self._secret, NOTHING
        square = secret * secret % PRIME
        left = iter(numbers)
        for one in left:
            other = next(left, None)
            if other is None:
                return total * (secret + one) % PRIME
            total = total * (square + secret * (one + other) + one * other) % PRIME
        return total

    def of(self, rows: Iterable[Sequence[Any]]) -> int:
        """Return the digest over rows by their keys, each a tuple."""
        return self.of_numbers(map(self._number, rows))

    def _number(self, row: Sequence[Any]) -> int:
        if len(row) == 1 and type(row[0]) is int:
            return row[0]
        hashed = self._keyed.copy()
        hashed.update("\x1f".join(map(str, row)).encode())
        return int.from_bytes(hashed.digest(), "big")


def combined(digests: Iterable[int]) -> int:
    """Return the digest over several sets of rows that share none."""
    total = NOTHING
    for digest in digests:
        total = total * digest % PRIME
    return total
