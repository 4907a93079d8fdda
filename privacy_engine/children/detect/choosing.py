"""Chooses the leads that can end at a number, by the words that stand before it."""

import re
from collections.abc import Iterator
from typing import Final

from privacy_engine.children.detect.folding import words_of
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


_IM = "m mm mmm mmmm im imm immm immmm am iam ima imma ime is are r em an be iam aim"
ENDS: Final = {
    "not_yet_age": f"{_IM} quite even yet under below than over the of turned reached become turn "
    "turning tengo cumplo cumplido los aun todavia ni de que reach hit cumpla tenga",
    "next_birthday": "turning be turn almost nearly nearing to being soon on become cumplir tener "
    "hacer los cumplo kumplo cunplo kunplo cumplire kumplire cunplire kunplire cumplimos tendre "
    "ya mis para pa por tengo casi cumpleanos numero",
    "is_age": f"{_IM} -ly just like kinda of sorta about around now also still already rn lowkey "
    "legit even maybe prob currently ok well uh um umm tbh so too -th all -ge -ee aged turned "
    "there here btw yes fact sadly young re aeg being tener me s us only",
}
"""The dearest leads, with the words of which one must stand last before the number.

"-ly" stands for each word that ends so. Other leads may end with any word.
"""
_ENDING: Final = {rule: frozenset(words_of(ends)) for rule, ends in ENDS.items()}
_OF_END: Final[dict[str, int]] = {
    end: sum(1 << place for place, lead in enumerate(WRITER) if end in _ENDING.get(lead.rule, ()))
    for end in frozenset[str]().union(*_ENDING.values())
}
_OF_LETTERS: Final = {end[1:]: leads for end, leads in _OF_END.items() if end[0] == "-"}
_OF_ANY_END: Final = sum(1 << place for place, lead in enumerate(WRITER) if lead.rule not in ENDS)


def leads_for(words: list[str], tail: str) -> Iterator[Lead]:
    """Yield, in their order, the leads that need one of `words`, end so and bear that tail."""
    if not words:
        return
    end = words[-1]
    fitting = _OF_ANY_END | _OF_END.get(end, 0) | _OF_LETTERS.get(end[-2:], 0)
    fitting &= _OF_TAIL[tail]
    chosen = 0
    for word in words:
        chosen |= _OF_WORD.get(word, 0)
    chosen &= fitting
    while chosen:
        lowest = chosen & -chosen
        yield WRITER[lowest.bit_length() - 1]
        chosen ^= lowest


_BY_RULE: Final = {lead.rule: lead for lead in WRITER}
_PLAINENDS: Final = ("im ", "i'm ", "i am ", "tengo ")
_PLAIN: Final = re.compile(
    r"(?<![\w'])(?<!when )(?<!once )(?<!until )(?<!till )(?<!before )(?<!after )(?<!and )(?<!& )"
    r"(?<!n )(?:(?P<is_age>i'?m|i am)|(?<!no )(?<!casi )(?P<tengo>tengo)) \Z"
)
_PLAIN_REACH: Final = 16


def plain_lead(left: str) -> tuple[Lead, int] | None:
    """Return the lead of the plainest words, "I'm" and "tengo", where no other can precede it."""
    if not left.endswith(_PLAINENDS):
        return None
    found = _PLAIN.search(left, max(0, len(left) - _PLAIN_REACH))
    return (_BY_RULE[found.lastgroup or ""], found.start()) if found else None
