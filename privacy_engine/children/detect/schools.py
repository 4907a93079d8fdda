"""Reads school grades, and whose they are."""

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Final

from privacy_engine.children.detect.beside import AS_A_PAST
from privacy_engine.children.detect.claims import WEAK, Claim, Who
from privacy_engine.children.detect.folding import words_of
from privacy_engine.children.detect.openings import IM
from privacy_engine.children.detect.persons import ANY_CHILD, GROWN, PERSON
from privacy_engine.children.detect.pupils import is_own_class, is_pupils
from privacy_engine.children.detect.speech import UNREAL
from privacy_engine.children.grades import ORDINAL_WORDS

_WORD: Final = "|".join(sorted((w for w in ORDINAL_WORDS if w.isascii()), key=len, reverse=True))
_CARDINALS: Final = {
    word: number
    for number, word in enumerate(
        words_of("one two three four five six seven eight nine ten eleven twelve"), start=1
    )
}
_OPENINGS: Final = {word[:3] for word in _WORD.split("|")} | set(
    words_of("gra cla sta std yea yr kin pre ele la pri mid jun el hig fre sop sen hs")
)
_BY_LETTER: Final = (
    f"{letter}(?:{'|'.join(sorted({word[1:] for word in _OPENINGS if word[0] == letter}))})"
    for letter in sorted({word[0] for word in _OPENINGS})
)
OPENING: Final = rf"(?=[0-9]|{'|'.join(_BY_LETTER)})"
"""How a grade can begin; a cheap look ahead before the dear one."""
GRADE: Final = re.compile(
    rf"\b{OPENING}"
    r"(?:(?P<ordinal>\d{1,2})(?: ?(?:st|nd|rd|th|dr|t|h)[ -]{0,2}(?:graders?|grade|gr|garde"
    r"|grad|gade|standard|std)\b| grade(?:rs?)?\b(?! (?:below|above|ahead|behind|lower|higher)))"
    rf"|(?P<word>{_WORD})[ -]{{1,2}}(?:graders?|grade|gr|garde|grado|graed|basico|primaria"
    rf"|(?:ano )?(?:de "
    rf"|d )(?:la )?(?:primaria|prim|basica|elemental))\b"
    r"|(?:grade|class|standard|std) (?P<after>\d{1,2}|"
    + "|".join(_CARDINALS)
    + r")\b(?! (?:level|out of|point|on|in (?:math|english)))"
    r"|(?P<spanish>\d{1,2}) ?(?:º|o|to|do|ro|er|vo|mo|no|ero)?\.? ?(?:grado|basico|(?:ano "
    r"|curso )?(?:de "
    r"|d )(?:la )?(?:primaria|prim|basica|elemental|ep)|primaria|ep)\b"
    r"|(?:year|yr) (?P<year>\d{1,2})\b(?= (?:at|in|and|student|pupil|girl|boy|kid|here|of school"
    r"|$)|[.,!]|\Z)"
    rf"|(?P<eso>\d|{_WORD}) ?(?:º|o|to|do|ro|er)?\.? ?(?:ano )?(?:de )?(?:la )?(?:eso|secundaria"
    r"|prepa(?:ratoria)?|bach(?:i|illerato|iller))\b"
    r"|(?:(?<=in )|(?<=go to )|(?<=goto )|(?<=started )|(?<=starting )|(?<=start )"
    r"|(?<=into ))(?P<bare>[1-6](?:st|nd|rd|th)|third|fourth|fifth|sixth)(?=\s*(?:[.!?]|\Z"
    r"|,? (?:and|but|so|at|too|now|rn|lol|right now|this year|next year|in|my|with|cuz|bc"
    r"|because|btw|tho|though|ugh|pls|please|help|fyi|so|i|im|i'm|where|hates?|laughs?|picks?"
    r"|calls?|thinks?|says?)\b))"
    r"|(?:(?<=en )|(?<=paso a )|(?<=pase a )|(?<=voy a )|(?<=entro a ))"
    r"(?P<desnudo>segundo|tercero|cuarto|quinto|sexto)(?=\s*(?:[.!?,]|\Z|(?:y|pero"
    r"|porque|en|el ano|este ano|el proximo|de primaria|mi|me)\b))"
    r"|(?:(?<=\A)|(?<=[\n|;,.] )|(?<=\n))grade(?: level)? ?[:=] ?(?P<form>\d{1,2}|k)\b(?!-)"
    r"|(?<=profe de )(?P<profe>\d)(?= ?º)|(?<=maestra de )(?P<maestra>\d)(?= ?º)"
    r"|(?<=profe de )(?P<profes>segundo|tercero|cuarto|quinto|sexto)\b"
    r"|(?<=maestra de )(?P<maestras>segundo|tercero|cuarto|quinto|sexto)\b"
    r"|(?<=my grade \()(?P<mygrade>\d)(?=(?:st|nd|rd|th)?\))"
    rf"|(?:(?<=my grade is )|(?<=my grade: ))(?P<mine>\d{{1,2}}|{_WORD})(?:st|nd|rd"
    rf"|th)?(?=\s*(?:[.,!]"
    r"|\Z|(?:and|but|in|at|so)\b))"
    r"|(?:(?:middle|elementary|primary|grade) school|elementary),? ?\((?P<paren>\d{1,2})"
    r"(?:st|nd|rd|th)(?: grade)?\)"
    r"|(?P<hs>(?:high ?school|hs) (?:freshman|sophomore|junior|senior)\b"
    r"|(?:freshman|sophomore|junior|senior) (?:in|at|of) (?:high ?school|hs)\b)"
    r"|(?P<kinder>kinder(?:gard?ten|garden|gartner|gartener)?|preescolar)\b"
    r"|(?P<elementary>elementary(?: school)?|elemtary school|primary school|grade school"
    r"|la primaria|primaria|la escuela primaria)\b"
    r"|(?P<middle>middle school|junior high|la secundaria)\b"
    r"|(?P<high>high ?school|la prepa(?:ratoria)?|el bachillerato)\b)"
)
_TEACHES: Final = re.compile(
    # Words of a closed class begin something new; only nouns may stand between: "5th grade math".
    r"(?:s\b)?(?:[ -](?!(?:i|im|i'm|and|but|so|at|with|in|on|who|my|the|a|an|our|is|are|has"
    r"|have|cuz"
    r"|bc|because|rn|now|this|next|last|mrs?|ms|miss|it|they|she|he|we|y|pero|mi|la|el|que|con|en"
    r"|porque|una?|es|they're|don't|dont|can't|cant|or)\b)[\w']+){0,2}[ -](?:teach\w*|aide"
    r"|instructor|educator|"
    r"counselor|principal|para\w*|mom|mother|dad|father|parents?|tutor|coach|volunteer|librarian|"
    r"class(?:room)?|nurse|psychologist|team|parking|lot|office|building|gym|self|version"
    r"|admin\w*|heart|tumou?r|cancer|sprain|concussion"
    r"|burn|failure|renal|liver|disease|level|curriculum|reading level|math workbook|education|"
    r"graduate|diploma|reunion|sweetheart|friends?|dropout|maestr\w*)\b|'s (?:mom|dad|mother"
    r"|father)"
    r"| in (?:19|20)\d\d|s\b(?! (?:math|ela|class))| de (?:desesper|dolor)"
)
_ADVERB: Final = (
    r"(?:[ ,]{1,2}(?:\w+ly|just|like|kinda|still|now|rn|also|about|gonna|going|so|right now|a))*?"
)
_WRITER: Final = re.compile(
    rf"(?:\b|(?=&))(?:(?:{IM}{_ADVERB}(?= \Z)"
    rf"|{IM}{_ADVERB} (?:in|an?|into|going (?:in)?to|entering|starting|beginning|finishing|"
    r"about to (?:be in|start|go (?:in)?to)|gonna be in|going to be in|at"
    r"|the \w+(?: kid| one| boy| girl| student)? (?:in|of)|repeating|attending|"
    r"(?:a |an )?(?:\w+ )?(?:student|kid|pupil|girl|boy) (?:in|at|from))"
    r"|(?<![\w'])i (?:just |already |finally |recently |only just )(?:started|began|entered"
    r"|finished)"
    r"|(?<![\w'])i finished(?= [\w ]{3,12}(?:in|last|this) (?:may|june|july|month|week|summer"
    r"|spring|year)\b(?! (?:of|19|20)))"
    r"|(?<![\w'])i (?:\w+ ){0,2}?(?:go to|goto|attend|start|starting|repeat|"
    r"study|studying|study in|studying in|"
    r"will start|will be in|'ll be in|skipped to|got into|be in|made it to)"
    r"|(?<![\w'])i'll (?:be|start)(?: in)?"
    rf"|{IM} (?:\w+ )?home ?-?school(?:ed|er|ing)?[^.!?\n]{{0,30}}? (?:would|should|'d"
    rf"|supposed to) be(?: in)?"
    r"|\b(?:and|,) (?:i )?(?:study|studying|am studying)(?: in)?"
    r"|(?<![\w'])my grade(?: level)?(?: is|:|'s)?|\bgrade(?: level)?:"
    r"|\bmoved me (?:up |down |back )?(?:to|into)"
    r"|(?<![\w'])we(?:'re|re| are) (?:\w+ ){1,4}in"
    r"|(?<![\w'])(?:and|&|me and \w+) i (?:are|r) (?:both )?in|(?<![\w'])we(?:'re| are"
    r"| r) (?:all |both )?in"
    r"|(?:\A|[.!?\n,;] *)cursando(?: el)?|(?<!\w)(?:estoy|toy|stoy|estamos|voy|ando|curso"
    r"|estudio|entro|entre|paso|pase|empiezo"
    r"|empece|hago|repito|repeti)(?: ya"
    r"| apenas| solo)? ?(?:en|a|al|cursando)?"
    r"|(?<!\w)soy (?:un |una )?(?:estudiante |alumn[oa] |nin[oa] )?(?:de|en|del)"
    r"|(?<!\w)mi grado(?: es|:)?)"
    r"(?: (?:the|my|her|his|mr\.?|mrs\.?|ms\.?|miss|el|la|end of|like|only|just|now|a|mi))*"
    r"(?: (?!of\b|mom\b|mother\b|parent\b|teacher\b|to\b|teach\w*\b|for\b)[\w'.]+){0,2}) ?\Z"
)
_HERE: Final = re.compile(r"(?: (?!mom|dad|teach|parent)\w+)? here\b")
_GOING: Final = re.compile(
    r"(?:\A|[.!?\n;] *|\b(?:hi|hey|hello),? )(?:just |about to be |about to start )?(?:going "
    r"(?:in)?to|entering|starting|finishing|almost done with|repeating)(?: the)? \Z"
)
_HARD: Final = re.compile(
    r" (?:is|has been) (?:(?:so+|really|rly|super|very|too|way too|just) )*(?:hard|bad|awful"
    r"|boring"
    r"|scary|stressful|horrible|terrible|lonely|rough|confusing)\b| sucks\b"
)
_MY_PROFE: Final = re.compile(r"(?<!\w)mi (?:profe|maestra) de \Z")
_ALONE: Final = re.compile(r"[,.!] (?!(?:he|she|they|his|her|was|has|needs)\b)")
_SAID: Final = re.compile(r" (?:dice|me dijo que (?:\w+ara|\w+iera)|quiere|es)\b")
_CLASS: Final = re.compile(r"[ -]class(?:room)?\b")
_MY_TEACHER: Final = re.compile(
    r"[ -](?:teacher|maestra?o?|profe\w*) (?:says|thinks|wants|is|told me to|said (?:to|i|that i)"
    r"|dice|es|quiere|me dijo que (?:\w+ara|\w+iera))\b"
)
_MY: Final = re.compile(r"(?<![\w'])(?:my|mi maestr[oa] de|mi profe\w* de) \Z")
_START: Final = re.compile(r"(?:\A|[.!?\n] *|\b(?:hi|hey|hello),? )\Z")
_PUPIL_ENDS: Final = ("grader", "graders", "gartner", "gartener")
_PUPIL: Final = re.compile(r" (?:student|kid|girl|boy)\b")
_CLAUSE: Final = re.compile(
    r"(?:(?:\A|[.!?\n] *)(?!(?:my|our|his|her|the|an?)\b)\w+ |\A|[.!?\n;,(:] *|\b(?:hi|hey"
    r"|hello|a|as a|just a|being a|only a) )\Z"
)
_MY_YEAR: Final = re.compile(
    r"\b(?:this|it|it's|its) (?:is )?my (?:first|last|second|third) year (?:of|in|at) \Z"
)
_MY_FIRST_DAY: Final = re.compile(r"(?<![\w'])my (?:first|last) (?:day|week) (?:of|in|at) \Z")
_PRESENT: Final = re.compile(r" (?:is|starts?|tomorrow|today)\b")
_AS_GRADER: Final = re.compile(
    rf"(?:(?<![\w'])(?:(?:as|being) an?|(?:as|being|{IM}) the (?:only|new|\w+est)) (?=\Z)"
    rf"|{IM} [a-z]+, )\Z"
)
_ONE_OF: Final = re.compile(r"\b(?:one|two|some) of (?:my|our|the) \Z")
_SIGNED: Final = re.compile(r"[a-z][ ]?[,(\n-] *\Z")
_SIGNED_END: Final = re.compile(r"\s*[).!]*\s*\Z")
_THIRD: Final = re.compile(
    rf"(?:\b{PERSON}(?: \w+){{0,3}}?(?:,? que)?(?:'s|'re| is| are| just started| started"
    rf"| starts| will be"
    rf"| goes to|"
    r" entered| entering| attends| (?:esta|va|entro|entra|cursa))?(?: now| currently| only"
    r"| just| about to start| starting| going)*"
    r"(?: in| en| into| entering| starting| a| al| to)?(?: the| an?| el| la)?"
    r") \Z"
)
_OF_SOMEBODY: Final = re.compile(
    r"\b(?:my|our|her|his|an?|the|mi|una?|for|with|of|whose)(?: (?!i\b|im\b)\w+)? \Z"
)
_PAST: Final = re.compile(
    r"\b(?:was|were|since(?! (?:\Z|i'?m\b|i am\b))|back (?:in|to)|when|taught|teach(?:es"
    r"|ing)?|work(?:s|ed|ing)? (?:in"
    r"|at|with)|"
    r"remember|used to|until|after|during|estaba|iba|cuando|trabaj\w+|clases|doy"
    r"|enseno)\b[^.!?,\n]{0,30}\Z"
)
_GROWN: Final = re.compile(rf"\b(?:{GROWN})\b[^.!?\n]{{0,16}}\Z")
_NEGATED: Final = re.compile(r"\b(?:not|never|isn't|wasn't|no)(?: \w+){0,2} \Z")

