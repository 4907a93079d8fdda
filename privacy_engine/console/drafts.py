"""The privacy mailbox: a message is a draft whose clock runs until somebody says what it asks."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.children import register as children
from privacy_engine.console import asking, cases, faces, mail_files
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.mail_files import MailFile
from privacy_engine.errors import Conflict, EngineError, InvalidInput
from privacy_engine.instance.terms import RIGHTS
from privacy_engine.log.event import Event
from privacy_engine.look.formats import sentence
from privacy_engine.look.parts import Choice, Clock, Person
from privacy_engine.look.words import plain_right
from privacy_engine.rights import drafts, mailbox
from privacy_engine.rights import register as requests
from privacy_engine.rights.drafts import MailDraft
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import sensitive_text

_STATES = {
    "open": "to read",
    "request": "became a request",
    "message": "kept with a request",
    "automatic": "written by a machine",
    "no_request": "asks for nothing",
}
_APART = "A message that was set apart"
VIEWS = (("waiting", "To read"), ("filed", "Filed"))


@dataclass(frozen=True)
class DraftLine:
    """One message in the list."""

    case: str
    suggested: str
    person: Person
    at: datetime
    clocks: list[Clock]
    state: str
    about: str
    request: str


@dataclass(frozen=True)
class DraftView:
    """One message, whole; masked until its sender is revealed.

    Attributes:
        elsewhere: attachments that were never read: they are in the mailbox alone.
    """

    case: str
    subject: str
    text: str
    name: str
    person: Person
    at: datetime
    clocks: list[Clock]
    state: str
    files: list[MailFile]
    elsewhere: int
    about: str
    request: str
    can_file: bool
    apart_url: str = ""
    """Where a message is read, with a reason, that nobody reads without one."""


def show(desk: Desk) -> ResponseReturnValue:
    """List the messages that wait, or those that were filed."""
    view = request.args.get("view", "waiting")
    with desk.engine.reading() as tx:
        waits = drafts.count_waiting(tx)
        listed = drafts.filed(tx) if view == "filed" else drafts.waiting(tx)
        health = mailbox.health(tx)
        return desk.render(
            "drafts",
            views=[
                (label, url_for("console.drafts", view=code), code == view)
                for code, label in VIEWS
            ],
            waits=waits,
            drafts=[_line(desk, tx, item) for item in listed],
            is_filed=view == "filed",
            watched=health is not None,
            fault=health.fault if health else "",
            read_at=desk.local(health.read_at) if health and health.read_at else None,
            population=desk.population(tx, len(listed), "message", dict(VIEWS).get(view, "")),
        )


def _line(desk: Desk, tx: Transaction, draft: MailDraft) -> DraftLine:
    return DraftLine(
        case=draft.case,
        suggested=draft.suggested,
        person=faces.of_subject(tx, draft.subject_id),
        at=desk.local(draft.received_at),
        clocks=_clocks(desk, tx, draft),
        state=_state(draft),
        about=draft.about or "",
        request=draft.request or "",
    )


def _state(draft: MailDraft) -> str:
    if draft.state == drafts.OPEN and draft.subject_id is None:
        return "erased with its writer"
    return _STATES[draft.state]


def _clocks(desk: Desk, tx: Transaction, draft: MailDraft) -> list[Clock]:
    if not draft.waits:
        return []
    return [
        cases.clock_face(desk, item, "Acknowledge" if item.duty.endswith("-ACK") else "Answer")
        for item in drafts.clocks(tx, draft)
    ]


def show_one(desk: Desk, case: str) -> ResponseReturnValue:
    """Show one message and what it may be filed as."""
    return _page(desk, case, {})


def _page(desk: Desk, case: str, errors: dict[str, str]) -> str:
    with desk.engine.reading() as tx:
        draft = drafts.get(tx, case)
        open_requests = _own_requests(tx, draft)
        chosen = request.form.get("right") or draft.suggested
        return desk.render(
            "draft",
            draft=_view(desk, tx, draft),
            rights=[Choice(code, plain_right(code), chosen=code == chosen) for code in RIGHTS],
            whom=asking.whom(request.form.get("for", "self")),
            laws=asking.laws(desk, request.form.get("jurisdiction", "")),
            open_requests=[
                Choice(item, item, chosen=item == (draft.about or "")) for item in open_requests
            ],
            reason=request.form.get("reason", ""),
            errors=errors,
        )


def _own_requests(tx: Transaction, draft: MailDraft) -> list[str]:
    if draft.subject_id is None:
        return []
    return [
        item.reference for item in requests.of_subjects(tx.session, tx.person(draft.subject_id))
    ]


def _view(desk: Desk, tx: Transaction, draft: MailDraft) -> DraftView:
    about = tx.event(draft.mail_event).data
    words = tx.read([draft.message_event]) if draft.message_event else []
    text = str(words[0].data.get("text") or "") if words else ""
    name = str(about.get("sender_name") or "")
    seen = draft.subject_id is not None and faces.may_see(draft.subject_id)
    apart = _is_apart(tx, words[0]) if words else False
    files = mail_files.listed(desk, tx, draft, seen=seen)
    return DraftView(
        case=draft.case,
        subject=_APART
        if apart
        else _masked(tx, draft, str(about.get("subject_line") or ""), name=name, seen=seen),
        text=""
        if apart
        else _masked(tx, draft, text, name=name, seen=seen) or "The words were erased.",
        name=name if seen else faces.mask_name(name),
        person=faces.of_subject(tx, draft.subject_id),
        at=desk.local(draft.received_at),
        clocks=_clocks(desk, tx, draft),
        state=_state(draft),
        files=files,
        elsewhere=draft.attachments - len(files) if draft.subject_id is not None else 0,
        about=draft.about or "",
        request=draft.request or "",
        apart_url=url_for("console.message", event_id=draft.message_event) if apart else "",
        can_file=draft.can_be_filed and desk.may("file_draft"),
    )


def _is_apart(tx: Transaction, message: Event) -> bool:
    """Return whether a message is read with a reason only: as its writer was told, or a child's.

    Source: the statement, SP-03 and SP-04; nothing of a child is used until a person decided.
    """
    if message.subject_id is None:
        return False
    if children.open_case_of(tx.session, tx.person(message.subject_id)):
        return True
    return message.event_id in sensitive_text.kinds_set_apart(tx, [message])


def _masked(tx: Transaction, draft: MailDraft, text: str, *, name: str, seen: bool) -> str:
    if not seen and draft.subject_id is not None:
        for item in tx.identifiers(tx.person(draft.subject_id)):
            text = text.replace(item.value, faces.mask([item]))
    return faces.redact(text, name=name, address="", may_see=seen)


def file(desk: Desk, case: str) -> ResponseReturnValue:
    """File a message as a request, as a word about one, or as neither."""
    kind = request.form.get("as", "")
    try:
        said, where = _FILE[kind](desk, case) if kind in _FILE else ("", "")
    except EngineError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(desk, case, {_FIELD.get(kind, "as"): sentence(error.detail)}), status
    if not said:
        return _page(desk, case, {"right": "Say what this message is."}), 422
    desk.say(said)
    return redirect(where, code=303)


def _as_request(desk: Desk, case: str) -> tuple[str, str]:
    right, whom = request.form.get("right", ""), request.form.get("for", "self")
    law = request.form.get("jurisdiction", "")
    if right not in RIGHTS or whom not in dict(asking.WHOM):
        return "", ""
    if law and not asking.is_law(law):
        raise InvalidInput("choose a law from the list")
    made = desk.act(
        lambda tx: drafts.file_as_request(tx, case, right=right, acting_for=whom, jurisdiction=law)
    )
    where = url_for("console.one_request", reference=made.reference)
    return f"{made.reference} is a request now; its clock runs since the message came.", where


def _as_message(desk: Desk, case: str) -> tuple[str, str]:
    reference = request.form.get("reference", "")
    desk.act(lambda tx: drafts.file_as_message(tx, case, reference=reference))
    where = url_for("console.one_request", reference=reference)
    return f"Kept with {reference}.", where


def _as_nothing(desk: Desk, case: str) -> tuple[str, str]:
    reason = request.form.get("reason", "")
    desk.act(lambda tx: drafts.put_aside(tx, case, reason=reason))
    return "Put aside, and kept.", url_for("console.drafts")


_FILE = {"request": _as_request, "message": _as_message, "nothing": _as_nothing}
_FIELD = {"request": "right", "message": "reference", "nothing": "reason"}

ROUTES = (
    Route("/mailbox", "drafts", show),
    Route("/mailbox/<case>", "draft", show_one),
    Route("/mailbox/<case>/file", "file_draft", file, ("POST",)),
)
