"""The confirmation behind the link in our letter: yes, no, or a new link when it has run out.

Where the right asks for more than the mailbox, the same page asks for it: details that are
compared later, out of sight, and a signed declaration. It says the same whatever is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, render_template, request, url_for

from privacy_engine import clock
from privacy_engine.errors import NotFound
from privacy_engine.look.parts import Values
from privacy_engine.look.spanish import say
from privacy_engine.portal import forms
from privacy_engine.portal.home import titles
from privacy_engine.portal.shell import engine
from privacy_engine.rights import actions, links, register, rules, verification
from privacy_engine.rights.register import Request
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import correspondence, matching

_METHOD = "email_link"
_LABELS = {
    "name": "Your name, as you gave it to us",
    "phone": "A phone number that you gave us",
    "postcode": "Your postcode",
    "birth_year": "The year you were born",
    "account_number": "Your account number",
    "invoice_number": "The number of one of your invoices",
    "licence_number": "Your licence number",
    "last_day": "A day on which you used our service",
}
_LONGEST_NAME = 200


@dataclass(frozen=True)
class _More:
    """What the page asks for besides the press of a button."""

    details: tuple[tuple[str, str], ...] = ()
    at_least: int = 0
    declaration: str = ""
    language: str = "en"
    agent: str = ""

    def __bool__(self) -> bool:
        return bool(self.details or self.declaration)


@dataclass(frozen=True)
class _Drawn:
    """How the page stands: its state, what it asks for, what was typed and what is wrong."""

    state: str
    more: _More = field(default_factory=_More)
    values: Values = field(default_factory=Values)
    errors: Mapping[str, str] = field(default_factory=dict)


def add(pages: Blueprint) -> None:
    """Add the page behind the link, and the button that asks for a new one."""

    @pages.route("/requests/<reference>/verify", methods=["GET", "POST"])
    def verify(reference: str) -> str | tuple[str, int]:
        key = request.values.get("key") or request.form.get("token", "")
        if not links.is_ours(engine().ring, key, use="verify", about=reference):
            raise NotFound("this link does not work; ask for a new one")
        found = _found(reference)
        if not _is_fresh(key, reference):
            return _page(found, key, _Drawn("done" if _is_settled(found) else "expired"))
        # A mail scanner that follows the link only sees the button; pressing it is a POST.
        answer = request.form.get("answer", "yes")
        if request.method == "POST" and answer in {"yes", "no"} and not _is_settled(found):
            return _answered(found, key, answer)
        return _page(found, key, _drawn(found))

    @pages.post("/requests/<reference>/verify/again")
    def resend(reference: str) -> str:
        key = request.args.get("key", "")
        if not links.is_ours(engine().ring, key, use="verify", about=reference):
            raise NotFound("this link does not work; ask for a new one")
        found = _found(reference)
        if _is_settled(found):
            return _page(found, key, _Drawn("done"))
        engine().run(
            lambda tx: correspondence.order_verification(tx, reference=reference), actor=SUBJECT
        )
        return _page(found, key, _Drawn("sent"))


def _answered(found: Request, key: str, answer: str) -> str | tuple[str, int]:
    if answer == "no":
        found = engine().run(lambda tx: _refuse(tx, found.reference), actor=SUBJECT)
        return _page(found, key, _drawn(found))
    drawn = _drawn(found)
    if drawn.state != "ask":
        return _page(found, key, drawn)
    more = drawn.more
    values = Values({name: forms.typed(name) for name in (*dict(more.details), "signature")})
    errors = _faults(more, values, language=found.language)
    if errors:
        return _page(found, key, _Drawn("ask", more, values, errors)), 422
    found = engine().run(lambda tx: _take(tx, found.reference, more, values), actor=SUBJECT)
    compares = more.details and found.verified_at is None
    return _page(found, key, _Drawn("compare") if compares else _drawn(found))


def _faults(more: _More, values: Values, *, language: str) -> dict[str, str]:
    """Return what is missing of what was asked for; never whether what is there is right."""
    errors: dict[str, str] = {}
    if more.details:
        written = sum(bool(values[code]) for code, _ in more.details)
        if written < more.at_least:
            first = more.details[0][0]
            count = say(_count(more.at_least), language)
            errors[first] = say("Please fill in {count} of these.", language, count=count)
    if more.declaration:
        if not values["signature"] or len(values["signature"]) > _LONGEST_NAME:
            errors["signature"] = say("Please sign with your name.", language)
        if request.form.get("declared") != "yes":
            errors["declared"] = say("Please tick this if it is true.", language)
    return errors


def _count(number: int) -> str:
    return {1: "at least one", 2: "at least two", 3: "at least three"}.get(number, str(number))


def _take(tx: Transaction, reference: str, more: _More, values: Values) -> Request:
    found = actions.verify(tx, reference, method=_METHOD)
    if found.acting_for == "agent" and found.verified_at is None:
        # Whoever reads the person's own mail says that the agent may ask (7063(a)(2)).
        confirmed = {verification.CONFIRMED}
        found = actions.give_evidence(tx, reference, confirmed, method=_METHOD)
    if more.declaration and found.verified_at is None:
        found = actions.declare(
            tx,
            reference,
            wording=more.declaration,
            signature=values["signature"],
            language=more.language,
        )
    if more.details and found.verified_at is None:
        answers = {code: values[code] for code, _ in more.details}
        matching.hand_in(tx, reference, answers=answers)
    return found


def _refuse(tx: Transaction, reference: str) -> Request:
    # "It was not me": nothing happens to the information of whoever reads that mailbox, and what
    # was confirmed a moment ago is not undone by whoever forwards the letter.
    if register.get(tx.session, reference).verified_at is None:
        actions.fail_verification(tx, reference, method=_METHOD)
        actions.revoke(tx, reference)
    return register.get(tx.session, reference)


def _found(reference: str) -> Request:
    with engine().reading() as tx:
        return register.get(tx.session, reference)


def _is_fresh(key: str, reference: str) -> bool:
    try:
        links.check(engine().ring, key, use="verify", about=reference, now=clock.now())
    except NotFound:
        return False
    return True


def _is_settled(found: Request) -> bool:
    return found.verified_at is not None or found.ended


def _drawn(found: Request) -> _Drawn:
    if found.state is rules.State.REVOKED:
        return _Drawn("stopped")
    if _is_settled(found):
        return _Drawn("done")
    more = _more(found)
    with engine().reading() as tx:
        failed = matching.failed_tries(tx, found) if more.details else found.verification_failed
    pressed = verification.MAILBOX in found.given
    if failed >= rules.MAX_ATTEMPTS or (pressed and not more):
        return _Drawn("person")
    return _Drawn("ask", more)


def _more(found: Request) -> _More:
    """Return what the page asks for besides the button, by what the link itself will show."""
    with engine().reading() as tx:
        text = actions.person_text(tx, found)
        contested = actions.contested(tx, found)
    agent = str((text.get("agent") or {}).get("name") or "") if found.acting_for == "agent" else ""
    by_link = verification.evidence_of(_METHOD) - contested | {verification.CONFIRMED}
    given = found.given | by_link
    lacking = verification.lacking(found.asked, given)
    details: tuple[tuple[str, str], ...] = ()
    at_least = 0
    if "points" in lacking:
        known = [code for code in matching.details(engine().content) if code not in contested]
        details = tuple((code, _LABELS[code]) for code in known)
        tier = verification.needed(found.asked).tier
        at_least = max(1, tier.data_points - len(verification.pieces(given, tier)))
    language = found.language[:2] if found.language[:2] in verification.DECLARATIONS else "en"
    signed = verification.DECLARATIONS[language] if "declaration" in lacking else ""
    return _More(details, at_least, signed, language, agent)


def _page(found: Request, key: str, drawn: _Drawn) -> str:
    status_key = links.sign(engine().ring, use="status", about=found.reference)
    return render_template(
        "portal/verify.html",
        title=say(titles()[found.right], found.language),
        language=found.language,
        reference=found.reference,
        token=key,
        state=drawn.state,
        more=drawn.more,
        how_many=_count(drawn.more.at_least),
        values=drawn.values,
        errors=drawn.errors,
        resend_url=url_for("portal.resend", reference=found.reference, key=key),
        status_url=url_for("portal.status", reference=found.reference, key=status_key),
    )
