"""A small true history of two people, a request and a vanished browser, told to any engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlmodel import Field, Session, SQLModel, col, delete, select

from privacy_engine.engine import Engine
from privacy_engine.log import tree_verification, verification
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Event, Identifier
from privacy_engine.log.findings import Outcome
from privacy_engine.transaction import Actor, Role

SITE = Actor(Role.SITE, "listing-site")
MAYA = Identifier("email", "maya@example.org")
OTTO = Identifier("email", "otto@example.org")
CASE = "R-TEST-CASE"
LATER = datetime(2100, 1, 1, tzinfo=UTC)


class HeardRow(SQLModel, table=True):
    """Whom the tests' own register has heard of, and how often."""

    __tablename__ = "tests_heard"

    subject_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    times: int = 0
    last_event: str = ""


class HeardRegister:
    """The least that a register can be."""

    name = "heard"
    tables = (HeardRow,)
    kinds = frozenset({"consent.given", "message.received", "notice.shown"})

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        for event in events:
            if event.subject_id is None:
                continue
            key = (event.subject_id, event.kind)
            row = session.get(HeardRow, key) or HeardRow(subject_id=key[0], kind=key[1])
            row.times += 1
            row.last_event = max(row.last_event, event.event_id)
            session.add(row)
        session.flush()

    def forget(
        self,
        session: Session,
        subject_ids: Sequence[str],
        event_ids: Sequence[str],  # noqa: ARG002
    ) -> None:
        session.execute(delete(HeardRow).where(col(HeardRow.subject_id).in_(subject_ids)))


@dataclass(frozen=True)
class Told:
    """Ids of what happened."""

    maya: str
    otto: str
    message: str


def give_register(engine: Engine) -> None:
    HeardRow.__table__.create(engine.database, checkfirst=True)
    engine.world = replace(engine.world, registers=(HeardRegister(),), reactions={})


def tell(engine: Engine, *, again: str = "") -> Told:
    """Tell the history; sequenced, with tallies. `again` tells another one of the same people."""
    engine.sequence()
    with engine.transaction(actor=SITE) as tx:
        shown = {"document": "privacy-statement", "version": "2021-11-04"}
        given = shown | {"purpose": "newsletter", "method": "form"}
        for name, who in (("maya", MAYA), ("otto", OTTO)):
            about = {"subject": [who], "site": "listing-site"}
            tx.append("notice.shown", shown, origin=("site", f"n-{name}{again}"), **about)
            tx.append("consent.given", given, origin=("site", f"c-{name}{again}"), **about)
        message = tx.append(
            "message.received",
            {"channel": "chat", "text": "Maya here, please call me back."},
            subject=[MAYA],
            site="listing-site",
            origin=("site", f"m-maya{again}"),
        )
        maya = tx.find_subject([MAYA], site="listing-site")
        otto = tx.find_subject([OTTO], site="listing-site")
    with engine.transaction() as tx:
        tx.append(
            "rescan.prepared",
            {"case": CASE, "identifiers": [{"kind": "email", "value": MAYA.value}]},
            subject_id=maya,
            case=CASE,
        )
    engine.sequence(tally=True)
    assert maya
    assert otto
    return Told(maya, otto, message.event_id)


def erase(engine: Engine, subject_id: str, *, keep_proofs: bool = True) -> None:
    with engine.transaction() as tx:
        order = Order((subject_id,), CASE, tx.now, keep_proofs=keep_proofs)
        tx.erase(order, ground="asked for")
    engine.after_erasure()
    engine.sequence()


def statements(engine: Engine) -> list[verification.Statement]:
    with engine.reading() as tx:
        return verification.verify(tx.session, engine.ring, engine.settings.origin, now=tx.now)


def failing_tree(engine: Engine) -> dict[int, str]:
    with engine.reading() as tx:
        found = tree_verification.verify_tree(tx.session, engine.ring, engine.settings.origin)
    return {one.number: one.why for one in found if one.outcome is Outcome.FAILS}


def failing(engine: Engine) -> dict[int, str]:
    return {one.number: one.why for one in statements(engine) if one.outcome is Outcome.FAILS}


def heard(engine: Engine) -> list[tuple[str, str, int]]:
    with engine.reading() as tx:
        rows = tx.session.execute(select(HeardRow)).scalars()
        return sorted((row.subject_id, row.kind, row.times) for row in rows)
