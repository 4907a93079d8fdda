"""What every public page shares: templates, headers, the frame around it, and its failures."""

from dataclasses import dataclass

import structlog
from flask import Blueprint, Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import HTTPException

from privacy_engine import look
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError, NotFound
from privacy_engine.identifiers import random_id

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
    home_url: str
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
    app.after_request(_add_headers)
    app.register_error_handler(EngineError, _refuse)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _fail)


def _shell() -> Shell:
    settings, content = engine().settings, engine().content
    controller = settings.controller
    slugs = {item.slug: item.title for item in content.documents if not item.draft}
    return Shell(
        controller=controller.name or settings.instance.name,
        home_url="/",
        contact=", ".join(filter(None, (controller.address, controller.email))),
        documents=tuple(slugs.items()),
        signal=has_signal(),
        test_mode=settings.test_mode,
    )


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers.add("Vary", "Sec-GPC")
    return response


def _refuse(error: EngineError) -> tuple[str, int]:
    if isinstance(error, NotFound):
        return _page("This page is not here", error.detail), 404
    return _page("That did not work", error.detail), 400


def _stale_form(error: CSRFError) -> tuple[str, int]:
    del error
    return _page(
        "The form was open for too long",
        "Please go back, load the page again and send it once more.",
    ), 400


def _http_problem(error: HTTPException) -> tuple[str, int]:
    words = {
        404: ("This page is not here", "The address may be mistyped, or the page has moved."),
        413: ("That was too large", "Please send less at once."),
        429: ("That was too often", "Please wait a while and try again."),
    }
    title, detail = words.get(error.code or 0, ("That did not work", "Please try another way."))
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
    detail = "Nothing that you typed was lost on purpose; please try again in a moment."
    return _page("Something went wrong on our side", detail, incident=incident), 500


def _page(title: str, detail: str, *, incident: str = "") -> str:
    return render_template("portal/problem.html", title=title, detail=detail, incident=incident)
