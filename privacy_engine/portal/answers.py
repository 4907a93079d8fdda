"""A parent's answer, behind the link in our letter: allow, prove, refuse.

Nothing is ticked beforehand, a no is as easy as a yes, and nobody needs an account. Passing things
on to others and training artificial intelligence are asked apart from everything else.

Source: 16 CFR 312.4(c)(1), 312.5(a)(2), 312.5(b).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.children import consenting, methods, notice, register
from privacy_engine.children.actions import contact_of, going_on
from privacy_engine.children.consenting import Choice
from privacy_engine.children.register import Case
from privacy_engine.children.rules import State
from privacy_engine.errors import InvalidInput, NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.instance.model import Purpose
from privacy_engine.instance.parent_words import ParentWords
from privacy_engine.instance.terms import DocumentKind
from privacy_engine.letters import compose
from privacy_engine.look.spanish import say
from privacy_engine.portal import forms, parent_ways
from privacy_engine.portal.parent_ways import Option
from privacy_engine.portal.shell import engine, titles
from privacy_engine.rights import links
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import checkers, parent_forms, parent_links
from privacy_engine.workflow.parent_checks import Ask

_STATES = {
    State.ASKING: "ask",
    State.CONSENTED: "consented",
    State.DELETING: "deleting",
    State.WITHDRAWN: "withdrawn",
    State.DELETED: "deleted",
    State.CLEARED: "cleared",
}
_KEY_COOKIE = "parent_answer"
PENDING = frozenset({"chosen", "evidence", "confirming", "checking", "failed"})


@dataclass(frozen=True)
class Page:
    """What the template needs besides the form's own words."""

    case: str
    key: str
    state: str
    due_on: date | None
    due_words: str
    days_words: str
    child: str
    parent: str
    way: str
    progress: str
    telephone: str
    chosen: Sequence[str] = ()


def add(pages: Blueprint) -> None:
    """Add the page of the answer and what its buttons do."""
    pages.add_url_rule("/parent/answer/<case>", view_func=parent_answer)
    pages.add_url_rule("/parent/answer/<case>/<act>", view_func=parent_act, methods=["POST"])
    pages.add_url_rule("/parent/answer/<case>/form", view_func=parent_form)
    pages.add_url_rule("/parent/answer/<case>/return", view_func=parent_return)
    pages.add_url_rule(
        "/parent/answer/<case>/confirm", view_func=parent_confirm, methods=["GET", "POST"]
    )


def require_key(case: str, *, use: str = parent_links.ANSWER) -> str:
    """Return the key of the link that led here; a wrong one shows nothing."""
    key = request.values.get("key", "")
    with engine().reading() as tx:
        about = parent_links.about(tx, case, use=use)
    links.check(engine().ring, key, use=use, about=about, now=clock.now())
    return key


def parent_answer(case: str) -> str | Response:
    """Show where a parent's answer stands, and what can be done now."""
    key = require_key(case)
    with engine().reading() as tx:
        found = register.get(tx.session, case)
    if found.state is State.CONSENTED:
        saved = request.args.get("saved")
        return redirect(url_for("portal.parent_page", case=case, key=key, saved=saved))
    return _show(case, key, {})


def parent_act(case: str, act: str) -> str | Response | tuple[str, int]:
    """Do what a button says; a fault shows the page again, with nothing lost.

    A button that is pressed twice, or in a page left open, shows what was answered meanwhile.
    """
    key = require_key(case)
    acts = {
        "choose": _choose,
        "refuse": _refuse,
        "form": _upload,
        "check": _check,
        "again": _again,
    }
    if act not in acts:
        raise NotFound("there is no such button")
    with engine().reading() as tx:
        over = register.get(tx.session, case).state is not State.ASKING
    if over:
        return redirect(url_for("portal.parent_answer", case=case, key=key), 303)
    errors = forms.fault(request.form.get("csrf_token", "")) | _missing(act)
    if not errors:
        try:
            elsewhere = acts[act](case, key)
        except InvalidInput as fault:
            place = {"choose": "purposes", "form": "form"}.get(act, "again")
            errors = {place: f"{fault.detail[:1].upper()}{fault.detail[1:]}."}
        else:
            if act == "check":
                return _remember(_away(elsewhere), case, key)
            return redirect(elsewhere or url_for("portal.parent_answer", case=case, key=key), 303)
    return _show(case, key, errors), 422


def _away(url: str) -> Response:
    # Our pages let a form lead nowhere but to us, and browsers hold a redirect after it to that.
    return make_response(
        render_template(
            "portal/parent_away.html", url=url, language=engine().settings.instance.language
        )
    )