_NUMBERED: Final = frozenset(words_of("ordinal word after spanish year eso paren bare desnudo"))
_NEXT_YEAR: Final = re.compile(
    r"[^.!?\n]{0,12}\b(?:next (?:school )?(?:year|fall|september|august)"
    r"|el (?:proximo|otro) ano|el ano que (?:viene|entra)|el proximo ciclo)\b"
)
_BESIDE: Final = 120
"""More characters than a grade can reach before or behind the word that speaks of school."""

MOST_GRADES: Final = 1000
"""Grades read in one text, so that a long list cannot hold up the intake."""


def school_claims(folded: str, words: Collection[str]) -> Iterator[Claim]:
    """Yield what grades and kinds of school say about ages.

    Args:
        folded: the text in the folded spelling.
        words: those of its words that speak of school; every grade holds one of them.
    """
    for found in islice(GRADE.finditer(folded, *school_stretch(folded, words)), MOST_GRADES):
        ages = _ages(found)
        left = folded[max(0, found.start() - 80) : found.start()]
        if ages is None or _is_taught(folded, found.end(), left):
            continue
        claim = _claim(folded, found, left)
        if claim is None:
            continue
        who, rule, strength, opens = claim
        if who == "writer" and (
            "next year" in left[-40:] or _NEXT_YEAR.match(folded, found.end())
        ):
            ages = (ages[0] - 1, ages[1] - 1)
        opens += found.start() - len(left)
        yield Claim(who, *ages, found.start(), found.end(), rule, strength, opens)


