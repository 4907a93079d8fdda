"""What stands before an age that no first person leads to: forms, signatures, chat tags."""

import re
from typing import Final

from privacy_engine.children.detect.hinted import Ended, Hinted
from privacy_engine.children.detect.openings import NAME

FORM_AGE: Final = re.compile(
    r"(?<![\w'])(?<!minimum )(?<!min )(?<!maximum )(?<!max )(?<!legal )(?<!mental )(?<!required )"
    r"(?<!average )(?<!his )(?<!her )(?<!their )(?<!dog's )(?<!cat's )"
    r"(?<!the )(?<!minima )(?<!s' )(?<!'s )"
    r"(?:age|edad|current age|edad actual|how old(?: are you\??)?|age \(years\))[ ]*[:=?-]+ *\Z"
)
AGE_WORD: Final = re.compile(
    r"(?<![\w'])(?<!\bsince )(?<!\bat )(?<!\bby )(?<!\bfrom )(?<!\buntil )(?<!\bto )"
    r"(?<!\bbefore )(?<!\bafter )(?<!\bof )(?<!\bunder )"
    r"(?<!\bover )(?<!\bthe )(?<!\bmy )(?<!\baround )(?<!\babout )(?<!\bminimum )(?<!\bfor )"
    r"(?:age|aged|edad)[ ,]\Z"
)
AGE_QUESTION: Final = Hinted(
    r"(?<![\w'])my age[.?!,:]+ *(?:it'?s )?\Z|\bhow old (?:am i|are you|i am|r u|are u|im"
    r"|i'm)(?:[?:]| and|,? so)[ ]*(?:i (?:said|say"
    r"|answered)|a:|answer:|well)?[ :\"]*\Z",
    "age",
    "old",
)
AT_AGE: Final = Hinted(r"(?:\A|[.!?\n,;] *|\b(?:and|but|so|because) )at (?:only |just )?\Z", "at ")
SIGNATURE: Final = Hinted(
    r"(?:(?:\A|\n) *-*|[.!?)] *-+| -(?=[a-z]+ ?\()) *(?:(?:love|from|sincerely|thanks|thank you"
    r"|your friend|best wishes"
    r"|regards|bye|yours|by)[,: ]+)?"
    r"(?!(?:married|divorced|separated|single|sober|clean|together|casad[oa]s?|divorciad[oa]"
    r"|separad[oa]|sobri[oa]|my|our|the|a|mi|mis|su|una?|el|la|son|daughter|child|kid|boy|girl|niece|nephew"
    r"|student|patient|client|i|im|at)\b)"
    r"[a-z'.]+(?: [a-z'.]+)? ?[,(-] *(?:age[d]? )?\Z",
    ",",
    "(",
    "-",
)
CLAUSE: Final = Ended(
    r"(?:\A|[.!?\n;,([] *|\b(?:hi|hey|hello|hola|yo|sup|asl|well|so|ok) )(?:almost |nearly "
    r"|only |just )?\Z",
    *(".", "!", "?", "\n", ";", ",", "(", "[", "hi", "hey", "hello", "hola", "yo", "sup", "asl"),
    *("well", "so", "ok", "almost", "nearly", "only", "just"),
)
SEX_BEFORE: Final = re.compile(r"(?:\A|[.!?\n;,(] ?)(?:f|m) ?/? ?\Z")
NINA_DE: Final = Hinted(
    r"(?:\A|[.!?\n;,(] *)(?:como (?:una? )?)?(?:nin[oa]s?|chic[oa]|nen[ea]|chamac[oa]"
    r"|pib[ea]|morr(?:it)?[oa]|chav[oa]|chavit[oa]|gur[i]s?a?|muchach[oa]) de \Z",
    "de ",
)
GROWN_DE: Final = Hinted(
    r"(?:\A|[.!?\n] *|\bsoy (?:una? )?)(?:hombre|mujer|senora?|varon|adult[oa]) de \Z", "de "
)
GIRL: Final = Ended(
    r"(?:\A|[.!?\n] *|\b(?:hi|hey|hello|hola),? )(?:an? )?(?:girl|boy|kid|chic[oa]|nin[oa])"
    r"[ ,:-]{1,2}(?:age |aged )?\Z",
    *("girl", "boy", "kid", "o", "a", ",", ":", "-", "age", "aged"),
)
"""A sex or a childhood before an age, as in an advertisement of oneself."""
PROPER_NAME: Final = Ended(
    rf"(?<![\w'])(?:i'?m|i am|this is|it'?s(?: me,?)?|soy"
    rf"|habla) {NAME} ?[,.;!(-] {{0,2}}(?:age[d]? )?\Z",
    *(",", ".", ";", "!", "(", "-", "age", "aged"),
)
"""The writer's name before a comma; the caller checks that the name begins with a capital."""
