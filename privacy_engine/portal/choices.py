"""What a person has agreed to, and changing it, without an account."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.consent import actions as consent
from privacy_engine.consent.actions import Choice, Preference
from privacy_engine.consent.rules import State
from privacy_engine.errors import Conflict, NotFound
from privacy_engine.instance.model import Purpose
from privacy_engine.instance.terms import PurposeRule
from privacy_engine.log.event import Identifier
from privacy_engine.look.formats import day_long
from privacy_engine.portal import forms
from privacy_engine.portal.evenly import evenly
from privacy_engine.portal.shell import (
    engine,
    has_signal,
    honour_signal,
    link_token,
    masked_address,
)
from privacy_engine.rights import links
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import correspondence

_SUBJECT_CHARACTERS = 32
_ANSWERED = frozenset({State.GIVEN, State.REFUSED, State.WITHDRAWN})


@dataclass(frozen=True)
class PurposeLine:
    """One purpose on the page; `fixed` says why it cannot be changed."""

    code: str
    title: str
    why: str
    answer: str
    fixed: str


def add(pages: Blueprint) -> None:
    """Add the pages about choices."""
    pages.add_url_rule(
        "/find/<any(preferences, status):purpose>", view_func=find, methods=["GET", "POST"]
    )
    pages.add_url_rule("/status", view_func=find_status)
    pages.add_url_rule("/preferences", view_func=preferences, methods=["GET", "POST"])


@evenly
def find(purpose: str) -> str | tuple[str, int]:
    """Ask for an address, and send a link there; known or not, it looks the same."""
    email = forms.typed("email")
    errors: dict[str, str] = {}
    sent = False
    if request.method == "POST":
        if not forms.is_email(email):
            errors["email"] = forms.BAD_EMAIL
        errors |= forms.fault(request.form.get("csrf_token", ""))
        sent = not errors
    if sent:
        _order_link(email, purpose)
    page = render_template(
        "portal/find_preferences.html", purpose=purpose, email=email, sent=sent, errors=errors
    )
    return (page, 422) if errors else page


def find_status() -> Response:
    """Lead to the page that sends a link to a request."""
    return redirect(url_for("portal.find", purpose="status"))


def preferences() -> str | Response:
    """Show a person their choices, and save them."""
    token = link_token()
    if not token:
        return redirect(url_for("portal.find", purpose="preferences"))
    subject_id = _subject(token, use="preferences")
    signalled = honour_signal(subject_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        again = _to_confirm(subject_id)
        if again:
            return _confirmation(token, again)
        errors = engine().run(lambda tx: _save(tx, subject_id), actor=SUBJECT)
    with engine().reading() as tx:
        found = consent.preferences(tx, subject_id)
        masked = masked_address(tx, subject_id)
    return render_template(
        "portal/preferences.html",
        masked=masked,
        token=token,
        purposes=[_line(item) for item in found],
        saved=request.method == "POST" and not errors,
        errors=errors,
        signal_for_person=signalled,
    )


def _is_sale(purpose: Purpose) -> bool:
    return purpose.sale or purpose.sharing


def _to_confirm(subject_id: str) -> Sequence[Preference]:
    """Return what would be sold or shared after a no or before 16, and needs the second step.

    Source: 11 CCR 7028(a), 7071: a request to opt in, then a separate confirmation.
    """
    if request.form.get("confirm") == "yes" or request.form.get("all") == "no":
        return ()
    with engine().reading() as tx:
        found = consent.preferences(tx, subject_id)
    return [
        item
        for item in found
        if _is_sale(item.purpose)
        and item.can_give
        and not item.answer.permitted
        and request.form.get(f"purpose-{item.purpose.code}") == "yes"
    ]


def _confirmation(token: str, again: Sequence[Preference]) -> str:
    kept = {name: value for name, value in request.form.items() if name.startswith("purpose-")}
    return render_template(
        "portal/preferences_confirm.html",
        token=token,
        titles=[item.purpose.title for item in again],
        refused=any(item.answer.since is not None for item in again),
        kept=kept,
        without=kept | {f"purpose-{item.purpose.code}": "no" for item in again},
    )


def _order_link(email: str, purpose: str) -> None:
    # Known or not, the page does the same work and says the same.
    def work(tx: Transaction) -> None:
        subject_id = tx.find_subject([Identifier("email", email)], site="portal")
        correspondence.order_link(tx, subject_id=subject_id, purpose=purpose)

    engine().run(work, actor=SUBJECT)


def _subject(token: str, *, use: str) -> str:
    subject_id, _, key = token.partition(".")
    if len(subject_id) != _SUBJECT_CHARACTERS:
        raise NotFound("this link does not work (any more); ask for a new one")
    links.check(engine().ring, key, use=use, about=subject_id, now=clock.now())
    return subject_id


def _save(tx: Transaction, subject_id: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    refuse_all = request.form.get("all") == "no"
    for item in consent.preferences(tx, subject_id):
        code = item.purpose.code
        wanted = "no" if refuse_all else request.form.get(f"purpose-{code}", "")
        if wanted not in {"yes", "no"}:
            continue
        paused = item.answer.state is State.SUSPENDED
        if item.purpose.rule is PurposeRule.NOTICE or (_fixed(item) and not paused):
            continue
        if wanted == "no" and item.can_withdraw:
            stop = consent.withdraw if item.answer.state is State.GIVEN else consent.refuse
            stop(tx, subject_id, Choice(code))
        elif wanted == "yes" and item.can_give:
            try:
                consent.give(tx, subject_id, Choice(code))
            except Conflict as refusal:
                errors[f"purpose-{code}"] = f"{item.purpose.title}: {refusal.detail}."
    return errors


def _line(item: Preference) -> PurposeLine:
    why = item.purpose.description
    # Nothing is chosen for anybody: saving one answer must not make a yes of what nobody said.
    if item.answer.state not in _ANSWERED:
        standing = "we do this" if item.answer.permitted else "we do not do this"
        fixed = _fixed(item)
        why = why if fixed else f"{why} You have not chosen; until you do, {standing}."
        return PurposeLine(item.purpose.code, item.purpose.title, why, "", fixed)
    if item.answer.since is None:  # nobody said it: before 16, or a no that outlived its record
        fixed = _fixed(item)
        why = why if fixed else f"{why} It stays off until you say yes."
        return PurposeLine(item.purpose.code, item.purpose.title, why, "", fixed)
    on = item.answer.since.astimezone(engine().settings.zone).date()
    text = f", under the text of {item.answer.version}" if item.answer.version else ""
    why = f"{why} Your answer of {day_long(on)}{text}."
    answer = "yes" if item.answer.permitted else "no"
    return PurposeLine(item.purpose.code, item.purpose.title, why, answer, _fixed(item))


def _fixed(item: Preference) -> str:
    """Return why a choice cannot be changed here and now, or nothing."""
    if item.answer.state is State.SUSPENDED:
        return "Paused at the moment: your information is not used for this."
    if item.purpose.rule is PurposeRule.NOTICE:
        return "Needed to give you the service; it ends when you delete your account."
    if has_signal() and _is_sale(item.purpose) and not item.answer.permitted:
        return "No. Your browser asks us not to, and that holds."
    return ""
