"""The package of a request to know: fetched once more confirmed, by a button, not by a link."""

from flask import Blueprint, Response, render_template, request

from privacy_engine import clock
from privacy_engine.errors import Conflict
from privacy_engine.look.formats import mask_email
from privacy_engine.portal.shell import engine
from privacy_engine.reports import subject_package
from privacy_engine.rights import actions, links, register, rules
from privacy_engine.transaction import SUBJECT, Transaction


def add(pages: Blueprint) -> None:
    """Add the page behind the link in the answer."""

    @pages.route("/requests/<reference>/package", methods=["GET", "POST"])
    def package(reference: str) -> str | Response | tuple[str, int]:
        key = request.values.get("key", "")
        links.check(engine().ring, key, use="package", about=reference, now=clock.now())
        if request.method == "GET":
            return _page(reference, key, {})
        typed = request.form.get("email", "").strip().casefold()
        content = engine().run(lambda tx: _fetch(tx, reference, typed), actor=SUBJECT)
        if content is None:
            wrong = {"email": "This is not the address that the request was made with."}
            return _page(reference, key, wrong), 422
        return Response(
            content,
            mimetype="application/zip",
            headers={
                "Content-Disposition": f'attachment; filename="{reference}.zip"',
            },
        )


def _page(reference: str, key: str, errors: dict[str, str]) -> str:
    with engine().reading() as tx:
        found = register.get(tx.session, reference)
        addresses = _addresses(tx, found)
    return render_template(
        "portal/package.html",
        reference=reference,
        key=key,
        errors=errors,
        masked=mask_email(addresses[0]) if addresses else "",
    )


def _fetch(tx: Transaction, reference: str, typed: str) -> bytes | None:
    """Return the zip, or None for a wrong address; attempts are limited.

    Source: 11 CCR 7024(f): reasonable security in transit, and to the right person.
    """
    found = register.get(tx.session, reference)
    if found.verification_failed >= rules.MAX_ATTEMPTS:
        raise Conflict("too many attempts failed; write to us and we send a new link")
    if typed not in _addresses(tx, found):
        tx.append(
            "request.verification_failed",
            {"case": reference, "method": "package"},
            case=reference,
            subject_id=found.subject_id,
        )
        return None
    return subject_package.open_package(tx, reference)


def _addresses(tx: Transaction, found: register.Request) -> list[str]:
    text = actions.person_text(tx, found)
    return [item["value"] for item in text.get("subject", ()) if item["kind"] == "email"]
