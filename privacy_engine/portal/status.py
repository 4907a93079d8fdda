"""How one request stands, and taking it back.

Two links lead here. The one in our letters reached the person's mailbox and shows, once they are
verified, what was found and done. The one shown to whoever sent the form never shows more than
the state: anybody can type anybody's address.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.errors import NotFound
from privacy_engine.log.event import Event
from privacy_engine.look.formats import day_long, days_left
from privacy_engine.look.parts import Entry, NextStep
from privacy_engine.portal import forms, papers
from privacy_engine.portal.home import titles
from privacy_engine.portal.shell import engine, honour_signal
from privacy_engine.reports import subject_package
from privacy_engine.rights import (
    actions,
    afterwards,
    attachments,
    drafts,
    links,
    register,
    rules,
)
from privacy_engine.rights.register import Request
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import came_back, correspondence
from privacy_engine.workflow import register as workflow
from privacy_engine.workflow.case import (
    ALL_BUT_KEPT,
    LEFT_THE_MAP,
    NOBODY_LOOKED,
    NOTHING_BY_HAND,
    PACKAGE_KEPT,
    found_word,
    why_kept,
)
from privacy_engine.workflow.machine import Progress


@dataclass(frozen=True)
class Finding:
    """What came of one place where we looked."""

    place: str
    words: str


@dataclass(frozen=True)
class Download:
    """A file that is ready to be fetched."""

    title: str
    url: str
    size: str
    until: date


@dataclass(frozen=True, repr=False)
class SentFile:
    """A file that came with what the person wrote to us, and whether we keep it."""

    name: str
    words: str


@dataclass(frozen=True)
class _Shown:
    """The state as a chip's code and words, and as a sentence."""

    code: str
    chip: str
    words: str


_STATES = {
    "open": "We have your request.",
    "in_progress": "We are working on your request.",
    "fulfilled": "We have done what you asked.",
    "partially_fulfilled": "We have done part of it; our letter says what not, and why.",
    "denied": "We could not do what you asked; our letter says why.",
    "revoked": "You took this request back.",
    "expired": "You did not confirm this request, so it has ended.",
}
# How it was answered says what we held; whoever only sent the form learns that it was.
_ANSWERED = frozenset({"fulfilled", "partially_fulfilled", "denied"})
_CHIPS = {"revoked": "Taken back", "expired": "Not confirmed"}
_VERDICTS = {
    "erased": "deleted and searched again: nothing found",
    ALL_BUT_KEPT: "deleted and searched again: only what we keep was found",
    "residue": "something was found again; we are still on it",
    "no_baseline": "nothing was found",
    "not_searchable": "deleted; this place cannot be searched again",
    NOTHING_BY_HAND: "a person looked there, and found nothing",
    NOBODY_LOOKED: "nobody looked there",
    LEFT_THE_MAP: "no longer among our systems",
    "corrected": "corrected and looked at again: the new value stands",
    "corrected_again": "the old value had come back; corrected again",
    "differs": "corrected, but the old value came back; we are still on it",
    "unseen": "corrected; this place cannot be looked at again",
    "by_hand": "corrected by hand",
    "gone": "no longer held",
}
_STORY = {
    "request.received": "Your request arrived",
    "request.acknowledged": "We confirmed that it arrived",
    "request.verification_sent": "We asked you to confirm",
    "request.verified": "You confirmed",
    "request.extended": "We need more time, and wrote to you why",
    "request.approved": "A person decided",
    "request.fulfilled": "We answered",
    "request.partially_fulfilled": "We answered",
    "request.denied": "We answered",
    "request.revoked": "You took the request back",
    "request.message_received": "You wrote to us",
    "request.paper_received": "A paper came that shows who may ask",
    "request.appealed": "You asked us to look at it again",
    "request.appeal_decided": "We looked at it again, and wrote to you",
    "request.reopened": "It goes on in a new request",
    "system.came_back": "Something that we had deleted was found again; we delete it again",
    "system.gone_again": "What was found again is deleted",
}

_AGAIN = frozenset({"system.came_back", "system.gone_again"})
"""May happen several times, and each time is told."""
_LETTERS = {
    "acknowledge": "We confirmed that it arrived",
    "verify": "We asked you to confirm",
    "extension": "We need more time, and wrote to you why",
    "unverified": "We answered",
    "denial": "We answered",
}
_ANSWER = "answer-"


