"""The surface of a witness: logs bring checkpoints, anybody reads the newest (C2SP tlog-witness).

A small application of its own: a witness holds no instance, no database of the engine and no key
but its own.
"""

import re
from collections.abc import Mapping

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from privacy_engine import clock
from privacy_engine.api.answers import read_body, text_answer
from privacy_engine.errors import (
    EngineError,
    Forbidden,
    MalformedInput,
    NotFound,
    TooLarge,
    VerificationError,
)
from privacy_engine.log.witness import MAX_BODY_BYTES, Behind, Witness

SIZE = "text/x.tlog.size"
STATUS: Mapping[type[EngineError], int] = {
    MalformedInput: 400,
    Forbidden: 403,
    NotFound: 404,
    TooLarge: 413,
    VerificationError: 422,
}
_LOG = structlog.get_logger(__name__)


def create_witness_app(witness: Witness) -> Flask:
    """Return the application through which one witness is reached."""
    app = Flask("privacy_engine.witness", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.register_error_handler(Exception, _answer)

    @app.post("/add-checkpoint")
    def add_checkpoint() -> Response:
        now = int(clock.now().timestamp())
        outcome = witness.add_checkpoint(read_body(MAX_BODY_BYTES), posix_seconds=now)
        if isinstance(outcome, Behind):
            return text_answer(f"{outcome.size}\n", kind=SIZE, status=409)
        return text_answer(f"{outcome}\n")

    @app.get("/<log>/checkpoint")
    def newest(log: str) -> Response:
        if not re.fullmatch(r"[0-9a-f]{64}", log):
            raise NotFound
        return text_answer(witness.newest(log))

    @app.get("/healthz")
    def healthz() -> Response:
        return text_answer("ok\n")

    return app


def _answer(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return text_answer(f"{error.name}\n", status=error.code or 500)
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    if status == 500:
        _LOG.error("a witness failed", exc_info=error)
    told = isinstance(error, EngineError) and status != 500
    return text_answer(f"{error if told else EngineError.title}\n", status=status)
