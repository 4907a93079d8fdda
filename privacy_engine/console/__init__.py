"""The staff's surface: a separate application with its own secret, mounted under /console."""

from functools import partial
from typing import Any

import structlog
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    redirect,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from privacy_engine import errors, look, routing
from privacy_engine.console import (
    access,
    attesting,
    audit,
    audit_terms,
    audit_trail,
    bulk,
    case_files,
    changes,
    children,
    children_list,
    concerned,
    consent,
    correcting,
    deciding,
    deciding_records,
    deliveries,
    disclosures,
    documents,
    drafts,
    events,
    forecast,
    holds,
    importing,
    intake,
    mail_files,
    messages,
    one_request,
    outbox,
    people,
    promises,
    queue,
    queue_export,
    recording,
    rehearsing,
    reports,
    retention,
    saved_views,
    sign_in,
    sites,
    suspensions,
    systems,
    today,
    trackers,
)
from privacy_engine.console.desk import Desk, Route, View
from privacy_engine.console.staff import SESSION_FOR
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError, Forbidden, NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.look.formats import sentence

PATH = "/console"
_PAGES: tuple[tuple[Route, ...], ...] = (
    today.ROUTES,
    queue.ROUTES,
    saved_views.ROUTES,
    queue_export.ROUTES,
    forecast.ROUTES,
    intake.ROUTES,
    drafts.ROUTES,
    mail_files.ROUTES,
    importing.ROUTES,
    bulk.ROUTES,
    case_files.ROUTES,
    one_request.ROUTES,
    attesting.ROUTES,
    correcting.ROUTES,
    deciding.ROUTES,
    deciding_records.ROUTES,
    rehearsing.ROUTES,
    children_list.ROUTES,
    children.ROUTES,
    consent.ROUTES,
    recording.ROUTES,
    disclosures.ROUTES,
    suspensions.ROUTES,
    messages.ROUTES,
    retention.ROUTES,
    holds.ROUTES,
    promises.ROUTES,
    events.ROUTES,
    changes.ROUTES,
    documents.ROUTES,
    concerned.ROUTES,
    trackers.ROUTES,
    systems.ROUTES,
    deliveries.ROUTES,
    sites.ROUTES,
    outbox.ROUTES,
    reports.ROUTES,
    audit.ROUTES,
    audit_trail.ROUTES,
    audit_terms.ROUTES,
    people.ROUTES,
    sign_in.ROUTES,
)
_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_STATUS: tuple[tuple[type[EngineError], int], ...] = (
    (errors.NotFound, 404),
    (errors.UnknownCode, 404),
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.RaceLost, 409),
    (errors.InvalidInput, 422),
    (errors.Unavailable, 503),
)
_log = structlog.get_logger("console")


def create_app(engine: Engine) -> Flask:
    """Return the console of one engine; mount it under `PATH`."""
    app = Flask("privacy_engine.console", static_folder=None)
    routing.install(app)
    app.config.update(
        SECRET_KEY=engine.ring.secret("session-console"),
        SESSION_COOKIE_NAME="console",
        SESSION_COOKIE_PATH=PATH,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=engine.settings.server.secure_cookies,
        WTF_CSRF_TIME_LIMIT=int(SESSION_FOR.total_seconds()),
        # No page sends a referrer, so the check that needs one cannot be made; the token stands.
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=engine.settings.limits.upload_bytes,
        # A list that was looked at comes back with the form that takes it.
        MAX_FORM_MEMORY_SIZE=engine.settings.limits.upload_bytes,
    )
    CSRFProtect(app)
    _install_look(app)
    _install_pages(app, engine)
    app.before_request(_refuse_other_sites)
    app.after_request(_harden)
    app.register_error_handler(Exception, partial(_problem, engine))
    return app


def _install_look(app: Flask) -> None:
    shared = Blueprint("look", __name__, static_folder=str(look.static_directory()))
    shared.static_url_path = "/look"
    app.register_blueprint(shared)
    own = FileSystemLoader(app.root_path + "/templates")
    app.jinja_loader = ChoiceLoader([own, FileSystemLoader(look.templates_directory())])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(look.FILTERS)
    app.jinja_env.globals.update(look.GLOBALS)


def _install_pages(app: Flask, engine: Engine) -> None:
    pages = Blueprint("console", __name__)
    for rule, endpoint, view, methods in sign_in.public_views(engine):
        pages.add_url_rule(rule, endpoint, view, methods=methods)
    for routes in _PAGES:
        for route in routes:
            view = _guarded(engine, route)
            pages.add_url_rule(route.rule, route.endpoint, view, methods=route.methods)
    pages.add_url_rule("/static/<path:filename>", "static", _static)
    app.register_blueprint(pages)


def _static(filename: str) -> Response:
    return send_from_directory(current_app.root_path + "/static", filename)


def _guarded(engine: Engine, route: Route) -> View:
    """Return a view that lets only those members of the staff through whose role may open it."""

    def guarded(**given: Any) -> ResponseReturnValue:
        member = sign_in.member_of_session(engine)
        if member is None:
            return redirect(url_for("console.sign_in"), code=303)
        seat = sign_in.seat_of(engine, member)
        if seat is not None and route.endpoint == "today":
            return redirect(url_for("console.audit"), code=303)
        access.require(member.role, f"console.{route.endpoint}", has_terms=seat is not None)
        return route.view(Desk(engine, member, seat), **given)

    return guarded


def _refuse_other_sites() -> None:
    # Beside the token: a browser itself says when another site caused a post.
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden("This came from another site, so nothing was done.")
    # No name, code or text holds it, and PostgreSQL refuses it in the middle of a query.
    if "%00" in request.full_path or "\0" in request.path:
        raise NotFound("The link is cut short or was changed.")


def _harden(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = _POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint not in {"look.static", "console.static"}:
        headers["Cache-Control"] = "no-store"
    return response


def _problem(engine: Engine, error: Exception) -> ResponseReturnValue:
    """Show what went wrong in one sentence; what nobody foresaw gets a number and a log line."""
    if isinstance(error, CSRFError):
        return _say(
            engine,
            "This page was open for too long",
            "Go back, load it again, and press the button once more. Nothing was done.",
            400,
        )
    if isinstance(error, HTTPException):
        code = error.code or 500
        if code < 400:
            return error
        title = "This is not here" if code == 404 else str(error.name)
        detail = "The link may be old or cut short." if code == 404 else "Nothing was done."
        return _say(engine, title, detail, code)
    if isinstance(error, OverflowError):  # a day or a page that no calendar and no list has
        return _say(engine, "This is too far away", "Go back and choose a nearer one.", 422)
    if isinstance(error, EngineError):
        code = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
        # Its own title speaks to programs, of their key.
        title = "You cannot do this" if isinstance(error, Forbidden) else error.title
        return _say(engine, title, sentence(error.detail), code)
    incident = random_id()[:8]
    _log.exception("a page failed", incident=incident, endpoint=request.endpoint)
    return _say(
        engine, "Something went wrong here", "It is not your fault.", 500, incident=incident
    )


def _say(
    engine: Engine, title: str, detail: str, code: int, *, incident: str = ""
) -> ResponseReturnValue:
    member = sign_in.member_of_session(engine)
    if member is None:
        if request.method == "POST":
            return f"{title}. {detail}\n", code, {"Content-Type": "text/plain; charset=utf-8"}
        return redirect(url_for("console.sign_in"), code=303)
    desk = Desk(engine, member, sign_in.seat_of(engine, member))
    back = url_for("console.today")
    return desk.render(
        "problem", title=title, detail=detail, incident=incident, back_url=back
    ), code
