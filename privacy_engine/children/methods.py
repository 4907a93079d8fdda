"""Which ways of proving to be the parent are open for a choice (pure).

Source: 16 CFR 312.5(b)(2): the two weak ways, a message with a second step, only for an operator
that discloses nothing about the child.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from privacy_engine.errors import InvalidInput
from privacy_engine.instance.model import Purpose
from privacy_engine.law import provisions
from privacy_engine.law.provisions import ParentalMethod

_JURISDICTION = "us-fed"


@dataclass(frozen=True)
class Means:
    """What this instance has to check with: nothing is offered that nobody could carry out."""

    offered: tuple[str, ...]
    discloses: bool
    telephone: bool
    texts: bool
    provider_methods: frozenset[str]
    parent_has_email: bool
    parent_has_phone: bool


def known() -> tuple[ParentalMethod, ...]:
    """Return every way that the law names, in its order."""
    return provisions.parental_methods(_JURISDICTION)


def method(code: str) -> ParentalMethod:
    """Return one way.

    Raises:
        InvalidInput: the law names no such way.
    """
    for item in known():
        if item.code == code:
            return item
    raise InvalidInput("there is no such way to show that you are the parent")


def discloses(chosen: Iterable[Purpose]) -> bool:
    """Return whether a choice lets anything about the child out of the controller's hands."""
    return any(
        item.sale or item.sharing or item.parent_choice in {"third_parties", "ai_training"}
        for item in chosen
    )


def open_ways(means: Means, chosen: Sequence[Purpose]) -> tuple[ParentalMethod, ...]:
    """Return the ways that are open for a choice, in the order of the law."""
    disclosing = means.discloses or discloses(chosen)
    return tuple(
        item
        for item in known()
        if (not means.offered or item.code in means.offered)
        and (item.where_disclosing or not disclosing)
        and _possible(item, means)
    )


def require_open(code: str, means: Means, chosen: Sequence[Purpose]) -> ParentalMethod:
    """Return the way, if it may be taken for this choice.

    Raises:
        InvalidInput: it is none, or it is too weak for what was chosen.
    """
    wanted = method(code)
    if wanted in open_ways(means, chosen):
        return wanted
    if not wanted.where_disclosing and (means.discloses or discloses(chosen)):
        msg = (
            "a message alone is not enough where anything is passed on or used for training; "
            "choose another way to show that you are the parent"
        )
        raise InvalidInput(msg)
    raise InvalidInput("this way is not open here; take another one")


def _possible(item: ParentalMethod, means: Means) -> bool:
    match item.proof:
        case "provider":
            return item.code in means.provider_methods
        case "second_message":
            if item.code == "email_plus":
                return means.parent_has_email
            return means.texts and means.parent_has_phone
        case "officer" if item.code == "phone_call":
            return means.telephone
        case _:
            return True
