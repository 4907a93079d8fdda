"""What follows a number: an age, or a quantity of something else.

A bare number is an age only where the sentence ends, or goes on with a word of a closed class.
Nouns are an open class, so "11 sessions", "12 weeks" and every unit that nobody thought of are
quantities by default.
"""

import re
from typing import Final, Literal

from privacy_engine.children.detect.folding import words_of

Tail = Literal["old", "plural", "bare", "pair"]

_OLD: Final = re.compile(
    r"(?:\.5|½| ?1/2| and (?:a half|\d{1,2} months?)| ?y medio| ?\(\d{1,3}\))?[ .-]{0,2}"
    r"(?:(?:y[earsi']{0,6})"
    r"(?:[ .-]{0,2}(?P<olds>olds)|[ .-]{0,2}(?:old|odl|od|ol|ould|olde|young|o))\b"
    r"(?:\.(?= ?here))?"
    r"|(?:years?|yrs?|yers?) (?:of age|and (?:a half|\d{1,2} (?:months?|mos?)))\b"
    r"|y[./]?o\b\.?|yo's?\b|y\.o\.|y/o\b)"
)
_SPANISH_YEARS: Final = re.compile(
    r" ?(?:anos+|anitos|anios|anyos|anoz|ans|pirulos|primaveras|tacos|aos|ano"
    r"|a.\u0303os|de edad)\b"
)
_SPANISH_AGE: Final = re.compile(r" (?:de edad|cumplidos|recien cumplidos|y medio|y \w+ meses)\b")
_SPANISH_DURATION: Final = re.compile(
    r"(?: +(?:mas )?de (?!edad)|[ ,]+(?:sin\b|con\b|en\b|casad|sobri|limpi|fuera|trabaj|como\b"
    r"|desde\b|dentro|"
    r"junt|separad|divorciad|viud|y contando|atras|despues|antes|mas\b|menos\b|tarde|"
    r"que (?:tengo (?:de|en)|no|vivo|estoy|trabajo|llegue|me|mi|murio|se)\b|(?!cuando\b|(?:en"
    r"|a)tiendo\b"
    r"|ofendo\b|pretendo\b)"
    r"\w+(?:ando|iendo|yendo)\b|"
    r"aqui en|por delante))"
)
_ENGLISH_YEARS: Final = re.compile(
    r" ?-?(?:years?|yrs?|yers?)\b"
    r"(?! (?:in|into|out|from|of|older|younger|since|with|at|on|clean|sober|married|post|past"
    r"|away|"
    r"late|behind|ahead|ago|later|before|after|to|for|removed|free|strong|deep|without|running|"
    r"single|divorced|separated|long|now(?! and)|and counting|experience|as)\b)"
)
_HALF: Final = (
    r"(?:[.,]\d\b|½| ?[13]/[24]\b| and (?:an? |1 )?(?:half|1/2|3/4|quarter|(?:three"
    r"|3)[ -]quarters?|\d{1,2} (?:months?|mos?))\b"
    r"| y (?:medio|media)\b| ish\b|ish\b|-ish\b)?"
)
_WORDS: Final = words_of(
    "and but so or cuz cus cause because becuase bc bcuz bcz becuz coz n "
    "& i i'm im i've ive i'll id "
    "i'd idk my me we we're he he's hes she she's shes they it it's its thats thts whats "
    "sucks stinks an that this who which whose "
    "what what's when where why how if then can can't cant could do don't dont does did didnt "
    "is isn't "
    "are was were will would should shouldn't may might plz pls please help lol lmao lmfao haha "
    "hehe xd omg btw tbh ngl fr tho though although however also too already now rn today "
    "tomorrow "
    "tonight yesterday right soon still yet not nt no nope yes yeah yup ok okay k hi hello hey "
    "thanks "
    "thank thx ty from with w w/ going turning almost about nearly since sorry sir maam ma'am "
    "miss "
    "mister mr mrs ms dude bro bruh guys u you your ur the live lives living need needs want "
    "wants "
    "wanna have has having haven't havent like likes love feel feels feeling got get getting "
    "go goes "
    "hate looking trying wondering asking struggling writing dealing being boy girl guy gal "
    "female "
    "male kid child student man woman dad mom lady trans non-binary nonbinary enby gay bi "
    "straight "
    "single married divorced years just only really actually there there's here im ima hope think "
    "thinking know never always sometimes every everyone everybody people nobody no-one someone "
    "somebody anyone in on at as aqui keeps needs wants says loves hates thinks cries gets "
    "goes lives refuses struggles suffers duh smh yk ig ong frfr istg quiere necesita tiene until "
    "till before after last next his her our their plus so "
    "turned turns and/or smh wtf tysm again alone scared sad afraid anxious depressed lonely old "
    "with/without y e o u pero porque xq pq porq q que me mi mis soy estoy quiero necesito "
    "casi ya "
    "apenas solo solamente nomas puedo podria por ayuda vivo voy gracias hola jaja jajaja si "
    "tambien "
    "aunque asi entonces ella el la mama papa nadie todos todas siempre nunca tengo cumplidos "
    "verdad ahora hoy manana ayer todavia aun pues osea cuando como desde tenia no nos le les lo"
)
_NOT_AFTER_ALL: Final = (
    r"(?! (?:in (?:\d{1,2}(?!(?:st|nd|rd|th)\b| (?:day|week|month)s?\b)|line|a row|total|all"
    r"|number|counting|deep|the (?:queue|line|waiting|waitlist|"
    r"morning|program|group)|(?:dog|cat) years|different|my (?:family|group))"
    r"|on (?:a|the|that|this) (?:scale|list|wait\w*)|on (?:my )?(?:anxiety|pain)"
    r"|at (?:heart|the bottom|most|best|least|a time|once)|for (?:\d|the price)"
    r"|and (?:counting|\d|change)|or so\b|or more\b|or (?:\w+ )?(?:minutes|hours|days|weeks"
    r"|months)"
    r"|no (?:shows?|more)\b|a (?:day|week|month|year|piece|night|pop)|the (?:day|week)"
    r"|last (?:time|night)|and (?:up|over|under|older|above|below)|or (?:older|over|under|up"
    r"|below|younger)"
    r"|and an? half \w+s\b(?<!years)|y (?:medi[oa]|cuarto)\b|stone\b|por ciento\b|when it comes"
    r"|y (?:mas|pico)|en (?:esto|este"
    r"|la escala|total|las?|los?)\b|como minimo"
    r"|more\b|left\b"
    r"|straight (?:years|days|weeks|months|hours|nights)"
    r"|single (?:\w+ )?(?:day|night)|old (?:friends|messages|emails|books|letters)|years\b"
    r"|(?:girl|boy|kid|student|man|woman|child|lady|guy)s\b|people\b|just like|like (?:him|her) ))"
)
_SEX: Final = r"[ /-]?(?:f|m|nb|fem|female|male|girl|boy|guy)\b"
_BARE: Final = re.compile(
    _HALF
    + _NOT_AFTER_ALL
    + r"(?=\s*(?:\Z|\n|[.!?,;)\]\"|~<>(=+^*](?!\d)|'(?!\w)|:(?!\d)|:[)(]|-+(?:\s|\Z)"
    r"|[^\x00-\x7f\u00ba%])"
    + r"|\s\((?=\d{1,2} (?:in|next|on|this|tomorrow|soon)\b)|\s+(?:"
    + "|".join(re.escape(word) for word in sorted(set(_WORDS), key=len, reverse=True))
    + r")(?![\w'])"
    + r"|\s+(?:am i\b|en (?:ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic|\d|un\b|una\b|dos"
    r"|tres|primaria|"
    r"quinto|sexto|cuarto|tercer|segundo)|for (?:now|real|sure|like|almost|about|another"
    r"|an? (?:day|week|month)|two"
    r"|three|a few|god))" + rf"|{_SEX})"
)
_PAIR: Final = re.compile(r"(?: and| &| y|,|, and) \d{1,2}(?![-/:.]?\d)")
_NO_COUNTED_NOUN: Final = re.compile(
    _NOT_AFTER_ALL +
    # More than one of a thing takes a plural, so a singular word after a number counts nothing,
    # save for measures and words of degree.
    r" (?!(?:feet|foot|people|children|men|women|teeth|percent|grand|dozen|hundred|thousand"
    r"|million|k|mg|ml|lb|kg|"
    r"cm|mm|km|mi|min|hr|sec|wk|mo|mth|pt|ft|in|inch|deep|short|shy|strong|off|away|ahead"
    r"|behind|late|early|out|"
    r"down|up|over|under|into|past|post|pre|clean|sober|older|younger|taller|shorter|more|less"
    r"|fewer|times|x|of|to|"
    r"per|by|for|as|at|on|from|with|than|through|via|vs|hour|minute|second|day|week|month|year"
    r"|mile|pound|block|"
    r"step|point|star|proof|wide|tall|high|long|thick|big|large|plus|max|tops|left|right|north"
    r"|south|east|west|"
    r"o'?clock|am|pm|a\.m|p\.m|noon|midnight|dilated|gestation|along|pregnant|postpartum|mil"
    r"|por|kilo|libra|hora|"
    r"minuto|ano|mes|dia|semana|peso|dolar|euro|cent|dollar|buck|other|different|new|more"
    r"|extra|additional|total|"
    r"sober|straight|consecutive|full|whole|good|bad|long|short|small|great|solid|hard|easy"
    r"|million|st|street|ave|"
    r"avenue|road|rd|lane|ln|drive|dr|way|court|ct|blvd|apt|suite|unit|floor|main|oak|pine|elm"
    r"|cedar|steps|"
    r"stepp\w*|otra|otro|personas|gente|seguid\w*|distint\w*|or|and|y|o|a|an|the|el|la|en|de"
    r"|que|con"
    r"|sin|casad\w*)(?![\w'])|"
    r"\w*s(?![\w'])|\w*[a-z]th(?![\w'])|old\b|years|yr)[a-z][a-z']*(?![\w-])"
)
_CONJOINED_RANGE: Final = re.compile(
    r"\s*(?:-|to|through|thru|a|or|y|o|and|&)\s*\d(?!/\d|\d? ?(?:months?|mos?|meses)\b)"
)
_THING: Final = re.compile(
    r"[ -]{1,2}(?:house|home|car|truck|van|dog|cat|puppy|kitten|horse|injury|company|marriage"
    r"|building|"
    r"whisky|whiskey|bottle|roof|phone|laptop|wine|scotch|problem|habit|relationship|trauma|wound|"
    r"case|debt|business|practice|account|policy|system|computer|scar|law|feud|grudge|friendship|"
    r"bill|invoice|lease|loan|church|school|secret|memory|memories|photo|tradition|rule"
    r"|software(?! (?:eng|dev))|"
    r"version|laptop|furnace|carpet|mattress|sofa|couch|tv|bike|boat|record|conviction|charge)"
)


