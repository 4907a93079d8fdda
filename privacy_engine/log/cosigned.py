"""What witnesses said about this log: what they are asked, kept lines, and who is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import func, select
from sqlmodel import Session, col

from privacy_engine.errors import MalformedInput
from privacy_engine.log import checkpoint, note
from privacy_engine.log.bulk import insert_ignoring
from privacy_engine.log.cosignature import read_cosignature
from privacy_engine.log.event import instant
from privacy_engine.log.findings import Outcome, Statement
from privacy_engine.log.note import VerifierKey
from privacy_engine.log.sequencer import StoredTiles, head
from privacy_engine.log.tables import (
    LogCheckpointRow,
    LogCosignatureRow,
    LogEntryRow,
    LogEventRow,
)
from privacy_engine.log.tiles import TiledTree
from privacy_engine.log.trust_policy import TrustPolicy
from privacy_engine.log.witness import Submission

_ANSWER_LINES = 16


@dataclass(frozen=True)
class Asked:
    """A submission for one witness and the size of the checkpoint in it."""

    size: int
    body: bytes


def newest(session: Session) -> str:
    """Return the newest checkpoint with the cosignatures it has so far; empty before the first."""
    published = head(session)
    statement = (
        select(LogCosignatureRow.line)  # type: ignore[call-overload]
        .where(col(LogCosignatureRow.size) == published.size)
        .order_by(LogCosignatureRow.witness)
    )
    lines = session.execute(statement).scalars()
    return published.note + "".join(f"{line}\n" for line in lines) if published.note else ""


def next_submission(
    session: Session, key: VerifierKey, *, old_size: int | None = None
) -> Asked | None:
    """Return what to bring to a witness, or None when it cosigned the newest checkpoint.

    Args:
        session: any session.
        key: the witness's verifier key.
        old_size: what the witness says it knows; by default, what it cosigned last.

    Raises:
        MalformedInput: the witness says that it knows a larger tree than there is.
    """
    published = head(session)
    known = cosigned_size(session, key)
    if not published.size or (old_size is None and known == published.size):
        return None
    start = known if old_size is None else old_size
    if start > published.size:
        raise MalformedInput("the witness knows a larger tree than this log has")
    proof = TiledTree(StoredTiles(session), published.size).consistency_proof(start)
    body = bytes(Submission(start, tuple(proof), published.note.encode()))
    return Asked(published.size, body)


def cosigned_size(session: Session, key: VerifierKey) -> int:
    """Return the size of the largest tree that a witness cosigned; 0 before the first."""
    statement = select(func.max(LogCosignatureRow.size)).where(
        col(LogCosignatureRow.witness) == name_of(key)
    )
    return int(session.execute(statement).scalar() or 0)


def keep(session: Session, key: VerifierKey, answer: str, *, size: int, at: datetime) -> bool:
    """Keep a witness's line for the checkpoint of `size`; return whether the answer held one.

    Lines of other keys are passed over. The same line kept twice is kept once.

    Raises:
        MalformedInput: the answer is not made of signature lines.
        VerificationError: the line is this witness's and does not verify.
    """
    row = session.get(LogCheckpointRow, size)
    if row is None:
        return False
    _, signed = checkpoint.parse_unverified(row.note.encode())
    for line in answer.splitlines()[:_ANSWER_LINES]:
        found = note.parse_signature(line)
        if (found.name, found.key_id) != (key.name, key.key_id):
            continue
        read_cosignature(signed.text, found, key)
        values = {"size": size, "witness": name_of(key), "line": str(found), "kept_at": at}
        insert_ignoring(session, LogCosignatureRow, [values])
        return True
    return False


def sizes(session: Session, policy: TrustPolicy) -> Mapping[str, int]:
    """Return, by its name in the policy, how much of the log each witness has cosigned."""
    return {name: cosigned_size(session, key) for name, key in policy.witnesses.items()}


def statement(
    session: Session, policy: TrustPolicy | None, *, number: int, before: datetime
) -> Statement:
    """Return the statement on witnesses for a check of the whole log; every line is verified.

    What a witness said long ago says nothing about the log since: enough of them must have
    cosigned what was recorded `before` (aware), which leaves them time for what is newer.
    """
    text = "The witnesses of the policy saw this log only grow"
    if policy is None or not policy.witnesses:
        why = "no witness is asked: only who kept an old checkpoint would notice another past"
        return Statement(number, text, Outcome.NOT_CHECKED, why)
    size = head(session).size
    seen = {
        name: done for name, key in policy.witnesses.items() if (done := _verified(session, key))
    }
    told = [f"{name} up to {done} of {size}" for name, done in seen.items()]
    told += [f"{name} never" for name in policy.witnesses if name not in seen]
    covered = _covered(policy, seen)
    minute = _minute_of(session, covered)
    late = bool(minute) and minute < f"{instant(before)[:16]}Z"
    if late:
        told.append(f"the entry at {covered}, of {minute}, was seen by too few")
    outcome = Outcome.HOLDS if covered and not late else Outcome.FAILS
    return Statement(number, text, outcome, ", ".join(told))


def _covered(policy: TrustPolicy, seen: Mapping[str, int]) -> int:
    """Return how much of the log has the quorum, by what each witness cosigned."""
    for size in sorted(seen.values(), reverse=True):
        if policy.reached({policy.witnesses[name] for name, done in seen.items() if done >= size}):
            return size
    return 0


def _minute_of(session: Session, position: int) -> str:
    """Return the minute that the entry at a position states; empty where there is none.

    The entry's own word: the instants in the rows beside it are under no signature.
    """
    row = session.get(LogEntryRow, position)
    event = session.get(LogEventRow, row.event_id) if row else None
    return str(orjson.loads(event.leaf)["t"]) if event else ""


def _verified(session: Session, key: VerifierKey) -> int:
    """Return the size up to which a kept line of the witness verifies."""
    size = cosigned_size(session, key)
    row = session.get(LogCosignatureRow, (size, name_of(key)))
    published = session.get(LogCheckpointRow, size)
    if row is None or published is None:
        return 0
    _, signed = checkpoint.parse_unverified(published.note.encode())
    return size if note.verify_signature(signed.text, note.parse_signature(row.line), key) else 0


def name_of(key: VerifierKey) -> str:
    """Return how rows name a witness: by key id and name, for names may repeat."""
    return f"{key.key_id.hex()} {key.name}"[:200]