def _remember(answer: Response, case: str, key: str) -> Response:
    # The key opens the parent's page, so it stays in their browser and whoever checks gets none.
    answer.set_cookie(
        _KEY_COOKIE,
        key,
        httponly=True,
        samesite="Lax",
        secure=engine().settings.server.secure_cookies,
        path=url_for("portal.parent_return", case=case),
    )
    return answer


def parent_return(case: str) -> Response:
    """Let a parent back in who comes from whoever checks, in the browser that went there."""
    key = request.cookies.get(_KEY_COOKIE, "")
    if not links.is_ours(engine().ring, key, use=parent_links.ANSWER, about=case):
        raise NotFound("open the link in our newest letter: it shows how your answer stands")
    return redirect(url_for("portal.parent_answer", case=case, key=key))


def _missing(act: str) -> dict[str, str]:
    if act != "choose":
        return {}
    errors: dict[str, str] = {}
    if not request.form.get("method"):
        errors["method"] = "Choose how you show that you are the parent."
    if not forms.typed("signed_name"):
        errors["signed_name"] = "Type your name: the consent is yours."
    return errors


def _choose(case: str, key: str) -> str:
    del key
    given, name = request.form, forms.typed("signed_name")
    choice = Choice(tuple(given.getlist("purposes")), given["method"], name[:200])
    engine().run(lambda tx: consenting.choose(tx, case, choice), actor=SUBJECT)
    return ""


def _refuse(case: str, key: str) -> str:
    del key
    engine().run(lambda tx: consenting.refuse(tx, case), actor=SUBJECT)
    return ""


def _upload(case: str, key: str) -> str:
    del key
    sent = request.files.get("form")
    content = sent.stream.read(parent_forms.MOST_BYTES + 1) if sent else b""
    if not content:
        raise InvalidInput("choose the file with the signed form")
    parent_forms.receive(engine(), case, content)
    return ""


def _again(case: str, key: str) -> str:
    """Choose anew: what was chosen before stands until then."""
    return url_for("portal.parent_answer", case=case, key=key, again="1")


# Whoever checks ------------------------------------------------------------------------------


def _check(case: str, key: str) -> str:
    del key
    with engine().reading() as tx:
        found = register.get(tx.session, case)
    if methods.method(found.method).proof != "provider":
        raise InvalidInput("nobody else checks in the way that you chose")
    provider = checkers.provider_of(engine().settings, engine().ring)
    base = engine().settings.instance.public_url
    # The session says which case it is to whoever holds our key, and nothing to the provider.
    nonce = random_id()
    session = f"{case}.{nonce}.{links.sign(engine().ring, use='check', about=f'{case}.{nonce}')}"
    ask = Ask(
        session=session,
        method=found.method,
        return_url=f"{base}/parent/answer/{case}/return",
        answer_url=f"{base}/parent/checks/{provider.code}",
    )
    engine().run(
        lambda tx: consenting.check_started(tx, case, provider=provider.code, session=nonce),
        actor=SUBJECT,
    )
    begun = provider.begin(ask)
    if begun.session != session:
        # What comes back bears an id of theirs; which case it belongs to stands in the log alone.
        engine().run(
            lambda tx: consenting.check_started(
                tx, case, provider=provider.code, session=begun.session
            ),
            actor=SUBJECT,
        )
    return begun.url


# The second step of an answer by message ------------------------------------------------------


def parent_confirm(case: str) -> str | Response:
    """Show the button of the second message; pressing it, and no look of a scanner, confirms."""
    key = require_key(case, use=parent_links.CONFIRM)
    with engine().reading() as tx:
        found, answer = register.get(tx.session, case), parent_links.link(tx, case)
    proof = methods.method(found.method).proof if found.method else ""
    if found.state is not State.ASKING or proof != "second_message":
        return redirect(answer)
    if request.method == "POST" and not forms.fault(request.form.get("csrf_token", "")):
        engine().run(lambda tx: consenting.verify(tx, case), actor=SUBJECT)
        return redirect(f"{answer}&saved=1", 303)
    with engine().reading() as tx:
        chosen = _chosen(tx, case)
    return render_template(
        "portal/parent_confirm.html",
        case=case,
        key=key,
        chosen=[_words(item).title for item in chosen],
        language=engine().settings.instance.language,
    )


