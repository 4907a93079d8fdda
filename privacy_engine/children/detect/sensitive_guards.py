"""Who is spoken of where a sensitive word stands: a person, or a topic, a thing, a trade."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from privacy_engine.children.detect.folding import words_of
from privacy_engine.children.detect.sensitive_lexicon import CLASSES
from privacy_engine.children.detect.sensitive_trades import INVENTED, TRADE

FIRST: Final = frozenset(
    words_of(
        """
        i i'm im i've ive i'd i'll ill me my mine myself we we're we've us our ours ourselves need
        needing needed
        yo mi mis me conmigo nos nuestro nuestra nuestros nuestras soy estoy tengo tuve padezco
        sufro tomo vivo ando llevo estuve fui somos estamos tenemos voy siento hago quiero puedo
        cobro vomito trabajo uso sali salgo cai puse hice pase dejo deje sigo bebo fumo peso hablo
        lloro odio
        creo pienso pienso llegue volvi empece
        necesito busco debo duermo como vengo quede perdi perdimos era ma imma ima
        """
    )
)
NEAR: Final = frozenset(word for word in CLASSES["kin"].split("|") if "+" not in word) | {
    *words_of(
        "someone's somebody's guy lady man woman he he's she she's him her his hers they're"
    ),
    *words_of("they them their ella le ellos les diagnosed patient paciente tiene"),
    *words_of(
        "mom's dad's son's daughter's wife's husband's sister's brother's kid's girlfriend's"
    ),
    *words_of("boyfriend's partner's toma vive lleva anda sufre padece who"),
}
_SPEAKER: Final = frozenset(words_of("i i'm im i've i'd my me myself yo mi mis me"))
_SENTENCE: Final = re.compile(
    r"(?<![\W_]dr)(?<![\W_]mr)(?<![\W_]dra)(?<![\W_]mrs)(?<![\W_]lic)[.!?]+(?=\s|$|\")|\n"
)
_TOPIC: Final = frozenset(
    words_of(
        """
        article articles blog podcast episode ep books course courses webinar webinars
        workshop page section category categories filter filters quiz newsletter guide leaflet
        leaflets flyers flyer posters poster brochures glossary menu dropdown heading listing
        checkbox tag tags specialty slides certificate typo post awareness training journal
        workbook magazine documentary movie show film series study studies statistics survey
        research dissertation thesis paper essay novel character script campaign policy
        articulo articulos libro libros curso taller pagina seccion categoria filtro boletin
        folletos
        carteles laminas glosario etiqueta etiquetas charla conferencia estudio encuesta tesis
        novela personaje obra serie pelicula reportaje revista episodio capitulo guion campana
        clinicians providers therapists psicologos terapeutas profesionales icon ramp ramps
        topic word words spelling translation term version hotline linea line resource resources
        numeros consultas news press stigma taboo tabu prensa
        """
    )
)
_THING: Final = frozenset(
    words_of(
        """
        site website page pages form forms captcha calendar layout newsletter newsletters email
        emails podcast app font fonts logo invoice price prices fee fees button buttons music menu
        chatbot bot server router link portal software browser search filter filters checkout
        homepage typo mascot colors colours design ui ux banner popup cookie cookies tabs tab
        update keyboard printer pin icon icons blog reels paperwork results margins
        illustrations illustration otters wifi internet laptop computer screen login password
        formulario pagina sitio web senal buscador calendario boletin correos correo boton botones
        precio precios logotipo aplicacion servidor enlace musica musiquita portada diseno
        contrasena clave reel fuente letra colores mapa ficha teclado pdf
        maker machine car truck thermostat queue traffic market economy toaster fridge
        cafetera maquina impresora pantalla imagen cola trafico resultados computadora
        compu celular cel movil promo publicidad anuncios wait
        """
    )
)
_ANIMAL: Final = frozenset(
    words_of(
        """
        cat cats kitten dog dogs puppy horse mare hamster rabbit parrot bird hen pony goldfish
        beagle labrador poodle tortoise turtle vet vet's ferret iguana gato gata gatos gatito perro
        perra perros perrito perrita cachorro cachorra caballo conejo loro mascota mascotas yegua
        tortuga veterinaria veterinario hamsters
        """
    )
)
_NOT_ANIMAL: Final = frozenset(words_of("service guide allergic alergico alergica va"))
_ASKS: Final = frozenset(
    words_of(
        """
        do does is are can what which how who where when why should will would has have did any
        que cual como quien cuanto cuanta cuantos cuantas hay atienden tienen trabajan puede es
        alguno alguna some everyone
        """
    )
)
_LEFT_OUT: Final = frozenset(
    words_of(
        """
        quit lost took found got had been can't cant haven't havent been having getting waiting
        trying started stopped diagnosed struggling living dealing recovering coping retired raised
        grew survived survivor married divorced widowed looking seeking hoping dreading drinking
        smoking crying tengo llevo busco necesito estoy soy perdi
        """
    )
)
"""Verbs that open a sentence whose "I" is left out."""
_IN_JEST: Final = frozenset(
    {
        "condition",
        "symptom",
        "own_condition",
        "own_plight",
        "harm_to_oneself",
        "substances_and_gambling",
        "eating_and_weight",
        "relationship",
        "bereavement",
        "disability",
        "pregnancy_and_loss",
        "violence",
        "crime_and_court",
        "medicine",
        "care_received",
        "condition_by_initials",
    }
)
"""What is said of sites and animals too, in jest."""
_FIGURATIVE_BEFORE: Final = re.compile(
    # Not where a person comes in between: "my dog died and I am depressed".
    r"\b(?:internet|wi-?fi|connection|server|phone|code|weather|spreadsheet|clima|mercado|hike"
    r"|factura"
    r"|cats?|kitten|dogs?|puppy|horse|hamster|rabbit|gat[oa]s?|perr[oa]s?|caballo|mascota)\b"
    r"(?:(?!(?<![\w'])(?:i|i'm|im|i've|my|me and|yo|estoy|tengo|soy|mi|ando)(?![\w']))"
    r"[^.!?\n]){0,30}\Z"
)
_FIGURATIVE_AFTER: Final = re.compile(
    r" about (?!my\b|it\b|everything|germs|clean|wash|death|hurt)"
    r"|(?<=addicted) to (?:your|this|that|the (?:show|podcast|blog|book|app|game)|coffee"
    r"|chocolate|podcasts?|books?)\b"
    r"|(?<=adict[oa]) (?:al?|a la|a los|a las|a sus?|a tus?|a est[ea]) (?:podcasts?"
    r"|blog|pagina|app"
    r"|boletin|cafe|chocolate|series?|articulos?|videos?|contenido|libros?|musica|canal|tele)\b"
    r"|(?<=overwhelmed) (?:by|with) (?:choices|choice|options|emails?)"
    r"|(?<=depressed) (?:keys?|buttons?|markets?|econom\w+|areas?|prices)\b"
    r"|(?<=cort[aeo]) (?:la (?:llamada|luz|senal|conexion|barba)|el (?:pelo|cabello|internet|audio"
    r"|dedo|agua|video)|las unas)\b"
)
_IDIOM: Final = re.compile(
    r"\b(?:gave|gives?|giving|almost had|nearly had|dio|da|dan|dieron|va a dar) (?:me "
    r"|us )?(?:an? "
    r"|un )?(?:mini )?(?:heart attack|stroke|infarto|ictus)\Z"
    r"|\b(?:i'd|i would|me) (?:have|dara|daria) (?:an? )?(?:breakdown|stroke|heart attack|infarto"
    r"|algo)\Z"
)
_OWN: Final = re.compile(
    r"(?<![\w'])(?:i|i'm|im|i've|ive|i'd|me|my|we|our|yo|mi|mis|nuestr[oa]|soy|estoy|tengo|tuve"
    r"|padezco|sufro|nos|for me|a mi)(?![\w'])"
    r"(?P<gap>(?:[ ,\-/]{1,3}(?!do\b|handle|host|serve|represent|make\b|supervis|manage|direct"
    r"|lead\b|on\b|about\b|sobre\b|treat|teach|prescri|bought|read\b|took|watch"
    r"|heard|saw\b|listen"
    r"|download|your\b|su\b|sus\b|tu\b|compre|lei\b|vi\b|escuche|see\b|work|speciali|cover|study"
    r"|offer|client|patient"
    r"|paciente|book|caseload|article|run\b|help\b|write|writing|character|article|practice"
    r"|especiali|psicolog|therap|clinic|centro|provid|offer|atende|consultorio|pais\b|country"
    r"|practice|team|group|nonprofit|us\b)[\w']+){0,2})[ ,\-/:\"]{0,3}\Z"
)
_ITS_OWN: Final = re.compile(r"(?<![\w'])(?:my|our|his|her|mi|mis|su hij[oa]'?s?|nuestr[oa])[ ]\Z")
_OWN_INSIDE: Final = re.compile(
    r"(?:i|i'm|im|i've|ive|i'd|me|my|we|our|yo|mi|mis|soy|estoy|tengo|nos|no|perdi|sali|deje)\b"
)
_DENIED: Final = re.compile(
    r"(?<![\w'])(?:not|never|no|nothing|none|nobody|without|sin|ningun[oa]?|nada|nadie|ni|isn'?t"
    r"|aren'?t|don'?t|doesn'?t|didn'?t|wasn'?t|haven'?t|hasn'?t|neither|nor|jamas|tampoco)"
    r"(?P<gap>(?:[ ,]{1,2}(?!only|just|solo|because|know|knows|sure|want|se\b|my|mi|i\b|i'm|sabe"
    r"|que\b|q\b|quiere|one|lie|care|like|until|hasta|matter|told|tell|say|desde|since|if\b)"
    r"[\w']+){0,2})[ ,]{1,2}\Z"
)
_BEHIND_TOPIC: Final = re.compile(
    r"[ \"'\-)]{1,3}(?:& |and |y )?(?:[\w-]+ )?(?:groups?|specialists?|counselors?|therapists?"
    r"|providers?"
    r"|clinicians?|training|awareness|center|clinic|certif\w+|workshop|course|newsletters?"
    r"|articles?|blog|posts?|podcasts?|webinars?|talks?|events?|videos?|emails?|ads?|books?|page"
    r"|quiz|filter|category|listing|resources?|section|topic|prevention|hotline|program|services?"
    r"|flyers?|posters?|journal|workbook|credits?|assessment|checkbox|dropdown|tag|heading"
    r"|nurses?|social workers?|association|society|foundation|asociacion|fundacion|professionals?"
    r"|medicine|research"
    r"|policy|glass|dealers|house music|sponsor your)\b"
)
_ALWAYS_TOPIC: Final = re.compile(
    r" (?:nurses?|social workers?|training|workshops?|webinars?|courses?|articles?|books?"
    r"|podcasts?|page|unit|team|study"
    r"|studies|conference|curriculum|filter|checkbox|talleres|taller|curso)\b"
)
"""Even somebody's own: "our trauma training"."""
_BEFORE_TOPIC: Final = re.compile(
    r"\b(?:article|episode|video|module|modulo|poster|clip|page|section|post|book|piece|item"
    r"|paper|study|talk|workshop|webinar"
    r"|course|glossary|filter|category|tag|slides|story|feature|quiz|articulo|episodio|libro"
    r"|charla"
    r"|curso|taller|seccion|pagina|filtro|reportaje|capitulo|consultas|tesis|posters?|brochures?"
    r"|carteles|folletos|leaflets|info\w*|question|pregunta|blog|news|documentary|research)"
    r"(?: [\w']+){0,2}? (?:on|about|of|for|sobre|de|del|por|como|is|called|titled)"
    r"(?: [\w']+){0,3}? \"?\Z"
    r"|\b(?:wr(?:o|i)te|writing|written|escrib\w+|hablo|hablamos|publish\w*|posted|spoke|speak"
    r"|present\w*|cover(?:ed)?|research\w*|teach\w*|taught|lectur\w+|debat\w+|translat\w+)"
    r" (?:[\w']+ ){0,2}?(?:about|on|de|sobre)(?: [\w']+){0,2} \Z"
    r"|\b(?:therapist|terapeuta|psicolog[oa]|counselor|providers?)"
    r" (?:(?:who is|who's|que sea|that is) )?(?:an? |un |una )?\Z"
    r"|\b(?:nurse|doctor|medic|works?|working|job|volunteer|chaplain|enfermer[oa]|trabaja|trabajo)"
    r" (?:at|in|for|on|en)(?: (?:the|an?|el|la|un|una))? \Z"
)


