"""Who else a text speaks of, and whether a sentence about an age is about them."""

import re
from bisect import bisect_right
from typing import Final

from privacy_engine.children.detect.hinted import Ended, Hinted

GROWN: Final = (
    r"mom|mother|dad|father|husband|wife|partner|boyfriend|girlfriend|grandma|grandpa|grandmother|"
    r"grandfather|aunt|uncle|mama|papa|madre|padre|abuel[oa]|espos[oa]|marido|novi[oa]"
)
PERSON: Final = (
    r"(?:(?:step|grand|god|foster ?|half-?)?(?:son|daughter|child|children|kid|kids|kiddo|sons"
    r"|daughters)"
    r"|grandkid|grandbaby|boy|girl|boys|girls|baby|toddler|preschooler|niece|nephew|brother"
    r"|sister|sis|bro|sibling|"
    r"cousin|twins?|students?|pupils?|patients?|clients?|friends?|neighbor|neighbour|camper"
    r"|ward|placement|"
    r"youngest|oldest|eldest|little one|he|she|they|who|him|her|someone|somebody|user|person|"
    rf"{GROWN}|"
    r"hij[oa]s?|nin[oa]s?|sobrin[oa]|niet[oa]s?|herman[oa]s?|hermanit[oa]|alumn[oa]s?|paciente"
    r"|prim[oa]|"
    r"bebe|ahijad[oa]|hijastr[oa]|estudiante|vecin[oa]|amig[oa]|el|ella|quien|"
    r"chic[oa]|menor|pequen[oa]|gemel[oa]s)"
)
_AUX: Final = (
    r"(?:'s|s| is| are| turns?| turned| just turned| recently turned| will be| will turn"
    r"| is turning|"
    r" will soon be| is about to (?:be|turn)| is going to be| is almost| who is| who's"
    r"| who are|'ll be|"
    r" has just turned| became|, (?:who is|who's|now|is|he's|she's)|'re)"
)
_FILLER: Final = (
    r"(?: (?:now|only|just|almost|nearly|about|already|also|both|like|turning|barely|around|all|"
    r"actually|currently|maybe))*"
)
THIRD_IS: Final = Ended(
    rf"\b{PERSON}(?: (?!i\b|im\b|i'm\b)\w+){{0,2}}?{_AUX}{_FILLER} (?:the age of |a |an )?\Z",
    *("s", "are", "turn", "turned", "turning", "be", "became", "almost", "'ll be", "'re", " now"),
    *("only", "just", "nearly", "about", "already", "also", "both", "like", "barely", "around"),
    *("all", "actually", "currently", "maybe", " of", " a", " an"),
)
THIRD_NAMED: Final = re.compile(
    rf"\b(?!it\b|this\b|that\b|there\b|house\b|car\b|dog\b|cat\b)\w+{_AUX}{_FILLER} \Z"
)
THIRD_BESIDE: Final = Hinted(
    rf"\b{PERSON}(?:'s)?(?: (?!i\b|im\b|i'm\b|is\b|was\b|had\b|has\b)\w+){{0,3}} ?[,(:;-] ?"
    r"(?:who is |who's |now |just |only |age[d]? |ages |de )*\Z",
    *(",", "(", ":", ";", "-"),
)
THIRD_AGED: Final = Hinted(
    rf"\b{PERSON}\b[^.!?\n]{{0,25}}[,( ]age[ds]? (?:\d{{1,2}},? (?:and|y|&) )?\Z",
    "age",
)
ATTRIBUTE: Final = re.compile(
    r"\b(?:my|our|her|his|their|an?|the|this|that|another|for|with|of|and|un|una|mi|su|el|la|one|"
    r"two|three|your|some|each|whose)"
    r"(?: (?!is\b|was\b|i\b|im\b)[\w']+){0,2}[ -]\Z"
)
THIRD_SPANISH: Final = Hinted(
    r"\b(?:tienen?|cumplio|cumplen?|cumplira|va a cumplir|acaba de cumplir|esta por cumplir|"
    rf"(?!{GROWN}\b){PERSON}(?: \w+){{0,3}},? de|{PERSON}(?: \w+){{0,2}},)"
    r"(?: (?:solo|apenas|ya|casi|como|los))* \Z",
    "tiene",
    "cumpl",
    " de ",
    ",",
)
_THING: Final = (
    r"(?:house|home|car|truck|van|dog|dogs|cat|cats|puppy|kitten|horse|hamster|bird|parrot"
    r"|turtle|pet|"
    r"building|account|company|business|roof|phone|laptop|computer|marriage|relationship"
    r"|system|bike|"
    r"practice|site|website|app|injury|perr[oa]s?|gat[oa]s?|casa|coche|carro|auto|edificio"
    r"|empresa|"
    r"celular|computadora|mascota|matrimonio|school|church|song|program"
    r"|anxiety|depression|sobriety|trauma|pain|grief|addiction|career|job|debt|habit|problem"
    r"|ansiedad|depresion|sobriedad|carrera|deuda|relacion)"
)
NOBODY: Final = re.compile(
    rf"\b{_THING}\b[^.!?;,\n]{{0,14}}\Z"
    r"|\b(?:inner|movie|film|novel|book|story|show|character|song|episode|game"
    r"|scene)\b[^.!?\n]{0,30}\Z"
    r"|\b(?:like|as if|such|than|married to|basically|being|of being|as) (?:an?|some|un|una"
    r"|my)(?: \w+)? ?\Z"
    r"|\b(?:a los|(?:desde|hasta|entre|menor(?:es)? de|mayor(?:es)? de"
    r"|a partir de)(?: los)?) \Z|\bla?s \Z"
    r"|\b(?:under|over|below|above|between|until|since|from|by|than|ages|at age) \Z"
    r"|\b(?:by|even|suppose|if|let|bones of|parents of|enough for|(?:humou?r|span|maturity"
    r"|mind|mentality|brain|energy|body"
    r"|behaviou?r|heart|"
    r"logic|vocabulary|patience|that|level|age) of) an? \Z|\bat (?:only |just )?\Z|\d (?:a|to"
    r"|-) \Z"
    r"|\b(?:siendo|era|fui|como|parecen?)(?: un| una)?(?: nin\w+| de \w+)?(?: de)? \Z"
    r"|\bas an? \w+ of \Z|\bcomo si\b[^.!?\n]{0,30}\Z|\b(?:interior|llevo dentro|dentro de mi"
    r"|inside (?:of )?me|inside)\b[^.!?\n]{0,16}\Z|\b(?:days?"
    r"|weeks?|months?|times) (?:of )?\Z"
)
OWNED_THING: Final = re.compile(
    rf"\b(?:my|our|the|an?|this|that|his|her|mi|un|una|el|la|it|its) (?:\w+ ){{0,2}}{_THING}\b"
)
JUST_NAMED: Final = re.compile(
    rf"\b(?:my|our|the|a|his|her|their|two|mi|mis|un|una|el|la)(?: \w+){{0,2}} (?!(?:{GROWN})\b)"
    rf"{PERSON}(?: (?!i\b|im\b|and\b)\w+)?\Z"
)
"""Somebody else, of whom what follows a comma is said: "my twin girls, just turned six"."""
TURNED: Final = Hinted(
    r"\b(?P<name>\w+) (?:just |recently |has )?(?:turned|turns|is turning|cumplio) \Z",
    "turn",
    "cumplio",
)
NAMED: Final = Hinted(r"\b(?P<name>\w+)(?:'s| is)(?: now| only| just)? \Z", "'s ", " is ")
PAST: Final = re.compile(
    r"\b(?:was|were|tenia|used to be)(?: \w+)? \Z|\b(?:when|cuando|since)\b[^.!?\n]{0,24}\Z"
)
NO_LONGER: Final = re.compile(
    r"[ -](?:self|version|me\b|in me\b|inside\b|within\b|i (?:was|used))| (?:girl|boy|kid"
    r"|child) (?:in|inside|within) me\b"
)
ANY_CHILD: Final = re.compile(
    r"\b(?:my|our|the|mi|mis|nuestr[oa]) (?:\w+ )?(?:(?:step|grand|god|foster )?(?:son"
    r"|daughter|child|kid|kiddo)|"
    r"niece|nephew|student|patient|client|hij[oa]|nin[oa]|sobrin[oa]|niet[oa]|alumn[oa]s?"
    r"|paciente|"
    r"boy|girl|bebe|little one)s?\b|\b(?:her|his|their) (?:mom|mum|mother|dad|father|parents?"
    r"|guardian|aunt)\b|\bchild'?s\b|\b(?:child|patient|client|student) (?:name|info|age)"
    r"|\bi'?m (?:a|the) (?:single |concerned |proud |worried |foster )*(?:mom|mum|mother|dad"
    r"|father|parent|guardian|teacher|grand\w+)"
)
PARENTHESES_OF: Final = re.compile(rf"\b(?!me\b){PERSON}(?: \w+){{0,2}} ?\((?:age[d]? |a |an )?\Z")

