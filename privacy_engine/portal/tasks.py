"""The page of a task for whoever keeps a place that no program reaches; no account needed."""

from datetime import date

from flask import Blueprint, render_template, request

from privacy_engine.errors import EngineError, InvalidInput, NotFound
from privacy_engine.log.event import Identifier
from privacy_engine.look.parts import Values
from privacy_engine.portal import forms
from privacy_engine.portal.shell import engine
from privacy_engine.transaction import Actor, Role, Transaction
from privacy_engine.workflow import actions, hand_tasks, task_files
from privacy_engine.workflow.actions import KeptByHand
from privacy_engine.workflow.hand_tasks import HandTask, Keeper

_ANSWERS = {Keeper.SYSTEM: {"done"}, Keeper.RECIPIENT: {"done", "part"}}
_FIELDS = ("removed", "kept", "ground", "until", "note")
_BY_LINK = Actor(Role.ENGINE, "task-link")
_KINDS = {"email": "Email address", "phone": "Telephone", "account": "Account number"}


def add(pages: Blueprint) -> None:
    """Add the page. The link alone shows nobody, so a mail scanner learns nothing."""

    @pages.route("/tasks/<case>/<keeper>/<code>", methods=["GET", "POST"])
    def hand_task(case: str, keeper: str, code: str) -> str | tuple[str, int]:
        task = _task(case, keeper, code)
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
        errors = _attest(task)
        if errors:
            return _page(task, key, "open", people=_look(task), errors=errors), 422
        return _page(task, key, "done")


def _task(case: str, keeper: str, code: str) -> HandTask:
    try:
        return HandTask(case, Keeper(keeper), code)
    except ValueError:
        raise NotFound from None


def _look(task: HandTask) -> list[tuple[str, str]]:
    found = engine().run(lambda tx: hand_tasks.look(tx, task), actor=_BY_LINK)
    return [_shown(item) for item in found]


def _shown(item: Identifier) -> tuple[str, str]:
    return _KINDS.get(item.kind, item.kind.capitalize()), item.value


def _attest(task: HandTask) -> dict[str, str]:
    """Return what is wrong with the answer, by field; nothing once it is recorded."""
    typed = {name: forms.typed(name, lines=name == "note") for name in _FIELDS}
    errors = _faults(task, typed)
    if errors:
        return errors
    sent = request.files.get("file")
    content = sent.stream.read(task_files.MOST_BYTES + 1) if sent and sent.filename else b""
    try:
        engine().run(lambda tx: _record(tx, task, typed, content), actor=_BY_LINK)
    except InvalidInput as error:
        return {"file" if content else "removed": _sentence(error)}
    return {}


def _faults(task: HandTask, typed: dict[str, str]) -> dict[str, str]:
    if task.keeper is Keeper.RECIPIENT:
        return {}
    errors: dict[str, str] = {}
    if not typed["removed"].isdecimal():
        errors["removed"] = "Give a whole number; 0 when there was nothing."
    if typed["kept"] and not typed["kept"].isdecimal():
        errors["kept"] = "Give a whole number, or leave it empty."
    if typed["kept"].strip("0") and not typed["ground"]:
        errors["ground"] = "Say why it has to be kept."
    if typed["until"] and _day(typed["until"]) is None:
        errors["until"] = "Write the day as 2027-12-31, or leave it empty."
    if not typed["note"]:
        errors["note"] = "Say in a sentence how you searched; it is the record of it."
    return errors


def _record(tx: Transaction, task: HandTask, typed: dict[str, str], content: bytes) -> None:
    if content:
        task_files.keep(tx, task.case, code=task.code, content=content)
    if task.keeper is Keeper.RECIPIENT:
        hand_tasks.acknowledge(tx, task, whole=request.form.get("act") == "done")
        return
    count = int(typed["kept"] or 0)
    kept = KeptByHand(count, typed["ground"], _day(typed["until"])) if count else None
    actions.attest(
        tx,
        task.case,
        system=task.code,
        removed=int(typed["removed"]),
        note=typed["note"],
        kept=kept,
    )


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
    with engine().reading() as tx:
        title, due_on = hand_tasks.title_of(tx, task), hand_tasks.due_on(tx, task)
    return render_template(
        "portal/task.html",
        place=title,
        case=task.case,
        key=key,
        state=state,
        outside=task.keeper is Keeper.RECIPIENT,
        due_on=due_on,
        people=people or [],
        values=Values({name: request.form.get(name, "") for name in _FIELDS}),
        errors=errors or {},
        most_megabytes=task_files.MOST_BYTES // 1024 // 1024,
    )
