"""What the schedule says of consent proofs: dated when the person is erased, ended when over."""

from collections.abc import Sequence
from datetime import datetime

from privacy_engine.consent import evidence
from privacy_engine.consent import register as consent
from privacy_engine.law.periods import add_to_instant
from privacy_engine.log import proofs
from privacy_engine.retention import holds
from privacy_engine.retention.rules import OWN_SYSTEM
from privacy_engine.transaction import Transaction, Transactions

SERIES = "consent-proofs"
TASK = "proofs.dispose"
_MOST_BATCHES = 1_000


def date_proofs(tx: Transaction, subject_ids: Sequence[str]) -> None:
    """Let the proofs of people who are about to be erased end when the schedule says."""
    proofs.keep(
        tx.session, tx.world.ring, subject_ids, until=_until(tx, _ended_at(tx, subject_ids))
    )


def _ended_at(tx: Transaction, subject_ids: Sequence[str]) -> datetime:
    """Return when the last consent ended: with the erasure, unless all were taken back before."""
    newest: dict[tuple[str, str], tuple[str, datetime]] = {}
    for record in consent.history(tx, subject_ids):  # newest first
        newest.setdefault((record.purpose, record.service), (record.kind, record.at))
    if not newest or any(kind == "given" for kind, _ in newest.values()):
        return tx.now
    return min(tx.now, max(at for _, at in newest.values()))


def _until(tx: Transaction, ended_at: datetime) -> datetime:
    period = tx.content.series(SERIES).period
    return add_to_instant(period, to=ended_at, zone=tx.settings.zone)


def dispose_of_proofs(engine: Transactions) -> None:
    """Destroy the proofs of erased people whose time is over; a hold on the series keeps all.

    Proofs without a date, as a restored database has them, are dated from today.
    """
    engine.run(_date_the_rest)
    destroyed = 0
    for _ in range(_MOST_BATCHES):
        count = engine.run(_dispose)
        destroyed += count
        if not count:
            break
    # Of whoever was erased without keeping proofs, the files go here too, a day later at most:
    # without their key they are noise already.
    removed = engine.run(evidence.remove_unreadable)
    if destroyed or removed:
        engine.after_erasure()


def _date_the_rest(tx: Transaction) -> None:
    left = proofs.undated(tx.session)
    if left:
        proofs.keep(tx.session, tx.world.ring, left, until=_until(tx, tx.now))


def _dispose(tx: Transaction) -> int:
    if any(one.keeps_all_of(SERIES, OWN_SYSTEM) for one in holds.standing(tx)):
        return 0
    row = tx.content.series(SERIES)
    done = proofs.dispose(tx.session, tx.world.ring, at=tx.now)
    for register in tx.world.registers:
        register.forget(tx.session, done.subject_ids, done.event_ids)
    tx.record_destroyed(done, scope="proof", ground=f"{row.series}: {row.citation}"[:200])
    return len(done.subject_ids)