def parent_form(case: str) -> str:
    """Return the form to print, with what was chosen on it."""
    require_key(case)
    with engine().reading() as tx:
        contact, choice = contact_of(tx, case), consenting.choice_of(tx, case)
        chosen = _chosen(tx, case)
        offered = consenting.offered(tx)
        language = tx.settings.instance.language
        today = tx.now.astimezone(tx.settings.zone).date()
    return render_template(
        "portal/parent_form.html",
        language=language,
        case=case,
        child=contact.child_name,
        parent=choice.signed_name if choice else "",
        chosen=[_words(item).title for item in chosen],
        others=[_words(item).title for item in offered if item not in chosen],
        today_words=compose.day(today, language),
    )


# Drawing -------------------------------------------------------------------------------------


def _chosen(tx: Transaction, case: str) -> list[Purpose]:
    choice = consenting.choice_of(tx, case)
    return [tx.content.purpose(code) for code in (choice.purposes if choice else ())]


def options(kind: str, chosen: Sequence[str]) -> list[Option]:
    """Return the boxes of one group: `` for our own use, `third_parties` or `ai_training`."""
    with engine().reading() as tx:
        found = [item for item in consenting.offered(tx) if group_of(item) == kind]
    return [
        Option(
            item.code,
            _words(item).title,
            item.parent.told(engine().settings.instance.language),
            item.code in chosen,
        )
        for item in found
    ]


def _words(purpose: Purpose) -> ParentWords:
    return purpose.parent.in_language(engine().settings.instance.language)


def group_of(purpose: Purpose) -> str:
    """Return with which question a purpose is asked."""
    outside = purpose.sale or purpose.sharing
    return purpose.parent_choice or ("third_parties" if outside else "")


def _show(case: str, key: str, errors: Mapping[str, str]) -> str:
    with engine().reading() as tx:
        found = register.get(tx.session, case)
        page = _page(tx, found, key)
        means, third_parties = consenting.means_of(tx, case), notice.third_parties(tx)
        chosen = typed_purposes("choose", page.chosen)
        # Every way that could fit is shown; what was chosen decides when it is sent.
        ways = {item.code for item in methods.open_ways(means, [])}
    state = page.state
    if state == "ask" and found.parent in PENDING and not request.args.get("again"):
        state = "prove"
    picked, language = request.form.get("method", ""), engine().settings.instance.language
    return render_template(
        "portal/parent_answer.html",
        page=page,
        state=state,
        errors={name: say(words, language) for name, words in errors.items()},
        own=options("", chosen),
        others=options("third_parties", chosen),
        training=options("ai_training", chosen),
        ways=parent_ways.options(ways, picked, language),
        language=language,
        signed_name=request.form.get("signed_name", ""),
        recipients=notice.who_works_for_us(engine().content),
        third_parties=third_parties,
        notices=_notices(),
    )


def typed_purposes(act: str, before: Sequence[str]) -> Sequence[str]:
    """Return what was ticked in the form of `act` just sent, even nothing; else what stood."""
    sent = (request.view_args or {}).get("act") == act
    return request.form.getlist("purposes") if sent else before


def _notices() -> list[tuple[str, str]]:
    """Return the notices to parents that are in force, with their addresses."""
    kinds = {DocumentKind.DIRECT_NOTICE, DocumentKind.CHILDRENS_NOTICE}
    found = titles(item for item in engine().content.documents if item.kind in kinds)
    return [(title, url_for("portal.document", slug=slug)) for slug, title in found.items()]


def _state(tx: Transaction, case: str) -> str:
    """Return where the page stands; a permission that was taken back ends with the erasure."""
    found = going_on(tx, case)
    state = _STATES.get(found.state, "deleting")
    erased = state == "withdrawn" and register.subject_of(tx, found.case) is None
    return "deleted" if erased else state


def _page(tx: Transaction, found: Case, key: str) -> Page:
    zone = tx.settings.zone
    today = tx.now.astimezone(zone).date()
    due_on = found.answer_due_at.astimezone(zone).date() if found.answer_due_at else None
    contact, choice = contact_of(tx, found.case), consenting.choice_of(tx, found.case)
    proof = methods.method(found.method).proof if found.method else ""
    language = tx.settings.instance.language
    return Page(
        case=found.case,
        key=key,
        state=_state(tx, found.case),
        due_on=due_on,
        due_words=compose.day(due_on, language) if due_on else "",
        days_words=parent_ways.days_words(due_on, today, language) if due_on else "",
        child=contact.child_name,
        parent=contact.parent_name,
        way=found.method if proof == "officer" else proof,
        progress=found.parent,
        telephone=tx.settings.children.telephone,
        chosen=choice.purposes if choice else (),
    )
