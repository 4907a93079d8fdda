"""What stands before a number and says whose age it is; every pattern ends at the number.

Each lead is matched against a window of bounded length, so a text of any size costs a bounded
amount of work per number and no pattern can run away.
"""

from typing import Final

from privacy_engine.children.detect.openings import (
    ADVERB,
    CHILD_WORD,
    GAP,
    IM,
    NAME,
    NOUN,
    WE,
    lead,
)

WINDOW: Final = 72

# The order matters: a narrower reading of the same words stands before a wider one.
WRITER: Final = (
    lead(
        "not_yet_age",
        "before",
        rf"(?:{IM}{ADVERB} (?:not|nt|isn't|aint|ain't)(?: quite| even| yet)+"
        rf"|{IM}{ADVERB} (?:under|below|younger than|less than|not over|not older than|not yet)"
        r"(?: the)?(?: age of)?"
        r"|(?<![\w'])i (?:have ?n'?t|have not) (?:even |quite )?(?:turned|reached|become)"
        r"|(?<![\w'])i (?:won'?t|will not) (?:be|turn|be turning)"
        r"|(?:todavia|aun) no (?:tengo|cumplo|he cumplido)(?: los)?"
        r"|(?<!\w)no (?:he cumplido|cumplo)(?: los| aun| todavia)*"
        r"|(?<!\w)no tengo (?:aun|todavia|ni)(?: los)?"
        r"|(?<!\w)(?:soy|somos) (?:menor|menores) (?:de|que)"
        rf"|(?:when|once|until|till|before|after) (?:i turn|{IM}|i get to be|i reach|i hit)"
        r"|(?<!\w)(?:cuando|hasta que|antes de que) (?:cumpla|tenga)(?: los)?)" + GAP,
        strength=0.9,
        needs="wont won t will yet even quite under below younger less not nt turned reached "
        "become todavia "
        "aun no menor menores when once until till before after cuando hasta antes",
    ),
    lead(
        "not_this_age",
        "none",
        rf"{IM}{ADVERB} (?:not|nt|never|no longer|no)(?: a| an)?" + GAP,
        needs="not nt never no longer",
    ),
    lead(
        "age_from",
        "from",
        rf"(?:{IM}{ADVERB} (?:over|above|older than|more than|past|at least)(?: the age of)?"
        r"|(?<!\w)soy mayor (?:de|que))" + GAP,
        needs="over above older more past least mayor",
    ),
    lead(
        "next_birthday",
        "next",
        rf"(?:{IM}{ADVERB} (?:turning|going to be|gonna be|gunna be|gona be|going to turn"
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
        r"|mi cumpleanos(?: numero)?)(?: los)?)" + GAP,
        needs="turning be turn almost nearly nearing close soon about bout become going on "
        "voy vamos entrando kumplo cunplo kunplo kumplire cumplir tener hacer cumplo cumplire "
        "cumplimos tendre casi para",
    ),
    lead(
        "is_age",
        "is",
        rf"(?<!\w)(?:{IM}|{WE}|(?<![\w'])my (?:(?:real|actual|true|current|correct|exact"
        rf"|right) )?(?:ag+e+|aeg)(?: right now)?(?: is|'s|:| =)?"
        r"|(?<![\w'])my age \(?"
        r"|(?<![\w'])i (?:(?:really|actually|truly|honestly|seriously|legit|rly|realy|only|just"
        r"|already|still|literally|totally|do) )+(?:am|be)"
        rf"|(?<![\w'])(?:hate|love|like|tired of|sick of) being|(?<!\w)odio tener"
        rf"|(?<![\w'])me(?=,? ?[(:])"
        r"|(?<![\w'])i (?:may|might|must)(?: only| just)? be|(?<![\w'])as (?:someone|a person"
        r"|somebody) who(?:'s| is)"
        r"|(?<![\w'])(?:(?:and|&|n) (?:i|me)|me (?:and|&|n) my \w+|we)(?:,"
        r"| \()? ?(?:are )?both(?: of us)?)"
        rf"{ADVERB}(?: (?:only|just))?" + GAP,
        strength=0.97,
        needs="may might must someone person somebody both is i im imm immm immmm m am ima imma "
        "ime iam aim "
        "we my me and n odio hate love like tired sick us are r",
    ),
    lead(
        "a_year_old",
        "is",
        rf"(?:{IM}{ADVERB} (?:an?|the|this|your|another)|ima|(?<![\w'])as an?|{IM} just an?|"
        rf"{WE}{ADVERB}(?: two| both)?) (?:{NOUN}){{0,3}}\"?\Z",
        tails="old",
        needs="a an the this your another ima are r both two re",
    ),
    lead(
        "a_girl_of",
        "is",
        rf"{IM}{ADVERB} an? (?:\w+ ){{0,2}}?(?:girl|boy|kid|child|student|female|male|guy"
        rf"|teen|dude)[ ,(-]{{1,3}}"
        r"(?:age[d]?|of|who is)?[ ]?\Z",
        strength=0.9,
        needs="girl boy kid child student female male guy teen dude",
    ),
    lead(
        "im_young",
        "is",
        rf"(?:{IM}{ADVERB} (?:an? )?(?:little |young )?(?:underage|minor|child|kid"
        r"|too young|young|preteen|tween)"
        r"|(?<!\w)soy (?:solo )?(?:una? )?(?:menor(?: de edad)?|chic[oa]|nin[oa]"
        r"|pequen[oa]))[ ,.:;(-]{1,3}(?:only |just |like |tengo |solo )?\Z",
        strength=0.9,
        needs="underage minor child kid young preteen tween menor chica chico nina nino pequena "
        "pequeno",
    ),
    lead(
        "too_young_at",
        "is",
        r"(?<![\w'])(?:am i (?:too young|old enough|allowed|too little)[^.!?\n]{0,30}"
        r"|life) at (?:only |just )?\Z",
        strength=0.8,
        needs="young old allowed little life",
    ),
    lead(
        "too_young_for",
        "is",
        rf"{IM}{ADVERB} (?:way |much )?too (?:young|little|small) (?:for"
        rf"|to) [^.!?()\n]{{1,30}} ?[(,-] ?\Z",
        strength=0.85,
        needs="young little small",
    ),
    lead(
        "such_for_age",
        "is",
        rf"(?:{IM}{ADVERB} (?:(?:so|too|very|really|pretty|super|quite|rather|very|big|not"
        rf"|that) )*"
        r"(?!\w+ing\b|here\b|back\b|available|responsible|ready|worried|concerned|sorry|grateful)"
        r"[a-z]+(?: (?:at|in) [a-z]+)?|(?<![\w'])i (?:know|read|eat|cry|worry"
        r"|think) (?:\w+ ){0,2}?"
        r"[a-z]+) for (?:just |only )?an? \Z",
        strength=0.85,
        tails="old",
        needs="for",
    ),
    lead(
        "alive_for",
        "is",
        r"(?<![\w'])i ?(?:'ve|ve| have|'m|m| am)? (?:only |just |now )*(?:been |lived )?(?:only "
        r"|just )?"
        r"(?:alive|living|on (?:this|the) (?:earth|planet|world)|in this world)"
        r"(?: for)?(?: only| just| like| about)?" + GAP,
        strength=0.85,
        needs="alive living earth planet world lived",
    ),
    lead(
        "this_many",
        "is",
        rf"{IM}{ADVERB} this (?:many|much|old)(?: years)?" + GAP,
        strength=0.85,
        needs="many much old",
    ),
    lead(
        "hates_turning",
        "about",
        r"(?<![\w'])i (?:(?:really|just|so|do) )*(?:hate|love|like|regret|don'?t like"
        r"|don'?t want|am scared of|am excited (?:for|about))"
        r"(?: to)?(?: be)? turning(?: only| just)? \Z|(?:\A|[.!?,\n] *)(?:hate|love"
        r"|don'?t (?:like|want)) turning \Z"
        r"|(?<!\w)(?:odio|me encanta|no quiero|no me gusta|me da miedo) cumplir(?: los)? \Z",
        strength=0.8,
        needs="turning cumplir",
    ),
    lead(
        "only_of_age",
        "is",
        r"(?<![\w'])being (?:the (?:only|youngest|new|smallest)|like the only) \Z"
        r"|(?<!\w)siendo (?:el|la) unic[oa] (?:nin[oa] )?de(?: solo)? \Z",
        strength=0.8,
        tails="old",
        needs="being siendo",
    ),
    lead(
        "soy_name",
        "is",
        r"(?<!\w)soy (?!(?:una?|el|la|de|del|muy|tan|mas|menor|mayor|mama|madre|papa|padre|abuel"
        r"|ti[oa]\b|tutor))[a-z]+(?: [a-z]+)?(?:[!. ]{0,4}(?:, ?){1,5}| \()(?:tengo )?\Z",
        strength=0.85,
        tails="old",
        needs="soy",
    ),
    lead("and_i", "is", r"(?<!\w)(?:and|&|n) i ?\(\Z", needs="and n", strength=0.85),
    lead(
        "for_me",
        "is",
        r"(?<!\w)(?:para mi|for (?:me|myself)) ?[,(-] ?(?:age[d]? |de )?\Z",
        tails="old",
        needs="mi me myself",
        strength=0.85,
    ),
    lead("me_beside", "is", r"\((?:me|myself|yo)[,:]? \Z", needs="me myself yo"),
    lead(
        "hi_its_name",
        "is",
        rf"\b(?:hi+|he+y+|hello|hola|hii+)[,!. ]* (?:it'?s|this is|im|i'm|i am"
        rf"|soy) {NAME}[ !.]{{0,4}}[,(][ ,!]{{0,6}}(?:age[d]? )?\Z",
        strength=0.8,
        needs="hi hey hello hola hii hiii hiiii heyy heyyy",
    ),
    lead("me_and_age", "is", r"(?:\A|[.!?\n] *|\b(?:hi|hey|hello),? )me \Z", needs="me"),
    lead("of_age", "is", rf"{IM}{ADVERB} of(?: age)? \Z", tails="old", needs="of"),
    lead(
        "meant_age",
        "is",
        r"\b(?:meant|i mean|correction|typo|supposed to (?:say|be))[,: ]+(?:to (?:say|put|type"
        r"|write) )?\Z",
        strength=0.85,
        needs="meant mean correction typo supposed",
    ),
    lead(
        "us_of_age",
        "is",
        rf"{WE}{ADVERB} (?:two |three |both |just )*(?:\w+ )?(?:girls|boys|kids|friends|bffs"
        r"|sisters|brothers|twins|cousins|students|ninas|chicas|amigas)"
        r"[ ,(-]{1,3}(?:age[ds]?|of|who are|both)?[ ]?\Z",
        strength=0.9,
        needs="girls boys kids friends bffs sisters brothers twins cousins students",
    ),
    lead(
        "being_age",
        "is",
        r"(?:\A|[.!?\n,;] *|\b(?:cuz|because|bc|but|and|so) )being(?: only| just)? \Z"
        r"|(?:\A|[.!?\n,;] *|\bpero )tener(?: solo)? \Z",
        strength=0.85,
        needs="being tener",
    ),
    lead(
        "almost_alone",
        "next",
        r"(?:\A|[.!?\n] *|\b(?:hi|hey|hello),? )(?:almost|nearly|turning|about to (?:be|turn)"
        r"|gonna be|going to be|soon to be|casi|ya casi) \Z",
        strength=0.85,
        needs="almost nearly turning about gonna going soon casi",
    ),
    lead(
        "this_is_a",
        "is",
        r"(?<![\w'])(?:this is|it'?s|its) (?:an?|ur|your) \Z",
        strength=0.85,
        tails="old",
        needs="this its it",
    ),
    lead(
        "so_and_age",
        "is",
        rf"{IM} (?:(?!(?:of|in|at|with|for|to|between|from|on|by|the|my|free|available|booked"
        rf"|scheduled|busy|"
        r"open|off|working|taking|seeing|having|doing)\b)[a-z'-]+ ){1,3}(?:and|n|&"
        r"|but) (?:only |just |like )?\Z",
        strength=0.8,
        needs="and n but i im m",
    ),
    lead(
        "im_name_old",
        "is",
        rf"(?:{IM} {NOUN}{{0,1}}(?!(?:an?|the|my|our|her|his|your|some"
        rf"|this)\b)(?!\w+ing\b)(?:{NOUN}|[a-z]+[!. ]{{0,4}}(?:, ?){{1,5}})"
        r"|(?:\A|[.!?\n,] *)(?:[a-z]+ ){1,2}here,? )\Z",
        strength=0.85,
        tails="old",
        needs="i im m am here",
    ),
    lead(
        "oldest_of_us",
        "is",
        rf"(?:{IM}{ADVERB}(?: the only \w+ and)? the (?:oldest|youngest|middle|eldest|smallest"
        rf"|littlest|tallest)"
        r"(?: (?:one|child|kid|sister|brother|sibling|girl|boy|person))?"
        r"(?: (?:in|of|on|at|here|there)(?: (?:my|our|the|this|us|all|\w+)){0,4})?"
        r"(?:,| at|(?= ?\())(?: (?:only|just|age))*|(?:,| y) yo(?: solo)?"
        r"|(?<!\w)soy (?:el|la) (?:mayor|menor|mas (?:chic|pequen|joven|grande)\w*)"
        r"(?: (?:de|en) (?!edad)(?:\w+ ?){1,4})?(?:,|(?= ?\())(?: (?:solo|apenas"
        r"|con))*)[ (]{0,2}\Z",
        strength=0.85,
        needs="oldest youngest middle eldest smallest littlest tallest yo soy",
    ),
    lead("me_again", "is", r"\bit'?s me\b[^.!?\n]{0,20} the \Z", tails="old", needs="me"),
    lead(
        "have_been_spanish",
        "is",
        r"(?<!\w)llevo (?:\w+ ){1,4}con(?: los)? \Z",
        tails="old",
        needs="llevo",
        strength=0.85,
    ),
    lead(
        "have_been",
        "is",
        r"(?:(?<![\w'])i ?(?:'ve|ve| have) been|(?:\A|[.!?,;\n] *|\b(?:and|but|so) )been)"
        + ADVERB
        + GAP,
        strength=0.85,
        needs="been",
    ),
    lead(
        "soy_nino_de",
        "is",
        rf"(?<!\w)(?:soy|somos)(?: solo)?(?: una?| dos| unos| unas)? {CHILD_WORD}"
        r" de(?: solo| apenas| casi)? \Z",
        needs="de",
    ),
    lead(
        "have_years",
        "is",
        r"(?<![\w'])i (?:have|has|got|hv)(?! turned)" + ADVERB + GAP,
        needs="have has got hv",
    ),
    lead(
        "turned",
        "is",
        r"(?:(?<![\w'])(?:i|we)(?: ?'ve| have)?(?: just| only just| recently| finally"
        r"| literally| barely| "
        r"already| actually| both)* (?:just )?(?:turned|became)"
        r"|(?:\A|[.!?,;\n(] ?|hi |hey |hello )(?:just |recently |finally )turned|(?:\A"
        r"|[.!?\n] *)turned"
        r"|(?<!\w)(?:acabo de cumplir|[ck]u[mn]pli+|recien cumpli|ya cumpli|acabo de hacer)(?: los"
        r"| mis)?)" + GAP,
        needs="turned became cumplir cumpli cumplii cumpliii kumpli cunpli kunpli hacer",
    ),
    lead(
        "tengo",
        "is",
        r"(?<!\w)(?:tengo+|tngo|tenog|teno|tenemos|tenjo|ando en|estoy en mis)"
        r"(?: (?:solo|solamente|apenas|ya|como|recien|nomas|tan solo|actualmente|unicamente"
        r"|los|nada mas|"
        r"ahora|realmente|en realidad|sólo|aproximadamente))*" + GAP,
        strength=0.97,
        needs="tengo tngo tengoo tenog teno tenemos tenjo ando mis",
    ),
    lead(
        "soy_de",
        "is",
        r"(?<!\w)(?:soy|somos)(?: solo)?(?: (?!(?:mama|madre|papa|padre|abuel|ti[oa]\b|maestr"
        r"|profesor|"
        r"terapeuta|psicolog|tutor|docente|hij|herman|espos|director)\w*)\w+){1,4}? de"
        r"(?: solo| apenas| casi)?" + GAP,
        tails="old",
        needs="soy somos",
    ),
    lead(
        "mi_edad",
        "is",
        r"(?<!\w)mi edad(?: actual| real)?(?: es)?(?: de)?[ :(]*\Z",
        needs="edad",
    ),
    lead(
        "a_mis_anos",
        "is",
        r"(?:(?<!\w)a mis|(?:\A|[.!?\n,;] *|\b(?:que|y|pero|porque|pues|yo|aca"
        r"|aqui) )con(?: solo| apenas| tan solo| mis)?) \Z",
        needs="mis con",
        strength=0.85,
    ),
    lead(
        "pair",
        "is",
        r"(?<![\w'])(?:we(?: ?'re| are| r)|(?:and|&|n) (?:i|me),?(?: who)? (?:are|r)"
        r"|me (?:and|&|n) my (?:\w+ ){1,3}(?:are|r)|(?<!\w)y yo tenemos|(?:\A"
        r"|[.!?\n] *)tenemos)(?: only"
        r"| just)? \Z",
        tails="pair",
        needs="we are r tenemos",
    ),
    lead(
        "name_and_age",
        "is",
        rf"(?<![\w'])(?:my name is|my name's|my names|my name|name's|names|me llamo"
        rf"|mi nombre es) {NAME}"
        r"[ ,.;:!(-]{1,8}(?:and )?(?:y )?(?:age[d]?|tengo)?[ :,]{0,2}\Z",
        strength=0.9,
        needs="name names s llamo nombre",
    ),
)
