"""Record a disclosure that somebody of the staff makes."""

from dataclasses import dataclass
from datetime import datetime

from privacy_engine.disclosures import rules
from privacy_engine.disclosures.rules import Facts, Fault
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.terms import BASES
from privacy_engine.log.event import Event
from privacy_engine.transaction import Transaction

_WHY = {
    Fault.NO_DOCUMENT: "name the document: a court order, a subpoena, the contract of the sale",
    Fault.NO_CONSENT_REFERENCE: "name the event of the person's consent",
    Fault.NO_PARTICULARS: "say in the document field what the other basis is",
    Fault.NOT_A_SERVICE_PROVIDER: "this recipient is no service provider; choose another basis",
    Fault.UNDECLARED_CATEGORY: (
        "this recipient is not declared for every category; see policies/recipients.toml"
    ),
}


@dataclass(frozen=True)
class Making:
    """A disclosure about to be recorded; `occurred_at` is aware, now when None."""

    recipient: str
    categories: tuple[str, ...]
    purpose: str
    basis: str
    document: str = ""
    sale: bool = False
    sharing: bool = False
    consideration: str = ""
    occurred_at: datetime | None = None


def make(tx: Transaction, subject_id: str, making: Making, *, case: str | None = None) -> Event:
    """Record a disclosure about a person.

    What a site reports has happened and is recorded whatever it lacks; what the staff is about
    to do is refused while it lacks something.

    Raises:
        UnknownCode: no such recipient or purpose.
        InvalidInput: the basis is not one, or lacks what it needs; nothing names a category.
    """
    recipient = tx.content.recipient(making.recipient)
    tx.content.purpose(making.purpose)
    facts = Facts(
        making.recipient,
        making.categories,
        making.basis,
        sale=making.sale,
        sharing=making.sharing,
        documented=bool(making.document.strip()),
        paid=bool(making.consideration.strip()),
    )
    if not making.categories:
        raise InvalidInput("a disclosure names what was disclosed, by category")
    if making.basis not in BASES:
        raise InvalidInput(f"the basis is one of {', '.join(BASES)}")
    for fault in rules.faults(facts, recipient):
        if fault in _WHY:
            raise InvalidInput(_WHY[fault])
    optional = {"document": making.document.strip(), "consideration": making.consideration.strip()}
    data = {
        "recipient": making.recipient,
        "categories": sorted(set(making.categories)),
        "purpose": making.purpose,
        "basis": making.basis,
        "sale": making.sale,
        "sharing": making.sharing,
        **{name: value for name, value in optional.items() if value},
    }
    return tx.append(
        "disclosure.made", data, subject_id=subject_id, case=case, occurred_at=making.occurred_at
    )
