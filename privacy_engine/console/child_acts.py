"""What an officer does with a child's case: decide, ask a parent, write down a parent's answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.children import actions, consenting, methods, register
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.children.register import Case
from privacy_engine.children.rules import State
from privacy_engine.console.desk import Desk
from privacy_engine.errors import FieldError, InvalidInput, NotFound
from privacy_engine.look.formats import mask_email
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import parent_forms
from privacy_engine.workflow.steps import parents

_LONGEST = {"parent_email": 320, "parent_phone": 32, "parent_name": 200, "child_name": 200}


@dataclass(frozen=True)
class Box:
    """One purpose that the parent may have allowed."""

    code: str
    title: str
    chosen: bool


@dataclass(frozen=True)
class ParentPanel:
    """What the page of a case shows of the parent, masked, and what can be written down now."""

    masked: str
    progress: str
    way: str
    has_form: bool
    boxes: tuple[Box, ...]
    ways: tuple[tuple[str, str], ...]
    asks: bool


def panel(tx: Transaction, case: Case) -> ParentPanel | None:
    """Return the parent's side of a case, or None where no parent is asked."""
    if not case.parent and case.state is not State.ASKING:
        return None
    contact = actions.contact_of(tx, case.case) if case.subject_id else Contact()
    choice = consenting.choice_of(tx, case.case)
    typed = tuple(request.form.getlist("purposes"))
    chosen = typed or (choice.purposes if choice else ())
    known = {item.code: item for item in methods.known()}
    return ParentPanel(
        masked=mask_email(contact.parent_email) if contact.parent_email else contact.parent_phone,
        progress=_progress(tx, case),
        way=known[case.method].title if case.method in known else "",
        has_form=case.parent == "evidence",
        boxes=tuple(
            Box(item.code, item.parent.title, item.code in chosen)
            for item in consenting.offered(tx)
        ),
        ways=tuple(
            (item.code, item.title) for item in known.values() if item.proof in {"officer", "form"}
        ),
        asks=case.state is State.ASKING and case.asked_at is not None,
    )


def _progress(tx: Transaction, case: Case) -> str:
    told = [e for e in tx.events_of_case(case.case) if e.kind == "parental_consent.requested"]
    if case.parent == "asked" and told and told[-1].data.get("channel") == parents.BY_HAND:
        return "Nothing could be sent: call the parent, and read the notice to them"
    return _PROGRESS.get(case.parent, "")


_ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
_PROGRESS = {
    "": "The notice is on its way",
    "asked": "The notice went out; no answer yet",
    "chosen": "The parent chose, and has not shown yet who they are",
    "evidence": "A signed form arrived; look at it",
    "confirming": "The second message went out; no answer yet",
    "checking": "Somebody else checks that it is the parent",
    "failed": "A check did not show that it is the parent",
    "verified": "The parent consented",
    "refused": "The parent said no",
    "expired": "No answer came in time",
    "withdrawn": "The parent took the consent back",
    "disputed": "Another parent told us; the consent rests",
}


def act(desk: Desk, case_id: str, action: str) -> ResponseReturnValue:
    """Do what a button says.

    Raises:
        InvalidInput: what is missing, by field, for the page to show.
        NotFound: no such button.
    """
    if action not in _ACTS:
        raise NotFound("There is no such decision.")
    reason = request.form.get("reply" if action == "answer" else "reason", "").strip()
    if not reason:
        if action == "answer":
            _refuse("reply", "write the answer that is sent")
        raise InvalidInput("say in a sentence why")
    desk.say(_ACTS[action](desk, case_id, reason))
    return redirect(url_for("console.child", case_id=case_id), code=303)


def _delete(desk: Desk, case: str, reason: str) -> str:
    desk.act(lambda tx: actions.confirm(tx, case, reason=reason))
    return "Decided: everything the child gave is deleted now, then searched for again."


def _ask(desk: Desk, case: str, reason: str) -> str:
    typed = {name: request.form.get(name, "").strip()[:most] for name, most in _LONGEST.items()}
    if typed["parent_email"] and "@" not in typed["parent_email"]:
        _refuse("parent_email", "this is no e-mail address")

    def work(tx: Transaction) -> None:
        told = actions.told_contact(tx, case)
        email = typed["parent_email"] or told.parent_email
        contact = Contact(**(typed | {"parent_email": email}))
        actions.confirm(tx, case, reason=reason, contact=contact)

    desk.act(work)
    return "Decided: all but the contact is deleted now, and the parent is asked."


def _answer(desk: Desk, case: str, reason: str) -> str:
    desk.act(lambda tx: actions.answer_once(tx, case, text=reason))
    return "The answer goes out now, once; then everything is deleted."


def _clear(desk: Desk, case: str, reason: str) -> str:
    desk.act(lambda tx: actions.clear(tx, case, reason=reason))
    return "Decided: it is not a child. The freeze has ended."


def _attest(desk: Desk, case: str, reason: str) -> str:
    name = request.form.get("signed_name", "").strip()[:200]
    if not request.form.get("method"):
        _refuse("method", "choose how you know that it is the parent")
    if not name:
        _refuse("signed_name", "write the name of the parent who answered")
    choice = Choice(tuple(request.form.getlist("purposes")), request.form.get("method", ""), name)
    desk.act(lambda tx: consenting.verify(tx, case, attested=reason, choice=choice))
    return "Written down: what the parent allowed holds from now on."


def _refuse(place: str, why: str) -> NoReturn:
    raise InvalidInput(why, errors=[FieldError(f"/{place}", why)])


def _reject(desk: Desk, case: str, reason: str) -> str:
    def work(tx: Transaction) -> None:
        consenting.check_failed(tx, case, reason=actions.require_nameless(tx, case, reason))

    desk.act(work)
    return "Written down: this did not show that it is the parent. They can try again."


def _refused(desk: Desk, case: str, reason: str) -> str:
    def work(tx: Transaction) -> None:
        consenting.refuse(tx, case, reason=actions.require_nameless(tx, case, reason))

    desk.act(work)
    return "Written down: the parent said no. What is left is deleted now."


_ACTS: Mapping[str, Callable[[Desk, str, str], str]] = {
    "delete": _delete,
    "ask": _ask,
    "answer": _answer,
    "not_a_child": _clear,
    "attest": _attest,
    "reject": _reject,
    "refused": _refused,
}


def form(desk: Desk, case_id: str) -> ResponseReturnValue:
    """Return the signed form that a parent sent; looking at it is an event."""
    desk.act(lambda tx: _opened(tx, case_id))
    with desk.engine.reading() as tx:
        content = parent_forms.open_form(tx, case_id)
    kind = parent_forms.media_type_of(content)
    return Response(
        content,
        mimetype=kind or "application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{case_id}{_ENDINGS.get(kind, "")}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _opened(tx: Transaction, case: str) -> None:
    register.get(tx.session, case)
    for event in reversed(tx.events_of_case(case)):
        if event.kind == "parental_consent.evidence_received":
            data = {"opened_event": event.event_id, "reason": "to check a parent's signed form"}
            tx.append("message.opened", data)
            return
    raise NotFound("No form has arrived in this case.")
