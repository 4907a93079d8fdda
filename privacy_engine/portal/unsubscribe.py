"""The end of mail in one click, by a mail program or by a button (RFC 8058)."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.consent import actions as consent
from privacy_engine.portal.shell import engine, link_token, masked_address
from privacy_engine.rights import links
from privacy_engine.transaction import SUBJECT, Transaction


def add(pages: Blueprint) -> None:
    """Add the page that ends mail."""

    @pages.route("/unsubscribe", methods=["GET", "POST"])
    def unsubscribe() -> str | Response:
        token = link_token()
        if not token:
            return redirect(url_for("portal.find", purpose="preferences"))
        subject_id, list_name = _unsubscribe_token(token)
        done = request.method == "POST"  # a GET never acts: mail scanners follow links
        everything = request.form.get("all") == "yes" or not list_name
        if done:
            name = "" if everything else list_name
            engine().run(lambda tx: _unsubscribe(tx, subject_id, name), actor=SUBJECT)
        with engine().reading() as tx:
            masked = masked_address(tx, subject_id)
            title = "All our news" if everything else _list_title(tx, list_name)
        # Letters are forwarded: this link ends them, and opens nothing that is the person's own.
        return render_template(
            "portal/unsubscribe.html",
            title=title,
            token=token,
            state="done" if done else "ask",
            masked=masked,
            preferences_url=url_for("portal.find", purpose="preferences"),
        )


def _unsubscribe(tx: Transaction, subject_id: str, name: str) -> None:
    # Whoever was erased gets no letters anyway; their old link still says so.
    if tx.vault.key(subject_id) is not None:
        consent.unsubscribe(tx, subject_id, name=name)


def _list_title(tx: Transaction, name: str) -> str:
    titles = {item.code: item.title for item in tx.content.purposes}
    return titles.get(name, name)


def _unsubscribe_token(token: str) -> tuple[str, str]:
    subject_id, _, rest = token.partition(".")
    name, _, key = rest.partition("~")
    about = f"{subject_id}:{name}"
    links.check(engine().ring, key, use="unsubscribe", about=about, now=clock.now())
    return subject_id, name
