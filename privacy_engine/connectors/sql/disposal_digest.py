"""A keyed digest over a set of rows: the same in any order, and summed up batch by batch."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from privacy_engine import keys

_BYTES = 32
MODULUS: int = 1 << (8 * _BYTES)


class KeyDigest:
    """Sums keyed hashes of row keys of one table; nobody without the secret can make a collision.

    Source: Bellare and Micciancio, A New Paradigm for Collision-Free Hashing (1997), AdHASH; the
    hashes are keyed, so that the sum cannot be steered by somebody who chooses keys of rows.
    """

    def __init__(self, secret: bytes, table: str) -> None:
        """Take the instance's secret, and the name of the table."""
        self._key = keys.derive(secret, label=f"retention-digest:{table}")

    def of(self, rows: Iterable[Sequence[Any]]) -> int:
        """Return the sum over keys of rows, below 2^256."""
        total: int = 0
        for row in rows:
            spelled = "\x1f".join(map(str, row)).encode()
            total += int.from_bytes(
                blake2b(spelled, key=self._key, digest_size=_BYTES).digest(), "big"
            )
        return total % MODULUS
