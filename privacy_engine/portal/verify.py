"""The confirmation behind the link in our letter: yes, no, or a new link when it has run out."""

from flask import Blueprint, render_template, request, url_for

from privacy_engine import clock
from privacy_engine.errors import NotFound
from privacy_engine.portal.home import titles
from privacy_engine.portal.shell import engine
from privacy_engine.rights import actions, links, register, rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import correspondence

_METHOD = "email_link"


def add(pages: Blueprint) -> None:
    """Add the page behind the link, and the button that asks for a new one."""

    @pages.route("/requests/<reference>/verify", methods=["GET", "POST"])
    def verify(reference: str) -> str:
        key = request.values.get("key") or request.form.get("token", "")
        if not links.is_ours(engine().ring, key, use="verify", about=reference):
            raise NotFound("this link does not work; ask for a new one")
        found = _found(reference)
        if not _is_fresh(key, reference):
            return _page(found, key, "done" if _is_settled(found) else "expired")
        # A mail scanner that follows the link only sees the button; pressing it is a POST.
        answer = request.form.get("answer", "yes")
        if request.method == "POST" and answer in {"yes", "no"} and not found.ended:
            found = engine().run(lambda tx: _answer(tx, reference, answer), actor=SUBJECT)
        return _page(found, key, _state(found))

    @pages.post("/requests/<reference>/verify/again")
    def resend(reference: str) -> str:
        key = request.args.get("key", "")
        if not links.is_ours(engine().ring, key, use="verify", about=reference):
            raise NotFound("this link does not work; ask for a new one")
        found = _found(reference)
        if _is_settled(found):
            return _page(found, key, "done")
        engine().run(
            lambda tx: correspondence.order_verification(tx, reference=reference), actor=SUBJECT
        )
        return _page(found, key, "sent")


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


def _state(found: Request) -> str:
    if found.state is rules.State.REVOKED:
        return "stopped"
    return "done" if _is_settled(found) else "ask"


def _answer(tx: Transaction, reference: str, answer: str) -> Request:
    # "It was not me": nothing happens to the information of whoever reads that mailbox, and what
    # was confirmed a moment ago is not undone by whoever forwards the letter.
    found = register.get(tx.session, reference)
    if answer == "yes":
        return actions.verify(tx, reference, method=_METHOD)
    if found.verified_at is None:
        actions.fail_verification(tx, reference, method=_METHOD)
        actions.revoke(tx, reference)
    return register.get(tx.session, reference)


def _page(found: Request, key: str, state: str) -> str:
    status_key = links.sign(engine().ring, use="status", about=found.reference)
    return render_template(
        "portal/verify.html",
        title=titles()[found.right],
        reference=found.reference,
        token=key,
        state=state,
        resend_url=url_for("portal.resend", reference=found.reference, key=key),
        status_url=url_for("portal.status", reference=found.reference, key=status_key),
    )