def add(pages: Blueprint) -> None:
    """Add the status page, the confirmation and the withdrawal."""
    rule = pages.add_url_rule
    for name, view in (("confirm", _send_confirmation), ("paper", _send_paper)):
        rule(f"/requests/<reference>/{name}", f"send_{name}", view, methods=["POST"])

    @pages.get("/requests/<reference>")
    def status(reference: str) -> str:
        use = _check(reference)
        with engine().reading() as tx:
            found = register.get(tx.session, reference)
        theirs = found.acting_for == "self"
        signalled = honour_signal(found.subject_id if theirs else None)
        with engine().reading() as tx:
            found = register.get(tx.session, reference)
            return _status_page(tx, found, use=use, signalled=signalled)

    @pages.post("/requests/<reference>/withdraw")
    def withdraw(reference: str) -> Response:
        use = _check(reference)
        engine().run(lambda tx: _revoke(tx, reference, use=use), actor=SUBJECT)
        return redirect(url_for("portal.status", reference=reference, key=_key()), 303)

    @pages.post("/requests/<reference>/message")
    def write(reference: str) -> Response | tuple[str, int]:
        return _say(reference, afterwards.write_to_us, "message")

    @pages.post("/requests/<reference>/appeal")
    def appeal(reference: str) -> Response | tuple[str, int]:
        return _say(reference, afterwards.appeal, "appeal")


def _send_confirmation(reference: str) -> Response:
    if _check(reference) != "status":
        raise NotFound("this link does not work; use the one in our letter")
    engine().run(
        lambda tx: correspondence.order_verification(tx, reference=reference), actor=SUBJECT
    )
    back = url_for("portal.status", reference=reference, key=_key(), said="confirm")
    return redirect(back, 303)


def _send_paper(reference: str) -> Response | tuple[str, int]:
    use = _check(reference)
    errors = papers.take(reference)
    if not errors:
        back = url_for("portal.status", reference=reference, key=_key(), said="paper")
        return redirect(back, 303)
    with engine().reading() as tx:
        found = register.get(tx.session, reference)
        return _status_page(tx, found, use=use, signalled=False, errors=errors), 422


def _say(
    reference: str, act: Callable[..., object], field_name: str
) -> Response | tuple[str, int]:
    """Take words of whoever holds the link of our letters; an empty form comes back."""
    if _check(reference) != "status":
        raise NotFound("this link does not work; use the one in our letter")
    text = forms.typed(field_name, lines=True)
    if text and len(text) <= afterwards.LONGEST_TEXT:
        engine().run(lambda tx: act(tx, reference, text=text), actor=SUBJECT)
        back = url_for("portal.status", reference=reference, key=_key(), said=field_name)
        return redirect(back, 303)
    most = f"Please use at most {afterwards.LONGEST_TEXT:,} characters."
    errors = {field_name: most if text else "Please write something first."}
    with engine().reading() as tx:
        found = register.get(tx.session, reference)
        page = _status_page(
            tx, found, use="status", signalled=False, errors=errors, typed={field_name: text}
        )
    return page, 422


def _key() -> str:
    return request.args.get("key", "")


def _check(reference: str) -> str:
    """Return `status` for the link of a letter, `state` for that of the form."""
    key, now = _key(), clock.now()
    use = "status" if links.is_ours(engine().ring, key, use="status", about=reference) else "state"
    links.check(engine().ring, key, use=use, about=reference, now=now)
    return use


def _revoke(tx: Transaction, reference: str, *, use: str) -> None:
    tx.lock(reference)
    if _can_withdraw(register.get(tx.session, reference), use=use):
        actions.revoke(tx, reference)


def _can_withdraw(found: Request, *, use: str) -> bool:
    # What a person confirmed only they take back.
    return found.may_be_taken_back and (use == "status" or found.verified_at is None)


