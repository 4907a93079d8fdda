"""A parent tells us of a child under 13, and sees by a link how the deletion stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.children import register
from privacy_engine.children.rules import State
from privacy_engine.law import deadlines
from privacy_engine.log.event import Event, Identifier, Trust
from privacy_engine.look.formats import days_left
from privacy_engine.look.parts import Values
from privacy_engine.portal import forms
from privacy_engine.portal.shell import engine
from privacy_engine.retention import policy
from privacy_engine.rights import links
from privacy_engine.transaction import SUBJECT, Transaction

_DUTY = "CHILD-CONFIRM"
_LONGEST = 2_000
_NOTICE = "childrens-notice"


@dataclass(frozen=True)
class _Standing:
    """Where a report stands: `received`, `deleting`, `deleted` or `released`.

    `due_on` is the local day by which a person looks at it.
    """

    state: str
    due_on: date | None = None


def add(pages: Blueprint) -> None:
    """Add the form for parents and the page behind its link."""

    @pages.route("/parent", methods=["GET", "POST"])
    def parent() -> str | Response | tuple[str, int]:
        if request.method == "GET":
            return _page("ask", {})
        values = Values(
            child=forms.typed("child"),
            email=forms.typed("email"),
            details=forms.typed("details", lines=True),
        )
        errors = _faults(values) | forms.fault(request.form.get("csrf_token", ""))
        if errors:
            return _page("ask", errors, values), 422
        stamp = request.form["csrf_token"]
        event = engine().run(lambda tx: _report(tx, values, stamp), actor=SUBJECT)
        key = links.sign(engine().ring, use="parent", about=event.event_id)
        return redirect(url_for("portal.parent_status", report=event.event_id, key=key), 303)

    @pages.get("/parent/retention")
    def retention_policy() -> str:
        settings = engine().settings
        today = clock.now().astimezone(settings.zone).date()
        rows = policy.rows(engine().content, on=today)
        return render_template(
            "portal/parent_retention.html", rows=rows, on=today, citation=policy.CITATION
        )

    @pages.get("/parent/<report>")
    def parent_status(report: str) -> str:
        key = request.args.get("key", "")
        links.check(engine().ring, key, use="parent", about=report, now=clock.now())
        with engine().reading() as tx:
            standing = _standing(tx, report)
        return _page(standing.state, {}, due_on=standing.due_on)


def _faults(values: Values) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not forms.is_email(values["child"]):
        errors["child"] = forms.BAD_EMAIL
    if values["email"] and not forms.is_email(values["email"]):
        errors["email"] = forms.BAD_EMAIL
    if len(values["details"]) > _LONGEST:
        errors["details"] = f"Please use at most {_LONGEST:,} characters."
    return errors


def _report(tx: Transaction, values: Values, stamp: str) -> Event:
    """Take the parent's word; the freeze is part of taking it.

    Anybody can say that they are a parent, so this stops every use at once and deletes nothing:
    a person decides that.

    Source: 16 CFR 312.3: a concerned parent's word is actual knowledge.
    """
    said = {"statement": values["details"], "parent_email": values["email"]}
    content = "\x1f".join([stamp, *(values[name] for name in sorted(values))])
    return tx.append(
        "child.reported",
        {"reported_by": "parent"} | {name: text for name, text in said.items() if text},
        subject=[Identifier("email", values["child"])],
        site="portal",
        trust=Trust.BROWSER,  # it joins nobody to anybody
        origin=("portal-parent", sha256(content.encode()).hexdigest()),
    )


def _standing(tx: Transaction, report: str) -> _Standing:
    # The link shows the state only: whoever holds it said that they are a parent, no more. An
    # address that we do not know gets a case like any other, so it shows nothing about that.
    event = tx.event(report)
    if event.subject_id is None:
        return _Standing("deleted")
    case = register.open_case_of(tx.session, tx.person(event.subject_id))
    if case is None:
        return _Standing("released")
    found = register.get(tx.session, case)
    if found.state in {State.DELETING, State.ASKING}:
        return _Standing("deleting")
    return _Standing(
        "received", deadlines.due(_DUTY, found.opened_at, zone=tx.settings.zone).strict_due_on
    )


def _page(
    state: str,
    errors: Mapping[str, str],
    values: Values | None = None,
    *,
    due_on: date | None = None,
) -> str:
    today = clock.now().astimezone(engine().settings.zone).date()
    promised = due_on if due_on and due_on >= today else None
    slugs = {item.slug for item in engine().content.documents if not item.draft}
    notice = url_for("portal.document", slug=_NOTICE) if _NOTICE in slugs else ""
    return render_template(
        "portal/parent.html",
        state=state,
        values=values or Values(),
        errors=errors,
        due_on=promised,
        days_words=days_left(promised, today) if promised else "",
        notice_url=notice,
    )
