"""What stands beside an age that no first person leads to, and makes it the writer's or not."""

import re
from typing import Final

from privacy_engine.children.detect.hinted import Ended
from privacy_engine.children.detect.openings import CHILD_WORD

I_NOW: Final = re.compile(
    r",? (?:i'?m|i am|i (?:feel|need|want|don't|dont|have|still|can't|cant|never|think|know"
    r"|just|shouldn't|shouldnt|should|wish|hate|love|already|take|miss|get|cry|won't|wont|worry"
    r"|wonder|live|go|hope)|i've (?:never|already|had|been|decided|finally)|i finally)\b"
)
YO_AHORA: Final = re.compile(
    r"(?: de edad)?[ ,]{1,3}(?:ya|no|todavia|creo|siento|quiero|puedo|necesito|estoy|soy|tengo"
    r"|que tengo(?! (?:de|en|con|sin|como|\w+[ai]endo|\w+ando)\b)|me (?:siento|da|dan|duele|cuesta"
    r"|pegan|molestan|dicen|gritan|toca|dejan|obligan)|aun|escribiendo|buscando|pidiendo"
    r"|llorando|por fin (?:me )?\w+o|me animo|sigo|quisiera|recien \w+o|nunca he)\b"
)
MAY_I: Final = re.compile(
    r",? (?:ya |todavia |aun )?(?:(?:no )?(?:puedo|debo|quiero|entiendo|tengo que)"
    r"|no (?:me|se|soy)|me (?:siento|dejan|da|toca)|soy muy)\b"
)
"""After a bare number, "con 12 no puedo decidir"; with less a number may count anything."""
TOO_YOUNG: Final = re.compile(r",? (?:too (?:young|little)|old enough)\b")
PLACE_OR_STOP: Final = re.compile(
    r"(?:,| from\b| in\b|[.!\n]|\s*\Z)(?! ?(?:needs|with"
    r"|referred|hits|bites|cries|wets"
    r"|won'?t|refuses|throws|screams|lies|steals)\b)"
)
IS_HARD: Final = re.compile(
    r"(?: years? old)? (?:is|and|isn't|isnt|means|feels) (?:(?:so|really|super|very|not|no|too"
    r"|just) )*(?:hard|bad|awful|boring|fun|scary|stressful|horrible|terrible|lonely|easy|rough"
    r"|weird|tough|sad|depressed|alone)\b|(?: years? old)? sucks\b"
    r"|(?: anos)? (?:es (?:(?:muy|tan|bien) )*(?:dificil|duro|horrible|feo|aburrido)|apesta)\b"
)
STOPS: Final = re.compile(
    r"\s*(?:\Z|[.,!?;\n]|(?:and|but|so|cuz|bc|because) (?:i|my|im|i'm)\b|(?:i|im|i'm|my)\b"
    r"|(?:next|this|in|on|tomorrow|here)\b)"
)
GOES_ON: Final = re.compile(r",? (?:and|but|so|cuz|bc|because) (?:i|my|im|i'm)\b")
WRITES: Final = re.compile(
    r" (?:girl |boy |kid |child )?(?:writing|typing|texting|talking|speaking|messaging)\b"
)
SERVED: Final = re.compile(
    r"\b(?:sober|clean|sobriety|recovery|sponsor|aa|na|drink\w*|experience|work\w*|job|licen\w+"
    r"|practice|marri\w*|teach\w*|left|service|together|remission|prison|mortgage)\b"
)
MINE: Final = re.compile(
    r"[^.!?\n]{0,45}[?.!,;]? *(?:(?:and|cuz|coz|cause|bc|because|bcuz|since|so|that is|well"
    r"|asking|i'?m asking) )*"
    r"(?:(?:that'?s|thats|thts|that is|which is) (?:my age|how old (?:i am|im)|the age i am"
    r"|me\b)"
    r"|(?:i am|i'?m|im) (?:one|that age)\b|(?:esa |ese )?es mi edad|(?:yo )?(?:tengo"
    r"|ando en) esa edad)"
    r"|[^.!?\n]{0,120}[,.(?] ?(?:and )?(?:that'?s|that is|thats) me\b(?! (?:too|neither))"
    r"|[^.!\n]{0,60}[ (]soy yo\b(?! (?:quien|la que|el que))"
    r"|[^.!?\n]{0,30}[?.!,]* *(?:(?:asking )?(?:cuz|coz|cause|bc|because|bcuz|since),? (?:i am|im"
    r"|i'm|i is)|(?:porque|xq|pq|es que) (?:yo )?(?:los|la) tengo)(?= *(?:[.!?,)]|\Z|lol|haha|xd))"
    r"|[^.!?\n]{0,30}\?+ *(?:i'?m )?asking for (?:me|myself)\b"
)
_MINE_REACH: Final = 200
"""More characters than `MINE` can read."""


def says_mine(folded: str, end: int) -> bool:
    """Return whether what follows an age claims it: "do you take 9 year olds? I'm one"."""
    after = folded[end : end + _MINE_REACH]
    is_likely = (
        "that" in after
        or "thts" in after
        or "which" in after
        or " one" in after
        or "edad" in after
        or "soy yo" in after
        or "z i" in after
        or "use i" in after
        or "c i" in after
        or "ce i" in after
        or "los tengo" in after
        or "la tengo" in after
        or "asking " in after
    )
    return is_likely and MINE.match(folded, end) is not None


