"""What stands before a number and says whose age it is; every pattern ends at the number.

Each lead is matched against a window of bounded length, so a text of any size costs a bounded
amount of work per number and no pattern can run away.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

WINDOW: Final = 72

Shape = Literal["is", "next", "before", "from", "none"]
"""How the number bounds the age: equal, one less, any less, any more, not at all."""

_GAP: Final = r"[ ,:.;-]{0,6}[\"'(]?\Z"
_ADVERB: Final = (
    r"(?:[ ,.]{1,4}(?:(?!near|ear)\w+ly|just|like|kinda|kind of|sorta|sort of|about|around|now"
    r"|also|"
    r"still|already|rn|lowkey|legit|even|maybe|prob|currently|ok|well|uh|um|umm|tbh|so|too|both|"
    r"all|at the age of|age|aged|turned|there|here|btw|yes|in fact|sadly|young)\b){0,4}"
)
IM: Final = (
    r"(?:(?<!\w)(?<!\w')(?:i ?['?;,]? ?m|i ?am|i'am|ima|imma|ime|i is|i are|i r"
    r"|i em|i an|i be|iam|a?im)"
    r"|(?:(?<=\A)|(?<=[.!?,\n] )|(?<=hi )|(?<=hello )|(?<=hey ))(?:am|me is|me am))"
)
_WE: Final = (
    r"(?:(?<![\w'])we(?: ?'re| are| r)"
    r"|(?<![\w'])(?:and|&|n) (?:i|me|myself),?(?: who)? (?:are|r|is|am|we're|were both)"
    r"|(?<![\w'])(?<!than )me (?:and|&|n) (?:\w+ ){1,4}(?:are|r|is|am|we're)"
    r"|(?<!\w)(?:both|all|two|three) of us (?:are|r)|(?<!\w)us two (?:are|r))"
)
_NOUN: Final = (
    r"(?:(?!(?:of|to|with|for|and|whose|who|from|in|mom|mum|mother|dad|father|parent|grand\w+"
    r"|aunt|uncle|"
    r"teacher|therapist|nurse|tutor|coach|counselor|nanny|sitter|guardian|sister|brother|about)\b)"
    r"[a-z'-]+,? )"
)
NAME: Final = r"(?P<name>[a-z][a-z'.-]*(?: (?!and\b|i\b|im\b)[a-z][a-z'.-]*){0,2})"


@dataclass(frozen=True)
class Lead:
    """A named pattern for the text before a number."""

    rule: str
    shape: Shape
    pattern: re.Pattern[str]
    strength: float
    tails: tuple[str, ...]
    needs: frozenset[str]
    """Words of which one must stand before the number; a cheap test before the dear one."""


def _lead(
    rule: str,
    shape: Shape,
    pattern: str,
    *,
    needs: str,
    strength: float = 0.95,
    tails: str = "old bare",
) -> Lead:
    compiled = re.compile(pattern)
    return Lead(rule, shape, compiled, strength, tuple(tails.split()), frozenset(needs.split()))


# The order matters: a narrower reading of the same words stands before a wider one.
WRITER: Final = (
    _lead(
        "not_yet_age",
        "before",
        rf"(?:{IM}{_ADVERB} (?:not|nt|isn't|aint|ain't)(?: quite| even| yet)+"
        rf"|{IM}{_ADVERB} (?:under|below|younger than|less than|not over|not older than|not yet)"
        r"(?: the)?(?: age of)?"
        r"|(?<![\w'])i (?:have ?n'?t|have not) (?:even |quite )?(?:turned|reached|become)"
        r"|(?<![\w'])i (?:won'?t|will not) (?:be|turn|be turning)"
        r"|(?:todavia|aun) no (?:tengo|cumplo|he cumplido)(?: los)?"
        r"|(?<!\w)no (?:he cumplido|cumplo)(?: los| aun| todavia)*"
        r"|(?<!\w)no tengo (?:aun|todavia|ni)(?: los)?"
        r"|(?<!\w)(?:soy|somos) (?:menor|menores) (?:de|que)"
        rf"|(?:when|once|until|till|before|after) (?:i turn|{IM}|i get to be|i reach|i hit)"
        r"|(?<!\w)(?:cuando|hasta que|antes de que) (?:cumpla|tenga)(?: los)?)" + _GAP,
        strength=0.9,
        needs="wont won t will yet even quite under below younger less not nt turned reached "
        "become todavia "
        "aun no menor menores when once until till before after cuando hasta antes",
    ),
    _lead(
        "not_this_age",
        "none",
        rf"{IM}{_ADVERB} (?:not|nt|never|no longer|no)(?: a| an)?" + _GAP,
        needs="not nt never no longer",
    ),
    _lead(
        "age_from",
        "from",
        rf"(?:{IM}{_ADVERB} (?:over|above|older than|more than|past|at least)(?: the age of)?"
        r"|(?<!\w)soy mayor (?:de|que))" + _GAP,
        needs="over above older more past least mayor",
    ),
    _lead(
        "next_birthday",
        "next",
        rf"(?:{IM}{_ADVERB} (?:turning|going to be|gonna be|gunna be|gona be|going to turn"
        rf"|gonna turn|"
        r"about to (?:be|turn)|almost|nearly|nearing|close to(?: being| turning)?|soon to be"
        r"|bout to (?:be|turn)|"
        r"soon|just about to turn|going on)"
        r"|(?<![\w'])(?:i|we)(?: ?'ll| ?will|ll| wil| shall| am going to| finally| both)? "
        r"(?:only |just |finally |soon |still )?(?:turn|turning|be turning|become)"
        r"|(?<![\w'])(?:i|we) ?(?:'ll|will|ll|wil|shall) (?:only |just |finally |soon )?be"
        r"|(?<!\w)(?:voy a|vamos a|estoy por|estoy a punto de|estoy x|casi|por) (?:cumplir"
        r"|tener|hacer)(?: los)?"
        r"|(?<!\w)(?:[ck]u[mn]plo|[ck]u[mn]plire|cumplimos|tendre)(?: los| ya| mis)?"
        r"|(?<!\w)(?:voy|vamos) (?:para|pa|por)(?: los)?|(?<!\w)entrando a los"
        r"|(?<!\w)(?:casi tengo|tengo casi|ya casi tengo)"
        r"|(?<!\w)(?:faltan?|quedan?) [^.!?\n]{1,30} para los|(?<!\w)para (?:cumplir|tener|mis"
        r"|mi cumpleanos(?: numero)?)(?: los)?)" + _GAP,
        needs="turning be turn almost nearly nearing close soon about bout become going on "
        "voy vamos entrando kumplo cunplo kunplo kumplire cumplir tener hacer cumplo cumplire "
        "cumplimos tendre casi para",
    ),
    _lead(
        "is_age",
        "is",
        rf"(?<!\w)(?:{IM}|{_WE}|(?<![\w'])my (?:(?:real|actual|true|current|correct|exact"
        rf"|right) )?(?:ag+e+|aeg)(?: right now)?(?: is|'s|:| =)?"
        r"|(?<![\w'])my age \(?"
        rf"|(?<![\w'])(?:hate|love|like|tired of|sick of) being|(?<!\w)odio tener"
        rf"|(?<![\w'])me(?=,? ?[(:])"
        r"|(?<![\w'])i (?:may|might|must)(?: only| just)? be|(?<![\w'])as (?:someone|a person"
        r"|somebody) who(?:'s| is)"
        r"|(?<![\w'])(?:(?:and|&|n) (?:i|me)|me (?:and|&|n) my \w+|we)(?:,"
        r"| \()? ?(?:are )?both(?: of us)?)"
        rf"{_ADVERB}(?: (?:only|just))?" + _GAP,
        strength=0.97,
        needs="may might must someone person somebody both is i im m am ima imma ime iam aim "
        "we my me and n odio hate love like tired sick us are r",
    ),
    _lead(
        "a_year_old",
        "is",
        rf"(?:{IM}{_ADVERB} (?:an?|the|this|your|another)|ima|(?<![\w'])as an?|{IM} just an?|"
        rf"{_WE}{_ADVERB}(?: two| both)?) (?:{_NOUN}){{0,3}}\"?\Z",
        tails="old",
        needs="a an the this your another ima are r both two re",
    ),
    _lead(
        "a_girl_of",
        "is",
        rf"{IM}{_ADVERB} an? (?:\w+ ){{0,2}}?(?:girl|boy|kid|child|student|female|male|guy"
        rf"|teen|dude)[ ,(-]{{1,3}}"
        r"(?:age[d]?|of|who is)?[ ]?\Z",
        strength=0.9,
        needs="girl boy kid child student female male guy teen dude",
    ),
    _lead(
        "im_young",
        "is",
        rf"(?:{IM}{_ADVERB} (?:an? )?(?:little |young )?(?:underage|minor|child|kid"
        r"|too young|young|preteen|tween)"
        r"|(?<!\w)soy (?:solo )?(?:una? )?(?:menor(?: de edad)?|chic[oa]|nin[oa]"
        r"|pequen[oa]))[ ,.:;(-]{1,3}(?:only |just |like |tengo |solo )?\Z",
        strength=0.9,
        needs="underage minor child kid young preteen tween menor chica chico nina nino pequena "
        "pequeno",
    ),
    _lead(
        "too_young_at",
        "is",
        r"(?<![\w'])(?:am i (?:too young|old enough|allowed|too little)[^.!?\n]{0,30}"
        r"|life) at (?:only |just )?\Z",
        strength=0.8,
        needs="young old allowed little life",
    ),
    _lead(
        "too_young_for",
        "is",
        rf"{IM}{_ADVERB} (?:way |much )?too (?:young|little|small) (?:for"
        rf"|to) [^.!?()\n]{{1,30}} ?[(,-] ?\Z",
        strength=0.85,
        needs="young little small",
    ),
    _lead(
        "such_for_age",
        "is",
        rf"(?:{IM}{_ADVERB} (?:(?:so|too|very|really|pretty|super|quite|rather|very|big|not"
        rf"|that) )*"
        r"(?!\w+ing\b|here\b|back\b|available|responsible|ready|worried|concerned|sorry|grateful)"
        r"[a-z]+(?: (?:at|in) [a-z]+)?|(?<![\w'])i (?:know|read|eat|cry|worry"
        r"|think) (?:\w+ ){0,2}?"
        r"[a-z]+) for (?:just |only )?an? \Z",
        strength=0.85,
        tails="old",
        needs="for",
    ),
    _lead(
        "alive_for",
        "is",
        r"(?<![\w'])i ?(?:'ve|ve| have|'m|m| am)? (?:only |just |now )*(?:been |lived )?(?:only "
        r"|just )?"
        r"(?:alive|living|on (?:this|the) (?:earth|planet|world)|in this world)"
        r"(?: for)?(?: only| just| like| about)?" + _GAP,
        strength=0.85,
        needs="alive living earth planet world lived",
    ),
    _lead("and_i", "is", r"(?<!\w)(?:and|&|n) i ?\(\Z", needs="and n", strength=0.85),
    _lead("me_beside", "is", r"\((?:me|myself|yo)[,:]? \Z", needs="me myself yo"),
    _lead(
        "hi_its_name",
        "is",
        rf"\b(?:hi|hey|hello|hola|hii+)[,!.]* (?:it'?s|this is|im|i'm|i am"
        rf"|soy) {NAME} ?[,(] ?,* ?\Z",
        strength=0.8,
        needs="hi hey hello hola hii hiii",
    ),
    _lead("me_and_age", "is", r"(?:\A|[.!?\n] *|\b(?:hi|hey|hello),? )me \Z", needs="me"),
    _lead("of_age", "is", rf"{IM}{_ADVERB} of(?: age)? \Z", tails="old", needs="of"),
    _lead(
        "meant_age",
        "is",
        r"\b(?:meant|i mean|correction|typo|supposed to (?:say|be))[,: ]+(?:to (?:say|put|type"
        r"|write) )?\Z",
        strength=0.85,
        needs="meant mean correction typo supposed",
    ),
    _lead(
        "us_of_age",
        "is",
        rf"{_WE}{_ADVERB} (?:two |three |both |just )*(?:\w+ )?(?:girls|boys|kids|friends|bffs"
        r"|sisters|brothers|twins|cousins|students|ninas|chicas|amigas)"
        r"[ ,(-]{1,3}(?:age[ds]?|of|who are|both)?[ ]?\Z",
        strength=0.9,
        needs="girls boys kids friends bffs sisters brothers twins cousins students",
    ),
    _lead(
        "being_age",
        "is",
        r"(?:\A|[.!?\n,;] *|\b(?:cuz|because|bc|but|and|so) )being(?: only| just)? \Z"
        r"|(?:\A|[.!?\n,;] *|\bpero )tener(?: solo)? \Z",
        strength=0.85,
        needs="being tener",
    ),
    _lead(
        "almost_alone",
        "next",
        r"(?:\A|[.!?\n] *|\b(?:hi|hey|hello),? )(?:almost|nearly|turning|about to (?:be|turn)"
        r"|gonna be|going to be|soon to be|casi|ya casi) \Z",
        strength=0.85,
        needs="almost nearly turning about gonna going soon casi",
    ),
    _lead(
        "this_is_a",
        "is",
        r"(?<![\w'])(?:this is|it'?s|its) (?:an?|ur|your) \Z",
        strength=0.85,
        tails="old",
        needs="this its it",
    ),
    _lead(
        "so_and_age",
        "is",
        rf"{IM} (?:(?!(?:of|in|at|with|for|to|between|from|on|by|the|my|free|available|booked"
        rf"|scheduled|busy|"
        r"open|off|working|taking|seeing|having|doing)\b)[a-z'-]+ ){1,3}(?:and|n|&"
        r"|but) (?:only |just |like )?\Z",
        strength=0.8,
        needs="and n but i im m",
    ),
    _lead(
        "im_name_old",
        "is",
        rf"(?:{IM} {_NOUN}{{0,1}}(?!(?:an?|the|my|our|her|his|your|some"
        rf"|this)\b)(?!\w+ing\b){_NOUN}"
        r"|(?:\A|[.!?\n,] *)(?:[a-z]+ ){1,2}here,? )\Z",
        strength=0.85,
        tails="old",
        needs="i im m am here",
    ),
    _lead(
        "oldest_of_us",
        "is",
        rf"(?:{IM}{_ADVERB} the (?:oldest|youngest|middle|eldest)(?: (?:one|child|kid|sister"
        rf"|brother|sibling))?"
        r"(?:,| at|(?= ?\())|(?:,| y) yo(?: solo)?)[ (]{0,2}\Z",
        strength=0.85,
        needs="oldest youngest middle eldest yo",
    ),
    _lead("me_again", "is", r"\bit'?s me\b[^.!?\n]{0,20} the \Z", tails="old", needs="me"),
    _lead(
        "have_been",
        "is",
        r"(?<![\w'])i ?(?:'ve|ve| have) been" + _ADVERB + _GAP,
        strength=0.85,
        needs="been",
    ),
    _lead(
        "soy_nino_de",
        "is",
        r"(?<!\w)(?:soy|somos)(?: solo)?(?: una?| dos| unos| unas)? (?:nin|chic|nen|chamac"
        r"|muchach)\w+"
        r" de(?: solo| apenas| casi)? \Z",
        needs="de",
    ),
    _lead(
        "have_years",
        "is",
        r"(?<![\w'])i (?:have|has|got|hv)(?! turned)" + _ADVERB + _GAP,
        needs="have has got hv",
    ),
    _lead(
        "turned",
        "is",
        r"(?:(?<![\w'])(?:i|we)(?: ?'ve| have)?(?: just| only just| recently| finally"
        r"| literally| barely| "
        r"already| actually| both)* (?:just )?(?:turned|became)"
        r"|(?:\A|[.!?,;\n(] ?|hi |hey |hello )(?:just |recently |finally )turned|(?:\A"
        r"|[.!?\n] *)turned"
        r"|(?<!\w)(?:acabo de cumplir|[ck]u[mn]pli+|recien cumpli|ya cumpli|acabo de hacer)(?: los"
        r"| mis)?)" + _GAP,
        needs="turned became cumplir cumpli cumplii cumpliii kumpli cunpli kunpli hacer",
    ),
    _lead(
        "tengo",
        "is",
        r"(?<!\w)(?:tengo+|tngo|tenog|teno|tenemos|tenjo|ando en|estoy en mis)"
        r"(?: (?:solo|solamente|apenas|ya|como|recien|nomas|tan solo|actualmente|unicamente"
        r"|los|nada mas|"
        r"ahora|realmente|en realidad|sólo|aproximadamente))*" + _GAP,
        strength=0.97,
        needs="tengo tngo tengoo tenog teno tenemos tenjo ando mis",
    ),
    _lead(
        "soy_de",
        "is",
        r"(?<!\w)(?:soy|somos)(?: solo)?(?: (?!(?:mama|madre|papa|padre|abuel|ti[oa]\b|maestr"
        r"|profesor|"
        r"terapeuta|psicolog|tutor|docente|hij|herman|espos|director)\w*)\w+){1,4}? de"
        r"(?: solo| apenas| casi)?" + _GAP,
        tails="old",
        needs="soy somos",
    ),
    _lead(
        "mi_edad",
        "is",
        r"(?<!\w)mi edad(?: actual| real)?(?: es)?(?: de)?[ :(]*\Z",
        needs="edad",
    ),
    _lead(
        "a_mis_anos",
        "is",
        r"(?:(?<!\w)a mis|(?:\A|[.!?\n,;] *|\b(?:que|y|pero|porque|pues|yo|aca"
        r"|aqui) )con(?: solo| apenas| tan solo| mis)?) \Z",
        needs="mis con",
        strength=0.85,
    ),
    _lead(
        "pair",
        "is",
        r"(?<![\w'])(?:we(?: ?'re| are| r)|(?:and|&|n) (?:i|me),?(?: who)? (?:are|r)"
        r"|me (?:and|&|n) my (?:\w+ ){1,3}(?:are|r)|(?<!\w)y yo tenemos|(?:\A"
        r"|[.!?\n] *)tenemos)(?: only"
        r"| just)? \Z",
        tails="pair",
        needs="we are r tenemos",
    ),
    _lead(
        "name_and_age",
        "is",
        rf"(?<![\w'])(?:my name is|my name's|my names|my name|name's|names|me llamo"
        rf"|mi nombre es) {NAME}"
        r"[ ,.;:!(-]{1,3}(?:and )?(?:y )?(?:age[d]?|tengo)?[ :,]{0,2}\Z",
        strength=0.9,
        needs="name names s llamo nombre",
    ),
)
