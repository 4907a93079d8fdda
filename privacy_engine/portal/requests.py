"""The form for one right, and the page that answers it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.errors import NotFound
from privacy_engine.instance.terms import RIGHTS
from privacy_engine.log.event import Identifier
from privacy_engine.look.formats import days_left, mask_email
from privacy_engine.look.parts import Choice, Values
from privacy_engine.portal import forms
from privacy_engine.portal.evenly import evenly
from privacy_engine.portal.home import FORMS, titles
from privacy_engine.portal.shell import engine, honour_signal
from privacy_engine.rights import actions, links, register, rules
from privacy_engine.rights.actions import Intake
from privacy_engine.rights.register import Request
from privacy_engine.rights.rules import AT_ONCE, Facts
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow import request_papers

# What a person may type, and how much of it.
_LONGEST = {
    "email": forms.LONGEST_EMAIL,
    "phone": 40,
    "name": 200,
    "details": 10_000,
    "corrections": 10_000,
    "agent": 200,
}
_MANY_LINES = frozenset({"details", "corrections"})
_WHOM = (
    ("self", "Mine", ""),
    (
        "agent",
        "Somebody else's, who asked me to act for them",
        "We ask for their signed permission on the next page.",
    ),
    ("child", "My child's", "We will ask you to show that you are the parent."),
)


_BACK = (
    ("all", "Everything, however old"),
    ("year", "Only the last twelve months"),
)


@dataclass(frozen=True)
class _Promise:
    """By when we answer, and the rule."""

    on: date
    citation: str


def add(pages: Blueprint) -> None:
    """Add the form and the page after it."""
    rule = pages.add_url_rule
    rule("/request", view_func=choose)
    rule("/opt-out", endpoint="opt_out", view_func=lambda: _lead_to("opt_out"))
    rule("/limit", endpoint="limit", view_func=lambda: _lead_to("limit"))
    rule("/request/<right>", view_func=request_form, methods=["GET", "POST"])
    rule("/requests/<reference>/received", view_func=received)


def choose() -> Response:
    """Lead to the form of a right, as letters name it."""
    right = request.args.get("right", "")
    return _lead_to(right) if right in RIGHTS else redirect(url_for("portal.home"))


def _lead_to(right: str) -> Response:
    return redirect(url_for("portal.request_form", right=right))


@evenly
def request_form(right: str) -> str | Response | tuple[str, int]:
    """Show the form for a right, and take it."""
    if right in RIGHTS and right not in FORMS:
        # A yes may come from nobody but the person, so it takes the link in their mailbox.
        return redirect(url_for("portal.find", purpose="preferences"))
    if right not in FORMS:
        raise NotFound("we know no such right; start again from the first page")
    if request.method == "GET":
        return _form(right, Values(email=""), {})
    values = Values({name: forms.typed(name, lines=name in _MANY_LINES) for name in _LONGEST})
    values["for"] = request.form.get("for", "self")
    values["window"] = request.form.get("window", "")
    given = request.form.get("stamp", "")
    errors = _faults(right, values) | forms.fault(given, right)
    if errors:
        return _form(right, values, errors), 422
    intake = _intake(right, values, given)
    taken = engine().run(lambda tx: actions.receive(tx, intake), actor=SUBJECT)
    # Whoever sends a form may not be the person: this link never shows more than the state.
    key = links.sign(engine().ring, use="state", about=taken.reference)
    return redirect(url_for("portal.received", reference=taken.reference, key=key), 303)


def received(reference: str) -> str:
    """Show at once what was promised; the same for known and unknown, first and repeated."""
    key = request.args.get("key", "")
    links.check(engine().ring, key, use="state", about=reference, now=clock.now())
    with engine().reading() as tx:
        found = register.get(tx.session, reference)
        text = actions.person_text(tx, found)
    addresses = [item["value"] for item in text.get("subject", ()) if item["kind"] == "email"]
    return _received(found, key, mask_email(addresses[0]) if addresses else "")


def _received(found: Request, key: str, masked: str) -> str:
    promise = _promise(found.right, found.facts)
    today = clock.now().astimezone(engine().settings.zone).date()
    theirs = found.acting_for == "self"
    return render_template(
        "portal/received.html",
        reference=found.reference,
        title=titles()[found.right],
        promised_on=promise.on,
        days_words=days_left(promise.on, today),
        immediate=found.right in AT_ONCE,
        next_words=_next_words(found.right),
        masked=masked,
        paper_wanted=request_papers.is_wanted(found),
        status_url=url_for("portal.status", reference=found.reference, key=key),
        citation=promise.citation,
        signal_for_person=honour_signal(found.subject_id if theirs else None),
    )


def _form(right: str, values: Values, errors: Mapping[str, str]) -> str:
    facts = Facts(right, engine().settings.instance.jurisdiction, clock.now())
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
        windows=_windows(right, values["window"]),
        promised_on=promise.on,
        citation=promise.citation,
        errors=errors,
        stamp=forms.stamp(right),
    )


def _windows(right: str, chosen: str) -> list[Choice]:
    """Return how far back one may ask. Source: 11 CCR 7020 as of 2026; 7024(h)."""
    if right != "know:specific":
        return []
    return [Choice(value, words, chosen=value == (chosen or "all")) for value, words in _BACK]


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


def _faults(right: str, values: Values) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not forms.is_email(values["email"]):
        errors["email"] = forms.BAD_EMAIL
    if right == "correct" and not values["corrections"]:
        errors["corrections"] = "Tell us what is wrong and what is right."
    if values["for"] not in {value for value, _, _ in _WHOM}:
        errors["for"] = "Choose whose information it is."
    if values["for"] == "agent" and not values["agent"]:
        errors["agent"] = "Tell us who you are and how we reach you."
    for name, longest in _LONGEST.items():
        if len(values[name]) > longest and name not in errors:
            errors[name] = f"Please use at most {longest:,} characters."
    return errors


def _intake(right: str, values: Values, stamp: str) -> Intake:
    subject = [Identifier("email", values["email"])]
    if values["phone"]:
        subject.append(Identifier("phone", values["phone"]))
    # The same form sent twice, by a double click or a reload, is one request.
    language = _language()
    content = "\x1f".join([right, language, *(f"{k}={values[k]}" for k in sorted(values))])
    return Intake(
        right=right,
        subject=tuple(subject),
        channel="form",
        acting_for=values["for"],
        name=values["name"],
        details=values["details"],
        agent={"name": values["agent"]} if values["agent"] else {},
        corrections={"text": values["corrections"]} if values["corrections"] else {},
        window="all" if right == "know:specific" and values["window"] == "all" else None,
        language=language,
        site="portal",
        origin=("portal-form", sha256(f"{stamp}\x1f{content}".encode()).hexdigest()),
    )


def _language() -> str:
    """Return in which language the browser would have our letters, of those that we have."""
    known = {item.language for item in engine().content.templates}
    return request.accept_languages.best_match(sorted(known)) or ""