FRAGMENT: Final = Ended(
    r"(?:\A|[.!?\n] *|\A(?:hi|hey|hello|hola),? )(?:only |just |solo )?\Z",
    *(".", "!", "?", "\n", ",", "only", "just", "solo", "hi", "hey", "hello", "hola"),
)
FIRST_PERSON: Final = re.compile(
    r"(?<![\w'])(?:i|im|i'm|me|my|myself|mi|mis|estoy|quiero|can't|cant|help|pls|please|ayuda"
    r"|busco|necesito|vivo|odio|soy|tengo)\b"
)
ONLY: Final = re.compile(r"(?:only|just|solo|apenas) \Z")
EXCUSE: Final = re.compile(r", (?:sorry|but|so|and|pls|please|perdon|pero)\b")
OF_A_CASE: Final = re.compile(
    r"\b(?:referred|client|patient|case ?worker|social worker|guardian|his|her|he|she|they|in my"
    r" (?:class|care|practice|group|caseload)|therapist for|looking for|seeking|session for)\b"
)
CASE_FILE: Final = re.compile(
    r"\b(?:needs|referr\w+|diagnos\w+|evaluation|assessment|placement|presents?|presenting|history"
    r"|medicaid|parents? (?:seek|want|request|report)\w*|clients?|intake|available"
    r"|for (?:him|her|them)|custody|cps|iep|bottle|whisk[ey]+|wine|aged in|labrador|retriever"
    r"|poodle|terrier|puppy|perr[oa]|mileage"
    r"|worried (?:parents?|mom|mum|dad)|caso|derivad[oa]"
    r"|requiere|necesita|presenta)\b"
)
FEELING: Final = re.compile(
    r",? (?:and|but|y|pero|n) (?:already |so |very |feel(?:ing)? |ya )?(?:lonely|sad|scared|alone"
    r"|depressed|tired|anxious|bullied|like|need|want|don't|cant|can't|angry|triste|sol[oa])\b"
)
SIENTO: Final = re.compile(
    r"(?: anos)?,? (?:me (?:siento|da|dan|duele|cuesta|pegan|molestan|dicen|gritan)|estoy|quiero"
    r"|necesito|tengo|no (?:se|puedo|entiendo|quiero|tengo|duermo)|busco|busca|quiere hablar"
    r"|pide)\b"
)
LIKE_ME: Final = re.compile(r"s? like (?:me|myself)\b|s? como yo\b")
NINO_DE: Final = re.compile(rf"(?<!\w)soy(?: solo)? (?:una? )?{CHILD_WORD} de \Z")
CHILDREN_OF: Final = re.compile(
    r"\b(?:kids?|girls?|boys?|people|children|students|nin[oa]s?|chic[oa]s?|personas|gente"
    r"|friend|amig[oa])"
    r"(?: (?:of|de|who (?:are|is)|that are|are|is|aged?|que tienen?|tiene))*(?: los| only"
    r"| just)? \Z"
)
ON_EARTH: Final = re.compile(
    r" (?:years?|yrs?) (?:on (?:this|the) (?:planet|earth|world)|alive\b|of (?:my )?life\b)"
    r"(?=[.,!\n]|\Z| (?:and|but|so)\b)"
)
QUE_TENGO: Final = re.compile(
    r" (?:que )?tengo(?=[,.!?]|\Z| (?:ya|y|no|me|estoy|quiero|mi|nunca|siempre|pero)\b)"
)
FROM_PLACE: Final = re.compile(r"(?: anos)? de ")
SINCE: Final = re.compile(r"\b(?:desde|a|hasta|entre|de|con|hace) (?:los )?\Z")
YEARS_OF_CHILD: Final = re.compile(
    r" ?anos (?=con\b|que\b(?! (?:tengo|llevo|estoy|vivo))|en\b|de\b(?! (?:casad|matrimoni|novi"
    r"|relacion|servici|experienci|terapi|trabaj|sobri|limpi|divorci|viud|carrera|antiguedad"
    r"|pareja)))"
)
GROWN_HERE: Final = re.compile(r"(?: [a-z-]+){0,3},? here\b(?! for)")
LATELY: Final = re.compile(
    r"(?: years? old)?,? (?:last (?:week|month|night|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"|yesterday|today|the other day|this (?:week|month)|(?:a|one|two|three|few|a few|\d) (?:days?"
    r"|weeks?|months?) ago|hace (?:poco|un|una|dos|tres|unos|unas) ?(?:dias?|semanas?|mes|meses)?"
    r"|la semana pasada|el mes pasado|ayer|hoy)\b"
)
WORN_OUT: Final = re.compile(
    r",? (?:and|but|y|pero) (?:already|ya) (?:so |too |estoy )?(?!sold|out|gone|done|full|taken"
    r"|booked|paid|half)(?:\w+ed|tired|sick|sad|lonely|hurt|done with|hating|cansad[oa]|hart[oa]"
    r"|triste)\b(?! (?:up|for)\b)"
)
UPCOMING: Final = re.compile(
    r"[ ,]+(?:in (?:a |an |one |two |three |four |five |few |like |about |just |\d+ )*(?:days?"
    r"|weeks?|months?)\b"
    r"|(?:this |next |on |this coming )?(?:week|month|(?:mon|tues|wednes|thurs|fri|satur"
    r"|sun)day)\b|tomorrow\b)"
)
AS_A_PAST: Final = re.compile(
    r"[a-z -]{0,12},? i (?:was|had|saw|used|got|lost|did|could|would|remember|thought|knew"
    r"|went|hid|ran|"
    r"learned|[a-z]+ed)\b"
)
