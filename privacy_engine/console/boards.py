"""The systems board of a case: what every system answered, what waits there, and for whom."""

from collections.abc import Mapping
from dataclasses import replace

from flask import url_for

from privacy_engine.connectors.protocol import OFFICER_GROUND, Verdict
from privacy_engine.console.desk import Desk
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.instance.terms import StepKind
from privacy_engine.look.formats import plural
from privacy_engine.look.parts import SystemRow
from privacy_engine.reports import system_facts
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import came_back, hand_tasks, record_decisions, row_decisions
from privacy_engine.workflow import register as workflows
from privacy_engine.workflow.hand_tasks import Action
from privacy_engine.workflow.register import APART, CaseSystem
from privacy_engine.workflow.steps.asking import searched_systems

_REACHED = {
    "sql": "database",
    "webhook": "asked by message",
    "opendsr": "asked by message",
    "mailbox": "mailbox",
    "files": "files",
    "manual": "done by hand",
    "recipient": "told, not searched",
}
BY_HAND = {
    Action.LOCATE: "Search by hand",
    Action.COPY: "Copy by hand",
    Action.CORRECT: "Correct by hand",
    Action.DELETE: "Delete by hand",
}
HAND_OVER = "Hand over"
"""Begins the task of a system that is asked again by itself, and that somebody may take over."""
_SEARCHES = frozenset({StepKind.LOCATE, StepKind.DELETE, StepKind.COPY, StepKind.CORRECT})


def board(desk: Desk, tx: Transaction, request: Request) -> list[SystemRow]:
    """Return a row for every system that this request reaches, answered or not."""
    decided = request.decision in {"fulfil", "partial"}
    rows = board_of(
        desk,
        tx,
        request.reference,
        workflow=request.workflow,
        by_hand=decided and not request.ended,
        is_back=request.came_back,
    )
    if not request.ended:
        return rows
    # Nothing more is done where something was found: it was for the answer.
    return [replace(row, state="counted") if row.state == "found" else row for row in rows]


def board_of(
    desk: Desk, tx: Transaction, case: str, *, workflow: str, by_hand: bool, is_back: bool = False
) -> list[SystemRow]:
    """Return a row for every system that a case reaches, answered or not.

    With `by_hand`, those that no connector reaches lead to where somebody says that it was done;
    with `is_back`, those in which the nightly comparison found deleted data again say so.
    """
    flow = desk.engine.content.workflow(workflow)
    kinds = {step.kind for step in flow.steps}
    if not kinds & _SEARCHES:
        return []
    deletes = StepKind.DELETE in kinds
    answered = {row.system: row for row in workflows.board(tx.session, case)}
    found = []
    for system in searched_systems(desk.engine):
        row = answered.pop(system.code, None)
        shown = _shown(desk, case, system, row, by_hand=by_hand and deletes)
        shown = _with_task(desk, tx, case, shown=shown, row=row)
        found.append(_never(shown, system.connector, deletes=deletes))
    found += [_no_longer_asked(desk, row) for row in answered.values()]
    back = came_back.compared(tx, case) if is_back else []
    found = [_back(row) if row.system in back else row for row in found]
    return found + _told_rows(desk, tx, case)


def _back(row: SystemRow) -> SystemRow:
    """Return a row whose last search is overtaken: hashes were compared, and nothing counted."""
    said = "Found by the nightly comparison, which counts nothing."
    return replace(row, state="back", found_again=None, reason=said, citation="")


def _shown(
    desk: Desk, case: str, system: System, row: CaseSystem | None, *, by_hand: bool
) -> SystemRow:
    kind = _REACHED.get(str(system.connector), str(system.connector))
    if row is not None:
        return _answered(desk, case, row, shown=(system.title, kind))
    hand = by_hand and system.connector is ConnectorKind.MANUAL and desk.may("attest")
    task = url_for("console.attest", case=case, system=system.code) if hand else ""
    word = BY_HAND[Action.DELETE]
    return SystemRow(system.code, system.title, kind, "not_searched", task_url=task, task=word)


def _with_task(
    desk: Desk, tx: Transaction, case: str, *, shown: SystemRow, row: CaseSystem | None
) -> SystemRow:
    """Return a row that leads to what a person has to do there, where the case waits for that."""
    waits = hand_tasks.waits_for(tx, case, shown.system)
    decides = row is not None and row_decisions.open_tables(row)
    if not waits or decides or not desk.may("attest"):
        return shown
    task = BY_HAND[waits]
    if not hand_tasks.is_by_hand(tx, shown.system):
        task = f"{HAND_OVER}: {task.lower()}"
    url = url_for("console.attest", case=case, system=shown.system)
    return replace(shown, task_url=url, task=task)


