"""How one request stands, the confirmation behind a link, and taking a request back."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.look.formats import days_left
from privacy_engine.look.parts import Entry, NextStep
from privacy_engine.portal.home import titles
from privacy_engine.portal.shell import engine
from privacy_engine.reports import subject_package
from privacy_engine.rights import actions, links, register, rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import register as workflow
from privacy_engine.workflow.case import PACKAGE_FOR
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


_STATES = {
    "open": "We have your request.",
    "in_progress": "We are working on your request.",
    "fulfilled": "We have done what you asked.",
    "partially_fulfilled": "We have done part of it; our letter says what not, and why.",
    "denied": "We could not do what you asked; our letter says why.",
    "revoked": "You took this request back.",
    "expired": "You did not confirm this request, so it has ended.",
}
_VERDICTS = {
    "erased": "deleted and searched again: nothing found",
    "residue": "something was found again; we are still on it",
    "no_baseline": "nothing was found",
    "not_searchable": "deleted; this place cannot be searched again",
}
_STORY = {
    "request.received": "Your request arrived",
    "request.acknowledged": "We confirmed that it arrived",
    "request.verification_sent": "We asked you to confirm",
    "request.verified": "You confirmed",
    "request.extended": "We need more time, and wrote to you why",
    "request.approved": "A person decided",
    "message.sent": "We wrote to you",
    "request.fulfilled": "We answered",
    "request.partially_fulfilled": "We answered",
    "request.denied": "We answered",
    "request.revoked": "You took the request back",
}


def add(pages: Blueprint) -> None:
    """Add the status page, the confirmation and the withdrawal."""

    @pages.get("/requests/<reference>")
    def status(reference: str) -> str:
        key = _check(reference, use="status")
        with engine().reading() as tx:
            found = register.get(tx.session, reference)
            return _status_page(tx, found, key)

    @pages.route("/requests/<reference>/verify", methods=["GET", "POST"])
    def verify(reference: str) -> str | Response:
        key = request.values.get("key") or request.form.get("token", "")
        links.check(engine().ring, key, use="verify", about=reference, now=clock.now())
        with engine().reading() as tx:
            found = register.get(tx.session, reference)
        # A mail scanner that follows the link only sees the button; pressing it is a POST.
        if request.method == "POST" and not found.ended:
            said_no = request.form.get("answer") == "no"
            found = engine().run(lambda tx: _answer(tx, reference, said_no=said_no), actor=SUBJECT)
        done = found.verified_at is not None or found.ended
        status_key = links.sign(engine().ring, use="status", about=reference)
        return render_template(
            "portal/verify.html",
            title=titles()[found.right],
            reference=reference,
            token=key,
            state="done" if done else "ask",
            resend_url="",
            status_url=url_for("portal.status", reference=reference, key=status_key),
        )

    @pages.post("/requests/<reference>/withdraw")
    def withdraw(reference: str) -> Response:
        key = _check(reference, use="status")
        engine().run(lambda tx: _revoke(tx, reference), actor=SUBJECT)
        return redirect(url_for("portal.status", reference=reference, key=key), 303)


def _answer(tx: Transaction, reference: str, *, said_no: bool) -> Request:
    # "It was not me": nothing happens to the information of whoever reads that mailbox.
    if said_no:
        actions.fail_verification(tx, reference, method="email_link")
        actions.revoke(tx, reference)
        return register.get(tx.session, reference)
    return actions.verify(tx, reference, method="email_link")


def _check(reference: str, *, use: str) -> str:
    key = request.values.get("key", "")
    links.check(engine().ring, key, use=use, about=reference, now=clock.now())
    return key


def _revoke(tx: Transaction, reference: str) -> None:
    # Once deletion has begun there is nothing left to take back.
    found = register.get(tx.session, reference)
    if not found.ended and found.decision is None:
        actions.revoke(tx, reference)


def _status_page(tx: Transaction, found: Request, key: str) -> str:
    zone = tx.settings.zone
    verified = found.verified_at is not None or not rules.needs_verification(
        found.right, found.jurisdiction
    )
    promised = found.strict_due_on if not found.ended else None
    today = tx.now.astimezone(zone).date()
    return render_template(
        "portal/status.html",
        reference=found.reference,
        title=titles()[found.right],
        state=found.state,
        state_words=_STATES[found.state],
        promised_on=promised,
        days_words=days_left(promised, today) if promised else "",
        closed_on=found.ended_at.astimezone(zone).date() if found.ended_at else None,
        verified=verified,
        step=_step(tx, found),
        findings=_findings(tx, found) if verified else [],
        downloads=[],
        entries=_entries(tx, found) if verified else [],
        can_withdraw=not found.ended and found.decision is None,
        withdraw_url=url_for("portal.withdraw", reference=found.reference, key=key),
        appeal=_appeal(tx, found),
    )


def _step(tx: Transaction, found: Request) -> NextStep | None:
    if found.ended:
        return None
    if found.verification_sent and found.verified_at is None:
        return NextStep(
            "Confirm that it was you",
            "Open the link in our letter and press the "
            "button. We do nothing with your information before that.",
        )
    run = workflow.run(tx.session, found.reference)
    waits = run and any(step.progress is Progress.WAITING for step in run.steps.values())
    words = "A person looks at your request now." if waits else "We are looking for what is yours."
    return NextStep("Nothing for you to do", words, waits_for="us")


def _findings(tx: Transaction, found: Request) -> list[Finding]:
    rows = []
    for row in workflow.board(tx.session, found.reference):
        words = _VERDICTS.get(row.verdict, "")
        kept = sum(int(item["count"]) for item in row.retained)
        if kept:
            words += f"; {kept} kept because the law asks for it"
        if words:
            rows.append(Finding(tx.content.system(row.system).title, words))
    return rows


def _downloads(tx: Transaction, found: Request) -> list[Download]:
    path = subject_package.path_of(tx.settings, found.reference)
    if not path.exists() or found.subject_id is None or found.ended_at is None:
        return []
    until = found.ended_at + PACKAGE_FOR
    if tx.now >= until:
        return []
    token = links.sign(tx.world.ring, use="package", about=found.reference, expires_at=until)
    url = url_for("portal.package", reference=found.reference, key=token)
    size = f"{max(1, path.stat().st_size // 1024)} kB"
    return [Download("Your information", url, size, until.astimezone(tx.settings.zone).date())]


def _entries(tx: Transaction, found: Request) -> list[Entry]:
    zone = tx.settings.zone
    entries = []
    for event in tx.events_of_case(found.reference):
        title = _STORY.get(event.kind)
        if title:
            kind = "message_out" if event.kind == "message.sent" else "event"
            entries.append(Entry(kind, event.recorded_at.astimezone(zone), "", title))  # type: ignore[arg-type]
    return entries


def _appeal(tx: Transaction, found: Request) -> str:
    if found.state not in {"denied", "partially_fulfilled"}:
        return ""
    return f"If you think we are wrong, write to {tx.settings.controller.email}."
