"""The facts of the log itself: ten statements about it, and what it holds."""

from collections import Counter

from sqlalchemy import select
from sqlmodel import col

from privacy_engine.errors import Conflict
from privacy_engine.log import evidence, sequencer, verification
from privacy_engine.log.findings import Outcome, Statement
from privacy_engine.log.tables import LogCosignatureRow, LogTallyRow
from privacy_engine.reports import filing
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Population, Report
from privacy_engine.reports.kinds import log_integrity
from privacy_engine.reports.kinds.log_integrity import LogFacts, StatementOutcome, WitnessSeen
from privacy_engine.transaction import Transaction

_HOLDS = {Outcome.HOLDS: True, Outcome.FAILS: False, Outcome.NOT_CHECKED: None}


def integrity_report(tx: Transaction, ask: Ask) -> Report:
    """Return the report on the log; `tx` must be fresh, it is put on one snapshot first.

    Raises:
        Conflict: nothing was published yet.
    """
    del ask
    statements = verification.verify(tx.session, tx.world.ring, tx.settings.origin, now=tx.now)
    head = tx.head()
    if head.signed_at is None:
        raise Conflict("nothing was published of this log yet")
    facts = LogFacts(
        verifier_key=str(sequencer.signer(tx.world.ring, tx.settings.origin).key),
        statements=tuple(_statement(one) for one in statements),
        witnesses=_witnesses(tx),
        counts=tuple(sorted(_counts(tx).items())),
        last_published_at=head.signed_at.astimezone(tx.settings.zone),
        erased_parts=_erased_parts(tx),
    )
    drawn = Drawn(
        number=filing.dated_number(tx, log_integrity.KIND, tx.settings.origin),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        population=Population(
            filters=(),
            row_count=head.size,
            unit="entry",
            units="entries",
            log=filing.log_head(tx),
            listed_in=("counts.count",),
        ),
    )
    return log_integrity.build(facts, drawn)


def _statement(one: Statement) -> StatementOutcome:
    return StatementOutcome(one.text, _HOLDS[one.outcome], one.why)


def _counts(tx: Transaction) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in tx.session.execute(select(LogTallyRow)).scalars():
        counts[row.kind] += row.count
    return counts


def _witnesses(tx: Transaction) -> tuple[WitnessSeen, ...]:
    """Return every witness with the newest tree that it co-signed; each line was verified."""
    newest: dict[str, LogCosignatureRow] = {}
    rows = tx.session.execute(select(LogCosignatureRow).order_by(col(LogCosignatureRow.size)))
    for row in rows.scalars():
        newest[row.witness] = row
    return tuple(
        WitnessSeen(witness.partition(" ")[2], row.size, row.kept_at.astimezone(tx.settings.zone))
        for witness, row in sorted(newest.items())
    )


def _erased_parts(tx: Transaction) -> int:
    destroyed = evidence.events_of_kinds(tx.session, "subject.erased", "parts.destroyed")
    return sum(int(event.data["parts"]) for event in tx.read(destroyed))
