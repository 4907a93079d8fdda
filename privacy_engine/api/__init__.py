"""The machine surface: JSON over HTTP for sites, auditors and other programs.

No session and no cookie: whoever asks shows a key with every request.
"""

from typing import Any

import structlog
from flask import Flask, Response

from privacy_engine import routing
from privacy_engine.api import (
    callbacks,
    cross_origin,
    documents,
    drp,
    events,
    health,
    log,
    manual,
    people,
    problems,
    requests,
)
from privacy_engine.api.auth import Door
from privacy_engine.engine import Engine

_PARTS = (events, requests, people, documents, log, health, callbacks, manual, drp)


_LOG = structlog.get_logger(__name__)


class _Application(Flask):
    """Flask, which would log the text of an error that even the error handler failed on."""

    def log_exception(self, exc_info: Any) -> None:
        """Log the class and the place of the error, never its text."""
        _LOG.error("unhandled", exc_info=exc_info is not None)


def create_app(engine: Engine) -> Flask:
    """Return the machine surface of an engine, as a WSGI application."""
    app = _Application("privacy_engine.api", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = engine.settings.limits.batch_bytes
    routing.install(app)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    problems.install(app, engine)
    cross_origin.install(app, engine)
    door = Door(engine)
    for part in _PARTS:
        part.install(app, door)
    app.after_request(_as_declared)
    return app


def _as_declared(response: Response) -> Response:
    # No browser guesses a page out of what somebody sent; an answer without a body has no type.
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.status_code == 204:
        response.headers.pop("Content-Type", None)
    return response