def school_stretch(folded: str, words: Collection[str]) -> tuple[int, int]:
    """Return where the text speaks of school; reading a grade is dear, so the rest is left out."""
    begin = min(map(folded.find, words)) - _BESIDE
    return max(0, begin), max(map(folded.rfind, words)) + _BESIDE


def _is_taught(folded: str, end: int, left: str) -> bool:
    """Return whether the grade belongs to a teacher, a room or a parent, and to no pupil."""
    if _TEACHES.match(folded, end) is None:
        return False
    if _CLASS.match(folded, end):
        return _WRITER.search(left) is None and not is_own_class(folded, end, left)
    return not (_MY.search(left) and _MY_TEACHER.match(folded, end))


_Judged = tuple[Who, str, float, int]
"""Whose grade, by which rule, how strongly, and where in the text before it the subject is."""


def _claim(folded: str, found: re.Match[str], left: str) -> _Judged | None:
    if lead := _WRITER.search(left):
        before = left[: lead.start()]
        if _NEGATED.search(left) or _PAST.search(before[-14:]) or UNREAL.search(before):
            return None
        return "writer", "school_grade", 0.9, lead.start()
    here = len(left)
    if _by_writer(folded, found, left):
        return "writer", "school_grade", 0.85, here
    if _is_form(folded, found, left):
        return "writer", "signed_grade", WEAK, here
    if _is_others(found, left):
        return "third_person", "other_grade", 0.85, here
    return None


