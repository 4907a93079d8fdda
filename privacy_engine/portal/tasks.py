"""The page of a task for whoever keeps a place that no program reaches; no account needed."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, render_template, request
from werkzeug.datastructures import FileStorage

from privacy_engine.errors import Conflict, EngineError, InvalidInput, NotFound
from privacy_engine.log.event import Identifier
from privacy_engine.look.parts import Values
from privacy_engine.portal import forms
from privacy_engine.portal.shell import engine
from privacy_engine.retention.holds import Kept
from privacy_engine.retention.rules import HOLD_GROUND
from privacy_engine.transaction import Actor, Role, Transaction
from privacy_engine.workflow import actions, by_hand, hand_tasks, task_files, task_pages
from privacy_engine.workflow.actions import KeptByHand
from privacy_engine.workflow.hand_tasks import Action, HandTask, Keeper
from privacy_engine.workflow.steps import holding
from privacy_engine.workflow.whose_file import NamesAnother

_ANSWERS = {Keeper.SYSTEM: {"done"}, Keeper.RECIPIENT: {"done", "part"}}
_FIELDS = ("removed", "kept", "ground", "until", "note", "changed")
_BY_LINK = Actor(Role.ENGINE, "task-link")
_KINDS = {"email": "Email address", "phone": "Telephone", "account": "Account number"}


def add(pages: Blueprint) -> None:
    """Add the page. The link alone shows nobody, so a mail scanner learns nothing."""

    @pages.route("/tasks/<case>/<keeper>/<code>", methods=["GET", "POST"])
    @pages.route("/tasks/<case>/<keeper>/<code>/<action>", methods=["GET", "POST"])
    def hand_task(
        case: str, keeper: str, code: str, action: str = "delete"
    ) -> str | tuple[str, int]:
        task = _task(case, keeper, code, action)
        key = request.values.get("key", "")
        with engine().reading() as tx:
            hand_tasks.require_link(tx, task, key)
            answered = hand_tasks.is_answered(tx, task)
        if answered:
            return _page(task, key, "answered")
        if request.method == "GET":
            return _page(task, key, "ask")
        if request.form.get("act") not in _ANSWERS[task.keeper]:
            return _page(task, key, "open", people=_look(task))
        try:
            errors = _attest(task)
        except Conflict:  # another answer came a moment ago, or nobody waits any more
            return _page(task, key, "answered")
        if errors:
            return _page(task, key, "open", people=_look(task), errors=errors), 422
        return _page(task, key, "done")


def _task(case: str, keeper: str, code: str, action: str) -> HandTask:
    try:
        return HandTask(case, Keeper(keeper), code, Action(action))
    except ValueError:
        raise NotFound from None


def _look(task: HandTask) -> list[tuple[str, str]]:
    found = engine().run(lambda tx: task_pages.look(tx, task), actor=_BY_LINK)
    return [_shown(item) for item in found]


def _shown(item: Identifier) -> tuple[str, str]:
    return _KINDS.get(item.kind, item.kind.capitalize()), item.value


def _attest(task: HandTask) -> dict[str, str]:
    """Return what is wrong with the answer, by field; nothing once it is recorded.

    Raises:
        Conflict: nobody waits for it (any more).
    """
    counted = _counted(task)
    names = (*_FIELDS, *(name for name, _, _ in counted))
    typed = {name: forms.typed(name, lines=name == "note") for name in names}
    errors = _faults(task, typed, [name for name, _, _ in counted])
    if errors:
        return errors
    try:
        file = _file(task)
        found = {series: int(typed[name]) for name, series, _ in counted}
        engine().run(lambda tx: _record(tx, task, typed, found=found, file=file), actor=_BY_LINK)
    except NamesAnother as error:
        return {"looked": _sentence(error)}
    except InvalidInput as error:
        asked = {Action.DELETE: "removed", Action.CORRECT: "changed"}.get(task.action, "note")
        wrong = "file" if _sent() or task.action is Action.COPY else asked
        return {wrong: _sentence(error)}
    return {}


def _counted(task: HandTask) -> list[tuple[str, str, str]]:
    """Return the kinds of records that are counted in an answer: field, series, title."""
    if task.keeper is Keeper.RECIPIENT or task.action not in {Action.LOCATE, Action.COPY}:
        return []
    content = engine().content
    listed = content.system(task.code).series
    return [(f"found-{code}", code, content.series(code).title) for code in listed]


def _sent() -> list[FileStorage]:
    return [item for item in request.files.getlist("file") if item.filename]


def _file(task: HandTask) -> tuple[str, bytes] | None:
    """Return name and content of what was sent; several files become one zip.

    Raises:
        InvalidInput: together they are too large, or one is nothing that could be handed on.
    """
    most = by_hand.MOST_BYTES if task.action is Action.COPY else task_files.MOST_BYTES
    read = [(item.filename or "", item.stream.read(most + 1)) for item in _sent()]
    if sum(len(content) for _, content in read) > most:
        raise InvalidInput(f"the file is larger than {most // 1024 // 1024} MB")
    return task_files.joined(read)


def _faults(task: HandTask, typed: dict[str, str], counted: list[str]) -> dict[str, str]:
    if task.keeper is Keeper.RECIPIENT:
        return {}
    numbers = {Action.DELETE: ["removed"], Action.CORRECT: ["changed"]}.get(task.action, counted)
    errors = {
        name: "Give a whole number; 0 when there was nothing."
        for name in numbers
        if not by_hand.is_count(typed[name])
    }
    if task.action is Action.DELETE:
        errors |= _kept_faults(typed, held=bool(_held(task)))
    lacks_file = task.action is Action.COPY and not errors and not _sent()
    if lacks_file and any(int(typed[name]) for name in numbers):
        errors["file"] = "Add a file with what you found."
    if not typed["note"]:
        errors["note"] = "Say in a sentence how you searched; it is the record of it."
    return errors


def _held(task: HandTask) -> Sequence[Kept]:
    """Return what has to stay there for a hold; nobody outside is told that there is one."""
    if task.keeper is Keeper.RECIPIENT or task.action is not Action.DELETE:
        return ()
    with engine().reading() as tx:
        return holding.kept_by_hand(tx, task.case, task.code)


def _kept_faults(typed: dict[str, str], *, held: bool) -> dict[str, str]:
    errors: dict[str, str] = {}
    if typed["kept"] and not by_hand.is_count(typed["kept"]):
        errors["kept"] = "Give a whole number, or leave it empty."
    if typed["kept"].strip("0") and not typed["ground"] and not held:
        errors["ground"] = "Say why it has to be kept."
    if typed["until"] and _day(typed["until"]) is None:
        errors["until"] = "Write the day as 2027-12-31, or leave it empty."
    return errors


def _record(
    tx: Transaction,
    task: HandTask,
    typed: dict[str, str],
    *,
    found: dict[str, int],
    file: tuple[str, bytes] | None,
) -> None:
    tx.lock(task.case)
    if hand_tasks.is_answered(
        tx, task
    ):  # before a file takes the place of the one that came first
        raise Conflict("this was answered already")
    place = {"system": task.code, "note": typed["note"]}
    if task.action is Action.COPY:
        if request.form.get("looked") != "yes":
            by_hand.require_theirs(tx, task.case, file)
        by_hand.copied(tx, task.case, **place, found=found, file=file)
        return
    if file is not None:
        task_files.keep(tx, task.case, code=task.code, content=file[1])
    if task.keeper is Keeper.RECIPIENT:
        task_pages.acknowledge(tx, task, whole=request.form.get("act") == "done")
    elif task.action is Action.LOCATE:
        by_hand.located(tx, task.case, **place, found=found)
    elif task.action is Action.CORRECT:
        seen = forms.typed("decision")
        by_hand.corrected(tx, task.case, **place, changed=int(typed["changed"]), decision=seen)
    else:
        count = int(typed["kept"] or 0)
        ground = typed["ground"] or (HOLD_GROUND if _held(task) else "")
        kept = KeptByHand(count, ground, _day(typed["until"])) if count else None
        actions.attest(tx, task.case, **place, removed=int(typed["removed"]), kept=kept)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _sentence(error: EngineError) -> str:
    return f"{error.detail[:1].upper()}{error.detail[1:]}."


def _page(
    task: HandTask,
    key: str,
    state: str,
    *,
    people: list[tuple[str, str]] | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    counted = _counted(task)
    names = (*_FIELDS, *(name for name, _, _ in counted))
    shown = state == "open" and task.action is Action.CORRECT
    with engine().reading() as tx:
        title, due_on = hand_tasks.title_of(tx, task), hand_tasks.due_on(tx, task)
        changes = task_pages.changes(tx, task) if shown else []
        decision = task_pages.decision(tx, task)
        is_overdue = hand_tasks.is_overdue(tx, task)
    most = by_hand.MOST_BYTES if task.action is Action.COPY else task_files.MOST_BYTES
    return render_template(
        "portal/task.html",
        place=title,
        case=task.case,
        key=key,
        state=state,
        outside=task.keeper is Keeper.RECIPIENT,
        due_on=due_on,
        overdue=is_overdue,
        people=people or [],
        action=str(task.action),
        counted=[(name, title) for name, _, title in counted],
        changes=changes,
        decision=decision,
        held="; ".join(engine().content.series(item.series).title for item in _held(task)),
        values=Values({name: request.form.get(name, "") for name in names}),
        errors=errors or {},
        most_megabytes=most // 1024 // 1024,
    )
