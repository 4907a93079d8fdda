"""Chooses the leads that can end at a number, by the words that stand before it."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from privacy_engine.children.detect.leads import WRITER
from privacy_engine.children.detect.openings import Lead

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


_BY_RULE: Final = {lead.rule: lead for lead in WRITER}
_PLAIN_ENDS: Final = ("im ", "i'm ", "i am ", "tengo ")
_PLAIN: Final = re.compile(
    r"(?<![\w'])(?<!when )(?<!once )(?<!until )(?<!till )(?<!before )(?<!after )(?<!and )(?<!& )"
    r"(?<!n )(?:(?P<is_age>i'?m|i am)|(?<!no )(?<!casi )(?P<tengo>tengo)) \Z"
)
_PLAIN_REACH: Final = 16


def plain_lead(left: str) -> tuple[Lead, int] | None:
    """Return the lead of the plainest words, "I'm" and "tengo", where no other can precede it."""
    if not left.endswith(_PLAIN_ENDS):
        return None
    found = _PLAIN.search(left, max(0, len(left) - _PLAIN_REACH))
    return (_BY_RULE[found.lastgroup or ""], found.start()) if found else None