def _by_writer(folded: str, found: re.Match[str], left: str) -> bool:
    """Return whether the grade is the writer's where no first person stands before it."""
    end = found.end()
    if found["profe"] or found["maestra"] or found["profes"] or found["maestras"]:
        return (
            _MY_PROFE.search(left) is not None
            and (_SAID.match(folded, end) or _SAID.match(folded, end + 1)) is not None
        )
    if _MY_YEAR.search(left) or (found["hs"] and _START.search(left)):
        return True
    if _MY_FIRST_DAY.search(left):
        return _PRESENT.match(folded, end) is not None
    if _AS_GRADER.search(left):
        return AS_A_PAST.match(folded, end) is None
    if _is_my_day(folded, found, left) or _is_pupil_here(folded, found, left):
        return True
    return _is_numbered(found) and is_pupils(folded, found, left)


def _is_my_day(folded: str, found: re.Match[str], left: str) -> bool:
    """Return whether somebody tells of their own days at school, or of what their teacher says."""
    end = found.end()
    if _MY.search(left) and (_MY_TEACHER.match(folded, end) or _SAID.match(folded, end)):
        return True
    if not _is_numbered(found):
        return False
    is_hard = _START.search(left) and (_HARD.match(folded, end) or folded.startswith(" here", end))
    return bool(is_hard or (_GOING.search(left) and not ANY_CHILD.search(folded[:4000])))


