"""Draws a sample that anybody can draw again: from the seed and the leaf hashes, nothing else."""

import hashlib
import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from privacy_engine.errors import InvalidInput

METHOD = (
    "For each entry of the population, the SHA-256 of the seed, a colon and the entry's leaf hash "
    "in hexadecimal is computed. The entries with the smallest values are the sample."
)
LARGEST = 500
LONGEST_SEED = 64


@dataclass(frozen=True)
class Item:
    """One entry of a population."""

    event_id: str
    position: int
    leaf_hash: bytes


def rank(seed: str, leaf_hash: bytes) -> bytes:
    """Return the value by which an entry is chosen."""
    return hashlib.sha256(f"{seed}:{leaf_hash.hex()}".encode()).digest()


def draw(items: Iterable[Item], *, seed: str, size: int) -> tuple[Item, ...]:
    """Return the sample in order of position; all of them where there are fewer than `size`.

    Raises:
        InvalidInput: a seed or a size that is none.
    """
    check(seed, size)
    chosen = heapq.nsmallest(size, items, key=lambda one: rank(seed, one.leaf_hash))
    return tuple(sorted(chosen, key=lambda one: one.position))


def check(seed: str, size: int) -> None:
    """Refuse what makes no sample.

    Raises:
        InvalidInput: saying what is wrong.
    """
    if not 0 < len(seed) <= LONGEST_SEED or not seed.isascii() or not seed.isprintable():
        raise InvalidInput(f"a seed is 1 to {LONGEST_SEED} plain characters")
    if not 0 < size <= LARGEST:
        raise InvalidInput(f"a sample has 1 to {LARGEST} items")
