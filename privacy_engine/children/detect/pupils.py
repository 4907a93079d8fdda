"""Says whether a school grade is the writer's own where no first person stands before it."""

import re
from typing import Final

from privacy_engine.children.detect.beside import FIRST_PERSON
from privacy_engine.children.detect.persons import ANY_CHILD

_OPENS: Final = r"(?:\A|[.!?\n;,(] *|\b(?:hi|hey|hello|hola|and|but|so|cuz|bc|because|y|pero),? )"
_STILL: Final = re.compile(
    _OPENS + r"(?:(?:still|currently|only|just|now|already|finally|todavia|aun|apenas|ya"
    r"|solo) )+(?:voy )?(?:in|en)(?: the| el)? \Z"
)
_IN: Final = re.compile(_OPENS + r"(?:(?:in|en)(?: the| el)? )?\Z")
_GOES_ON_NOW: Final = re.compile(
    r"[,.]? (?:and |but |y |pero )?(?:(?:always |already |still )?(?:getting|being|feeling|having"
    r"|struggling|failing|dealing|hating|looking for|trying to|hoping to|wanting to)\b|i'?m\b"
    r"|i am\b|i (?:feel|need|want|hate|cry|have no"
    r"|can'?t|don'?t)\b|me (?:siento|molestan|pegan|dicen|da|gritan)\b|estoy\b|necesito\b"
    r"|quiero\b|no (?:puedo|quiero|tengo)\b)"
)
_FIELD: Final = re.compile(
    r"(?:\A|[.!?|\n] *)(?:student|pupil|boy|girl|kid|child|estudiante|alumn[oa]|nin[oa])"
    r"[,:;|-] *\Z"
)
_FIELD_END: Final = re.compile(r" *(?:\Z|[.,;!|\n])")
_MY_CLASS: Final = re.compile(
    r"\b(?:(?:in|of) my|our|my class|en mi|de mi)(?: class| classroom| school| elementary school"
    r"| salon| clase| escuela| grupo)?[ ,:(-]{1,3}(?:is )?(?:de |in )?\Z"
)
_AMONG_PUPILS: Final = re.compile(
    r"\b(?:no ?(?:body|one)|every ?(?:body|one)|(?:mean|bad) (?:kids?|girls?|boys?)"
    r"|bull(?:y|ies|ied)|pick(?:s|ed|ing)? on|laughs?|makes? fun|hates? me|likes? me|my friends?"
    r"|no friends|recess|homework|my teacher|we (?:learned|have to|had to|have a|talked)"
    r"|calls? me|me (?:molestan|pegan|dicen|gritan|hacen|ignoran)|nadie|mi maestr[oa]|mi profe"
    r"|recreo|tarea|the only one|mean teacher|yells? at (?:me|us)|menos yo)\b"
)
_OTHERS_OF_MINE: Final = re.compile(
    r"\b(?:every(?:one|body) (?:else )?in|all the (?:kids|girls|boys) in) \Z"
    r"|\b(?:all )?the other (?:(?:kids?|girls?|boys?|students?) (?:in|of|from) (?:the )?)?\Z"
    r"|\b(?:todos )?l[oa]s demas (?:ninos )?(?:de |en )\Z|\blos otros (?:ninos )?de \Z"
)
_HATED: Final = re.compile(
    r"(?:\A|[.!?\n] *)(?:hate|ugh,?) \Z|(?<![\w'])i (?:really |just |so )?(?:hate|dislike"
    r"|can'?t stand|am scared of) \Z|\bodio \Z"
)
_DONE: Final = re.compile(r"(?<![\w'])i (?:have|got|hate) \Z|\bmy homework (?:for|in) \Z")
_FIRST_DAY: Final = re.compile(
    _OPENS + r"(?:the |my )?(?:first|1st|last) (?:day|week|month) (?:of|in|at) (?:the )?\Z"
    r"|\b(?:el|mi) (?:primer|ultimo) dia (?:de|en) \Z"
)
_LATELY_BEGUN: Final = re.compile(
    r" (?:(?:just |only )?(?:started|starts|began|begins|was|is|fue|es|empezo|empieza) )"
    r"(?:(?:like|just|only|about|back|en|in|on|el) )*(?:"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?! (?:of )?(?:19|20)\d\d)"
    r"|enero|febrero|agosto|septiembre|octubre|marzo"
    r"|(?:last|this|next) (?:week|month|(?:mon|tues|wednes|thurs|fri)day)|(?:mon|tues|wednes|thurs"
    r"|fri)day|yesterday|today|tomorrow|(?:a|one|two|three|\d) (?:days?|weeks?) ago|ayer|hoy"
    r"|manana"
    r"|(?:el )?lunes|la semana pasada|hace (?:poco|una semana|dos semanas|unos dias))\b"
)
_CARED_FOR: Final = re.compile(
    r"\b(?:(?:proud of|treat|bring|take|enroll|worried about) (?:him|her)|for him|so proud)\b"
)
"""Words for a child that somebody grown looks after."""
_SIGNED_NAME: Final = re.compile(
    r"(?:\b(?:from|by|love|sincerely|your friend|name:|soy|i'?m|i am|me llamo|atte|firma),? "
    r"[a-z]+(?: [a-z]+)?[.]?|[.!?\n] *-+ ?[a-z]+)[,(] ?\Z"
)
_SIGNED_SCHOOL: Final = re.compile(
    r"(?: [\"']?[a-f][\"']?)?(?: *(?:\Z|[.!)\n])|,? (?:at |en |de )?(?:[a-z'.]+ ){0,4}(?:school"
    r"|elementary|academy|primary|escuela|colegio|room|mrs?|ms|miss)\b)"
)
_SUBJECT: Final = re.compile(
    r" (?:math|maths|homework|reading|science|tests?|work|spelling|is|and i)\b"
)
_AT_SCHOOL: Final = re.compile(
    r"(?<![\w'])(?:i (?:go to|goto|attend|am at)|i'?m at|i'?m in|at my) (?:\w+ ){0,2}school"
    r"[ ,:(-]{1,3}\Z"
)
_PUPIL_IN: Final = re.compile(
    r"(?:\A|[.!?\n] *|\b(?:hi|hey|hello),? )(?:just )?(?:an? )?(?:\w+ )?"
    r"(?:(?:kid|boy|girl|student|pupil) (?:in|from)(?: the)? )?\Z"
)
_HERE_OR_ME: Final = re.compile(r" here\b|[^.!?\n]{0,40}(?:\(me\)| (?:which is|that'?s|aka) me\b)")
_MY_TEACHERS: Final = re.compile(r"(?<!\w)mi (?:profe\w*|maestr[oa]|seno) (?:de|en) \Z")
_SAYS: Final = re.compile(
    r"(?: grado| de primaria)? (?:dice|(?:me|nos) (?:dijo|dio|grita)|quiere|es|grita)\b"
)
_GROWN_UP: Final = re.compile(
    r"\b(?:i (?:\w+ )?teach|i taught|i'?m (?:an?|the) (?:\w+ ){0,2}(?:teacher|principal"
    r"|counselor|aide|tutor|coach|parent)|as a (?:\w+ )?(?:teacher|parent)|(?:my|our) students?"
    r"|my pupils?|one of (?:my|our)|(?:my|our) class(?:room)? of|lesson plans?|teaching|doy clases"
    r"|soy (?:el |la )?(?:maestr|profe|docente)|mis alumn)"
)
_WAS: Final = re.compile(r"\b(?:was|were|used to|remember|back then|years ago|era|estaba|iba)\b")