def _is_pupil_here(folded: str, found: re.Match[str], left: str) -> bool:
    end = found.end()
    is_pupil = found[0].endswith(_PUPIL_ENDS) or _PUPIL.match(folded, end)
    if is_pupil and _START.search(left) and _ALONE.match(folded, end):
        return not ANY_CHILD.search(folded[:4000])
    return bool(is_pupil and _CLAUSE.search(left) and _HERE.match(folded, end))


def _is_form(folded: str, found: re.Match[str], left: str) -> bool:
    if found["form"] or found["mine"] or found["mygrade"]:
        return True
    is_signed = _SIGNED.search(left) and _SIGNED_END.match(folded, found.end())
    return bool(is_signed and not _PAST.search(left) and _is_numbered(found) and len(folded) > 40)


def _is_others(found: re.Match[str], left: str) -> bool:
    if found[0].endswith("graders") and not _ONE_OF.search(left):
        return False
    if not _is_numbered(found) and not found["kinder"] and not found["hs"]:
        return False
    is_pupil = found[0].endswith(_PUPIL_ENDS) or _PUPIL.match(found.string, found.end())
    is_theirs = _THIRD.search(left) or (is_pupil and _OF_SOMEBODY.search(left))
    return bool(is_theirs and not _PAST.search(left) and not _GROWN.search(left))


def _is_numbered(found: re.Match[str]) -> bool:
    return found.lastgroup in _NUMBERED


def _ages(found: re.Match[str]) -> tuple[int, int] | None:
    """Return the ages of the grade; a United States grade g holds g+5 to g+6."""
    fixed = {"kinder": (4, 6), "elementary": (5, 12), "middle": (10, 14)}
    fixed |= dict.fromkeys(("high", "hs"), (13, 17))
    kind = found.lastgroup or ""
    if kind in fixed:
        return fixed[kind]
    text = found[kind]
    if kind == "bare" and text[0].isdigit():
        text = text[0]
    if text == "k":
        return fixed["kinder"]
    number = _number(text)
    grade = number + {"year": -1, "eso": 6}.get(kind, 0)
    grade += 3 * (kind == "eso" and ("prepa" in found[0] or "bach" in found[0]))
    if not 1 <= grade <= 12:
        return None
    # A twelfth grader may have turned 18 but is taken for a minor, which protects more.
    return (grade + 5, min(grade + 6, 17))


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    return ORDINAL_WORDS.get(text, 0) or _CARDINALS.get(text, 0)