_MARK: Final = re.compile('"')
INTRODUCED: Final = re.compile(
    r"\b(?:quoting|wrote|writes|written|typed|said|says|sent|texted|posted|asked|reads|message"
    r"|letter"
    r"|note|email|"
    r"words|text|transcript|quote|escribio|dijo|dice|puso|mando|carta|mensaje|nota|palabras"
    r"|review|"
    r"journal|diary|essay|line|diario)\b[^.!?\n]{0,70}:\s"
)
_SOMEBODY: Final = re.compile(
    rf"\b(?:(?:my|our|the|a|an|his|her|their|this|mi|su|un|una|el|la) (?:\w+ ){{0,2}}{PERSON}"
    rf"|he|she|they|her|his|their|ella|su)\b"
)


def speaks_for_another(folded: str, at: int) -> bool:
    """Return whether the words at `at` follow a colon that hands over to somebody else."""
    begin = max(0, at - 500)
    if folded.find(":", begin, at) < 0:
        return False
    for found in INTRODUCED.finditer(folded, begin, at):
        clause = max(folded.rfind(mark, 0, found.start()) for mark in ".!?\n") + 1
        if _SOMEBODY.search(folded, max(clause, found.start() - 90), found.end()):
            return True
    return False


def quotations(folded: str) -> list[tuple[int, int]]:
    """Return the quotations of a text, as indexes of the opening and the closing mark.

    A text that stands in quotes from end to end is nobody's quotation. A mark after a figure
    is inches where nothing is open. What is never closed reaches to the end of its line.
    """
    if '"' not in folded:
        return []
    marks = [found.start() for found in _MARK.finditer(folded)]
    if len(marks) == 2 and marks[0] <= 1 and folded.rstrip().endswith('"'):
        return []
    spans: list[tuple[int, int]] = []
    opening = -1
    for mark in marks:
        if opening >= 0:
            spans.append((opening, mark))
            opening = -1
        elif mark == 0 or not folded[mark - 1].isdigit():
            opening = mark
    if opening >= 0:
        line_end = folded.find("\n", opening)
        spans.append((opening, len(folded) if line_end < 0 else line_end))
    return spans


def quoted(spans: list[tuple[int, int]], at: int) -> int | None:
    """Return where the quotation that holds index `at` opens, or None outside of any."""
    place = bisect_right(spans, (at, at)) - 1
    if place >= 0 and spans[place][0] <= at < spans[place][1]:
        return spans[place][0]
    return None
