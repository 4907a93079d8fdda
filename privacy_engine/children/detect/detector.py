"""Weighs what a text says about ages, and says whether a child under 13 wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from privacy_engine.children.detect import leads, persons
from privacy_engine.children.detect.births import birth_claims
from privacy_engine.children.detect.claims import WEAK, Claim
from privacy_engine.children.detect.folding import fold
from privacy_engine.children.detect.numbers import VALUES
from privacy_engine.children.detect.people_ages import age_claims
from privacy_engine.children.detect.schools import school_claims
from privacy_engine.children.detect.stages import stage_claims

Verdict = Literal["under_13", "13_to_17", "adult", "unknown"]
About = Literal["writer", "third_person", "none"]

LONGEST: Final = 200_000
"""Characters read; what lies beyond is no message that a person typed."""

_NUMBER_HINT: Final = re.compile(
    r"\d|"
    + "|".join(sorted((w for w in VALUES if len(w) > 2), key=len, reverse=True))
    + "|th birthday"
)
_BIRTH_HINT: Final = re.compile(r"born|bron|naci|birth|bday|b-day|dob|d\.o\.b|cumplea")
_SCHOOL_HINT: Final = re.compile(
    r"grad|kinder|elementary|primary|school|primaria|secundaria|\beso\b|year \d|yr \d|gr\b|garde|prepa|junior high"
)
_STAGE_HINT: Final = re.compile(
    r"teen|tween|adult|grown|adolesc|mayor|legal age|0'?s\b|ties|retired|grand|abuel|jubil|senior"
)


@dataclass(frozen=True)
class Evidence:
    """The rule that spoke, and the words it read: text[start:end]."""

    start: int
    end: int
    rule: str


@dataclass(frozen=True)
class Detection:
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
    claims = [_spoken(claim, folded) for claim in _claims(text, folded, on)]
    return _weigh(claims) if claims else _NOTHING


def _claims(text: str, folded: str, on: date | None) -> Iterator[Claim]:
    if _NUMBER_HINT.search(folded):
        yield from age_claims(text, folded)
        if on is not None and _BIRTH_HINT.search(folded):
            yield from birth_claims(folded, on)
    if _SCHOOL_HINT.search(folded):
        yield from school_claims(folded)
    if _STAGE_HINT.search(folded):
        yield from stage_claims(folded)


def _spoken(claim: Claim, folded: str) -> Claim:
    """Hand a first-person claim over to somebody else where their words are only repeated."""
    if claim.who != "writer":
        return claim
    opening = persons.quoted(folded, claim.start)
    begin = max(0, claim.start - leads.WINDOW)
    if opening is not None:
        left = folded[max(0, opening - 60) : opening]
    else:
        left = _before_subject(folded[begin : claim.start])
    reported = leads.REPORTED.search(left)
    if reported and leads.SELF_SPEAKER.search(left[: reported.start()]):
        return claim
    is_other = reported or opening is not None or persons.speaks_for_another(folded, claim.start)
    return replace(claim, who="third_person", rule="reported_speech") if is_other else claim


_SUBJECT: Final = re.compile(
    rf"(?:{leads.IM}|(?<![\w'])(?:i|my|me|we|tengo|soy|estoy|naci|cumpli))\b"
)


def _before_subject(left: str) -> str:
    """Return what stands before the last first-person word of `left`."""
    last = None
    for last in _SUBJECT.finditer(left):
        pass
    return left[: last.start()] if last else ""


def _weigh(claims: list[Claim]) -> Detection:
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


def _lowest(claims: list[Claim]) -> tuple[Verdict, float]:
    """Return the youngest verdict that a claim proves with its whole range of ages."""
    ranges: tuple[tuple[Verdict, int, int], ...] = (
        ("under_13", 0, 12),
        ("13_to_17", 13, 17),
        ("adult", 18, 1000),
    )
    for verdict, low, high in ranges:
        proving = [c.strength for c in claims if low <= c.lowest and c.highest <= high]
        if proving:
            return verdict, max(proving)
    return "unknown", 0.0
