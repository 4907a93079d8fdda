"""A small history told to a real engine through its own verbs: requests, a child, a deletion."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.documents import actions as documents
from privacy_engine.engine import Engine
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions as rights
from privacy_engine.rights.actions import Intake
from privacy_engine.transaction import Actor, Role, Transaction

SITE = Actor(Role.SITE, "listing-site")
OFFICER = Actor(Role.STAFF, "01J7OFFICER")
MAYA = Identifier("email", "maya.tallow@example.org")
OTTO = Identifier("email", "otto.brandt@example.org")
CHILD = Identifier("email", "pia.lind@example.org")
SECRETS = (b"tallow", b"maya", b"brandt", b"pia.lind", b"pia lind", b"2015-03", b"fifth grade")


@contextmanager
def at(engine: Engine, day: int, hour: int = 10, *, actor: Actor = SITE) -> Iterator[Transaction]:
    """Do something on a day of November 2026, at an hour of the controller's zone (UTC-8)."""
    moment = datetime(2026, 11, day, hour + 8, tzinfo=UTC)
    with clock.fixed(moment), engine.transaction(actor=actor) as tx:
        yield tx


@contextmanager
def today(day: int, hour: int = 12) -> Iterator[None]:
    with clock.fixed(datetime(2026, 11, day, hour + 8, tzinfo=UTC)):
        yield


def request(engine: Engine, day: int, right: str, who: Identifier, *, hour: int = 10) -> str:
    with at(engine, day, hour) as tx:
        intake = Intake(right, (who,), details="Please, I am Maya Tallow", site="listing-site")
        return rights.receive(tx, intake).reference


def answer(engine: Engine, case: str, day: int, *, as_: str, **why: str) -> None:
    with at(engine, day, actor=OFFICER) as tx:
        rights.acknowledge(tx, case)
        if as_ == "denied":
            rights.decide(tx, case, outcome="deny", reason="No such record.", **why)
        rights.end(tx, case, as_=as_)


def deleted(engine: Engine, case: str, day: int, *, residue: int = 0) -> None:
    """Confirm, decide, delete, search again, answer and erase: what the workflow does."""
    with at(engine, day - 2) as tx:
        rights.acknowledge(tx, case)
    with at(engine, day - 1) as tx:
        rights.verify(tx, case, method="email_link")
        _searched(tx, case, "listing-database", phase="before", found=7)
        _searched(tx, case, "mail-vendor", phase="before", found=0)
    with at(engine, day, actor=OFFICER) as tx:
        rights.decide(tx, case, outcome="fulfil")
    with at(engine, day, 11) as tx:
        _system(tx, case, "system.deleted", "listing-database", removed=5, retained=[_INVOICES])
        _system(tx, case, "system.deleted", "mail-vendor", removed=0, retained=[])
        tx.append("recipient.told", {"case": case, "recipient": "mail-vendor"}, case=case)
    with at(engine, day, 11, actor=OFFICER) as tx:
        attested = {"removed": 1, "retained": [], "message": "attested by a person"}
        _system(tx, case, "system.deleted", "support-mailbox", **attested)
    with at(engine, day, 12) as tx:
        word = "residue" if residue else "erased"
        _searched(tx, case, "listing-database", phase="after", found=2 + residue, verdict=word)
        _searched(tx, case, "mail-vendor", phase="after", found=0, verdict="no_baseline")
        _searched(tx, case, "support-mailbox", phase="after", found=0, verdict="not_searchable")
        rights.end(tx, case, as_="partially_fulfilled")
    if not residue:
        erase(engine, case, MAYA, day=day)


def erase(
    engine: Engine, case: str, who: Identifier, *, day: int, keep_proofs: bool = True
) -> None:
    with at(engine, day, 13) as tx:
        subject_id = tx.find_subject([who], site="listing-site")
        assert subject_id
        order = Order((subject_id,), case, tx.now, keep_proofs=keep_proofs)
        tx.erase(order, ground="asked for")
    engine.after_erasure()


def asked(engine: Engine, day: int) -> str:
    """A parent is asked: our own log keeps a contact, one system has deleted, one has not."""
    with at(engine, day) as tx:
        said = {"kind": "age", "value": 9}
        tx.append("age_signal.received", said, subject=[CHILD], site="listing-site")
        found = tx.find_subject([CHILD], site="listing-site")
        assert found
        case = _open_case(tx, found)
    with at(engine, day, 11, actor=OFFICER) as tx:
        contact = children.Contact(parent_email="parent@example.org")
        children.confirm(tx, case, reason="An age was given.", contact=contact)
    with at(engine, day, 12) as tx:
        tx.append("child.reduced", {"case": case, "kept": ["parent email"], "parts": 3}, case=case)
        _searched(tx, case, "listing-database", phase="before", found=3)
        _system(tx, case, "system.deleted", "listing-database", removed=3, retained=[])
        _searched(tx, case, "support-mailbox", phase="before", found=1)
    return case


