"""The page on which somebody says what they did by hand where no connector reaches."""

from collections.abc import Sequence

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from privacy_engine.console import faces
from privacy_engine.console.desk import Desk, Route, case_url
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.look.formats import sentence
from privacy_engine.look.parts import Values
from privacy_engine.retention.holds import Kept
from privacy_engine.retention.rules import HOLD_GROUND
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import actions as workflows
from privacy_engine.workflow import by_hand, hand_tasks, runner, task_pages
from privacy_engine.workflow.actions import KeptByHand
from privacy_engine.workflow.hand_tasks import Action, HandTask, Keeper
from privacy_engine.workflow.rescans import search_identifiers
from privacy_engine.workflow.steps import holding
from privacy_engine.workflow.whose_file import NamesAnother

_SAID = {
    Action.LOCATE: "was searched by hand",
    Action.COPY: "was searched and copied by hand",
    Action.CORRECT: "was corrected by hand",
    Action.DELETE: "was searched and deleted by hand",
}
_NUMBER = "Give a whole number; 0 when there was nothing."


def show(desk: Desk, case: str, system: str) -> ResponseReturnValue:
    """Show what to search by, and take what was done."""
    declared = desk.engine.content.system(system)
    with desk.engine.reading() as tx:
        waits = hand_tasks.waits_for(tx, case, system)
        action = waits or Action.DELETE
        if waits is None and not workflows.is_for_a_person(tx, case, system=system):
            raise Conflict("Nothing waits to be done by hand in this system.")
        if action is Action.DELETE:
            workflows.require_decided(tx, case)
        task = HandTask(case, Keeper.SYSTEM, system, action)
        changes = task_pages.changes(tx, task) if action is Action.CORRECT else []
        decision = task_pages.decision(tx, task)
        deletes = action is Action.DELETE
        kept = holding.kept_by_hand(tx, case, system) if deletes else ()
        failed = "" if hand_tasks.is_by_hand(tx, system) else hand_tasks.failure(tx, case, system)
    counted = _counted(desk, system, action)
    names = ("removed", "changed", "kept", "note", *(name for name, _, _ in counted))
    typed = Values({name: request.form.get(name, "").strip() for name in names})
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _attest(desk, task, typed=typed, counted=counted, kept=kept)
        if not errors:
            desk.say(f"Recorded: {declared.title} {_SAID[action]}.")
            return redirect(case_url(case), code=303)
    with desk.engine.reading() as tx:
        subject_id = runner.subject_of(tx, case)
        if subject_id is None:
            raise Conflict("there is nothing left to search for: the person was erased")
        identifiers = search_identifiers(tx, case, subject_id)
    _log_look(desk, case, subject_id)
    page = desk.render(
        "attest",
        case=case,
        system=declared.title,
        contact=declared.contact,
        failed=failed,
        action=str(action),
        counted=[(name, title) for name, _, title in counted],
        changes=changes,
        decision=decision,
        held="; ".join(desk.engine.content.series(item.series).title for item in kept),
        values=typed,
        errors=errors,
        most_megabytes=by_hand.MOST_BYTES // 1024 // 1024,
        back_url=case_url(case),
        identifiers=[(item.kind, item.value) for item in identifiers],
        post_url=url_for("console.attest", case=case, system=system),
    )
    return (page, 422) if errors else page


def _counted(desk: Desk, system: str, action: Action) -> list[tuple[str, str, str]]:
    """Return the kinds of records that are counted: field, series, title."""
    if action not in {Action.LOCATE, Action.COPY}:
        return []
    content = desk.engine.content
    listed = content.system(system).series
    return [(f"found-{code}", code, content.series(code).title) for code in listed]


def _log_look(desk: Desk, case: str, subject_id: str) -> None:
    """Log that this member sees who it is, once for as long as they may see it."""
    if not faces.may_see(subject_id):
        words = "To find them in a system by hand"
        data = {"case": case, "reason": words, "reason_code": "search"}
        desk.act(lambda tx: tx.append("identity.revealed", data, case=case))
        faces.grant(subject_id)


def _attest(
    desk: Desk,
    task: HandTask,
    *,
    typed: Values,
    counted: list[tuple[str, str, str]],
    kept: Sequence[Kept],
) -> dict[str, str]:
    deleted = ["removed", *(["kept"] if kept else [])]
    numbers = {Action.DELETE: deleted, Action.CORRECT: ["changed"]}.get(
        task.action, [name for name, _, _ in counted]
    )
    errors = {name: _NUMBER for name in numbers if not by_hand.is_count(typed[name])}
    if not errors and not typed["note"]:
        errors["note"] = "Say in a sentence how you searched; it is the record of it."
    if errors:
        return errors
    sent = request.files.get("file")
    file = None
    if sent is not None and sent.filename:
        file = (sent.filename, sent.stream.read(by_hand.MOST_BYTES + 1))
    found = {series: int(typed[name]) for name, series, _ in counted}
    try:
        desk.act(lambda tx: _record(tx, task, typed, found=found, file=file, kept=kept))
    except NamesAnother as error:
        return {"looked": sentence(error.detail)}
    except InvalidInput as error:
        copies = task.action is Action.COPY
        return {"file" if copies else numbers[0]: sentence(error.detail)}
    return {}


def _record(
    tx: Transaction,
    task: HandTask,
    typed: Values,
    *,
    found: dict[str, int],
    file: tuple[str, bytes] | None,
    kept: Sequence[Kept],
) -> None:
    system, note = task.code, typed["note"]
    match task.action:
        case Action.LOCATE:
            by_hand.located(tx, task.case, system=system, found=found, note=note)
        case Action.COPY:
            if request.form.get("looked") != "yes":
                by_hand.require_theirs(tx, task.case, file)
            by_hand.copied(tx, task.case, system=system, found=found, note=note, file=file)
        case Action.CORRECT:
            changed = int(typed["changed"])
            seen = request.form.get("decision", "")
            by_hand.corrected(
                tx, task.case, system=system, changed=changed, note=note, decision=seen
            )
        case Action.DELETE:
            removed, left = int(typed["removed"]), int(typed["kept"]) if kept else 0
            held = KeptByHand(left, HOLD_GROUND, kept[0].until) if left else None
            workflows.attest(tx, task.case, system=system, removed=removed, note=note, kept=held)


ROUTES = (Route("/cases/<case>/systems/<system>", "attest", show, ("GET", "POST")),)
