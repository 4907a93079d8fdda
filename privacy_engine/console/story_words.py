"""What each event of a case is called in its timeline."""

from collections.abc import Callable, Mapping
from typing import Any

from privacy_engine.connectors.protocol import Verdict
from privacy_engine.console import proofs
from privacy_engine.console.desk import Desk
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.look.formats import day_long, plural
from privacy_engine.workflow import late_names, record_decisions, row_decisions
from privacy_engine.workflow.hand_tasks import Action, Keeper
from privacy_engine.workflow.register import APART

_OUTCOMES = {"fulfil": "do all of it", "partial": "do part of it", "deny": "say no"}
_WORDS: Mapping[str, str] = {
    "request.received": "Request received",
    "request.acknowledged": "Receipt confirmed to the person",
    "request.verification_sent": "The person was asked to confirm",
    "request.verified": "It is the person",
    "request.verification_failed": "A check whether it is the person failed",
    "request.assigned": "Taken on",
    "request.extended": "Extended; the person was told",
    "request.denied": "Closed with a no",
    "request.fulfilled": "Closed: everything was done",
    "request.partially_fulfilled": "Closed: part was done, the answer says what not",
    "request.revoked": "Taken back by the person",
    "request.expired": "Closed: never confirmed",
    "request.reopened": "Goes on in a new request",
    "request.declared": "Declared under penalty of perjury that it is them",
    "request.paper_received": "A paper came that shows who may ask",
    "request.suspected": "Somebody else may be asking; nothing counts that was shown before",
    "request.message_received": "The person wrote",
    "request.message_read": "Their message was read",
    "request.appealed": "The person wants it looked at again",
    "request.appeal_decided": "The appeal was decided",
    "request.identifier_admitted": "An identifier was let in",
    "request.noted": "Note",
    "request.alerted": "The officers were told by mail that a clock runs out",
    "correction.decided": "Said which value shall stand where",
    "subject.erased": "The sealed data of the person was destroyed",
    "identity.revealed": "Somebody looked at who the person is",
    "message.received": "The person wrote",
    "mail.received": "A message came to the privacy mailbox",
    "mail.filed": "Said what that message asks",
    "task.file_received": "A file came with the answer to a task",
    "agent_request.received": "It came from an agent's service, which is told how it stands",
    "agent_request.told": "The agent's service was told how it stands",
    "workflow.ended": "Nothing more is due",
    "child.suspected": "Something says that this may be a child",
    "child.quarantined": "Every use of the data was stopped",
    "child.known": "Somebody said so: it is a child",
    "child.confirmed": "Decided: a child",
    "child.answered_once": "The child was answered, once",
    "child.reduced": "All but the names and contact needed to ask the parent was destroyed",
    "parental_consent.requested": "The notice to the parent is on record",
    "parental_consent.chosen": "The parent chose what is allowed",
    "parental_consent.evidence_received": "A signed form arrived",
    "parental_consent.confirmation_sent": "The second message went to the parent",
    "parental_consent.evidence_destroyed": "What the parent had shown was destroyed",
    "parental_consent.check_started": "The parent went to whoever checks",
    "parental_consent.check_failed": "A check did not show that it is the parent",
    "parental_consent.verified": "It is the parent, who consents",
    "parental_consent.given": "A purpose is allowed",
    "parental_consent.withheld": "A purpose is not allowed",
    "parental_consent.refused": "The parent said no",
    "parental_consent.expired": "No parent answered in time",
    "parental_consent.changed": "The parent changed what is allowed",
    "parental_consent.withdrawn": "The parent took the consent back",
    "parental_consent.disputed": "Another parent told us; the consent rests",
    "parental_consent.shown": "The parent looked at what is held",
    "child.cleared": "Decided: not a child; the freeze ended",
    "child.merged": "Ended: another case of the same child goes on for both",
    "child.deleted": "The deletion came to its end",
}


