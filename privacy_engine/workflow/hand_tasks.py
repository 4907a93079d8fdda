"""Tasks for whoever keeps a place that no program reaches: a letter, reminders, a page by link.

The letter names nobody: whom it is about is shown behind a signed link, and each look is logged.
A colleague with a system of ours and a vendor who is told by mail answer on the same page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from privacy_engine.errors import NotFound, UnknownCode
from privacy_engine.instance.data_map import ConnectorKind
from privacy_engine.instance.terms import StepKind
from privacy_engine.letters import compose, transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.vault import DataKey
from privacy_engine.rights import links
from privacy_engine.rights.rules import answer_clock
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import corrections, register, runner
from privacy_engine.workflow.case import request_of
from privacy_engine.workflow.machine import SETTLED
from privacy_engine.workflow.rescans import reopened_by

TASK = "systems.hand_task"
SENT = "task.sent"
_REMIND_AFTER = timedelta(days=3)
_MOST_LETTERS = 20
_LINK_FOR = timedelta(days=90)
_BEFORE_ANSWER = timedelta(days=7)
_LONGEST = timedelta(days=14)
_SHORTEST = timedelta(days=3)
_USE = "hand-task"
ACKNOWLEDGED, IN_PART = "acknowledged", "acknowledged-in-part"
"""What a recipient answered: all is deleted, or all but what they must keep."""


class Keeper(StrEnum):
    """Who is asked: the keeper of a system of ours, or a recipient outside."""

    SYSTEM = "system"
    RECIPIENT = "recipient"


class Action(StrEnum):
    """What the keeper is asked to do; a recipient is only ever told of a deletion here."""

    LOCATE = "locate"
    COPY = "copy"
    CORRECT = "correct"
    DELETE = "delete"


@dataclass(frozen=True)
class HandTask:
    """One task: what is to be done, in whose place, in which case."""

    case: str
    keeper: Keeper
    code: str
    action: Action = Action.DELETE

    @property
    def about(self) -> str:
        """What a link to it grants."""
        place = f"{self.case}:{self.keeper}:{self.code}"
        return place if self.action is Action.DELETE else f"{place}:{self.action}"

    @property
    def template(self) -> str:
        """The code of its letter."""
        if self.keeper is Keeper.RECIPIENT:
            return "recipient-delete"
        return "hand-task" if self.action is Action.DELETE else f"hand-task-{self.action}"


def title_of(tx: Transaction, task: HandTask) -> str:
    """Return the place's name.

    Raises:
        NotFound: the instance knows no such place.
    """
    try:
        if task.keeper is Keeper.SYSTEM:
            return tx.content.system(task.code).title
        return tx.content.recipient(task.code).title
    except UnknownCode:
        raise NotFound from None


def address_of(tx: Transaction, task: HandTask) -> str:
    """Return where the keeper is written to; empty where that is not set."""
    if task.keeper is Keeper.SYSTEM:
        address = tx.content.system(task.code).contact
    else:
        setting = tx.content.recipient(task.code).url_setting
        address = tx.settings.addresses.get(setting, "").removeprefix("mailto:")
    return address if transport.is_usable(address) else ""


def order(tx: Transaction, task: HandTask) -> bool:
    """Order the letter, once; return whether there is anybody to write to."""
    if not address_of(tx, task):
        return False
    _order(tx, task, turn=1, because=_because(tx, task))
    return True


def _because(tx: Transaction, task: HandTask) -> str:
    """Return what makes it another task: the decision carried out, or that names came late."""
    if task.action is Action.DELETE:
        system = task.code if task.keeper is Keeper.SYSTEM else ""
        return reopened_by(tx, task.case, system=system)
    if task.action is not Action.CORRECT:
        return ""
    decided = corrections.decided(tx, task.case)
    return decided.event_id if decided else ""


def _order(tx: Transaction, task: HandTask, *, turn: int, because: str) -> None:
    place = f"{task.about}:{because}" if because else task.about
    tx.order(
        TASK,
        name=f"task:{place}:{turn}",
        due_at=tx.now + _REMIND_AFTER if turn > 1 else None,
        case=task.case,
        keeper=str(task.keeper),
        code=task.code,
        turn=turn,
        work=f"{task.action}:{because}",
    )


def send(
    engine: Transactions,
    *,
    case: str,
    keeper: str,
    code: str,
    turn: int,
    work: str = "delete",
) -> None:
    """Send the letter, or the reminder, unless it was answered; order the next reminder.

    `work` is the action, and after a colon the decision that it carries out. A crash after
    sending sends the same letter again, under the same Message-ID.
    """
    action, _, because = work.partition(":")
    task = HandTask(case, Keeper(keeper), code, Action(action))
    written = engine.run(lambda tx: _write(tx, task, turn, because))
    if written is not None:
        letter, key = written
        transport.send(engine.settings, letter, key=key)


def _write(
    tx: Transaction, task: HandTask, turn: int, because: str
) -> tuple[Outgoing, DataKey] | None:
    subject_id = runner.subject_of(tx, task.case)
    key = tx.vault.key(subject_id) if subject_id else None
    address = address_of(tx, task)
    if key is None or not address or is_answered(tx, task) or because != _because(tx, task):
        return None
    said = {"keeper": str(task.keeper), "code": task.code, "turn": turn}
    said |= {"action": str(task.action)} if task.action is not Action.DELETE else {}
    said |= {"because": because} if because else {}
    event_id = (
        _sent(tx, task.case, said)
        or tx.append(
            SENT, {"case": task.case, **said}, case=task.case, subject_id=subject_id
        ).event_id
    )
    language = tx.settings.instance.language
    template = tx.content.template(task.template, language)
    letter = compose.compose(template, _values(tx, task, language))
    if turn > 1:
        letter = _as_reminder(tx, task, letter)
    if turn < _MOST_LETTERS:
        _order(tx, task, turn=turn + 1, because=because)
    return Outgoing(event_id, address, letter.subject, letter.body, language, tx.now), key


_REMINDERS = {
    "en": (
        "Reminder: {subject}",
        "We asked you on {first} and have no answer yet.",
        "It was due on {due}.",
    ),
    "es": (
        "Recordatorio: {subject}",
        "Se lo pedimos el {first} y aún no tenemos respuesta.",
        "El plazo era el {due}.",
    ),
}


def _as_reminder(tx: Transaction, task: HandTask, letter: compose.Letter) -> compose.Letter:
    """Return the letter as one that says since when we wait, and what day has passed."""
    title, waits, passed = _REMINDERS.get(letter.language[:2], _REMINDERS["en"])
    first, due = _asked_on(tx, task), due_on(tx, task)
    said = waits.format(first=compose.day(first, letter.language))
    if is_overdue(tx, task):
        said = f"{said} {passed.format(due=compose.day(due, letter.language))}"
    greeting, gap, rest = letter.body.partition("\n\n")
    subject = title.format(subject=letter.subject)
    return replace(letter, subject=subject, body=f"{greeting}{gap}{said}\n\n{rest}")


def _sent(tx: Transaction, case: str, said: Mapping[str, object]) -> str:
    """Return the event of the letter that said this, or nothing when it was never sent."""
    for event in tx.events_of_case(case):
        if (
            event.kind == SENT
            and {key: event.data[key] for key in event.data if key != "case"} == said
        ):
            return event.event_id
    return ""


def _values(tx: Transaction, task: HandTask, language: str) -> Mapping[str, str]:
    controller = tx.settings.controller
    by = due_on(tx, task)
    if is_overdue(tx, task):
        by = tx.now.astimezone(tx.settings.zone).date() + _SHORTEST
    return {
        "recipient": title_of(tx, task),
        "reference": task.case,
        "task_url": url(tx, task),
        "answer_due_on": compose.day(by, language),
        "officer_title": controller.officer_title,
        "controller_name": controller.name,
        "controller_address": controller.address,
        "controller_email": controller.email,
    }


def due_on(tx: Transaction, task: HandTask) -> date:
    """Return by which day we ask for it, local: a week before our own answer is promised.

    It counts from the first letter: a reminder puts nothing off.
    """
    asked_on = _asked_on(tx, task)
    request = request_of(tx, task.case)
    clock = answer_clock(request.facts) if request is not None else None
    wanted = clock.strict_due_on - _BEFORE_ANSWER if clock else asked_on + _SHORTEST
    return min(max(wanted, asked_on + _SHORTEST), asked_on + _LONGEST)


def is_overdue(tx: Transaction, task: HandTask) -> bool:
    """Return whether the day has passed by which we asked for it."""
    return tx.now.astimezone(tx.settings.zone).date() > due_on(tx, task)


def _asked_on(tx: Transaction, task: HandTask) -> date:
    """Return the local day of the first letter about this; today where none was written yet."""
    said = {"keeper": str(task.keeper), "code": task.code}
    said |= {"action": str(task.action), "because": _because(tx, task)}
    usual = {"action": str(Action.DELETE), "because": ""}
    days = [
        event.recorded_at
        for event in tx.events_of_case(task.case)
        if event.kind == SENT
        and said == {name: event.data.get(name, usual.get(name)) for name in said}
    ]
    return min(days, default=tx.now).astimezone(tx.settings.zone).date()


def url(tx: Transaction, task: HandTask) -> str:
    """Return the link of the task; it names no person."""
    token = links.sign(tx.world.ring, use=_USE, about=task.about, expires_at=_end(tx, task))
    base = tx.settings.instance.public_url
    parts = [task.case, str(task.keeper), task.code]
    parts += [str(task.action)] if task.action is not Action.DELETE else []
    return f"{base}/tasks/{'/'.join(quote(part) for part in parts)}?key={token}"


def _end(tx: Transaction, task: HandTask) -> datetime:
    run = register.run(tx.session, task.case)
    return (run.started_at if run else tx.now) + _LINK_FOR


def require_link(tx: Transaction, task: HandTask, token: str) -> None:
    """Let the holder of a link in.

    Raises:
        NotFound: it is none of ours, or its time is over, or the place is unknown.
    """
    links.check(tx.world.ring, token, use=_USE, about=task.about, now=tx.now)
    title_of(tx, task)


def is_answered(tx: Transaction, task: HandTask) -> bool:
    """Return whether nobody waits for this any more."""
    run = register.run(tx.session, task.case)
    if run is None or run.ended_at is not None:
        return True
    if task.keeper is Keeper.RECIPIENT:
        outcome, _ = register.told(tx.session, task.case).get(task.code, ("", None))
        return outcome in {ACKNOWLEDGED, IN_PART}
    if was_done(tx, task):
        return True
    return not any(
        tx.content.workflow(run.workflow).step(code).kind is StepKind(task.action)
        and state.progress not in SETTLED
        for code, state in run.steps.items()
    )


def waits_for(tx: Transaction, case: str, system: str) -> Action | None:
    """Return what a case waits for a person to do in a system, or None when for nothing.

    Where a program reaches the system, a person may take over once it has failed.
    """
    run = register.run(tx.session, case)
    if run is None or not (is_by_hand(tx, system) or _did_not_do_it(tx, case, system)):
        return None
    for code, state in run.steps.items():
        kind = str(tx.content.workflow(run.workflow).step(code).kind)
        waits = state.progress not in SETTLED and system in state.detail.get("waiting_for", ())
        if waits and kind in set(Action):
            return Action(kind)
    return None


def is_by_hand(tx: Transaction, system: str) -> bool:
    """Return whether no program reaches a system."""
    return tx.content.system(system).connector is ConnectorKind.MANUAL


def _did_not_do_it(tx: Transaction, case: str, system: str) -> bool:
    """Return whether a system failed, or does not show what was to be corrected there."""
    row = register.of_system(tx.session, case, system)
    return row is not None and (bool(row.message) or row.verdict == corrections.DIFFERS)


def failure(tx: Transaction, case: str, system: str) -> str:
    """Return why a system did not do its part when it was last asked, or nothing."""
    row = register.of_system(tx.session, case, system)
    return row.message if row is not None else ""


def was_done(tx: Transaction, task: HandTask) -> bool:
    """Return whether a keeper of ours has answered."""
    if task.action is Action.CORRECT:
        return task.code in corrections.done(tx, task.case)
    if task.action is Action.COPY:
        return any(
            event.kind == "system.copied" and event.data.get("system") == task.code
            for event in tx.events_of_case(task.case)
        )
    row = register.of_system(tx.session, task.case, task.code)
    if row is None:
        return False
    return (row.before if task.action is Action.LOCATE else row.removed) is not None