def _no_longer_asked(desk: Desk, row: CaseSystem) -> SystemRow:
    """Return the row of a system that the data map no longer names: nobody asks it anything."""
    shown = system_row(desk, row, title=row.system, kind="no longer in the data map")
    if shown.state in DONE:
        return shown
    said = f"{shown.reason}. " if shown.reason else ""
    said = f"{said}It is no longer in the data map, so it is not asked again."
    state = "given_up" if shown.can_retry else shown.state
    return replace(shown, state=state, reason=said, citation="", can_retry=False)


def _never(row: SystemRow, connector: ConnectorKind, *, deletes: bool) -> SystemRow:
    """Return a row that does not wait for a search which its protocol has no question for."""
    if row.state != "not_searched" or connector is not ConnectorKind.OPENDSR:
        return row
    return replace(row, state="never_searched" if deletes else "not_searchable")


def _told_rows(desk: Desk, tx: Transaction, case: str) -> list[SystemRow]:
    titles = {item.code: item.title for item in desk.engine.content.recipients}
    told = workflows.told(tx.session, case)
    return [
        SystemRow(
            code,
            titles.get(code, code),
            "told, not searched",
            "sent",
            at=desk.local(at),
            by="engine",
        )
        for code, (_, at) in sorted(told.items())
    ]


def _answered(desk: Desk, case: str, row: CaseSystem, *, shown: tuple[str, str]) -> SystemRow:
    title, kind = shown
    known = system_row(desk, row, title=title, kind=kind)
    if record_decisions.waits(row) and desk.may("decide_records"):
        url = url_for("console.decide_records", case=case, system=row.system)
        return replace(known, task_url=url, task="Decide about these records")
    if row_decisions.open_tables(row) and desk.may("decide_rows"):
        url = url_for("console.decide_rows", case=case, system=row.system)
        return replace(known, task_url=url, task="Decide about these rows")
    return known


def system_row(desk: Desk, row: CaseSystem, *, title: str, kind: str) -> SystemRow:
    """Return one answered system as a row of the board."""
    kept = row.retained[0] if row.retained else {}
    ground = str(kept.get("ground") or "")
    reason = row.message or _why_it_waits(row)
    why_kept = "" if reason else system_facts.GROUNDS.get(ground, ground)
    return SystemRow(
        system=row.system,
        title=title,
        kind=kind,
        state=_board_state(row),
        found=row.found,
        removed=_total(row.removed if row.removed is not None else row.partly),
        retained=sum(int(item.get("count") or 0) for item in row.retained)
        if row.removed is not None
        else None,
        found_again=_found_again(row),
        reason=reason or (f"Kept: {why_kept}" if why_kept else ""),
        citation=str(kept.get("citation") or "") if why_kept and ground != OFFICER_GROUND else "",
        at=desk.local(row.at),
        by="engine",
        can_retry=_board_state(row) == "error",
    )


def _why_it_waits(row: CaseSystem) -> str:
    if apart := record_decisions.waits(row):
        return f"{plural(apart, 'record')}: {APART}"
    waits = sum(int(item["count"]) for item in row.waits)
    return f"{plural(waits, 'row')} also concern others" if waits else ""


def _board_state(row: CaseSystem) -> str:
    waits = _waiting_state(row)
    if row.message and row.removed is None and waits != "undecided":
        return "error"
    if waits:
        return waits
    if row.verdict:
        return _verdict_state(row)
    if row.removed is None:
        return _looked_state(row)
    return "removed" if _total(row.removed) or row.retained else "none_removed"


def _found_again(row: CaseSystem) -> int | None:
    """Return how many records were found again; None where nobody could look."""
    found = _total(row.after)
    return None if row.verdict == Verdict.NOT_SEARCHABLE and not found else found


def _verdict_state(row: CaseSystem) -> str:
    if row.verdict == Verdict.ERASED and _total(row.after):
        return "all_but_kept"  # what a ground keeps is found again, and is no residue
    if row.verdict == Verdict.NO_BASELINE and row.found == 0 and not _total(row.after):
        return "nothing_found"
    return row.verdict


def _looked_state(row: CaseSystem) -> str:
    if row.found is None:
        return "not_searched"
    if not row.found:
        return "nothing_found"
    return "copied" if row.phase == "copy" else "found"


def _waiting_state(row: CaseSystem) -> str:
    if record_decisions.waits(row):
        return "apart"
    if row.removed is None and row.waits:
        return "undecided" if row_decisions.open_tables(row) else "waiting"
    return ""


def _total(counts: Mapping[str, int] | None) -> int | None:
    return None if counts is None else sum(counts.values())


DONE = frozenset(
    {
        "erased",
        "all_but_kept",
        "copied",
        "counted",
        "nothing_found",
        "no_baseline",
        "not_searchable",
        "sent",
    }
    | {"corrected", "corrected_again", "gone", "unseen", "by_hand"}
)
"""States of a system in which nothing is left to do there."""