_GENERAL: Final = re.compile(
    r"\b(?:in my country|en mi pais|(?:everyone|everybody) (?:is|has|gets)|people (?:with|who|in"
    r"|have)|la gente"
    r"|cualquiera|hoy en dia|some say|(?<!me )(?<!nos )dicen que|stigma|tabu|taboo|one in (?:\w+)"
    r"|nowadays"
    r"|in general|en general|this profession|society|la sociedad|someone else|anyone (?:with|who"
    r"|blind|deaf|allergic)|those (?:with|who)|los que|personas (?:con|que)|myth|mito|true that"
    r"|verdad que)\b"
)
_CARE_FOR: Final = re.compile(
    r"\b(?:therapist|therapy|counsel\w+|help|someone|anyone|somebody|psychologist|psychiatrist"
    r"|terapeuta|terapia|psicolog\w+|psiquiatra|ayuda|alguien|especialista)"
    r" (?:for|with|who (?:treats|does|sees|knows|gets)|para|con|que (?:trate|trabaje|sepa de))"
    r"(?: [\w']+)?[ ]\Z"
)
"""Somebody asks for help with what follows, and leaves out for whom."""
_GOES_ON: Final = re.compile(
    r"(?: [\w']+)?(?:,| here\b| again\b| since\b| flare| dx| en casa| desde\b)"
)
_YOURS: Final = frozenset(words_of("you your yours ustedes su sus vuestro vuestra tu tus"))


