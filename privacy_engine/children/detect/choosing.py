"""Chooses the leads that can end at a number, by the words that stand before it."""

from collections.abc import Iterable, Iterator
from typing import Final

from privacy_engine.children.detect.leads import WRITER, Lead

# One bit for each lead, the first lead the lowest, so that a few words choose among all leads
# without a look at each of them.
_OF_WORD: Final[dict[str, int]] = {
    word: sum(1 << place for place, lead in enumerate(WRITER) if word in lead.needs)
    for word in frozenset[str]().union(*(lead.needs for lead in WRITER))
}
_OF_TAIL: Final[dict[str, int]] = {
    tail: sum(1 << place for place, lead in enumerate(WRITER) if tail in lead.tails)
    for tail in ("old", "plural", "bare", "pair")
}


def leads_for(words: Iterable[str], tail: str) -> Iterator[Lead]:
    """Yield, in their order, the leads that need one of `words` and bear that tail."""
    chosen = 0
    for word in words:
        chosen |= _OF_WORD.get(word, 0)
    chosen &= _OF_TAIL[tail]
    while chosen:
        lowest = chosen & -chosen
        yield WRITER[lowest.bit_length() - 1]
        chosen ^= lowest
