"""The package of a request to know: fetched once more confirmed, by a button, not by a link."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, Response, render_template, request, url_for

from privacy_engine import clock
from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.look.formats import mask_email
from privacy_engine.look.spanish import say
from privacy_engine.portal.shell import engine
from privacy_engine.reports import package_parts, subject_package
from privacy_engine.rights import actions, links, register, rules
from privacy_engine.rights.table import PACKAGE
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import correspondence, disclosing

_USE = "package"
_A_DAY = timedelta(days=1)


def add(pages: Blueprint) -> None:
    """Add the page behind the link in the answer, and the button that asks for a new link."""

    @pages.route("/requests/<reference>/package", methods=["GET", "POST"])
    def package(reference: str) -> str | Response | tuple[str, int]:
        key = request.values.get("key", "")
        if not _is_fresh(reference, key):
            return _page(reference, key, "expired")
        if request.method == "GET":
            return _page(reference, key, "ask")
        return _answered(reference, key)

    @pages.post("/requests/<reference>/package/again")
    def package_again(reference: str) -> str:
        key = request.args.get("key", "")
        if not _is_fresh(reference, key):
            engine().run(
                lambda tx: correspondence.order_package_link(tx, reference=reference),
                actor=SUBJECT,
            )
        return _page(reference, key, "sent")


def _is_fresh(reference: str, key: str) -> bool:
    """Return whether a link still works; whoever holds an old one got our letter, and is told so.

    Raises:
        NotFound: it is none of ours.
    """
    if not links.is_ours(engine().ring, key, use=_USE, about=reference):
        raise NotFound("this link does not work; ask for a new one")
    try:
        links.check(engine().ring, key, use=_USE, about=reference, now=clock.now())
    except NotFound:
        return False
    return True


def _answered(reference: str, key: str) -> str | Response | tuple[str, int]:
    typed = request.form.get("email", "").strip().casefold()
    password = request.form.get("password", "")
    least = package_parts.LEAST_PASSWORD
    if password and not least <= len(password) <= package_parts.MOST_PASSWORD:
        short = {"password": "Please use at least {least} characters, or leave it empty."}
        return _page(reference, key, "ask", short), 422
    content = engine().run(lambda tx: _fetch(tx, reference, typed), actor=SUBJECT)
    if content is None:
        wrong = {"email": "This is not the address that the request was made with."}
        return _page(reference, key, "ask", wrong), 422
    if password:
        content = _locked(content, password)
    return Response(
        content,
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{reference}.zip"'},
    )


def _locked(content: bytes, password: str) -> bytes:
    try:
        return package_parts.under_password(content, password)
    except InvalidInput as error:  # the length was looked at before
        raise Conflict(error.detail) from None


def _page(reference: str, key: str, state: str, errors: Mapping[str, str] | None = None) -> str:
    with engine().reading() as tx:
        found = register.get(tx.session, reference)
        addresses = _addresses(tx, found)
        path = subject_package.path_of(tx.settings, reference)
    return render_template(
        "portal/package.html",
        reference=reference,
        key=key,
        state="gone" if state == "expired" and not path.exists() else state,
        language=found.language,
        errors={
            name: say(words, found.language, least=package_parts.LEAST_PASSWORD)
            for name, words in (errors or {}).items()
        },
        masked=mask_email(addresses[0]) if addresses else "",
        least=package_parts.LEAST_PASSWORD,
        again_url=url_for("portal.package_again", reference=reference, key=key),
    )


def _fetch(tx: Transaction, reference: str, typed: str) -> bytes | None:
    """Return the zip, or None for a wrong address; attempts are limited.

    Source: 11 CCR 7024(f): reasonable security in transit, and to the right person.
    """
    found = register.get(tx.session, reference)
    if _failed_today(tx, reference) >= rules.MAX_ATTEMPTS:
        raise Conflict("too many attempts failed; please come back tomorrow, or write to us")
    if typed not in _addresses(tx, found):
        tx.append(
            "request.verification_failed",
            {"case": reference, "method": PACKAGE},
            case=reference,
            subject_id=found.subject_id,
        )
        return None
    content = subject_package.open_package(tx, reference)
    if found.subject_id:
        disclosing.to_person(tx, subject_id=found.subject_id)
    return content


def _failed_today(tx: Transaction, reference: str) -> int:
    """Return how many attempts failed in the last day; so nobody is shut out for good."""
    return sum(
        event.kind == "request.verification_failed"
        and event.data.get("method") == PACKAGE
        and tx.now - event.recorded_at < _A_DAY
        for event in tx.events_of_case(reference)
    )


def _addresses(tx: Transaction, found: register.Request) -> list[str]:
    text = actions.person_text(tx, found)
    return [item["value"] for item in text.get("subject", ()) if item["kind"] == "email"]
