"""Steps that reach into the systems where the data lives."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from functools import partial
from typing import Any

from privacy_engine.connectors.protocol import (
    Connector,
    Deleted,
    DeleteOrder,
    Identifiers,
    Located,
    SearchedTwice,
    Verdict,
    verdict,
)
from privacy_engine.errors import Conflict, EngineError, Unavailable
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.rights import rules
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import answers, came_back, late_names, register, row_decisions
from privacy_engine.workflow.case import is_drill, request_of
from privacy_engine.workflow.hand_tasks import Action
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.register import CaseSystem
from privacy_engine.workflow.rescans import forget_after
from privacy_engine.workflow.runner import Claim, Outcome
from privacy_engine.workflow.steps import counting, failing, handing, holding
from privacy_engine.workflow.steps.asking import (
    connector_of,
    identifiers_for,
    order_for,
    searched_systems,
)

_SLOW = frozenset({ConnectorKind.MANUAL, ConnectorKind.OPENDSR})
_Lost = Mapping[str, Any] | None
_LATER = "later"  # stands in the place of a verdict while a system has yet to answer


def locate(claim: Claim) -> Outcome:
    """Find the person in every system; one that was found before a crash is not asked again."""
    identifiers = identifiers_for(claim)
    board = [row for row in _board(claim) if row.phase != register.REOPENED]
    answered = {row.system for row in board if row.before is not None}
    failed: list[str] = []
    by_hand: list[str] = []
    for system in searched_systems(claim.engine):
        if system.code in answered or system.connector is ConnectorKind.MANUAL:
            if system.code not in answered and handing.ask_what_is_there(claim, system.code):
                by_hand.append(system.code)
            continue
        try:
            connector = connector_of(claim, system)
            found = connector.locate(identifiers) if connector.capabilities.locate else None
        except EngineError as error:
            failed.append(system.code)
            failing.note_failure(claim, system.code, error)
            continue
        if found is not None and not found.pending:
            _searched(claim, system, found, phase="before")
    return _outcome(claim, failed, word="located", waiting=by_hand)


def delete(claim: Claim) -> Outcome:
    """Delete in every system; each is one transaction of its own, done or not done at all.

    Systems without a connector wait for a person who does it and attests to it.

    Raises:
        Conflict: the person of a request is not verified.
    """
    _require_verified(claim)
    identifiers = identifiers_for(claim)
    left: dict[_Left, list[str]] = {word: [] for word in _Left}
    for system in _to_delete_in(claim):
        # Looked up for each: a person may take a system over while another takes its time.
        word = _try_delete(claim, system, identifiers, row=_row(claim, system))
        left[word].append(system.code)
    if left[_Left.PENDING]:
        answers.ask_again_later(claim)
    return _outcome(
        claim,
        left[_Left.FAILED],
        word="deleted",
        waiting=[*left[_Left.BY_HAND], *left[_Left.PENDING]],
        decide=left[_Left.DECIDE],
    )


class _Left(StrEnum):
    """What is left to do in a system after a try to delete there, and by whom."""

    NOTHING = "nothing"
    FAILED = "failed"
    DECIDE = "decide"
    BY_HAND = "by hand"
    PENDING = "pending"


def _to_delete_in(claim: Claim) -> list[System]:
    """Return the systems of a deletion.

    For people of a drill nobody is asked to search by hand, nor a vendor who takes days.
    """
    with claim.engine.reading() as tx:
        drill = is_drill(tx, claim.case)
    return [
        system
        for system in searched_systems(claim.engine)
        if not (drill and system.connector in _SLOW)
    ]


def _try_delete(
    claim: Claim, system: System, identifiers: Identifiers, *, row: CaseSystem | None
) -> _Left:
    if row is not None and row.removed is not None:
        return _Left.NOTHING
    if row is not None and row_decisions.open_tables(row):
        return _Left.DECIDE
    if handing.ask(claim, system.code, Action.DELETE):
        return _Left.BY_HAND
    try:
        result = _delete_in(claim, system, identifiers, row=row)
    except EngineError as error:
        call = partial(_called, claim, system)
        again = failing.asks_again(claim, system.code, row, error, by=identifiers, at=call)
        return _Left.DECIDE if again else _Left.FAILED
    if result.pending or not (result.done or result.needs_decision):
        if not result.pending:  # it answered, and said no: a person may take over meanwhile
            refused = Conflict(f"{system.code} says that it did not delete")
            failing.note_failure(claim, system.code, refused)
        return _Left.PENDING
    return _Left.DECIDE if result.needs_decision else _Left.NOTHING


def _require_verified(claim: Claim) -> None:
    with claim.engine.reading() as tx:
        request = request_of(tx, claim.case)
    if request is not None:
        rules.require_verified(request.facts)


def _delete_in(
    claim: Claim, system: System, identifiers: Identifiers, *, row: CaseSystem | None
) -> Deleted:
    """Delete in one system and record what went.

    A crash between the deletion and its record leaves a system that holds nothing, and nobody who
    counted. So it is rehearsed, and the rehearsal recorded first; the next run then knows what
    went. A system that is asked by message repeats its own answer, and needs no such care.
    """
    connector, order = _called(claim, system)
    lost = row.asked if row is not None and row.removed is None else None
    if lost is None and connector.capabilities.dry_run:
        tried = replace(order, dry_run=True, sample=False)
        planned = connector.delete(identifiers, tried, progress=counting.aloud(system, "tried"))
        tables, retained = counting.removed_by_table(planned), counting.retained(planned)
        _append(claim, "system.asked", _said(claim, system, tables=tables, retained=retained))
    result = connector.delete(identifiers, order, progress=counting.aloud(system))
    if result.done and not result.pending:
        _record_deleted(claim, system, result, lost=lost, by=identifiers)
    elif result.needs_decision and not result.pending:
        data = _counts(claim, system, result, lost=lost)
        waits = [asdict(item) for item in result.needs_decision]
        _append(claim, "system.undecided", data | {"waits": waits})
    return result


def _record_deleted(
    claim: Claim, system: System, result: Deleted, *, lost: _Lost, by: Identifiers
) -> None:
    """Record what went, beside what a person says who took over while the system was at it.

    They counted what an earlier call without an answer had left, so that is not counted again.
    """

    def work(tx: Transaction) -> None:
        tx.lock(claim.case)
        row = register.of_system(tx.session, claim.case, system.code)
        by_hand = row is not None and row.removed is not None
        data = _counts(claim, system, result, lost=None if by_hand else lost)
        if row is not None and (by_hand or row.partly is not None):
            data["retained"] = counting.with_earlier(data["retained"], row.retained)
        names = late_names.as_data(tx, claim.case, claim.subject_id, asked_by=by)
        tx.append(
            "system.deleted", {**data, **names}, case=claim.case, subject_id=claim.subject_id
        )

    claim.engine.run(work)


def _called(claim: Claim, system: System) -> tuple[Connector, DeleteOrder]:
    return connector_of(claim, system), order_for(claim, system)


def delete_released(claim: Claim) -> None:
    """Delete what only a hold had kept, now that none stands, and search there again.

    Raises:
        Conflict: something was found again.
        Unavailable: a system does not answer; it is asked again later.
    """
    identifiers = identifiers_for(claim)
    for row in holding.left_for_a_hold(claim):
        system = claim.engine.content.system(row.system)
        connector = connector_of(claim, system)
        result = connector.delete(identifiers, order_for(claim, system))
        if not result.done or result.pending:
            raise Unavailable(f"{system.code} has not deleted yet what a hold had kept")
        _deleted(claim, system, result, by=identifiers)
        after = _row(claim, system)
        _search_again(claim, system, connector, identifiers=identifiers, row=after, phase="after")


def rescan(claim: Claim) -> Outcome:
    """Search every system again; what is found there is deleted again, and the case stays open.

    Data comes back from queues that ran late, from backups and imports. A system in which more
    is found than a ground keeps fails the step: it is deleted and searched there again with every
    further try, until nothing is found or a person has mended the system.
    """
    phase = "after" if claim.step.wait is None else claim.step.code
    identifiers = identifiers_for(claim)
    words: dict[str, str] = {}
    failed: list[str] = []
    board = {row.system: row for row in _board(claim)}
    for system in searched_systems(claim.engine):
        row = board.get(system.code)
        if row is not None and row.phase == phase and row.verdict != Verdict.RESIDUE:
            words[system.code] = row.verdict
            continue
        try:
            connector = connector_of(claim, system)
            if row is not None and row.verdict == Verdict.RESIDUE:
                came_back.found_again(claim.engine, claim.case, [system.code])
                result = connector.delete(identifiers, order_for(claim, system))
                _deleted(claim, system, result, by=identifiers)
                row = _row(claim, system)
            words[system.code] = _search_again(
                claim, system, connector, identifiers=identifiers, row=row, phase=phase
            )
        except EngineError as error:
            failed.append(system.code)
            failing.note_failure(claim, system.code, error)
    return _rescanned(claim, words, failed)


def _rescanned(claim: Claim, words: Mapping[str, str], failed: list[str]) -> Outcome:
    if failed:
        return _outcome(claim, failed, word="searched")
    if Verdict.RESIDUE in words.values():
        back = [code for code, word in words.items() if word == Verdict.RESIDUE]
        came_back.found_again(claim.engine, claim.case, back)
        return Outcome(Progress.FAILED, "residue", {"verdicts": words})
    if later := [code for code, word in words.items() if word == _LATER]:
        answers.ask_again_later(claim)
        return _outcome(claim, [], word="searched", waiting=later)
    claim.engine.run(lambda tx: came_back.gone(tx, claim.case))
    forget = partial(forget_after, case=claim.case, step=claim.step, workflow=claim.workflow)
    claim.engine.run(forget)
    return Outcome(Progress.DONE, "nothing found", {"verdicts": words})


def _search_again(
    claim: Claim,
    system: System,
    connector: Connector,
    *,
    identifiers: Identifiers,
    row: CaseSystem | None,
    phase: str,
) -> str:
    searchable = connector.capabilities.searchable and system.searchable
    found = connector.locate(identifiers) if searchable else None
    # Nobody is asked by hand to search again: what a person attested to stands as they said it.
    if found is not None and found.pending and system.connector is not ConnectorKind.MANUAL:
        return _LATER
    counts = SearchedTwice(
        before=row.before if row else None,
        removed=(row.removed or {}) if row else {},
        retained=counting.retained_by_table(row),
        after=found.by_table if found and not found.pending else None,
    )
    word = str(verdict(counts, searchable=searchable and not (found and found.unread)))
    by = None if word == Verdict.NOT_SEARCHABLE else identifiers
    _searched(claim, system, found, phase=phase, word=word, by=by)
    return word


def _row(claim: Claim, system: System) -> CaseSystem | None:
    with claim.engine.reading() as tx:
        return register.of_system(tx.session, claim.case, system.code)


def _board(claim: Claim) -> list[CaseSystem]:
    with claim.engine.reading() as tx:
        return register.board(tx.session, claim.case)


def _searched(
    claim: Claim,
    system: System,
    found: Located | None,
    *,
    phase: str,
    word: str = "",
    by: Identifiers | None = None,
) -> None:
    tables = found.by_table if found else {}
    data = _said(claim, system, phase=phase, tables=tables, found=sum(tables.values()))
    if found is not None and found.unread:
        data["unread"] = found.unread
    if found is not None and found.since:
        data["retained"] = counting.grounds(found.since)
    _append(claim, "system.searched", data | ({"verdict": word} if word else {}), by)


def _deleted(claim: Claim, system: System, result: Deleted, *, by: Identifiers) -> None:
    """Record what a deletion removed and kept, and by which names it was asked for."""
    _append(claim, "system.deleted", _counts(claim, system, result), by)


def _counts(
    claim: Claim, system: System, result: Deleted, *, lost: _Lost = None
) -> dict[str, Any]:
    """Return what went and what stayed; `lost` is the rehearsal of a call without an answer.

    A deletion is done whole or not at all, so of the two counts of a table the larger is the one
    of the call that did it.
    """
    removed, retained = counting.removed_by_table(result), counting.retained(result)
    if lost is not None:
        planned: Mapping[str, int] = lost["tables"]
        removed = {
            table: max(removed.get(table, 0), planned.get(table, 0))
            for table in sorted({*removed, *planned})
        }
        retained = retained or list(lost["retained"])
    data = _said(claim, system, phase="delete", tables=removed, retained=retained)
    return data | {"removed": sum(removed.values())}


def _said(claim: Claim, system: System, **data: Any) -> dict[str, Any]:
    return {"case": claim.case, "system": system.code, **data}


def _append(
    claim: Claim, kind: str, data: Mapping[str, Any], by: Identifiers | None = None
) -> None:
    def work(tx: Transaction) -> None:
        case, subject_id = claim.case, claim.subject_id
        names = late_names.as_data(tx, case, subject_id, asked_by=by) if by else {}
        tx.append(kind, {**data, **names}, case=case, subject_id=subject_id)

    claim.engine.run(work)


def _outcome(
    claim: Claim,
    failed: list[str],
    *,
    word: str,
    waiting: Sequence[str] = (),
    decide: Sequence[str] = (),
) -> Outcome:
    left = [*failed, *decide, *waiting]
    if not left:
        return Outcome(Progress.DONE, word)
    of = len(searched_systems(claim.engine))
    detail: dict[str, Any] = {"done": of - len(left), "of": of, "waiting_for": left}
    if decide:
        detail["decide"] = list(decide)
    return Outcome(Progress.FAILED if failed else Progress.WAITING, "partly", detail)
