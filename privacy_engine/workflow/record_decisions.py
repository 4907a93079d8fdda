"""Records of a copy that name somebody else: held apart until an officer decides about them.

A program outside found them, by rules that nobody here knows. Nothing of them stands in the log
but how many there are.
"""

from dataclasses import dataclass
from enum import StrEnum

from privacy_engine.connectors import copies
from privacy_engine.connectors.masking import masked
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.terms import StepKind
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import runner
from privacy_engine.workflow.actions import waiting_steps
from privacy_engine.workflow.register import APART, CaseSystem

HELD_APART = "records.held_apart"
DECIDED = "records.decided"
_MOST_SHOWN = 5


class Way(StrEnum):
    """What becomes of such records."""

    LEAVE_OUT = "leave_out"
    GIVE = "give"


WORDS = {
    Way.LEAVE_OUT: "Leave them out: they are somebody else's",
    Way.GIVE: "Put them into the copy: I found that they are this person's too",
}


@dataclass(frozen=True)
class Apart:
    """The records of one table that wait: how many, and the first of them, masked."""

    table: str
    count: int
    sample: tuple[tuple[tuple[str, str], ...], ...]


def waits(row: CaseSystem) -> int:
    """Return how many records of a system wait for a decision."""
    return sum(int(item["count"]) for item in row.waits if item["reason"] == APART)


def decided(tx: Transaction, case: str) -> dict[str, Way]:
    """Return what was decided, by system; what was copied anew since is to be decided anew."""
    found: dict[str, Way] = {}
    for event in tx.events_of_case(case):
        if event.kind == HELD_APART:
            found.pop(str(event.data["system"]), None)
        elif event.kind == DECIDED:
            found[str(event.data["system"])] = Way(event.data["way"])
    return found


def shown(tx: Transaction, case: str, system: str) -> list[Apart]:
    """Return what waits in the copy of one system, enough to recognise and not to read.

    Raises:
        Conflict: nothing waits there (any more).
    """
    key = tx.vault.key(runner.subject_of(tx, case) or "")
    tables = copies.apart(tx.settings, case, system, key=key.enc) if key else []
    if not tables:
        raise Conflict("nothing here waits for a decision any more")
    return [
        Apart(
            table.table,
            len(table.rows),
            tuple(
                tuple((name, masked(value)) for name, value in row.items())
                for row in table.rows[:_MOST_SHOWN]
            ),
        )
        for table in tables
    ]


def decide(tx: Transaction, case: str, *, system: str, way: Way, note: str) -> None:
    """Record what becomes of the records of a system that name somebody else; the copy goes on.

    Raises:
        InvalidInput: no reason is given.
        Conflict: nothing waits there (any more).
        UnknownCode: no such system.
    """
    declared = tx.content.system(system)
    if not note.strip():
        raise InvalidInput("say in a sentence why you decide so")
    tx.lock(case)
    if system in decided(tx, case) or not copies.is_apart(tx.settings, case, system):
        raise Conflict(f"nothing in the copy of {declared.title} waits for a decision")
    subject_id = runner.subject_of(tx, case)
    data = {"case": case, "system": system, "way": str(way)}
    event = tx.append(DECIDED, data, case=case, subject_id=subject_id)
    words = {"case": case, "note": note.strip()}
    tx.append("request.noted", words, case=case, subject_id=subject_id)
    for code in waiting_steps(tx, case, kind=StepKind.COPY):
        name = f"step:{case}:{code}:decided:{event.event_id}"
        tx.order(runner.TASK, name=name, case=case, step=code)
