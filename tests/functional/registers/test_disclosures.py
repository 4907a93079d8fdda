"""Who got what, on what basis, and what of it breaks a promise."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from privacy_engine.disclosures import actions, register, rules
from privacy_engine.disclosures.actions import Making
from privacy_engine.disclosures.register import REGISTER, Filter
from privacy_engine.disclosures.rules import Fault
from privacy_engine.engine import Engine
from privacy_engine.errors import InvalidInput, UnknownCode
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier, Trust
from tests.functional.registers.rebuilding import at, rebuilt, rows, wire

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAYA = Identifier("email", "maya.tallow@example.org")
INES = Identifier("email", "ines.corvo@example.org")
MAILED: dict[str, Any] = {
    "recipient": "mail-vendor",
    "categories": ["F", "A"],
    "purpose": "newsletter",
    "basis": "service_provider",
    "sale": False,
    "sharing": False,
}


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    """An engine that keeps the disclosures."""
    return wire(engine, REGISTER, {})


def disclosed(engine: Engine, who: Identifier = MAYA, *, day: float = 0, **data: Any) -> None:
    with at(engine, NOON + day * DAY + timedelta(seconds=1)) as tx:
        tx.append(
            "disclosure.made",
            MAILED | data,
            subject=[who],
            site="listing-site",
            trust=Trust.SERVER,
            occurred_at=NOON + day * DAY,
        )


def subject_of(engine: Engine, who: Identifier = MAYA) -> str:
    with engine.reading() as tx:
        return tx.find_subject([who], site="listing-site") or ""


def test_a_person_is_told_who_got_what(ledger: Engine) -> None:
    disclosed(ledger)
    disclosed(ledger, day=1, recipient="law-enforcement", categories=["A"], basis="legal_process")
    disclosed(ledger, INES)
    with ledger.reading() as tx:
        newest, oldest = register.of_person(tx.session, [subject_of(ledger)])
        assert (newest.facts.recipient, newest.facts.basis) == ("law-enforcement", "legal_process")
        assert newest.faults(tx.content) == (Fault.NO_DOCUMENT,)
        assert (oldest.facts.categories, oldest.at) == (("A", "F"), NOON)
        assert oldest.faults(tx.content) == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"basis": "consent"}, (Fault.NO_CONSENT_REFERENCE,)),
        ({"basis": "consent", "document": "01J"}, ()),
        ({"basis": "other"}, (Fault.NO_PARTICULARS,)),
        ({"sale": True}, (Fault.SALE,)),
        ({"consideration": "a discount"}, (Fault.SALE,)),
        ({"sharing": True}, (Fault.SHARING,)),
        ({"categories": ["A", "L"]}, (Fault.UNDECLARED_CATEGORY,)),
        ({"recipient": "google-analytics"}, (Fault.NOT_A_SERVICE_PROVIDER,)),
    ],
)
def test_what_is_wrong_with_a_disclosure_is_named(
    ledger: Engine, data: dict[str, Any], expected: tuple[Fault, ...]
) -> None:
    disclosed(ledger, **data)
    with ledger.reading() as tx:
        (found,) = register.search(tx.session, Filter())
        assert found.faults(tx.content) == expected
        broken = register.broken_promises(tx)
        assert bool(broken) is bool(rules.BROKEN_PROMISES.intersection(expected))


def test_the_two_lists_cover_twelve_months_in_local_days(ledger: Engine) -> None:
    disclosed(ledger, day=-1)  # 1 March: just outside
    disclosed(ledger, categories=["A"])
    disclosed(ledger, day=3, recipient="google-analytics", categories=["F", "G"], sharing=True)
    with at(ledger, datetime(2027, 3, 2, 7, 0, tzinfo=UTC)) as tx:  # 1 March in California
        lists = register.two_lists(tx)
    assert (lists.since, lists.until) == (date(2026, 3, 2), date(2027, 3, 1))
    assert lists.business == {"A": ("mail-vendor",)}
    assert lists.sold_or_shared == {"F": ("google-analytics",), "G": ("google-analytics",)}


def test_disclosures_are_filtered_and_counted(ledger: Engine) -> None:
    disclosed(ledger)
    disclosed(ledger, INES, day=1)
    disclosed(ledger, INES, day=2, basis="consent")
    with ledger.reading() as tx:
        wanted = Filter(recipients=("mail-vendor",), since=NOON + DAY, site="listing-site")
        assert register.count(tx.session, wanted) == 2
        assert register.tallies(tx.session, Filter()) == {
            ("mail-vendor", "service_provider"): 2,
            ("mail-vendor", "consent"): 1,
        }
        assert len(register.search(tx.session, Filter(without_document=True), limit=1)) == 1
        assert register.count(tx.session, Filter(bases=("audit",))) == 0
        assert register.count(tx.session, Filter(before=NOON)) == 0


def test_an_officer_cannot_record_what_lacks_its_basis(ledger: Engine) -> None:
    disclosed(ledger)
    subject_id = subject_of(ledger)
    order = Making("law-enforcement", ("A",), "service", "legal_process")
    with at(ledger, NOON + DAY) as tx:
        with pytest.raises(InvalidInput, match="court order"):
            actions.make(tx, subject_id, order)
        with pytest.raises(InvalidInput, match="basis is one of"):
            actions.make(tx, subject_id, Making("wix", ("A",), "service", "because"))
        with pytest.raises(InvalidInput, match="by category"):
            actions.make(tx, subject_id, Making("wix", (), "service", "service_provider"))
        with pytest.raises(UnknownCode):
            actions.make(tx, subject_id, Making("nobody", ("A",), "service", "audit"))
        done = actions.make(
            tx,
            subject_id,
            Making("law-enforcement", ("A",), "service", "legal_process", document="Order 4711"),
        )
    with ledger.reading() as tx:
        newest = register.of_person(tx.session, [subject_id])[0]
        assert (newest.event_id, newest.faults(tx.content)) == (done.event_id, ())


@pytest.mark.parametrize("keep_proofs", [True, False])
def test_the_rows_are_the_same_when_they_are_built_again(
    any_engine: Engine, *, keep_proofs: bool
) -> None:
    engine = wire(any_engine, REGISTER, {})
    disclosed(engine, basis="consent", document="01J", consideration="a discount")
    disclosed(engine, INES)
    assert rows(engine, REGISTER) == rebuilt(engine, REGISTER)
    subject_id = subject_of(engine)
    with at(engine, NOON + 9 * DAY) as tx:
        order = Order((subject_id,), "R-2345-6789", tx.now, keep_proofs=keep_proofs)
        tx.erase(order, ground="erased")
    left = rows(engine, REGISTER)
    assert left == rebuilt(engine, REGISTER)
    assert [row["subject_id"] is None for row in left].count(True) == 1
