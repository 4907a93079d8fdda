"""Reads the word lists of sensitive facts, and finds what they list in a folded text.

The lists stand in `lexicon/`. A head `[kind rule level]` opens a part; `;` or a new line ends an
entry. An entry is a row of elements that stand side by side in a text:

- `a|b` one of several words; `+` is a blank inside of one; `word*` any ending, `@` o, a, os or as;
- an entry of one element is a name, whatever its part says;
- `<name>` a class of words below; `#` a number; `?` behind an element: it may be missing;
- `.` up to two words, `..` up to four words between;
- `~a|b` at the end: not where one of these stands before the rare word; `!a|b`: not where one
follows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, cast

from privacy_engine.children.detect.folding import words_of

Level = Literal["told", "said", "sign"]
"""`told`: a name, no fact unless a person stands beside it; `said`: tells of a person itself."""

_KIN: Final = (
    "mom|mum|mama|ma|momma|mommy|mother|moms|dad|dads|papa|pa|pops|daddy|father|parents|son|sons"
    "|daughter|daughters|kid|kids|child|children|teen|teenager|twins|twin|baby|sister|sis|brother"
    "|bro|husband|hubby|wife|spouse|partner|boyfriend|girlfriend|bf|gf|fiance|fiancee|friend"
    "|bestie|roommate|roommates|housemate|flatmate|uncle|aunt|auntie|cousin|nephew|niece|grandma"
    "|grandpa|grandmother|grandfather|granny|nana|grandson|granddaughter|grandparents|stepdad"
    "|stepmom|stepfather|stepmother|stepson|stepdaughter|ex|in-laws|mother-in-law|father-in-law"
    "|sister+in+law|brother+in+law|mother+in+law|father+in+law|boy|girl|toddler|stepbrother"
    "|stepsister|folks|neighbor|neighbour|coworker|colleague|madre|padre|papas|padres|viejo|vieja"
    "|hijo|hija|hijos|hijas|hijito|hijita|nino|nina|ninos|ninas|nene|nena|bebe|hermano|hermana"
    "|hermanos|hermanas|hermanito|hermanita|marido|esposo|esposa|mujer|pareja|novio|novia|amigo"
    "|amiga|tio|tia|primo|prima|sobrino|sobrina|sobrinito|sobrinita|abuelo|abuela|abuelito"
    "|abuelita|nieto|nieta|padrastro|madrastra|suegro|suegra|cunado|cunada|vecino|vecina"
    "|companero|companera|chamaco|chamaca|muchacho|muchacha|chico|chica|hijastro|hijastra|gemelo"
    "|gemela|mellizo|melliza|adolescente|compadre|comadre|jefe|jefa|abuelos|suegros|tios|primos"
    "|cuñada|cuñado"
)
CLASSES: Final = {
    "kin": _KIN,
    "kin2": "kid|son|daughter|brother|sister|hij@|sobrin@|niet@|herman@|child|teen|nin@|cousin",
    "my": "my|his|her|our|their|the|mi|mis|su|sus|nuestr@|la|el|los|las|me+the",
    "own": "my|his|her|our|their|mi|mis|su|sus|nuestr@",
    "i": "i|he|she|we|they",
    "iam": "i'm|im|i+am|we're|we+are|he's|she's|he+is|she+is|they're|they+are|is|are|soy|somos|es"
    "|am|mom's|dad's|son's|kid's|como|as+a|as+an|being",
    "adv": "a|an|the|just|still|also|really|so|very|too|not+even|even|both|all|always|never|only"
    "|almost|pretty|kinda|totally|already|again|finally|openly|probably|maybe|been|currently|now"
    "|suddenly|barely|keep|keeps|kept|ever|proud|muy|un|una|tambien|ya|siempre|hasta|casi|todavia"
    "|se|me|le|also+a|legally|half|partially|completamente|medio|my|properly|to|constantly"
    "|actually|literally|out|used+to|would|once|was|were|is|had|used|recently|newly|totalmente|de"
    "|have+been|has+been",
    "cant": "can't|cant|cannot|can+not|couldn't|couldnt|couldn|unable+to|not+able+to|can+barely"
    "|can+hardly|can+barely+even|could+barely|struggle+to|struggling+to|afraid+to|scared+to",
    "fut": "are|re|will|have|had|just|were|they're|is|'re|finally|want+to|keep|has",
    "lefut": "van+a|va+a|iban+a|tienen+que|tuvieron+que|me|acaban+de|quieren|fue|hubo+que|fueron",
    "ir": "esta|estan|anda|fue|va|vino|ha|han",
    "el": "el|la|los|las|un|una",
    "a": "a|an|the|per|each|every|at|la|el|los|una|un|en",
    "ni": "ni|ya|mas|volver+a|siquiera",
    "no": "no|ni|ya",
    "me": "me|se|que|yo|like|i|he|she|el|ella",
    "det": "my|the|a|her|his|another|last|second|first|more|our|their",
    "in": "in|of|en|de|into|ya|that|i've|been",
    "of": "of|de",
    "out": "out|me|us",
    "de": "de|es|of",
    "to": "to|of|me|her|him|i|she|he|they|about",
    "the": "the|my|las|mis|la|a",
    "todo": "todo|todos|todas|que|a|siempre|el",
    "he": "he|she|they|el|ella",
    "num": r"#|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dos|tres|cuatro"
    "|cinco|seis|siete|ocho|nueve|diez|several|varios|new|nuevo",
    "lexnum": "grado|nivel|level|severo|leve|y",
    "sincev": "since|after|desde|ever+since|tras|before|despues+de|despues+del",
}
_BETWEEN: Final = r"[ ,\-/\"():]{1,3}"
_GAP_AHEAD: Final = rf"(?:{_BETWEEN}[\w'$%]+)"
_GAP_BEHIND: Final = rf"(?:[\w'$%]+{_BETWEEN})"
_MOST_BEHIND: Final = 90
"""Characters read before the rare word of an entry."""
PREFIX: Final = 4
"""Letters of a word with any ending by which it is found: no such word may be shorter."""
_COMMON: Final = frozenset(
    words_of(
        """
        a about after again all almost also am an and any are as at back be because been before
        being but by can can't cant could day days did didn't do does doesn't doesnt don't dont
        down each even ever every everything face family first for from get gets getting go goes
        going good got had has hasn't have haven't he help her here him his home house how i i'm
        i've if im in into is it it's just keep know last left like live ll look made make me month
        months more most much my need never new next night no not nothing now of off old on once
        one only or other our out over people place put re really right s said say says see she
        since so some someone still t take taken taking tell than that the their them then there
        they thing this time to told too took two until up us use used using very want was way we
        week weeks well went were what when where which who will with without work year years you
        your open today call thanks thank please hi hello kind
        al algo alguien anos antes aqui asi ayer bien cada casa casi como con contra cosa cuando de
        del desde dia dias donde dos e el ella ellos en era es esa ese eso esta estaba estan estar
        este esto estoy fue gracias ha hace hacer hasta hay he hola hoy la las le les lo los mas me
        mes meses mi mis mucho muy nada ni no noche nos o otra otro para pero por porque puede
        puedo
        q que quien quiere quiero se semana ser si sin sobre solo son soy su sus tambien tan te
        tengo tiene tienen toda todo todos trabajo tres tu un una va van vez voy y ya yo favor
        """
    )
)
"""Words that stand in most texts: an entry is looked for by another of its words if it can be."""


@dataclass(frozen=True)
class Found:
    """What a list names, and where it stands."""

    kind: str
    rule: str
    level: Level
    start: int
    end: int


@dataclass(frozen=True)
class Group:
    """All that one rule looks for around one rare word, behind the same words."""

    kind: str
    rule: str
    level: Level
    behind: str
    ahead: str

    def find(self, folded: str, at: int) -> Found | None:
        """Return what stands around the rare word that begins there."""
        ahead = _compiled(self.ahead).match(folded, at)
        if ahead is None:
            return None
        start = at
        if self.behind:
            behind = _compiled(self.behind).search(folded, max(0, at - _MOST_BEHIND), at)
            if behind is None:
                return None
            start = behind.start()
        return Found(self.kind, self.rule, self.level, start, ahead.end())


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    """Return a pattern; most are never asked for, so none is made before."""
    return re.compile(expression)


def _words(element: str) -> list[str]:
    """Return the alternatives of an element, with the classes of words filled in."""
    if element and "" in element.split("|"):
        raise ValueError(f"no word beside a bar: {element}")
    alternatives: list[str] = []
    for word in element.split("|"):
        if word.startswith("<"):
            alternatives += _words(CLASSES[word[1:-1]])
        elif word:
            alternatives.append(word)
    return alternatives


def _spelt(word: str) -> str:
    """Return the expression for one alternative."""
    parts = []
    for part in word.split("+"):
        spelt = re.escape(part).replace(r"\*", r"[\w']*").replace(r"\#", r"\d+(?:[.,]\d+)?")
        spelt = spelt.replace("@", "(?:o|a|os|as)").replace(r"\-", r"[\- ]?")
        parts.append(spelt.replace("'", "'?"))
    return _BETWEEN.join(parts)


def _either(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(map(_spelt, words), key=len, reverse=True)) + ")"


def _rarest(word: str) -> tuple[str, str, str]:
    """Return the part of an alternative to look for, and what stands before and behind it."""
    parts = word.split("+")
    at = max(range(len(parts)), key=lambda n: (parts[n] not in _COMMON, len(parts[n].strip("*@"))))
    return "+".join(parts[:at]), parts[at], "+".join(parts[at + 1 :])


def _keys(part: str) -> set[str]:
    """Return the words of a text by which a part is found; with a `*`, its first letters."""
    first = re.split(r"[\-/]", part)[0]
    if "#" in first:
        return {"#"}
    if first.endswith("*"):
        if len(first) <= PREFIX:
            raise ValueError(f"too short for any ending: {part}")
        return {first[:PREFIX] + "*"}
    if "@" in first:
        return {first.replace("@", end) for end in ("o", "a", "os", "as")}
    return {first, first.replace("'", "")}


def _common(element: str) -> tuple[int, int]:
    """Return how common an element is: the fewer words of every text, and the fewer words."""
    words = _words(element)
    return sum("#" in _rarest(word)[1] or _rarest(word)[1] in _COMMON for word in words), len(
        words
    )


def _behind(elements: list[str]) -> str:
    row = ""
    for element in elements:
        if not element.strip("."):
            row += rf"{_GAP_BEHIND}{{0,{2 * len(element)}}}?"
        else:
            one = _either(_words(element.removesuffix("?"))) + _BETWEEN
            row += f"(?:{one})?" if element.endswith("?") else one
    return row


def _ahead(elements: list[str]) -> str:
    row = ""
    for element in elements:
        if not element.strip("."):
            row += rf"{_GAP_AHEAD}{{0,{2 * len(element)}}}?"
        else:
            one = _BETWEEN + _either(_words(element.removesuffix("?")))
            row += f"(?:{one})?" if element.endswith("?") else one
    return row


def _parsed(entry: str) -> Iterator[tuple[str, str, str]]:
    """Yield each rare word of an entry with the expressions for what stands behind and ahead."""
    body, _, refused = entry.partition(" !")
    body, _, after = body.partition(" ~")
    elements = [element.lstrip("^") for element in body.split()]
    whole = [n for n, one in enumerate(elements) if one.strip(".") and one[-1] != "?"]
    at = min(whole, key=lambda n: _common(elements[n]))
    start = r"(?<!\w)(?<!\w')"
    unless = "".join(rf"(?<!{re.escape(word)} )" for word in _words(after.strip()))
    end = r"(?!\w|'\w)"
    if refused:
        end += rf"(?!{_BETWEEN}{_either(_words(refused.strip()))}(?!\w))"
    for word in _words(elements[at]):
        left, part, right = _rarest(word)
        behind = _behind([*elements[:at], *filter(None, [left])])
        ahead = unless + _spelt(part) + _ahead([*filter(None, [right]), *elements[at + 1 :]]) + end
        for key in _keys(part):
            if behind:
                yield key, rf"{start}{behind}\Z", ahead
            else:
                yield key, "", start + ahead


def entries(text: str) -> Iterator[tuple[str, tuple[str, str, Level, str], str]]:
    """Yield what a list names: a rare word, its rule and what stands behind, what stands ahead.

    Raises:
        ValueError: an entry is written wrongly.
        KeyError: there is no such class of words.
    """
    part: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            part = line.strip("[]").split()
            continue
        if not line or line.startswith("# "):
            continue
        for entry in filter(None, map(str.strip, line.split(";"))):
            kind, rule, level = part
            if level == "said" and " " not in re.split(" [!~]", entry)[0]:
                level = "told"
            for key, behind, ahead in _parsed(entry):
                yield key, (kind, rule, cast("Level", level), behind), ahead


def _read() -> dict[str, tuple[Group, ...]]:
    gathered: defaultdict[tuple[str, tuple[str, str, Level, str]], list[str]] = defaultdict(list)
    lists = files("privacy_engine.children.detect").joinpath("lexicon").iterdir()
    for source in sorted(lists, key=lambda source: source.name):
        if source.name.endswith(".txt"):
            for key, head, ahead in entries(source.read_text(encoding="utf-8")):
                gathered[key, head].append(ahead)
    groups: defaultdict[str, list[Group]] = defaultdict(list)
    for (key, head), rows in gathered.items():
        groups[key].append(Group(*head, "|".join(dict.fromkeys(rows))))
    return {key: tuple(found) for key, found in groups.items()}


GROUPS: Final = _read()
_EXACT: Final = frozenset(key for key in GROUPS if not key.endswith("*") and key != "#")
_PREFIXES: Final = frozenset(key[:-1] for key in GROUPS if key.endswith("*"))
_TOKEN: Final = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")


_ILLNESS: Final = re.compile(
    r"(?!(?:academia|bohemia|nostalgia|pandemia|epidemia|premia|gremia|microscop"
    r"|kaleidoscop)\w*\Z)"
    r"[a-z]{3,}(?:scopy|scopias?|ectomy|ectomias?|otomy|otomias?|plasty|plastias?|itis|opathy"
    r"|opatias?"
    r"|aemia|emia|algia|plegia|paresis|carditis|penia|trophy|trofia|thymia|phobia|fobia)"
    r"|[a-z]{3,}(?:oxetin[ea]|azepam|zolam|triptylin[ea]|triptilina|pramin[ea]|peridon[ea]"
    r"|apin[ea]"
    r"|praz[eo]le?|sartan|statina?|cillin|cilina|mycin|micina|formin[ea]?|gliptina?|tinib|zumab"
    r"|ximab"
    r"|tidin[ea]|dronat[eo]|barbital|codone|morphone|lukast)"
)
"""Names of illnesses, operations and medicines tell themselves by how they end."""
_ENDINGS: Final = tuple(
    words_of(
        """
        py pia pias my mia mias ty tia tias tis thy gia sis ia fia hy trofia bia ine ina am one ona
        ole azol an in mab nib ato ate tal ast
        """
    )
)


def find(folded: str, words: set[str]) -> Iterator[Found]:
    """Yield what the lists name in a folded text of these words."""
    exact = words & _EXACT
    starts = {word[:PREFIX] for word in words} & _PREFIXES
    for token in _TOKEN.finditer(folded):
        word = token[0]
        groups: tuple[Group, ...] = GROUPS[word] if word in exact else ()
        if word[:PREFIX] in starts:
            groups += GROUPS[word[:PREFIX] + "*"]
        if word[0].isdigit():
            groups += GROUPS["#"]
        if word.endswith(_ENDINGS) and _ILLNESS.fullmatch(word):
            yield Found("health", "condition", "told", token.start(), token.end())
        for group in groups:
            found = group.find(folded, token.start())
            if found is not None:
                yield found
