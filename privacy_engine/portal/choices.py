"""What a person has agreed to, changed without an account; and the end of mail in one click."""

from flask import Blueprint, render_template, request

from privacy_engine.log.event import Identifier
from privacy_engine.portal.shell import engine
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import correspondence


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
                _order(email, purpose)
                sent = True
        page = render_template(
            "portal/find_preferences.html", purpose=purpose, email=email, sent=sent, errors=errors
        )
        return (page, 422) if errors else page


def _order(email: str, purpose: str) -> None:
    # Known or not, the page does the same work and says the same.
    def work(tx: Transaction) -> None:
        subject_id = tx.find_subject([Identifier("email", email)], site="portal")
        correspondence.order_link(tx, subject_id=subject_id, purpose=purpose)

    engine().run(work, actor=SUBJECT)