def said(desk: Desk, event: Event, steps: Mapping[str, str]) -> tuple[str, str]:
    """Return the title of an event and what stands below it; `steps` are titles by code."""
    speaker = _SPEAKERS.get(event.kind)
    if speaker:
        step = str(event.data.get("step") or "")
        return speaker(desk, {**event.data, "step": steps.get(step, step)})
    words = _WORDS.get(event.kind, event.kind.replace(".", " ").replace("_", " ").capitalize())
    return words, str(
        event.data.get("note") or event.data.get("reason") or event.data.get("text") or ""
    )


def _title(desk: Desk, data: Mapping[str, Any]) -> str:
    code = str(data.get("system") or "")
    return next((item.title for item in desk.engine.content.systems if item.code == code), code)


def _letter(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    del desk
    subject = str(data.get("subject_line") or "")
    if not subject:
        return f"Letter “{data.get('template', '')}”; its text went with the person", ""
    return subject, str(data.get("body") or "").strip()


def _decided(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    del desk
    ground = " · ".join(str(data[key]) for key in ("clause", "citation") if data.get(key))
    words = f"Decided: {_OUTCOMES.get(str(data.get('outcome')), str(data.get('outcome')))}"
    return words, "\n".join(part for part in (str(data.get("reason") or ""), ground) if part)


def _searched(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    found, again = int(data.get("found") or 0), data.get("phase") != "before"
    if data.get("verdict") == "not_searchable" and "unread" not in data:
        return f"{_title(desk, data)} cannot be searched again by machine", ""
    what = plural(found, "record") + " found" if found else "nothing found"
    return f"{_title(desk, data)} searched{' again' if again else ''}: {what}", ""


def _deleted(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    kept = sum(int(item.get("count") or 0) for item in data.get("retained") or ())
    removed = int(data.get("removed") or 0)
    what = f"{plural(removed, 'record')} deleted" if removed or kept else "nothing to delete"
    words = f"{_title(desk, data)}: {what}"
    return words + (f", {kept:,} kept" if kept else ""), ""


def _copied(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    found = int(data.get("found") or 0)
    return f"{_title(desk, data)}: {plural(found, 'record') if found else 'nothing'} copied", ""


_TASKS = {
    Action.LOCATE: "search and count",
    Action.COPY: "search and copy",
    Action.CORRECT: "correct",
    Action.DELETE: "search and delete",
}


def _task_sent(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    code, turn = str(data.get("code") or ""), int(data.get("turn") or 1)
    known: Mapping[str, str] = {item.code: item.title for item in desk.engine.content.systems}
    if data.get("keeper") == Keeper.RECIPIENT:
        known = {item.code: item.title for item in desk.engine.content.recipients}
    what = _TASKS[Action(data.get("action") or Action.DELETE)]
    words = f"A letter asks to {what}: {known.get(code, code)}"
    return (f"{words} (reminder {turn - 1})" if turn > 1 else words), ""


def _corrected(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    words = {
        "corrected": "the new value stands",
        "corrected_again": "the old value had come back and was corrected again;"
        " find out what overwrites it there",
        "differs": "the new value does not stand",
        "gone": "the record is no longer held",
        "by_hand": "corrected by hand",
        "unseen": "corrected; cannot be looked at again",
    }
    return f"{_title(desk, data)}: {words.get(str(data.get('verdict')), 'corrected')}", ""


def _failed(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    return f"{_title(desk, data)} did not do it; asked again", str(data.get("message") or "")


def _reopened(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    waited = data.get("why") == late_names.WAIT
    why = "the wait for a parent is over" if waited else "a name of the person was learnt"
    return f"{_title(desk, data)} is asked again, because {why}", ""


def _came_back(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    by = {"search": "the repeated search", "comparison": "the nightly comparison"}
    found_by = by.get(str(data.get("found_by")), "a search")
    return f"{_title(desk, data)}: deleted data is there again; open again", f"Found by {found_by}"


def _gone_again(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    words = f"{_title(desk, data)}: what had come back is gone"
    return (f"{words}; ended again" if data.get("outcome") else words), ""


def _undecided(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    if said := data.get("message"):
        return f"{_title(desk, data)} cannot do what was decided; it waits for a decision", str(
            said
        )
    went = plural(int(data.get("removed") or 0), "record")
    waits = [item for item in data.get("waits") or () if row_decisions.is_a_question(item)]
    rows = "; ".join(f"{item['table']} {item['count']}: {item['reason']}" for item in waits)
    return f"{_title(desk, data)}: {went} deleted, the rest waits for a decision", rows


def _rows_decided(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    words = {str(action): said for action, said in row_decisions.WORDS.items()}
    choices = [f"{item['table']}: {words[item['action']]}" for item in data.get("choices") or ()]
    return f"Decided about rows in {_title(desk, data)}", "; ".join(choices)


def _held_apart(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    tables = data.get("tables") or {}
    rows = "; ".join(
        f"{table}: {plural(count, 'record')}; {APART}" for table, count in sorted(tables.items())
    )
    return f"{_title(desk, data)}: some records of the copy wait for a decision", rows


def _records_decided(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    words = record_decisions.WORDS[record_decisions.Way(data["way"])]
    return f"Decided about records in {_title(desk, data)}", words


def _told(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    code = str(data.get("recipient") or "")
    known = {item.code: item.title for item in desk.engine.content.recipients}
    return f"{known.get(code, code)} was told: {data.get('outcome') or 'sent'}", ""


_HEARD = {
    "acknowledged": "done",
    "accepted": "taken, and done later",
    "refused": "refused; see the page of the system",
}


def _asked(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    return f"{_title(desk, data)} was asked to delete", ""


def _quarantine_told(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    stop = data.get("action") != "release"
    what = "to use nothing of the child" if stop else "that it may go on"
    heard = _HEARD.get(str(data.get("outcome")), "sent")
    return f"{_title(desk, data)} was told {what}: {heard}", ""


def _step_failed(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    del desk
    detail = data.get("detail") or {}
    if data.get("outcome") == Verdict.RESIDUE:
        return (
            f"“{data.get('step')}” found something; it is deleted and searched for once more",
            "",
        )
    return f"“{data.get('step')}” did not work; it is tried again", str(detail.get("why") or "")


def _step_waits(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    on = desk.local(parse_instant(str(data.get("due_at")))).date()
    return f"Planned for {day_long(on)}: {data.get('step')}", ""


def _verified(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    del desk
    return "It is the person", f"To the degree: {str(data.get('tier') or '').replace('_', ' ')}"


def _evidence(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    del desk
    return "Something that shows who asks", "; ".join(proofs.in_words(data.get("evidence", ())))


def _extended(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    del desk
    return "Extended; the person was told why", str(data.get("reason") or "")


def _report(desk: Desk, data: Mapping[str, Any]) -> tuple[str, str]:
    del desk
    kind = str(data.get("report") or "report").replace("-", " ")
    return f"{kind.capitalize()} produced", str(data.get("number") or "")


_SPEAKERS: Mapping[str, Callable[[Desk, Mapping[str, Any]], tuple[str, str]]] = {
    "message.sent": _letter,
    "request.approved": _decided,
    "request.verified": _verified,
    "request.evidence_given": _evidence,
    "request.extended": _extended,
    "system.asked": _asked,
    "system.searched": _searched,
    "system.deleted": _deleted,
    "system.copied": _copied,
    "task.sent": _task_sent,
    "system.corrected": _corrected,
    "system.failed": _failed,
    "system.reopened": _reopened,
    "system.came_back": _came_back,
    "system.gone_again": _gone_again,
    "system.undecided": _undecided,
    "rows.decided": _rows_decided,
    "records.held_apart": _held_apart,
    "records.decided": _records_decided,
    "recipient.told": _told,
    "quarantine.told": _quarantine_told,
    "step.failed": _step_failed,
    "step.waiting": _step_waits,
    "report.produced": _report,
}
