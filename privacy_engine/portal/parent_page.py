"""A parent's page after the consent: see what is held, take it, change, take back, delete.

Source: 16 CFR 312.6.
"""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from privacy_engine.children import consenting, register
from privacy_engine.children.actions import contact_of, is_same_contact
from privacy_engine.children.rules import State
from privacy_engine.errors import InvalidInput, NotFound
from privacy_engine.letters import compose
from privacy_engine.look.formats import mask_email
from privacy_engine.look.spanish import say
from privacy_engine.portal import forms
from privacy_engine.portal.answers import options, require_key, typed_purposes
from privacy_engine.portal.shell import engine
from privacy_engine.reports import parent_copy
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow import child_holdings
from privacy_engine.workflow.child_holdings import Place


def add(pages: Blueprint) -> None:
    """Add the page, and what its buttons do."""
    pages.add_url_rule("/parent/page/<case>", view_func=parent_page)
    pages.add_url_rule("/parent/page/<case>/<act>", view_func=parent_page_act, methods=["POST"])


def parent_page(case: str) -> str | Answer:
    """Show what a parent allowed and what is held."""
    key = require_key(case)
    if not _stands(case):
        return redirect(url_for("portal.parent_answer", case=case, key=key))
    shown = engine().run(lambda tx: consenting.shown(tx, case, as_="page"), actor=SUBJECT)
    places = child_holdings.in_systems(engine(), case)
    child_holdings.call_an_officer(engine(), case, places, because=shown)
    return _show(case, key, {}, places=places)


def parent_page_act(case: str, act: str) -> str | Answer | Response | tuple[str, int]:
    """Do what a button says."""
    key = require_key(case)
    if not _stands(case):
        return redirect(url_for("portal.parent_answer", case=case, key=key), 303)
    errors = forms.fault(request.form.get("csrf_token", ""))
    if errors:
        return _show(case, key, errors), 422
    try:
        match act:
            case "download":
                return _download(case_=case)
            case "change":
                wanted = request.form.getlist("purposes")
                engine().run(lambda tx: consenting.change(tx, case, wanted), actor=SUBJECT)
            case "withdraw" | "delete":
                engine().run(lambda tx: consenting.withdraw(tx, case), actor=SUBJECT)
            case _:
                raise NotFound("there is no such button")
    except InvalidInput as fault:
        place = "contact" if act == "download" else "purposes"
        return _show(case, key, {place: f"{fault.detail[:1].upper()}{fault.detail[1:]}."}), 422
    return redirect(url_for("portal.parent_page", case=case, key=key, saved="1"), 303)


def _stands(case: str) -> bool:
    with engine().reading() as tx:
        return register.get(tx.session, case).state is State.CONSENTED


def _download(*, case_: str) -> Response:
    """Return a copy of everything; the address is asked for once more."""
    with engine().reading() as tx:
        contact = contact_of(tx, case_)
    if not is_same_contact(forms.typed("contact"), contact.parent_email or contact.parent_phone):
        raise InvalidInput("this is not the address or number that we reach you by")
    tables, places = child_holdings.copy(engine(), case_)
    with engine().reading() as tx:
        content = parent_copy.build(
            tx,
            tables,
            child_holdings.log_rows(tx, case_),
            case=case_,
            missing=child_holdings.missing(places),
        )
    engine().run(lambda tx: consenting.shown(tx, case_, as_="copy"), actor=SUBJECT)
    headers = {"Content-Disposition": f'attachment; filename="{case_}.zip"'}
    return Response(content, mimetype="application/zip", headers=headers)


def _show(
    case: str, key: str, errors: dict[str, str], *, places: Sequence[Place] | None = None
) -> str:
    with engine().reading() as tx:
        contact, choice = contact_of(tx, case), consenting.choice_of(tx, case)
        held = child_holdings.in_our_log(tx, case)
    allowed = choice.purposes if choice else ()
    chosen = typed_purposes("change", allowed)
    language = engine().settings.instance.language
    return render_template(
        "portal/parent_page.html",
        case=case,
        key=key,
        language=language,
        day_words=partial(compose.day, language=language),
        errors={name: say(words, language) for name, words in errors.items()},
        child=contact.child_name,
        masked=mask_email(contact.parent_email) if contact.parent_email else "",
        telephone=not contact.parent_email,
        saved=bool(request.args.get("saved")) and not errors,
        held=held,
        places=child_holdings.in_systems(engine(), case) if places is None else places,
        own=options("", chosen),
        others=options("third_parties", chosen),
        training=options("ai_training", chosen),
    )
