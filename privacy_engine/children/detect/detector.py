"""Weighs what a text says about ages, and says whether a child under 13 wrote it."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Final, Literal, NamedTuple

from privacy_engine.children.detect import persons, relatives, spanish_grades, speech, years_ahead
from privacy_engine.children.detect.birthdays import BIRTHDAY_WORDS
from privacy_engine.children.detect.births import birth_claims
from privacy_engine.children.detect.claims import WEAK, Claim
from privacy_engine.children.detect.folding import fold, has_figure, words_in, words_of
from privacy_engine.children.detect.numbers import NUMBER_WORDS
from privacy_engine.children.detect.people_ages import age_claims
from privacy_engine.children.detect.schools import school_claims
from privacy_engine.children.detect.spanish_grades import spanish_grade_claims
from privacy_engine.children.detect.stages import MILESTONE_WORDS, milestone_claims, stage_claims

Verdict = Literal["under_13", "13_to_17", "adult", "unknown"]
About = Literal["writer", "third_person", "none"]

LONGEST: Final = 200_000
"""Characters read; what lies beyond is no message that a person typed."""

MOST_CLAIMS: Final = 500
"""Claims weighed; a sheet of thousands of ages is a list, and must not hold up the intake."""

_BIRTH_WORDS: Final = frozenset(
    words_of(
        "born bron nacido nacida naci nacio birth birthday "
        "birthdate bday dob d nacimiento cumpleanos b soy baby kid"
    )
)
SCHOOL_WORDS: Final = frozenset(
    words_of(
        "grade grader graders gr class standard std garde grad gade graed grado "
        "kinder kindergarten kindergarden kindergartner "
        "kindergartener preescolar elementary elemtary primary primaria prim basica basico "
        "elemental ep profe maestra middle st nd rd th third fourth fifth sixth segundo tercero "
        "cuarto quinto "
        "sexto "
        "freshman sophomore senior hs junior high highschool secundaria eso year yr prepa "
        "preparatoria bachillerato"
    )
)
_WITH_FIGURES: Final = frozenset(words_of("class standard std st nd rd th year yr"))
"""Words that speak of school only beside a figure; without one they would wake dear rules."""
_STAGE_WORDS: Final = frozenset(
    words_of(
        "teen tween preteen teenager teenage adolescente "
        "preadolescente adult grown grownup adulto adulta "
        "mayor legal retired something senior jubilado jubilada grandmother grandfather "
        "grandma grandpa "
        "abuela abuelo "
        "twenties thirties forties fifties sixties seventies eighties s"
    )
)
_WAKING: Final = frozenset(
    NUMBER_WORDS.keys()
    | BIRTHDAY_WORDS
    | _BIRTH_WORDS
    | SCHOOL_WORDS
    | _STAGE_WORDS
    | MILESTONE_WORDS
    | relatives.WORDS
    | years_ahead.YEARS
    | spanish_grades.BESIDE_FIGURES
    | spanish_grades.ENDINGS
)
"""Words that any rule asks for: most words of most texts are none, and are looked at once."""


class Evidence(NamedTuple):
    """The rule that spoke, and the words it read: text[start:end]."""

    start: int
    end: int
    rule: str


class Detection(NamedTuple):
    """What a text says about ages.

    `verdict` is about the writer alone. `about` says whose age the text tells.
    `child_data_inside` is true when somebody under 13 is written of, whoever writes.
    `score` is how far the deciding rule can be believed, 0 where nothing was found.
    """

    verdict: Verdict
    about: About
    child_data_inside: bool
    score: float
    evidence: tuple[Evidence, ...]


_NOTHING: Final = Detection("unknown", "none", child_data_inside=False, score=0.0, evidence=())


def detect(text: str, *, on: date | None) -> Detection:
    """Return whether the writer of `text` is a child, with the words that say so.

    Args:
        text: one message, English or Spanish; a mixture does no harm.
        on: the local day of the message, against which dates of birth and years count; None
            leaves them out.

    Source: 16 CFR 312.2; COPPA FAQ H (a statement of age or grade gives actual knowledge).
    """
    text = text[:LONGEST]
    folded = fold(text)
    words = _WAKING.intersection(words_in(folded))
    has_digit = has_figure(folded)
    found = _claims(text, folded, words, on=on, has_digit=has_digit)
    claims = list(islice(found, MOST_CLAIMS))
    if not claims:
        return _NOTHING
    if not relatives.WORDS.isdisjoint(words):
        others = [claim for claim in claims if claim.who == "third_person"]
        claims += relatives.relative_claims(folded, others)
    spans = persons.quotations(folded)
    told = [told for claim in claims if (told := _spoken(claim, folded, spans))]
    return _weigh(told) if told else _NOTHING


def _claims(
    text: str, folded: str, words: frozenset[str], *, on: date | None, has_digit: bool
) -> Iterator[Claim]:
    yield from age_claims(text, folded, words, has_digit=has_digit)
    if on is not None and has_digit and not _BIRTH_WORDS.isdisjoint(words):
        yield from birth_claims(folded, on)
    school = SCHOOL_WORDS.intersection(words)
    if school and (has_digit or not school <= _WITH_FIGURES):
        yield from school_claims(folded, school)
    if not spanish_grades.WORDS.isdisjoint(words) or (
        has_digit
        and not spanish_grades.BESIDE_FIGURES.isdisjoint(words)
        and ("\u00ba" in folded or not spanish_grades.ENDINGS.isdisjoint(words))
    ):
        yield from spanish_grade_claims(folded)
    if has_digit and (
        "to be " in folded or "must be " in folded or not years_ahead.YEARS.isdisjoint(words)
    ):
        yield from years_ahead.ahead_claims(folded)
    if not _STAGE_WORDS.isdisjoint(words):
        yield from stage_claims(folded)
    if not MILESTONE_WORDS.isdisjoint(words):
        yield from milestone_claims(folded)


def _spoken(claim: Claim, folded: str, spans: list[tuple[int, int]]) -> Claim | None:
    """Hand a first-person claim over to somebody else where their words are only repeated.

    What a title or somebody made up says is nobody's.
    """
    if claim.who != "writer":
        return claim
    opening = persons.quoted(spans, claim.start)
    subject = claim.opens if claim.opens >= 0 else claim.start
    if opening is not None:
        subject = min(subject, opening)
    left = folded[max(0, subject - 60) : subject]
    reported = speech.REPORTED.search(left)
    if reported and _tells_of_self(reported, left[: reported.start()], quoted=opening is not None):
        return claim
    if opening is not None and speech.SELF_WROTE.search(folded, max(0, opening - 60), opening):
        return claim
    if opening is not None and speech.TITLE.search(folded, max(0, opening - 60), opening):
        return None
    is_quoted = opening is not None or left.endswith("'")
    is_other = reported or is_quoted or persons.speaks_for_another(folded, claim.start)
    return claim._replace(who="third_person", rule="reported_speech") if is_other else claim


def _tells_of_self(reported: re.Match[str], before: str, *, quoted: bool) -> bool:
    """Return whether words of telling lead to what the writer says of themself all the same."""
    if speech.SELF_SPEAKER.search(before) or speech.NOT_TO_BE_TOLD.search(before):
        return True
    if quoted or ":" in reported[0]:
        return False
    is_bidden = reported["verb"] in {"ask", "tell"} and speech.BIDDEN.search(before)
    return bool(is_bidden or speech.FAMILY_SPEAKER.search(before))


def _weigh(claims: list[Claim]) -> Detection:
    if len(claims) == 1:
        return _alone(claims[0])
    writer = [claim for claim in claims if claim.who == "writer"]
    plain = [claim for claim in writer if claim.strength > WEAK]
    others = [claim for claim in claims if claim.who == "third_person"]
    verdict, score = _lowest(plain or writer)
    about: About = "writer" if writer else "third_person"
    if verdict == "unknown" and others and not plain:
        about = "third_person"
    inside = verdict == "under_13" or any(claim.highest < 13 for claim in others)
    if not score:
        score = max((claim.strength for claim in others), default=0.0)
    evidence = sorted({(claim.start, claim.end, claim.rule) for claim in claims})
    return Detection(
        verdict,
        about,
        child_data_inside=inside,
        score=score,
        evidence=tuple(Evidence(*place) for place in evidence),
    )


def _alone(claim: Claim) -> Detection:
    """Weigh the only claim of a text, which most texts with any make."""
    is_writers = claim.who == "writer"
    verdict: Verdict = "unknown"
    if is_writers:
        for named, low, high in _RANGES:
            if low <= claim.lowest and claim.highest <= high:
                verdict = named
                break
    return Detection(
        verdict,
        claim.who,
        child_data_inside=claim.highest < 13 and (verdict == "under_13" or not is_writers),
        score=claim.strength if verdict != "unknown" or not is_writers else 0.0,
        evidence=(Evidence(claim.start, claim.end, claim.rule),),
    )


_RANGES: Final[tuple[tuple[Verdict, int, int], ...]] = (
    ("under_13", 0, 12),
    ("13_to_17", 13, 17),
    ("adult", 18, 1000),
)


def _lowest(claims: list[Claim]) -> tuple[Verdict, float]:
    """Return the youngest verdict that a claim proves with its whole range of ages."""
    for verdict, low, high in _RANGES:
        proving = [c.strength for c in claims if low <= c.lowest and c.highest <= high]
        if proving:
            return verdict, max(proving)
    return "unknown", 0.0
