"""Corrections: written through to the systems, copied back, and looked at again later.

A crash between a system's change and its record leaves a value that is right and not yet told of;
the next run writes the same value again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from privacy_engine.connectors.protocol import Connector, Identifiers, Record
from privacy_engine.errors import Conflict, EngineError, Unavailable
from privacy_engine.instance.data_map import ConnectorKind, Owner, System
from privacy_engine.instance.terms import StepKind
from privacy_engine.law.periods import Period, add_to_instant
from privacy_engine.rights import rules
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import corrections, runner
from privacy_engine.workflow.by_hand import BY_HAND
from privacy_engine.workflow.case import request_of
from privacy_engine.workflow.corrections import DIFFERS, Change, Decided
from privacy_engine.workflow.hand_tasks import Action
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.runner import Claim, Outcome, StepBody
from privacy_engine.workflow.steps import handing
from privacy_engine.workflow.steps.asking import connector_of, identifiers_for
from privacy_engine.workflow.steps.failing import note_failure

PHASE = "correct"
STANDS, GONE, UNSEEN = "corrected", "gone", "unseen"
AGAIN = "corrected_again"
"""The value had come undone since, and stands again: something in the system overwrites it."""


def correct(claim: Claim) -> Outcome:
    """Write what the officer decided into every named system, and copy it back to compare.

    Waits for the officer until somebody said what shall stand where: people write in their own
    words, and a machine that guessed the column would make it worse.

    Raises:
        Conflict: the person is not verified, or a system is no longer in the data map.
    """
    with claim.engine.reading() as tx:
        request = request_of(tx, claim.case)
        decided = corrections.decided(tx, claim.case)
        done = corrections.done(tx, claim.case)
    if request is not None:
        rules.require_verified(request.facts)
    if decided is None:
        return Outcome(Progress.WAITING, "officer")
    identifiers = identifiers_for(claim)
    left = [code for code in decided.systems if code not in done]
    if unknown := [code for code in left if code not in _known(claim)]:
        raise Conflict(
            f"{unknown[0]} is no longer in the data map; say again what is corrected, without it"
        )
    by_hand = [code for code in left if handing.ask(claim, code, Action.CORRECT)]
    failed = [
        code
        for code in left
        if code not in by_hand
        and not _tried(claim, decided, code, identifiers=identifiers, writes=True)
    ]
    outcome = _outcome(decided, failed, word="corrected", waiting=by_hand)
    # Whoever decided anew meanwhile was told that it is written now.
    return replace(
        outcome, stands=lambda tx: corrections.is_newest(tx, claim.case, decided.event_id)
    )


def looking_again(otherwise: StepBody) -> StepBody:
    """Return a rescan that knows corrections: it compares, and never deletes what it finds."""

    def rescan(claim: Claim) -> Outcome:
        if all(step.kind is not StepKind.CORRECT for step in claim.workflow.steps):
            return otherwise(claim)
        return _look_again(claim)

    return rescan


def _look_again(claim: Claim) -> Outcome:
    """Look whether the values still stand; where an import undid one, it is written again.

    Source: 11 CCR 7023(c): a correction that comes undone was none.
    """
    with claim.engine.reading() as tx:
        decided = corrections.decided(tx, claim.case)
    if decided is None or claim.subject_id is None:
        return Outcome(Progress.DONE, "nobody")
    identifiers = identifiers_for(claim)
    failed = [
        code
        for code in decided.systems
        if code in _known(claim)
        and not _tried(claim, decided, code, identifiers=identifiers, writes=False)
    ]
    undone, looked = _came_undone(claim)
    if failed or claim.step.wait is None or not undone:
        return _outcome(decided, failed, word="stands")
    if not looked:
        return _once_more(claim, claim.step.wait)
    word = AGAIN if undone > looked else "stands"
    return _outcome(decided, failed, word=word)


def _known(claim: Claim) -> set[str]:
    return {item.code for item in claim.engine.content.systems}


def _came_undone(claim: Claim) -> tuple[int, int]:
    """Return where among the case's events a value last came undone, and a wait for that began.

    Places start at 1; 0 is never. Only what happened since the newest decision counts.
    """
    undone = looked = 0
    with claim.engine.reading() as tx:
        events = tx.events_of_case(claim.case)
    for at, event in enumerate(events, start=1):
        data = event.data
        if event.kind == corrections.DECIDED:
            undone = looked = 0
        elif event.kind == "system.corrected" and data.get("verdict") == AGAIN:
            undone = at if data.get("phase") == claim.step.code else undone
        elif event.kind == "step.waiting" and data.get("outcome") == AGAIN:
            looked = at
    return undone, looked


def _once_more(claim: Claim, wait: Period) -> Outcome:
    """Order one more look, as far away as this one was: what overwrote it once may do so again.

    A crash before the outcome leaves the order; the step is done again and finds it there.
    """

    def work(tx: Transaction) -> datetime:
        due_at = add_to_instant(wait, to=tx.now, zone=tx.settings.zone)
        tx.order(
            runner.TASK,
            name=f"step:{claim.case}:{claim.step.code}:undone",
            due_at=due_at,
            case=claim.case,
            step=claim.step.code,
        )
        return due_at

    return Outcome(Progress.WAITING, AGAIN, due_at=claim.engine.run(work))


def _tried(
    claim: Claim, decided: Decided, code: str, *, identifiers: Identifiers, writes: bool
) -> bool:
    """Return whether what was decided stands in one system; why not is recorded."""
    system = claim.engine.content.system(code)
    changes = decided.of(code)
    if system.connector is ConnectorKind.MANUAL:
        if writes:  # whoever entered it corrected it there first: the form says so
            _record(claim, decided, code, verdict=BY_HAND)
        return True
    try:
        connector = connector_of(claim, system)
        if not (writes or connector.capabilities.correct):
            return True  # a person corrected it, and no program can compare
        word = "" if writes else look(system, connector, identifiers, changes=changes)
        changed: dict[str, int] = {}
        if word in {"", DIFFERS}:
            changed = _write(system, connector, identifiers, changes=changes)
            after = connector_of(claim, system, part="-after")
            word = look(system, after, identifiers, changes=changes)
            word = DIFFERS if word == GONE else word
            word = AGAIN if word == STANDS and not writes else word
    except EngineError as error:
        note_failure(claim, code, error)
        return False
    _record(claim, decided, code, verdict=word, tables=changed)
    return word != DIFFERS


def _write(
    system: System, connector: Connector, identifiers: Identifiers, *, changes: Sequence[Change]
) -> dict[str, int]:
    """Write the values, and return how many rows of each table bear them now.

    One value cannot be right for several records of one kind: there the officer says which value
    was wrong, and only records that hold it are changed.

    Raises:
        Conflict: the person has no own record there, or several, or the system refused.
        Unavailable: it does not answer, or will later.
    """
    require_one(system, connector, identifiers, changes=changes)
    result = connector.correct(identifiers, tuple(item.correction for item in changes))
    if result.pending:
        raise Unavailable(f"{system.code} has not answered yet")
    if not result.done:
        raise Conflict(f"{system.code} did not make the correction; a person has to make it there")
    return {item.table: item.count for item in result.changed}


def require_one(
    system: System, connector: Connector, identifiers: Identifiers, *, changes: Sequence[Change]
) -> None:
    """Refuse what one value cannot be right for.

    Raises:
        Conflict: the system cannot correct, or the person has no own record there, or several.
        Unavailable: it does not answer.
    """
    if not connector.capabilities.correct:
        raise Conflict(f"{system.code} cannot correct by itself")
    if connector.capabilities.locate:
        located = connector.locate(identifiers)
        found: Counter[str] = Counter()
        for item in located.counts:
            found[item.table if system.tables else item.series] += item.count
        for change in changes:
            count = found[change.table]
            if change.was is None and count != 1 and not located.pending:
                raise Conflict(
                    f"{change.table} holds {count} records of this person, not one: "
                    "say which value was wrong"
                )


def look(
    system: System, connector: Connector, identifiers: Identifiers, *, changes: Sequence[Change]
) -> str:
    """Return whether the values stand, by a fresh copy: stands, differs, gone or not seen."""
    if not (connector.capabilities.copy and system.searchable):
        return UNSEEN
    records = [item for item in connector.copy(identifiers) if not item.names_another]
    words = {_stands(system, records, change) for change in changes}
    return next(word for word in (DIFFERS, UNSEEN, STANDS, GONE) if word in words)


def _stands(system: System, records: Sequence[Record], change: Change) -> str:
    if system.tables:
        table = system.table(change.table)
        column = table.column(change.column)
        if column is None or not column.export or column.never_disclose:
            return UNSEEN
    # A program outside may call its records by other names than the schedule.
    kind = attrgetter("table" if system.tables else "series")
    own = [item for item in records if kind(item) == change.table]
    seen = [item.values[change.column] for item in own if change.column in item.values]
    if own and not seen:
        return UNSEEN
    if not seen:
        return GONE
    bearing = sum(_text(value) == _text(change.value) for value in seen)
    if change.was is not None:
        wrong = any(_text(value) == _text(change.was) for value in seen)
        return STANDS if bearing and not wrong else DIFFERS
    # What others share with the person is copied too, and was left as it was.
    shared = bool(system.tables) and system.table(change.table).owner is not Owner.SUBJECT
    return STANDS if bearing == len(seen) or (shared and bearing) else DIFFERS


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _record(
    claim: Claim,
    decided: Decided,
    system: str,
    *,
    verdict: str,
    tables: dict[str, int] | None = None,
) -> None:
    phase = PHASE if claim.step.kind is StepKind.CORRECT else claim.step.code
    said = {"phase": phase, "tables": tables or {}, "verdict": verdict}
    _append(claim, "system.corrected", system, **said, decision=decided.event_id)


def _append(claim: Claim, kind: str, system: str, **data: Any) -> None:
    def work(tx: Transaction) -> None:
        content = {"case": claim.case, "system": system, **data}
        tx.append(kind, content, case=claim.case, subject_id=claim.subject_id)

    claim.engine.run(work)


def _outcome(
    decided: Decided, failed: list[str], *, word: str, waiting: Sequence[str] = ()
) -> Outcome:
    left = [*failed, *waiting]
    if not left:
        return Outcome(Progress.DONE, word, {"systems": len(decided.systems)})
    total = len(decided.systems)
    detail = {"done": total - len(left), "of": total, "waiting_for": left}
    return Outcome(Progress.FAILED if failed else Progress.WAITING, "partly", detail)