def is_pupils(folded: str, found: re.Match[str], left: str) -> bool:
    """Return whether a grade is told as only somebody who is in it would tell it.

    Args:
        folded: the whole text in the folded spelling.
        found: the grade, which bears a number.
        left: what stands before it.
    """
    end = found.end()
    is_among = _OTHERS_OF_MINE.search(left) is not None
    # The whole text is looked at last: a text that is nothing but grades is looked at for none.
    if not (
        is_among
        or _tells_of_now(folded, left, end=end)
        or _tells_of_class(folded, left, end=end)
        or _tells_of_self(folded, left, end=end)
    ):
        return False
    # The children of "the other kids" are no child that the writer speaks for.
    told = folded[:4000].replace("the other ", "") if is_among else folded[:4000]
    return not (ANY_CHILD.search(told) or _GROWN_UP.search(told))


def _tells_of_now(folded: str, left: str, *, end: int) -> bool:
    """Return whether a sentence without a subject says where its writer is: "still in 5th"."""
    if _CARED_FOR.search(folded[:4000]):
        return False
    if _LATELY_BEGUN.match(folded, end) and (_FIRST_DAY.search(left) or _IN.search(left)):
        return FIRST_PERSON.search(folded[:4000]) is not None
    if _STILL.search(left) or (_AT_SCHOOL.search(left) and _FIELD_END.match(folded, end)):
        return True
    return bool(_IN.search(left) and _GOES_ON_NOW.match(folded, end))


def _tells_of_class(folded: str, left: str, *, end: int) -> bool:
    """Return whether a class is told of by one who sits in it."""
    if _MY_TEACHERS.search(left):
        return _SAYS.match(folded, end) is not None
    if not _MY_CLASS.search(left):
        return False
    told = folded[max(0, end - 140) : end + 140]
    return _AMONG_PUPILS.search(told) is not None and _WAS.search(told) is None


def is_own_class(folded: str, end: int, left: str) -> bool:
    """Return whether "my 5th grade class" is the one that the writer sits in."""
    is_grown = ANY_CHILD.search(folded[:4000]) or _GROWN_UP.search(folded[:4000])
    return not is_grown and _tells_of_class(folded, left, end=end)


def is_told_by_pupil(folded: str, end: int) -> bool:
    """Return whether what stands around a class is told as by one of its pupils."""
    if _GROWN_UP.search(folded[:4000]) or ANY_CHILD.search(folded[:4000]):
        return False
    told = folded[max(0, end - 140) : end + 140]
    return _AMONG_PUPILS.search(told) is not None and _WAS.search(told) is None


def _tells_of_self(folded: str, left: str, *, end: int) -> bool:
    """Return whether homework, a form or a plea says it."""
    if _SIGNED_NAME.search(left) and _SIGNED_SCHOOL.match(folded, end):
        return True
    if _HATED.search(left):
        return _FIELD_END.match(folded, end) is not None
    if _DONE.search(left):
        return _SUBJECT.match(folded, end) is not None
    if _FIELD.search(left) and _FIELD_END.match(folded, end):
        return FIRST_PERSON.search(folded, end, end + 200) is not None
    return bool(_PUPIL_IN.search(left) and _HERE_OR_ME.match(folded, end))