def _ends_age(folded: str, end: int) -> bool:
    return any(form.match(folded, end) for form in (_BARE, _OLD, _SPANISH_YEARS))


def tail_after(folded: str, end: int) -> tuple[Tail, int] | None:
    """Return what the text after a number makes of it, and where that ends; None: no age.

    `old` says "years old" in some way, `plural` speaks of a class of people ("10 year olds"),
    `pair` is one of two numbers, such as the ages of two children; `bare` leaves the meaning to
    what stands before the number.
    """
    if found := _OLD.match(folded, end):
        kind: Tail = "plural" if found["olds"] else "old"
        return None if _THING.match(folded, found.end()) else (kind, found.end())
    if found := _SPANISH_YEARS.match(folded, end):
        age = _SPANISH_AGE.match(folded, found.end())
        stop = age.end() if age else found.end()
        return None if _SPANISH_DURATION.match(folded, stop) else ("old", stop)
    if (found := _PAIR.match(folded, end)) and _ends_age(folded, found.end()):
        return "pair", end
    return _bare_after(folded, end)


def _bare_after(folded: str, end: int) -> tuple[Tail, int] | None:
    if _CONJOINED_RANGE.match(folded, end):
        return None
    years = _ENGLISH_YEARS.match(folded, end)
    if found := _BARE.match(folded, years.end() if years else end):
        return "bare", found.end()
    return ("bare", end) if _NO_COUNTED_NOUN.match(folded, end) else None