FARTHEST: Final = 400
"""Characters read around a fact: a sentence without end must not be read for each of them."""


class Message:
    """A folded message, and what is found out about it once however many words are judged."""

    def __init__(self, folded: str) -> None:
        self.folded = folded
        self._ends = [found.end() for found in _SENTENCE.finditer(folded)]
        self._of_trade: bool | None = None
        self._speaks: bool | None = None

    def sentence(self, start: int) -> tuple[int, int]:
        """Return where the sentence around a place begins and ends."""
        at = bisect_right(self._ends, start)
        begin = self._ends[at - 1] if at else 0
        end = self._ends[at] if at < len(self._ends) else len(self.folded)
        return max(begin, start - FARTHEST), min(end, start + FARTHEST)

    @property
    def is_of_trade(self) -> bool:
        """Return whether somebody writes for a living: a professional, a seller, a writer."""
        if self._of_trade is None:
            self._of_trade = bool(TRADE.search(self.folded) or INVENTED.search(self.folded))
        return self._of_trade

    @property
    def speaks_of_self(self) -> bool:
        """Return whether the writer speaks of themself anywhere in it."""
        if self._speaks is None:
            self._speaks = not FIRST.isdisjoint(words(self.folded))
        return self._speaks


_LETTERS: Final = bytes(
    code if 97 <= code <= 122 or 48 <= code <= 57 or code == 39 else 32 for code in range(256)
)


