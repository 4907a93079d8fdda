"""Words that make a first person somebody else, somebody unreal, or somebody of the past."""

import re
from typing import Final

UNREAL: Final = re.compile(
    r"(?:\b(?:as if|as though|pretend\w*|imagine|suppose|assum\w+|believ\w+|thinks?|thought"
    r"|thinking|emotionally|mentally|"
    r"guess(?:ed|es)?|wish|unless|saying|figured?|convinced|swears|joked?|hear|acts?|acting"
    r"|until)"
    r"(?: that| like| to me)?"
    r"|(?<!so )(?<!and )(?<!but )(?<!just )(?<!cuz )(?<!well )\blike(?: that)?"
    r"|\b(?:feels?|sounds?|looks?|act|acting|treat\w*) (?:me )?like|\bit'?s like"
    r"|\bwhen (?:people|he|she|they|mom|dad) \w+|\b(?:it|which|that|system|form|computer|site"
    r"|app|card|profile) "
    r"(?:says|said|thinks|shows?)(?: that)?"
    r"|\b(?:como si|piensa[ns]?|pensara[ns]?|crees?|creen|creera[ns]?|parece|pareciera"
    r"|imagina\w*|finge"
    r"|ojala)(?: que)?|\b(?:siento|sentir|sintiera|haz de cuenta|es como|hago como|actuo como)"
    r" que)[ ,]*\"?\Z"
)
FICTION: Final = re.compile(
    r"\b(?:in|playing|writing|reading|about|dreamt|dreamed) (?:my|the|a|this|these|that|some)? ?"
    r"(?:\w+ )?(?:dreams?|nightmares?|flashbacks?|memory|memories|story|novel|book|game|play"
    r"|movie|film|scene|photo|pictures?|video)\b[^.!?\n]{0,30}\Z"
)
"""A place where nobody is who they say."""
TITLE: Final = re.compile(
    r"\b(?:article|song|lyrics?|novel|book|poem|narrator|character|chapter|episode|movie|film|show"
    r"|hero|heroine|titled?|called|video|story|play|cancion|libro|pelicula|articulo|serie"
    r"|personaje|narrador|novela|cuento|poema|titulad[oa])\b[^.!?\n]{0,30}\Z"
)
"""Before a quotation: what somebody made up says, or what something is called."""
NARRATIVE: Final = re.compile(
    r"\b(?:when|before|after|since|until|till|by the time|once|as soon as|the (?:day|year|week"
    r"|summer|"
    r"month|moment|night|time)|cuando|desde que|antes de que|despues de que|al|apenas|year)[ ,]*\Z"
)
REPORTED: Final = re.compile(
    r"\b(?P<verb>says?|said|saying|telling|tells|(?<!can't )(?<!cant )(?<!couldn't )tell"
    r"|told|wrote|writes|writing|types?|typed|goes"
    r"|(?<!n't )(?<!nt )(?<!never )(?<!not )asks?(?! my (?:age|birth|grade))"
    r"|(?<!never )asked(?! my (?:age|birth|grade))|replied|"
    r"answered|posted|texted|reads?|shouted|yelled|screamed|cried|whispered|announced|insists?"
    r"|insisted|"
    r"reminds?|claims?|claimed|repeats?|repeated|mentioned|opens with|dice|dijo|escribio|puso|"
    r"repite|contesto|grita|grito|comento|insiste|respondio)"
    r"(?: (?:me|us|him|her|them|you|my (?:\w+ )?\w+|the \w+|his \w+|her \w+|it|out|in \w+"
    r"|mi \w+))?"
    r"(?: that| que| things like)?[ ,:]*(?:[\"'(] ?)?(?:(?:hi|hola|mom|mommy|dad|no|but|well"
    r"|mama),? )?\Z"
)
FAMILY_SPEAKER: Final = re.compile(
    r"\b(?:(?:my|our|mi|mis) (?:\w+ )?(?:mom|mum|mommy|mother|dad|daddy|father|parents?"
    r"|grandma|grandpa|nana|aunt|uncle|"
    r"teacher|coach|counselor|therapist|dr|principal|tutor|step ?dad|step ?mom|doctor|sister"
    r"|brother|friends?|mama|papa|papas|padres|abuela|maestra)|everyone"
    r"|everybody|people|they)(?: (?:keeps?|kept|always|just|all|both))* \Z"
)
NOT_TO_BE_TOLD: Final = re.compile(
    r"\b(?:don'?t|do not|never|not|please no|no le|no les|no se lo|nunca) (?:le |les |to )?\Z"
)
"""Before "tell my parents": what must not be told is true all the same."""
BIDDEN: Final = re.compile(r"(?:\A|[.!?;\n] ?|\b(?:please|pls|plz|just|you can|so|or),? )\Z")
"""Before a bare "ask my mom": somebody is bidden to, and what follows is the writer's own."""
SELF_WROTE: Final = re.compile(
    r"(?<!\w)(?:dije|escribi|puse|conteste|mande|respondi|pregunte)(?: \w+){0,2}[ ,:]*\Z"
)
"""Before a quotation: Spanish needs no "I" to say who wrote it."""
SELF_SPEAKER: Final = re.compile(r"(?<![\w'])(?:i|i've|i'd|i ?'?m|yo|we)(?: \w+){0,2} \Z")
