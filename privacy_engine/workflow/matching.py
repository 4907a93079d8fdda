"""What somebody wrote to show who they are, compared with what systems hold, and then deleted.

The page that took the answers says the same whatever they are, and before anything was compared:
nobody can find out by trying, nor by the time that it takes. A failed try keeps none of its parts.

Source: 11 CCR 7060(c)(1), (d), (h), 7062(b), (c).
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Column, LargeBinary, delete
from sqlmodel import Field, SQLModel, col

from privacy_engine import keys
from privacy_engine.connectors.opening import open_connector
from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import System
from privacy_engine.instance.model import Content
from privacy_engine.instance.terms import PROOFS
from privacy_engine.rights import actions, register, rules, verification
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import correspondence
from privacy_engine.workflow.case import for_connectors, person_of
from privacy_engine.workflow.steps.asking import searched_systems

TASK = "verification.match"
SWEEP = "verification.sweep"
KEPT_FOR = timedelta(days=7)
_COUNTED_FOR = timedelta(days=30)
_METHOD = "answers"
LONGEST_ANSWER = 200
_MOST_RECORDS = 2_000
_PHONE_DIGITS = 10


class AnswersRow(SQLModel, table=True):
    """Answers of one case that wait to be compared, sealed under the person's key."""

    __tablename__ = "verification_answers"

    case: str = Field(primary_key=True, max_length=32)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    given_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


def details(content: Content) -> tuple[str, ...]:
    """Return the details that the instance can compare, in the order in which they are asked."""
    held = {
        column.proof
        for system in content.systems
        for table in system.tables
        for column in table.columns
    }
    return tuple(code for code in PROOFS if code in held)


def hand_in(tx: Transaction, reference: str, *, answers: Mapping[str, str]) -> None:
    """Keep answers until they are compared, and order that; newer ones replace older ones.

    Raises:
        Conflict: the request has ended, or too many attempts failed.
    """
    tx.lock(reference)
    request = register.get(tx.session, reference)
    rules.require_open(request.state)
    if failed_tries(tx, request) >= rules.MAX_ATTEMPTS:
        raise Conflict("too many attempts failed; an officer has to look at this request")
    key = tx.vault.key(request.subject_id or "")
    if key is None:
        raise Conflict("the person of this request was erased")
    given = {code: text[:LONGEST_ANSWER] for code, text in answers.items() if text.strip()}
    sealed = keys.seal(key.enc, orjson.dumps(given), bound_to=_bound(reference))
    tx.session.merge(AnswersRow(case=reference, sealed=sealed, given_at=tx.now))
    tx.order(TASK, name=f"match:{reference}:{tx.now.isoformat()}", case=reference)


def failed_tries(tx: Transaction, request: Request) -> int:
    """Return how many tries failed lately, on any request of the person.

    Whoever reads somebody's mail can ask as often as they like; a new request buys no new tries.
    """
    since = tx.now - _COUNTED_FOR
    others = register.of_subjects(tx.session, tx.person(request.subject_id or ""))
    lately = [
        event
        for item in others
        if item.verification_failed and item.reference != request.reference
        for event in tx.events_of_case(item.reference)
        if event.kind == "request.verification_failed" and event.recorded_at >= since
    ]
    elsewhere = sum(event.data.get("method") == _METHOD for event in lately)
    return int(request.verification_failed + elsewhere)


def compare(engine: Transactions, *, case: str) -> None:
    """Compare the waiting answers of a case; nothing happens when none wait.

    Raises:
        Unavailable: a system does not answer now; the answers wait, and the work is tried again.
    """
    with engine.reading() as tx:
        answers, request, identifiers = _waiting(tx, case)
    matched: frozenset[str] = frozenset()
    if answers and request is not None and identifiers is not None:
        held = _held(engine, identifiers)
        matched = frozenset(
            code for code, text in answers.items() if plain(code, text) in held[code]
        )
    engine.run(lambda tx: _record(tx, case, matched))


def _waiting(
    tx: Transaction, case: str
) -> tuple[Mapping[str, str], Request | None, Identifiers | None]:
    row = tx.session.get(AnswersRow, case)
    request = register.get(tx.session, case)
    key = tx.vault.key(request.subject_id or "")
    if row is None or key is None or request.subject_id is None or request.ended:
        return {}, None, None
    answers = orjson.loads(keys.unseal(key.enc, row.sealed, bound_to=_bound(case)))
    person = person_of(tx, case, request.subject_id)
    return answers, request, for_connectors(person.identifiers)


def _held(engine: Transactions, identifiers: Identifiers) -> dict[str, set[str]]:
    """Return what systems hold of the person, as compared; a system is read once."""
    found: dict[str, set[str]] = defaultdict(set)
    for system in searched_systems(engine):
        proofs = _proofs(system)
        if not proofs:
            continue
        connector = open_connector(
            system,
            root=engine.settings.root,
            settings=engine.settings.addresses,
        )
        for count, record in enumerate(connector.copy(identifiers)):
            if count >= _MOST_RECORDS:
                break
            if record.names_another:
                continue
            for column, code in proofs.get(record.table, {}).items():
                value = record.values.get(column)
                if value is not None and str(value).strip():
                    found[code].add(plain(code, str(value)))
    return found


def _proofs(system: System) -> dict[str, dict[str, str]]:
    tables = {
        table.name: {column.name: column.proof for column in table.columns if column.proof}
        for table in system.tables
    }
    return {name: columns for name, columns in tables.items() if columns}


def plain(code: str, text: str) -> str:
    """Return a detail as it is compared: without case, accents, spaces and signs."""
    if code == "phone":
        return re.sub(r"\D", "", text)[-_PHONE_DIGITS:]
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in bare if sign.isalnum())


def _record(tx: Transaction, case: str, matched: frozenset[str]) -> None:
    tx.lock(case)
    row = tx.session.get(AnswersRow, case)
    request = register.get(tx.session, case)
    if row is None:
        return
    tx.session.delete(row)
    if request.ended or request.verified_at is not None:
        return
    # What is in dispute shows nothing, whether or not it fits (7060(h)).
    useful = matched - actions.contested(tx, request)
    still = verification.lacking(request.asked, request.given | useful)
    if "points" in still:
        actions.fail_verification(tx, case, method=_METHOD)
        correspondence.order_another_try(tx, reference=case)
    else:
        actions.give_evidence(tx, case, useful, method=_METHOD)


def remove_old(engine: Transactions) -> None:
    """Delete answers that were never compared; the person can write them again.

    Source: 11 CCR 7060(d).
    """
    engine.run(
        lambda tx: tx.session.execute(
            delete(AnswersRow).where(col(AnswersRow.given_at) < tx.now - KEPT_FOR)
        )
    )


def _bound(case: str) -> bytes:
    return f"{case}/answers".encode()