def words(folded: str) -> set[str]:
    """Return the words of a folded text; an apostrophe belongs to its word."""
    found = set(folded.encode("ascii", "replace").translate(_LETTERS).decode().split())
    return {word.strip("'") for word in found} if "'" in folded else found


@dataclass(frozen=True)
class _Place:
    """Some words of a sentence with what stands around them."""

    left: str
    itself: str
    right: str
    is_own: bool

    @property
    def sentence(self) -> str:
        return f"{self.left} {self.right}"


def refuses(message: Message, start: int, end: int, *, rule: str, is_name: bool) -> bool:
    """Return whether what stands there is no fact about a person.

    A name of a trouble ("depression") is one only where somebody stands beside it.
    """
    folded = message.folded
    begin, close = message.sentence(start)
    left = folded[begin:start]
    is_own = (
        _is_own(left)
        or _OWN_INSIDE.match(folded, start) is not None
        or (not is_name and not _SPEAKER.isdisjoint(words(folded[start:end])))
    )
    place = _Place(left, folded[start:end], folded[end:close], is_own)
    if (message.is_of_trade and not is_own) or _DENIED.search(left[-50:]):
        return True
    if _ALWAYS_TOPIC.match(place.right) or (
        not is_own and (_BEHIND_TOPIC.match(place.right) or _BEFORE_TOPIC.search(left[-70:]))
    ):
        return True
    if rule in _IN_JEST and (_is_idiom(place) or _is_of_a_thing(place, is_name=is_name)):
        return True
    return is_name and not is_own and not _has_person(message, place)


