"""Sign in by a one-time link, sign out, and look at who somebody is, with the reason logged."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from privacy_engine import clock
from privacy_engine.auditing import seats
from privacy_engine.auditing.seats import Seat
from privacy_engine.console import faces, staff
from privacy_engine.console.desk import Desk, Route, back_to
from privacy_engine.engine import Engine
from privacy_engine.errors import NotFound, TooMany, Unavailable
from privacy_engine.identifiers import ulid
from privacy_engine.letters import transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.look.parts import Choice
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import runner

TOKEN = "staff"  # noqa: S105  the name of a cookie's field, not a secret
_MOST_WAITING = 50
POST_ROOM = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sign-in-mail")
"""Where sign-in links are mailed from, one after the other."""
_waiting = threading.BoundedSemaphore(_MOST_WAITING)
_log = structlog.get_logger("console")
PublicView = Callable[..., ResponseReturnValue]

_REASONS = (
    ("answer", "To write to them or call them"),
    ("verify", "To check that it is them"),
    ("search", "To find them in a system by hand"),
    ("audit", "To check our own work"),
    ("other", "Something else"),
)


def member_of_session(engine: Engine) -> staff.Member | None:
    """Return who is signed in on this browser, or None."""
    token = session.get(TOKEN)
    if not token:
        return None
    with engine.reading() as tx:
        found = staff.signed_in(tx, token)
    if found is None:
        session.clear()
        return None
    member, due = found
    if due:
        engine.run(lambda tx: staff.seen(tx, token))
    return member


def seat_of(engine: Engine, member: staff.Member) -> Seat | None:
    """Return the terms of a member's seat, when it is an auditor's and has any."""
    if member.role is not staff.StaffRole.AUDITOR:
        return None
    with engine.reading() as tx:
        return seats.of(tx, member.staff_id)


def public_views(engine: Engine) -> list[tuple[str, str, PublicView, tuple[str, ...]]]:
    """Return the pages for people who are not signed in: rule, endpoint, view, methods."""

    def ask() -> ResponseReturnValue:
        if request.method == "POST":
            return _send_link(engine)
        return _page(engine)

    def follow(token: str = "") -> ResponseReturnValue:
        if request.method == "POST":
            return _use(engine, request.form.get("token", ""))
        name = engine.settings.instance.name
        return render_template("console/sign_in_link.html", controller=name, token=token)

    return [
        ("/sign-in", "sign_in", ask, ("GET", "POST")),
        ("/sign-in/<token>", "sign_in_link", follow, ("GET",)),
        ("/sign-in/use", "sign_in_link", follow, ("POST",)),
    ]


def _page(engine: Engine, **given: object) -> str:
    context: dict[str, object] = {
        "controller": engine.settings.instance.name,
        "email": "",
        "errors": {},
        "sent": False,
        "link_error": "",
        "mails": engine.settings.mail.transport == "smtp",
    }
    return render_template("console/sign_in.html", **(context | given))


def _send_link(engine: Engine) -> ResponseReturnValue:
    """Mail a link to somebody who has a seat; who has none is not told apart."""
    address = request.form.get("email", "").strip()
    if "@" not in address:
        fault = {"email": "Write the whole address, with an @."}
        return _page(engine, email=address, errors=fault), 422
    if engine.settings.mail.transport != "smtp":
        return _page(engine)
    # Known or not, the answer is the same and takes the same time: whether the address has a
    # seat is looked up after it. A crash in between costs a link, which is asked for again.
    if _waiting.acquire(blocking=False):
        POST_ROOM.submit(_find_and_mail, engine, address)
    return _page(engine, sent=True)


def _find_and_mail(engine: Engine, address: str) -> None:
    try:
        with engine.reading() as tx:
            member = staff.find(tx, address)
        if member is not None:
            _mail_link(engine, member)
    except (Unavailable, TooMany) as error:
        _log.warning("no sign-in link was mailed", why=error.slug)
    except Exception:  # noqa: BLE001  nobody waits for this; the log line is all there is
        _log.exception("no sign-in link was mailed")
    finally:
        _waiting.release()


def _mail_link(engine: Engine, member: staff.Member) -> None:
    made = engine.run(lambda tx: staff.make_link(tx, member.staff_id, lasts=staff.MAILED_LINK_FOR))
    settings, now = engine.settings, clock.now()
    base = settings.instance.public_url
    letter = Outgoing(
        message_id=ulid(now),
        address=member.address,
        subject=f"Sign in to {settings.instance.name} privacy",
        body=(
            f"Open this link to sign in. It works once, for 15 minutes.\n\n"
            f"{base}/console/sign-in/{made}\n\n"
            "If you did not ask for it, do nothing: without the link nobody gets in.\n"
        ),
        language="en",
        sent_at=now,
    )
    with engine.reading() as tx:
        key = tx.vault.instance_key()
    transport.send(settings, letter, key=key)


def _use(engine: Engine, token: str) -> ResponseReturnValue:
    try:
        made = engine.run(lambda tx: staff.sign_in(tx, token))
    except NotFound as error:
        why = error.detail[:1].upper() + error.detail[1:]
        return _page(engine, link_error=why), 410
    session.clear()  # a session that somebody planted before must not become a signed-in one
    session[TOKEN] = made
    return redirect(url_for("console.today"), code=303)


def leave(desk: Desk) -> ResponseReturnValue:
    """End this session."""
    token = session.get(TOKEN, "")
    desk.engine.run(lambda tx: staff.sign_out(tx, token))
    session.clear()
    return redirect(url_for("console.sign_in"), code=303)


def reveal(desk: Desk, subject: str) -> ResponseReturnValue:
    """Ask why, log the look, and show the person on the pages of this browser for a while."""
    back, reference = request.args.get("back", "/"), request.args.get("case", "")
    codes = dict(_REASONS)
    reason = request.form.get("reason", "")
    if reason not in codes:
        errors = {"reason": "Choose why; it is logged."} if "reason" in request.form else {}
        return desk.render(
            "reveal",
            subject=subject,
            back=back,
            reference=reference,
            reasons=[Choice(code, words) for code, words in _REASONS],
            errors=errors,
        )

    def note(tx: Transaction) -> None:
        if not tx.identifiers([subject]):
            raise NotFound("There is nobody to show: the person was erased.")
        case = _case_about(tx, reference, subject)
        # The words are sealed with the case; the code stands by itself and names nobody.
        words = {"case": case, "reason": codes[reason]} if case else {}
        tx.append("identity.revealed", {"reason_code": reason, **words}, case=case)

    desk.act(note)
    faces.grant(subject)
    return back_to(back)


def _case_about(tx: Transaction, reference: str, subject: str) -> str | None:
    if not reference:
        return None
    about = runner.subject_of(tx, reference)
    return reference if about and about in tx.person(subject) else None


ROUTES = (
    Route("/sign-out", "sign_out", leave, ("POST",)),
    Route("/reveal/<subject>", "reveal", reveal, ("POST",)),
)
