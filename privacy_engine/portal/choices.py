"""What a person has agreed to, changed without an account; and the end of mail in one click."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from privacy_engine import clock
from privacy_engine.consent import actions as consent
from privacy_engine.consent.actions import Choice, Preference
from privacy_engine.consent.rules import State
from privacy_engine.errors import Conflict, NotFound
from privacy_engine.instance.terms import PurposeRule
from privacy_engine.log.event import Identifier
from privacy_engine.look.formats import day_long, mask_email
from privacy_engine.portal.shell import engine
from privacy_engine.rights import links
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import correspondence

_SUBJECT_CHARACTERS = 32


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

    @pages.route("/find/<any(preferences, status):purpose>", methods=["GET", "POST"])
    def find(purpose: str) -> str | tuple[str, int]:
        email = request.form.get("email", "").strip()
        errors: dict[str, str] = {}
        sent = False
        if request.method == "POST":
            if "@" not in email.strip("@") or len(email) > 320:
                errors["email"] = "Enter an email address such as name@example.org."
            else:
                _order_link(email, purpose)
                sent = True
        page = render_template(
            "portal/find_preferences.html", purpose=purpose, email=email, sent=sent, errors=errors
        )
        return (page, 422) if errors else page

    @pages.route("/preferences", methods=["GET", "POST"])
    def preferences() -> str:
        token = request.values.get("token") or request.args.get("key", "")
        subject_id = _subject(token, use="preferences")
        saved = False
        errors: dict[str, str] = {}
        if request.method == "POST":
            errors = engine().run(lambda tx: _save(tx, subject_id), actor=SUBJECT)
            saved = not errors
        with engine().reading() as tx:
            found = consent.preferences(tx, subject_id)
            masked = _masked(tx, subject_id)
        return render_template(
            "portal/preferences.html",
            masked=masked,
            token=token,
            purposes=[_line(item) for item in found],
            saved=saved,
            errors=errors,
        )

    @pages.route("/unsubscribe", methods=["GET", "POST"])
    def unsubscribe() -> str:
        token = request.values.get("token") or request.args.get("key", "")
        subject_id, list_name = _unsubscribe_token(token)
        done = request.method == "POST"  # a GET never acts: mail scanners follow links
        if done:
            everything = request.form.get("all") == "yes" or not list_name
            name = "" if everything else list_name
            engine().run(lambda tx: consent.unsubscribe(tx, subject_id, name=name), actor=SUBJECT)
        with engine().reading() as tx:
            masked = _masked(tx, subject_id)
            choices_url = correspondence.preferences_url(tx, subject_id)
        return render_template(
            "portal/unsubscribe.html",
            title=list_name or "all our news",
            token=token,
            state="done" if done else "ask",
            masked=masked,
            preferences_url=choices_url,
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


def _unsubscribe_token(token: str) -> tuple[str, str]:
    subject_id, _, rest = token.partition(".")
    name, _, key = rest.partition("~")
    about = f"{subject_id}:{name}"
    links.check(engine().ring, key, use="unsubscribe", about=about, now=clock.now())
    return subject_id, name


def _save(tx: Transaction, subject_id: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    refuse_all = request.form.get("all") == "no"
    for item in consent.preferences(tx, subject_id):
        code = item.purpose.code
        wanted = "no" if refuse_all else request.form.get(f"purpose-{code}", "")
        if item.purpose.rule is PurposeRule.NOTICE or wanted not in {"yes", "no"}:
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
    fixed = ""
    if item.purpose.rule is PurposeRule.NOTICE:
        fixed = "Needed to give you the service; it ends when you delete your account."
    why = item.purpose.description
    if item.answer.since is not None:
        on = item.answer.since.astimezone(engine().settings.zone).date()
        text = f", under the text of {item.answer.version}" if item.answer.version else ""
        why = f"{why} Your answer of {day_long(on)}{text}."
    return PurposeLine(
        item.purpose.code, item.purpose.title, why, "yes" if item.answer.permitted else "no", fixed
    )


def _masked(tx: Transaction, subject_id: str) -> str:
    addresses = [i.value for i in tx.identifiers(tx.person(subject_id)) if i.kind == "email"]
    return mask_email(addresses[0]) if addresses else "you"