def _is_own(left: str) -> bool:
    """Return whether the words that end here make what follows the writer's own."""
    own = _OWN.search(left[-60:])
    return own is not None and words(own["gap"]).isdisjoint(_ANIMAL | _THING)


def _is_idiom(place: _Place) -> bool:
    behind = place.itself[-10:]
    return bool(
        _FIGURATIVE_AFTER.match(behind + place.right, len(behind))
        or _IDIOM.search(place.left[-40:] + place.itself)
    )


def _is_of_a_thing(place: _Place, *, is_name: bool) -> bool:
    """Return whether a thing or an animal has the trouble: "your site gives me anxiety"."""
    before = words(place.left)
    if not place.is_own:
        around = before | words(place.right)
        if _FIGURATIVE_BEFORE.search(place.left[-80:]):
            return True
        if not _ANIMAL.isdisjoint(before) and _NOT_ANIMAL.isdisjoint(around):
            return True
        if is_name and not _THING.isdisjoint(around):
            return True
    return not _ITS_OWN.search(place.left[-12:]) and not _THING.isdisjoint(before)


def _has_person(message: Message, place: _Place) -> bool:
    """Return whether the sentence speaks of the writer or of somebody near."""
    around = words(place.sentence)
    if _GENERAL.search(place.sentence):
        return False
    if not FIRST.isdisjoint(around) or _opens_with(place.sentence, _LEFT_OUT):
        return True
    if not _TOPIC.isdisjoint(around) or not NEAR.isdisjoint(around):
        return _TOPIC.isdisjoint(around)
    return not _opens_with(place.sentence, _ASKS) and (
        _leaves_person_out(place) or (message.speaks_of_self and _YOURS.isdisjoint(around))
    )


def _opens_with(sentence: str, openings: frozenset[str]) -> bool:
    opening = sentence.split(maxsplit=1)
    return bool(opening) and opening[0].strip("\"',(") in openings


def _leaves_person_out(place: _Place) -> bool:
    """Return whether a sentence without any person is about its writer: "ADHD here, again"."""
    if _CARE_FOR.search(place.left):
        return True
    return len(place.left.split()) <= 1 and _GOES_ON.match(place.right) is not None