def _status_page(
    tx: Transaction,
    found: Request,
    *,
    use: str,
    signalled: bool,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    zone = tx.settings.zone
    verified = use == "status" and (
        found.verified_at is not None
        or not rules.needs_verification(found.right, found.jurisdiction)
    )
    promised = found.strict_due_on if not found.ended else None
    today = tx.now.astimezone(zone).date()
    shown = _shown(found, use=use)
    return render_template(
        "portal/status.html",
        reference=found.reference,
        title=titles()[found.right],
        state=shown.code,
        chip=shown.chip,
        state_words=shown.words,
        promised_on=promised,
        days_words=days_left(promised, today) if promised else "",
        closed_on=found.ended_at.astimezone(zone).date() if found.ended_at else None,
        verified=verified,
        step=_step(tx, found, use=use),
        findings=_findings(tx, found) if verified else [],
        downloads=_downloads(tx, found) if verified else [],
        sent=_sent(tx, found) if verified else [],
        entries=_entries(tx, found) if verified else [],
        can_withdraw=_can_withdraw(found, use=use),
        withdraw_url=url_for(
            "portal.withdraw", reference=found.reference, key=request.args["key"]
        ),
        appeal=_appeal(tx, found) if use == "status" else "",
        may_appeal=use == "status" and afterwards.may_appeal(found, now=tx.now),
        may_write=use == "status" and found.subject_id is not None,
        papers=papers.panel(tx, found),
        may_confirm=use == "status" and found.unverified,
        said=request.args.get("said", ""),
        errors=dict(errors or {}),
        typed=dict(typed or {}),
        token=_key(),
        more_in_mail=use == "state" and not found.ended and not found.came_back,
        signal_for_person=signalled,
    )


def _shown(found: Request, *, use: str) -> _Shown:
    if use == "state" and (found.state in _ANSWERED or found.came_back):
        return _Shown("sent", "Answered", "We have answered; our letter says how.")
    if found.came_back:
        return _Shown(found.state, "", "Something that we had deleted is there again.")
    return _Shown(found.state, _CHIPS.get(found.state, ""), _STATES[found.state])


def _step(tx: Transaction, found: Request, *, use: str) -> NextStep | None:
    if found.ended or (found.came_back and use == "state"):
        return None
    if found.came_back:
        return NextStep("Nothing for you to do", "We delete it again.", waits_for="us")
    if found.right in rules.AT_ONCE:
        return NextStep("Nothing for you to do", "It counts already.", waits_for="us")
    if found.unverified:
        return NextStep(
            "Confirm that it was you",
            "Open the link in our letter and press the button. Before that we neither show nor "
            "delete anything. Look among unwanted mail too.",
        )
    run = workflow.run(tx.session, found.reference)
    waits = run and any(step.progress is Progress.WAITING for step in run.steps.values())
    words = "A person looks at your request now." if waits else "We are looking for what is yours."
    return NextStep("Nothing for you to do", words, waits_for="us")


def _findings(tx: Transaction, found: Request) -> list[Finding]:
    rows = []
    back = came_back.compared(tx, found.reference) if found.came_back else []
    for row in workflow.board(tx.session, found.reference):
        word = "residue" if row.system in back else found_word(tx, row)
        words = [_VERDICTS.get(word, ""), *why_kept(row)]
        if said := "; ".join(filter(None, words)):
            rows.append(Finding(tx.content.data_map.ever(row.system).title, said))
    return rows


def _downloads(tx: Transaction, found: Request) -> list[Download]:
    path = subject_package.path_of(tx.settings, found.reference)
    if not path.exists() or found.subject_id is None or found.ended_at is None:
        return []
    until = found.ended_at + PACKAGE_KEPT
    if tx.now >= until:
        return []
    token = links.sign(tx.world.ring, use="package", about=found.reference, expires_at=until)
    url = url_for("portal.package", reference=found.reference, key=token)
    size = f"{max(1, path.stat().st_size // 1024)} kB"
    return [Download("Your information", url, size, until.astimezone(tx.settings.zone).date())]


def _sent(tx: Transaction, found: Request) -> list[SentFile]:
    """Return what was attached to the messages of this request; only named, never handed out.

    Whoever wants the files back gets them with a copy of everything, after a check of its own.
    """
    kept, left = "we keep it with your message", "it stayed in our mailbox; we keep no copy here"
    return [
        SentFile(one.name or f"File {one.number + 1}", left if one.fault else kept)
        for mail in drafts.mails_of(tx, found.reference)
        for one in attachments.of(tx, mail)
    ]


def _entries(tx: Transaction, found: Request) -> list[Entry]:
    zone = tx.settings.zone
    entries: list[Entry] = []
    told: set[str] = set()  # a letter, and the note that it went out, are one thing to a reader
    for event in tx.events_of_case(found.reference):
        at = event.recorded_at.astimezone(zone)
        letter = event.kind == "message.sent"
        title = _letter(event) if letter else _STORY.get(event.kind, "")
        if event.kind in _AGAIN and entries[-1].title != title:
            told.discard(title)
        if title and title not in told:
            entries.append(Entry("message_out" if letter else "event", at, "", title))
            told.add(title)
    return entries


def _letter(event: Event) -> str:
    template = str(event.data.get("template") or "")
    if template.startswith(_ANSWER):
        return "We answered"
    return _LETTERS.get(template, "We wrote to you")


def _appeal(tx: Transaction, found: Request) -> str:
    if found.state not in {"denied", "partially_fulfilled"}:
        return ""
    if found.appealed_at is not None:
        return _appealed(tx, found)
    if afterwards.may_appeal(found, now=tx.now):
        return "You can ask that we look at our answer again. It costs nothing."
    return (
        f"Answer our letter, or write to {tx.settings.controller.email} with your reference, and "
        "say what you think is wrong. It costs nothing, and a person looks at it again."
    )


def _appealed(tx: Transaction, found: Request) -> str:
    if found.appeal_outcome:
        return "We looked at our answer again; our letter says what came of it."
    clock = rules.appeal_clock(found.right, found.jurisdiction, found.appealed_at or tx.now)
    until = f" by {day_long(clock.strict_due_on)}" if clock else ""
    return f"You asked us to look at our answer again. We write to you{until}."
