"""How sure one must be that it is the person, and what makes one so (pure).

Evidence is a set of codes, never the answers themselves. A point is one thing that was given and
agrees with what is held; a declaration, a permission or a parent's proof is no point.

Source: 11 CCR 7060-7063, 7070; Civ. Code 1798.145(p).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from privacy_engine.law import provisions
from privacy_engine.rights.rules import FALLBACK_JURISDICTION, needs_verification, right_of

ADDRESS = "address"
MAILBOX = "mailbox"
DECLARATION = "declaration"
SIGNED_IN = "signed_in"
CONFIRMED = "confirmed"
PERMISSION = "permission"
POWER_OF_ATTORNEY = "power_of_attorney"
AUTHORITY = "authority"
OFFICER = "officer"
PARENT = "parent:"

DECLARATIONS = {
    "en": (
        "I declare under penalty of perjury under the laws of the State of California that I am "
        "the person whose information I ask for, and that what I wrote here is true and correct."
    ),
    "es": (
        "Declaro bajo pena de perjurio, conforme a las leyes del Estado de California, que soy la "
        "persona cuya información pido y que lo que escribí aquí es verdadero y correcto."
    ),
}
"""What is signed, by language. Source: Cal. CCP 2015.5, to be confirmed by counsel."""

# Whatever a law's data says: what is verified at all is never verified by less.
_LEAST_POINTS = 2
_PARENT_TIER = "parent"
SUSPECTED_TIER = "reasonably_high"
_NO_POINTS = frozenset(
    {
        DECLARATION,
        SIGNED_IN,
        CONFIRMED,
        PERMISSION,
        POWER_OF_ATTORNEY,
        AUTHORITY,
        OFFICER,
    }
)
# The link in our letter shows two things: the address is one that was given and to which what is
# held belongs, and whoever pressed the button reads its mail.
_BY_METHOD = {"email_link": (ADDRESS, MAILBOX), "reauthentication": (SIGNED_IN,)}
# An officer who sees that somebody answers from the address learns what the link shows too.
_SAME = {"email": ADDRESS}
_NEED_AUTHORITY = frozenset({"deceased", "represented", "household"})


@dataclass(frozen=True)
class Asked:
    """What decides how sure one must be."""

    right: str
    jurisdiction: str
    acting_for: str = "self"
    suspected: bool = False


@dataclass(frozen=True)
class Need:
    """How sure one must be: so many points, a declaration, somebody's right to act for them."""

    tier: provisions.Tier
    permission: bool = False
    parent: bool = False
    authority: bool = False
    officer: bool = False


def evidence_of(method: str) -> frozenset[str]:
    """Return the evidence that a method gives; `officer:a+b` names its own."""
    who, _, listed = method.partition(":")
    if who == OFFICER:
        return frozenset({OFFICER, *filter(None, listed.split("+"))})
    return frozenset(_BY_METHOD.get(method, ()))


def needed(asked: Asked) -> Need:
    """Return how sure one must be for a request.

    A suspicion raises the tier and asks for a person's look (7061(b)). Data of a household and of
    somebody who died or is represented is for an officer to decide on.
    """
    tier = tier_of(asked.right, asked.jurisdiction)
    if asked.suspected:
        tier = _tier(FALLBACK_JURISDICTION, SUSPECTED_TIER) or tier
    return Need(
        tier,
        permission=asked.acting_for == "agent",
        parent=asked.acting_for == "child" or tier.code == _PARENT_TIER,
        authority=asked.acting_for in _NEED_AUTHORITY,
        officer=asked.suspected,
    )


def tier_of(right: str, jurisdiction: str) -> provisions.Tier:
    """Return the tier that a right asks for; California's words where a law has none."""
    code = right_of(right, jurisdiction).tier
    found = _tier(jurisdiction, code) or _tier(FALLBACK_JURISDICTION, code)
    if found is None:
        msg = f"the law's data names no tier {code!r}"
        raise LookupError(msg)
    return found


def _tier(jurisdiction: str, code: str) -> provisions.Tier | None:
    try:
        known = provisions.tiers(jurisdiction)
    except KeyError:
        return None
    return next((item for item in known if item.code == code), None)


def points(evidence: Iterable[str]) -> frozenset[str]:
    """Return what of the evidence are points."""
    return frozenset(
        _SAME.get(item, item)
        for item in evidence
        if item not in _NO_POINTS and not item.startswith(PARENT)
    )


def pieces(evidence: Iterable[str], tier: provisions.Tier) -> frozenset[str]:
    """Return the points that count for a tier.

    Whoever reads somebody's mail learns nothing of what is held: where pieces of information are
    asked for, with a declaration, the mailbox is none of them. Source: 11 CCR 7062(c).
    """
    found = points(evidence)
    return found - {MAILBOX} if tier.declaration else found


def contested(corrections: Mapping[str, object]) -> frozenset[str]:
    """Return the details that are in dispute, and so show nothing. Source: 11 CCR 7060(h).

    A correction names its fields; where it is a text, every detail that the text names.
    """
    said = " ".join([*corrections, *(str(value) for value in corrections.values())]).casefold()
    words = {
        "name": ("name", "nombre"),
        "phone": ("phone", "teléfono", "telefono", "number"),
        "postcode": ("postcode", "zip", "postal"),
        "birth_year": ("birth", "born", "age", "nacim"),
        "account_number": ("account", "cuenta"),
        "invoice_number": ("invoice", "bill", "factura"),
        "licence_number": ("licence", "license", "licencia"),
        "last_day": ("day", "date", "fecha"),
        ADDRESS: ("email", "e-mail", "address", "correo"),
    }
    return frozenset(
        code
        for code, named in words.items()
        if any(re.search(rf"\b{word}", said) for word in named)
    )


def lacking(asked: Asked, evidence: Iterable[str]) -> tuple[str, ...]:
    """Return what is still missing, in the order in which one asks for it; empty is enough.

    The words are `parent`, `authority`, `permission`, `officer`, `points`, `declaration`.
    """
    if not needs_verification(asked.right, asked.jurisdiction):
        return ()
    given, need = frozenset(evidence), needed(asked)
    if need.parent:  # what a child can answer shows nothing; what a parent showed shows all
        return () if any(item.startswith(PARENT) for item in given) else ("parent",)
    if need.authority:
        return () if {AUTHORITY, OFFICER} <= given else ("authority",)
    if need.permission and POWER_OF_ATTORNEY in given:  # 7063(b): nothing else may be asked
        return ()
    signed_in = SIGNED_IN in given and not need.officer  # 7061(a)
    few = len(pieces(given, need.tier)) < max(_LEAST_POINTS, need.tier.data_points)
    unsigned = need.tier.declaration and DECLARATION not in given
    missing = {
        "permission": need.permission and not given & {PERMISSION, CONFIRMED},
        "officer": need.officer and OFFICER not in given,
        "points": few and not signed_in,
        "declaration": unsigned and not signed_in,
    }
    return tuple(word for word, is_missing in missing.items() if is_missing)