def child(engine: Engine, day: int) -> str:
    """A site tells a birth date of 2015; the officer decides; everything is deleted."""
    with at(engine, day) as tx:
        tx.append(
            "age_signal.received",
            {"kind": "birth_date", "value": "2015-03-04"},
            subject=[CHILD],
            site="listing-site",
            origin=("listing-site", "age-1"),
        )
        found = tx.find_subject([CHILD], site="listing-site")
        assert found
        case = _open_case(tx, found)
    with at(engine, day, 11, actor=OFFICER) as tx:
        children.confirm(tx, case, reason="Pia Lind wrote that she is in fifth grade.")
    with at(engine, day, 12) as tx:
        _searched(tx, case, "listing-database", phase="before", found=3)
        _system(tx, case, "system.deleted", "listing-database", removed=3, retained=[])
        _searched(tx, case, "listing-database", phase="after", found=0, verdict="erased")
    erase(engine, case, CHILD, day=day, keep_proofs=False)
    return case


def close(engine: Engine, case: str, day: int) -> None:
    """The run of a child's case ends, after its file was produced."""
    with at(engine, day, 14) as tx:
        children.finish(tx, case)


def _open_case(tx: Transaction, subject_id: str) -> str:
    case = cases.open_case_of(tx.session, [subject_id])
    assert case
    return case


_INVOICES = {
    "table": "invoices",
    "series": "invoices",
    "count": 2,
    "ground": "legal_obligation",
    "citation": "26 USC 6501",
    "until": "2033-06-30",
}


def _searched(tx: Transaction, case: str, system: str, **data: Any) -> None:
    _system(tx, case, "system.searched", system, tables={}, **data)


def _system(tx: Transaction, case: str, kind: str, system: str, **data: Any) -> None:
    body: Mapping[str, Any] = {"case": case, "system": system, **data}
    tx.append(kind, body, case=case)


def choices(engine: Engine, day: int) -> None:
    """Maya reads the statement, subscribes, unsubscribes; her data goes to two recipients."""
    about = {"subject": [MAYA], "site": "listing-site"}
    shown = {"document": "privacy-statement", "version": "2021-11-04"}
    with at(engine, day) as tx:
        tx.append("notice.shown", shown, origin=("s", "n-1"), **about)
        choice = shown | {"purpose": "newsletter", "method": "form"}
        tx.append("consent.given", choice, origin=("s", "c-1"), **about)
        tx.append("disclosure.made", disclosed("mail-vendor"), origin=("s", "d-1"), **about)
    with at(engine, day + 1) as tx:
        tx.append("email.unsubscribed", {"all": True}, origin=("s", "u-1"), **about)
    with at(engine, day + 1) as tx:
        other = {"subject": [OTTO], "site": "newsletter-site"}
        tx.append("disclosure.made", disclosed("mail-vendor"), origin=("t", "d-2"), **other)


def disclosed(recipient: str, **changes: Any) -> dict[str, Any]:
    data = {
        "recipient": recipient,
        "categories": ["A", "F"],
        "purpose": "newsletter",
        "basis": "service_provider",
        "sale": False,
        "sharing": False,
    }
    return data | changes


def sell(engine: Engine, day: int) -> None:
    """What the statement says never happens."""
    with at(engine, day) as tx:
        data = disclosed("google-analytics", basis="other", sale=True, purpose="analytics")
        about = {"subject": [OTTO], "site": "listing-site"}
        tx.append("disclosure.made", data, origin=("s", "d-3"), **about)


def publish(engine: Engine, day: int) -> None:
    with at(engine, day, actor=OFFICER) as tx:
        documents.publish_all_in_force(tx, approved_by="counsel")


def dispose(engine: Engine, day: int) -> str:
    """A finished run of the schedule, as its events tell it."""
    about = {"run": "D-7K3F-92QD", "series": "messages"}
    pile = {"system": "listing-database", "table": "messages", "held": 1, "excepted": 0}
    found = {"candidates": 5, "held": 1, "excepted": 0, "disposition": "delete"}
    hashes = {"schedule_sha256": "a" * 64, "preview_sha256": "b" * 64}
    cutoff = {"cutoff": "2024-11-20T08:00:00.000Z"}
    with at(engine, day) as tx:
        piles = [pile | {"due": 4, "oldest": "2023-01-05", "searched": True}]
        data = about | found | hashes | cutoff | {"tables": piles}
        tx.append("disposition.previewed", data)
    with at(engine, day, 11, actor=OFFICER) as tx:
        tx.append("disposition.approved", about | {"preview_sha256": "b" * 64})
        tx.append("disposition.started", about)
    with at(engine, day, 12) as tx:
        piles = [pile | {"due": 0, "disposed": 4, "oldest": "", "searched": True}]
        counts = {"disposed": 4, "failed": 0, "found_after": 0, "held": 1, "tables": piles}
        tx.append("disposition.done", about | counts)
    return about["run"]
