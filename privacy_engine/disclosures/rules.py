"""What a disclosure must show for its basis, and which promises it breaks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from privacy_engine.instance.model import Recipient
from privacy_engine.instance.terms import RecipientRole
from privacy_engine.law import periods

LOOK_BACK = periods.Period(months=12)
_HELPERS = frozenset({RecipientRole.SERVICE_PROVIDER, RecipientRole.CONTRACTOR})


class Fault(StrEnum):
    """What is wrong with a disclosure; `SALE` and `SHARING` break "we do not sell" (SP-10)."""

    SALE = "sale"
    SHARING = "sharing"
    NO_DOCUMENT = "no_document"
    NO_CONSENT_REFERENCE = "no_consent_reference"
    NO_PARTICULARS = "no_particulars"
    NOT_A_SERVICE_PROVIDER = "not_a_service_provider"
    UNDECLARED_CATEGORY = "undeclared_category"


BROKEN_PROMISES = frozenset({Fault.SALE, Fault.SHARING})


@dataclass(frozen=True)
class Facts:
    """What a disclosure says of itself.

    Attributes:
        categories: the letters of Civ. Code 1798.140(v)(1).
        documented: it names a document, such as a court order or the event of a consent.
        paid: it names what of value was given for it. Both are None once the person was erased,
            for those texts went with them.
    """

    recipient: str
    categories: tuple[str, ...]
    basis: str
    sale: bool
    sharing: bool
    documented: bool | None
    paid: bool | None

    @property
    def sold_or_shared(self) -> bool:
        """Whether it belongs on the list of what was sold or shared."""
        return self.sale or self.sharing or bool(self.paid)


def basis_fault(basis: str, *, documented: bool | None) -> Fault | None:
    """Return what a basis lacks; a disclosure to an authority needs a named document.

    Source: the statement's promise SP-15, typed; Civ. Code 1798.145(a).
    """
    if documented is not False:
        return None
    return {
        "legal_process": Fault.NO_DOCUMENT,
        "business_transfer": Fault.NO_DOCUMENT,
        "consent": Fault.NO_CONSENT_REFERENCE,
        "other": Fault.NO_PARTICULARS,
    }.get(basis)


def faults(facts: Facts, recipient: Recipient | None) -> tuple[Fault, ...]:
    """Return everything that is wrong with a disclosure to a declared recipient."""
    lacking = basis_fault(facts.basis, documented=facts.documented)
    role = recipient.role if recipient else None
    declared = frozenset(recipient.categories) if recipient else frozenset(facts.categories)
    found = (
        (facts.sale or bool(facts.paid), Fault.SALE),
        (facts.sharing, Fault.SHARING),
        (
            facts.basis == "service_provider" and role is not None and role not in _HELPERS,
            Fault.NOT_A_SERVICE_PROVIDER,
        ),
        (not declared.issuperset(facts.categories), Fault.UNDECLARED_CATEGORY),
    )
    held = [fault for holds, fault in found if holds]
    return tuple(held if lacking is None else [*held, lacking])


@dataclass(frozen=True)
class TwoLists:
    """The two lists of the last 12 months: category → recipients; days are the controller's.

    Source: Civ. Code 1798.130(a)(5)(C).
    """

    since: date
    until: date
    sold_or_shared: Mapping[str, tuple[str, ...]]
    business: Mapping[str, tuple[str, ...]]


def look_back(at: datetime, *, zone: tzinfo) -> tuple[date, date]:
    """Return the first and last local day of the 12 months that end with `at`."""
    until = at.astimezone(zone).date()
    twelve_months_ago = periods.Period(months=-LOOK_BACK.months)
    return periods.add(twelve_months_ago, to=until) + timedelta(days=1), until


def two_lists(facts: Iterable[Facts], *, since: date, until: date) -> TwoLists:
    """Return who got which category, sold or shared apart from business purposes."""
    held: tuple[dict[str, set[str]], dict[str, set[str]]] = ({}, {})
    for one in facts:
        chosen = held[0 if one.sold_or_shared else 1]
        for category in one.categories:
            chosen.setdefault(category, set()).add(one.recipient)
    sold, business = (_sorted(one) for one in held)
    return TwoLists(since, until, sold, business)


def _sorted(held: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {category: tuple(sorted(held[category])) for category in sorted(held)}


def letters(categories: Sequence[str]) -> str:
    """Return categories as one short text that compares equal for equal sets."""
    return ",".join(sorted(set(categories)))
