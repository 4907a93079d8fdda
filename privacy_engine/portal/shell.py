"""What every public page shares: templates, headers, the frame around it, and its failures."""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from flask import Blueprint, Flask, Response, current_app, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import Forbidden, HTTPException

from privacy_engine import look
from privacy_engine.consent import actions as consent
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError, NotFound, Unavailable, UnknownCode
from privacy_engine.identifiers import random_id
from privacy_engine.instance.model import DocumentVersion
from privacy_engine.look.formats import mask_email
from privacy_engine.transaction import SUBJECT, Transaction

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; script-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_log = structlog.get_logger("portal")


@dataclass(frozen=True)
class Shell:
    """The frame of every page, as `portal/layout.html` reads it."""

    controller: str
    contact: str
    documents: tuple[tuple[str, str], ...]
    signal: bool
    test_mode: bool


def engine() -> Engine:
    """Return the engine of the present application."""
    found = current_app.extensions["engine"]
    assert isinstance(found, Engine)  # noqa: S101  set by create_app
    return found


def has_signal() -> bool:
    """Return whether the browser sends an opt-out preference signal.

    Only the exact value `1` counts; with several headers, one of them is enough.

    Source: W3C GPC, Sec-GPC header field.
    """
    return "1" in [value.strip() for value in request.headers.getlist("Sec-GPC")]


def link_token() -> str:
    """Return the token of the link that led here; a form carries it on in its body."""
    return request.form.get("token") or request.args.get("token") or request.args.get("key", "")


def masked_address(tx: Transaction, subject_id: str) -> str:
    """Return somebody's address as it may be shown to whoever holds their link."""
    addresses = [i.value for i in tx.identifiers(tx.person(subject_id)) if i.kind == "email"]
    return mask_email(addresses[0]) if addresses else "you"


def honour_signal(subject_id: str | None) -> bool:
    """Let the browser's signal count for the person whom a page identifies; say whether it does.

    A signal never goes away by its absence: what was stopped stays stopped.

    Source: 11 CCR 7025(c)(1): the known consumer too, not only the browser.
    """
    if subject_id is None or not has_signal():
        return False
    engine().run(lambda tx: consent.honour_signal(tx, subject_id), actor=SUBJECT)
    return True


def install(app: Flask) -> None:
    """Give the application its look, its headers and its error pages."""
    base = Blueprint(
        "portal_files",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static/portal",
    )
    app.register_blueprint(base)
    shared = Blueprint(
        "look",
        look.__name__,
        static_folder=str(look.static_directory()),
        static_url_path="/static/look",
    )
    app.register_blueprint(shared)
    loader = app.jinja_loader
    loaders = [FileSystemLoader(str(look.templates_directory()))]
    app.jinja_loader = ChoiceLoader([loader, *loaders] if loader else loaders)
    app.jinja_env.filters.update(look.FILTERS)
    app.jinja_env.globals.update(look.GLOBALS)
    app.context_processor(lambda: {"shell": _shell()})
    app.before_request(_refuse_foreign_forms)
    app.after_request(_add_headers)
    app.register_error_handler(EngineError, _refuse)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _fail)


def _shell() -> Shell:
    settings, content = engine().settings, engine().content
    controller = settings.controller
    return Shell(
        controller=controller.name or settings.instance.name,
        contact=", ".join(filter(None, (controller.address, controller.email))),
        documents=tuple(titles(content.documents).items()),
        signal=has_signal(),
        test_mode=settings.test_mode,
    )


def titles(documents: Iterable[DocumentVersion]) -> dict[str, str]:
    """Return what published documents are called, in the instance's own language, by slug."""
    own, found = engine().settings.instance.language, dict[str, str]()
    for item in documents:
        if not item.draft and (item.slug not in found or item.language == own):
            found[item.slug] = item.title
    return found


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers.add("Vary", "Sec-GPC")
    return response


def _refuse_foreign_forms() -> None:
    foreign = request.headers.get("Sec-Fetch-Site") == "cross-site"
    # Only the one click of RFC 8058 may come from elsewhere, such as a mailbox in a browser.
    if request.method == "POST" and foreign and request.endpoint != "portal.unsubscribe":
        raise Forbidden


def _refuse(error: EngineError) -> tuple[str, int]:
    detail = f"{error.detail[:1].upper()}{error.detail[1:].rstrip('.')}."
    if isinstance(error, (NotFound, UnknownCode)):
        by_link = "key" in request.args or "token" in request.values
        title = "This link does not work" if by_link else "This page is not here"
        return _page(title, _new_link() if by_link else detail), 404
    if isinstance(error, Unavailable):
        return _page("We cannot do this right now", _LATER), 503
    return _page("That did not work", detail), 400


def _new_link() -> str:
    # Nobody can ask for the link of a parent or a keeper: it comes with our letters alone.
    return _LETTERS_LINK if request.path.startswith(("/parent/", "/tasks/")) else _NEW_LINK


_NEW_LINK = "It may be old or cut short. From our first page you can ask for a new one."
_LETTERS_LINK = (
    "It may be old or cut short. Please open it from the newest letter that we sent you, or write "
    "to us: the address is below."
)
_LATER = "Please try again in a few minutes. If it is urgent, write to us: the address is below."
_PROBLEMS = {
    403: ("This form came from another site", "Please start again from our first page."),
    404: ("This page is not here", "The address may be mistyped, or the page has moved."),
    405: ("This page is not here", "Please start again from our first page."),
    413: ("That was too large", "Please go back and send less at once."),
    429: (
        "That was often in a short time",
        "Please wait an hour, go back and press the button again; what you typed should still "
        "be there. If you cannot wait, write to us: the address is below, and it counts as much.",
    ),
}


def _http_problem(error: HTTPException) -> tuple[str, int]:
    unknown = ("That did not work", "Please go back and try once more, or write to us.")
    title, detail = _PROBLEMS.get(error.code or 0, unknown)
    return _page(title, detail), error.code or 500


def _fail(error: Exception) -> tuple[str, int]:
    incident = random_id()[:12]
    _log.error(
        "page failed",
        incident=incident,
        error=type(error).__name__,
        endpoint=request.endpoint,
        exc_info=True,
    )
    return _page("Something went wrong on our side", _LATER, incident=incident), 500


def _page(title: str, detail: str, *, incident: str = "") -> str:
    return render_template("portal/problem.html", title=title, detail=detail, incident=incident)
