"""The form for one right, and the page that answers it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.errors import NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.instance.terms import RIGHTS
from privacy_engine.log.event import Identifier
from privacy_engine.look.formats import days_left, mask_email
from privacy_engine.look.parts import Choice, Values
from privacy_engine.portal.home import titles
from privacy_engine.portal.shell import engine
from privacy_engine.rights import actions, links, register, rules
from privacy_engine.rights.actions import Intake
from privacy_engine.rights.rules import AT_ONCE, Facts
from privacy_engine.transaction import SUBJECT

_FORM_HOURS = 24
_LONGEST = {
    "email": 320,
    "phone": 40,
    "name": 200,
    "details": 10_000,
    "corrections": 10_000,
    "agent": 200,
}
_WHOM = (
    ("self", "Mine", ""),
    (
        "agent",
        "Somebody else's, who asked me to act for them",
        "We will ask for their signed permission.",
    ),
    ("child", "My child's", "We will ask you to show that you are the parent."),
)


@dataclass(frozen=True)
class _Promise:
    """By when we answer, and the rule."""

    on: date
    citation: str


def add(pages: Blueprint) -> None:
    """Add the form and the page after it."""

    @pages.get("/request")
    def choose() -> Response:
        right = request.args.get("right", "")
        if right in RIGHTS:
            return redirect(url_for("portal.request_form", right=right))
        return redirect(url_for("portal.home"))

    @pages.route("/request/<right>", methods=["GET", "POST"])
    def request_form(right: str) -> str | Response | tuple[str, int]:
        if right not in RIGHTS:
            raise NotFound("we know no such right; start again from the first page")
        if request.method == "GET":
            return _form(right, Values(email=""), {})
        values = Values({name: request.form.get(name, "").strip() for name in _LONGEST})
        values["for"] = request.form.get("for", "self")
        errors = _faults(right, request.form, values)
        if errors:
            return _form(right, values, errors), 422
        taken = engine().run(lambda tx: actions.receive(tx, _intake(right, values)), actor=SUBJECT)
        key = links.sign(engine().ring, use="status", about=taken.reference)
        return redirect(url_for("portal.received", reference=taken.reference, key=key), 303)

    @pages.get("/requests/<reference>/received")
    def received(reference: str) -> str:
        now = clock.now()
        key = request.args.get("key", "")
        links.check(engine().ring, key, use="status", about=reference, now=now)
        with engine().reading() as tx:
            found = register.get(tx.session, reference)
            text = actions.person_text(tx, found)
        promise = _promise(found.right, found.facts)
        today = now.astimezone(engine().settings.zone).date()
        addresses = [item["value"] for item in text.get("subject", ()) if item["kind"] == "email"]
        return render_template(
            "portal/received.html",
            reference=reference,
            title=titles()[found.right],
            promised_on=promise.on,
            days_words=days_left(promise.on, today),
            immediate=found.right in AT_ONCE,
            next_words=_next_words(found.right),
            masked=mask_email(addresses[0]) if addresses else "",
            status_url=url_for("portal.status", reference=reference, key=key),
            citation=promise.citation,
        )


def _form(right: str, values: Values, errors: Mapping[str, str]) -> str:
    now = clock.now()
    nonce = random_id()
    stamp = links.sign(
        engine().ring,
        use="form",
        about=f"{right}:{nonce}",
        expires_at=now + timedelta(hours=_FORM_HOURS),
    )
    facts = Facts(right, engine().settings.instance.jurisdiction, now)
    promise = _promise(right, facts)
    chosen = values["for"] or "self"
    whom = [Choice(value, label, hint, value == chosen) for value, label, hint in _WHOM]
    return render_template(
        "portal/request.html",
        right=right,
        title=titles()[right],
        next_words=_next_words(right),
        immediate=right in AT_ONCE,
        values=values,
        whom=[] if right in AT_ONCE else whom,
        show_details=right not in AT_ONCE,
        show_corrections=right == "correct",
        show_name=right not in AT_ONCE,
        show_phone=right not in AT_ONCE,
        promised_on=promise.on,
        citation=promise.citation,
        errors=errors,
        stamp=f"{nonce}.{stamp}",
    )


def _promise(right: str, facts: Facts) -> _Promise:
    found = rules.answer_clock(facts)
    if found is None:  # the law sets no period: it happens now
        today = facts.received_at.astimezone(engine().settings.zone).date()
        return _Promise(today, rules.right_of(right, facts.jurisdiction).citation)
    return _Promise(found.strict_due_on, found.citation)


def _next_words(right: str) -> list[str]:
    if right in AT_ONCE:
        return [
            "We stop at once, and you need not prove anything.",
            "We tell the companies that got your information to stop too.",
            "We confirm it by email.",
        ]
    return [
        "We confirm by email that your request is here.",
        "We send you a link, to be sure that it is you.",
        "We look in every place where your information could be.",
        "A person decides and writes to you.",
    ]


def _faults(right: str, form: MultiDict[str, str], values: Values) -> dict[str, str]:
    errors: dict[str, str] = {}
    if form.get("website"):
        errors["website"] = "Please leave the hidden field empty; a program filled it in."
    if "@" not in values["email"].strip("@") or " " in values["email"]:
        errors["email"] = "Enter an email address such as name@example.org."
    if right == "correct" and not values["corrections"]:
        errors["corrections"] = "Tell us what is wrong and what is right."
    if values["for"] not in {value for value, _, _ in _WHOM}:
        errors["for"] = "Choose whose information it is."
    for name, longest in _LONGEST.items():
        if len(values[name]) > longest:
            errors[name] = f"Please use at most {longest} characters."
    return errors


def _intake(right: str, values: Values) -> Intake:
    subject = [Identifier("email", values["email"])]
    if values["phone"]:
        subject.append(Identifier("phone", values["phone"]))
    # The same form sent twice, by a double click or a reload, is one request.
    content = "\x1f".join([right, *(f"{k}={values[k]}" for k in sorted(values))])
    stamp = request.form.get("stamp", "") or random_id()
    digest = sha256(f"{stamp}\x1f{content}".encode()).hexdigest()
    return Intake(
        right=right,
        subject=tuple(subject),
        channel="form",
        acting_for=values["for"],
        name=values["name"],
        details=values["details"],
        corrections={"text": values["corrections"]} if values["corrections"] else {},
        site="portal",
        origin=("portal-form", digest),
    )
