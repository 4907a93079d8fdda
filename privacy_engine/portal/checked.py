"""What whoever checks parents says of a parent, and the page that stands in for them in tests.

An answer counts for the choice that stood when its check was begun, and for no later one.
"""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.children import consenting, register
from privacy_engine.children.rules import State
from privacy_engine.errors import NotFound
from privacy_engine.portal import forms
from privacy_engine.portal.shell import engine
from privacy_engine.rights import links
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import checkers, parent_links
from privacy_engine.workflow.parent_checks import Answer, Provider, TestProvider
from privacy_engine.workflow.trusted_adult import TrustedAdultProvider


def add(pages: Blueprint) -> None:
    """Add the door for signed answers, and the page for tests."""
    pages.add_url_rule(
        "/parent/checks/<code>", view_func=parent_checked, methods=["POST"], endpoint="checked"
    )
    pages.add_url_rule(
        "/parent/test-check/<session>", view_func=test_check, methods=["GET", "POST"]
    )


def parent_checked(code: str) -> tuple[str, int]:
    """Take a provider's signed answer; the same answer again changes nothing."""
    provider = checkers.provider_of(engine().settings, engine().ring)
    if provider.code != code:
        raise NotFound("nobody of this name checks parents")
    answer = provider.read(
        {name.lower(): value for name, value in request.headers.items()},
        request.get_data(),
        now=clock.now(),
    )
    if answer is not None:
        _heed(answer, provider)
    return "", provider.taken


def _heed(answer: Answer, provider: Provider) -> None:
    def work(tx: Transaction) -> None:
        if isinstance(provider, TrustedAdultProvider):
            nonce = answer.session
            case = consenting.case_of_check(tx, provider=provider.code, session=nonce)
        else:
            case, nonce = session_of(answer.session)
        tx.lock(case)
        if register.get(tx.session, case).state is not State.ASKING:
            return  # answered already, or too late
        if not consenting.awaits_check(tx, case, session=nonce):
            return  # the parent chose otherwise since, or was never sent there
        if answer.passed:
            consenting.verify(tx, case, session=nonce)
        else:
            consenting.check_failed(tx, case, reason=answer.reason)

    engine().run(work)


def session_of(session: str) -> tuple[str, str]:
    """Return case and nonce of a session of ours.

    Raises:
        NotFound: it is none.
    """
    case, _, rest = session.partition(".")
    nonce, _, key = rest.partition(".")
    links.check(engine().ring, key, use="check", about=f"{case}.{nonce}", now=clock.now())
    return case, nonce


def test_check(session: str) -> str | Response:
    """In test mode, stand in for a provider: a click passes or fails the check."""
    provider = checkers.provider_of(engine().settings, engine().ring)
    if not isinstance(provider, TestProvider):
        raise NotFound("there is no such page")
    case, _ = session_of(session)
    if request.method == "POST" and not forms.fault(request.form.get("csrf_token", "")):
        passed = request.form.get("passed") == "yes"
        headers, body = provider.answer(session, passed=passed, now=clock.now())
        _heed(provider.read(headers, body, now=clock.now()), provider)
        with engine().reading() as tx:
            return redirect(parent_links.link(tx, case), 303)
    return render_template("portal/parent_test_check.html", session=session)


test_check.__test__ = False  # type: ignore[attr-defined]
