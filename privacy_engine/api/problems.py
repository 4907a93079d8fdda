"""Errors as problem documents (RFC 9457): one table from class to status."""

from collections.abc import Mapping
from typing import Any, cast

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from privacy_engine import errors
from privacy_engine.api.answers import json_answer
from privacy_engine.drp.messages import Discarded
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from privacy_engine.identifiers import random_id

PROBLEM = "application/problem+json"
STATUS: Mapping[type[EngineError], int] = {
    errors.EngineError: 500,
    errors.InvalidInput: 422,
    errors.UnknownCode: 422,
    errors.MalformedInput: 400,
    errors.UnsupportedMediaType: 415,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.EventConflict: 409,
    errors.Conflict: 409,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.RaceLost: 503,
    errors.GivenUp: 409,
    errors.Unavailable: 503,
    errors.VerificationError: 500,
    errors.ContentFaults: 500,
    Discarded: 422,
}
# What the web framework itself refuses, in the words of the same table.
_HTTP: Mapping[int, tuple[str, str]] = {
    400: ("malformed", errors.MalformedInput.title),
    404: ("not-found", errors.NotFound.title),
    405: ("method-not-allowed", "This address does not take this method"),
    413: ("too-large", errors.TooLarge.title),
    415: ("unsupported-media-type", errors.UnsupportedMediaType.title),
}
_RETRY_SECONDS = 1
_LOG = structlog.get_logger(__name__)


def install(app: Flask, engine: Engine) -> None:
    """Answer every error of the application with a problem document."""
    base = engine.settings.instance.public_url

    def handle(error: Exception) -> Response:
        return answer(error, base=base)

    app.register_error_handler(Exception, handle)


def answer(error: Exception, *, base: str) -> Response:
    """Return the response to an error; it says nothing about what it does not know."""
    incident = random_id()
    if isinstance(error, HTTPException):
        status, body, headers = _from_http(error, base=base)
    else:
        known = _known(error)
        status, headers = status_of(known), _headers(known)
        body = document(known, base=base, incident=incident)
    body["instance"] = f"urn:incident:{incident}"
    # The rule of the route, not the path: a path may hold what somebody typed.
    route = request.url_rule.rule if request.url_rule else ""
    slug = str(body["type"]).rpartition("#")[2]
    tell = _LOG.error if status >= 500 else _LOG.info
    tell(
        "refused", incident=incident, status=status, slug=slug, route=route, exc_info=status >= 500
    )
    return json_answer(body, status=status, kind=PROBLEM, headers=headers)


def document(error: EngineError, *, base: str, incident: str = "") -> dict[str, Any]:
    """Return the problem document of an error of ours."""
    status = status_of(error)
    silent = status == 500
    body: dict[str, Any] = {
        "type": f"{base}/errors#{'internal' if silent else error.slug}",
        "title": EngineError.title if silent else error.title,
        "status": status,
        "detail": "Nothing was stored. The incident id helps to find out why."
        if silent
        else error.detail,
    }
    if incident:
        body["instance"] = f"urn:incident:{incident}"
    if error.errors and not silent:
        body["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in error.errors]
    return body


def status_of(error: EngineError) -> int:
    """Return the status of an error: that of its class, or of the nearest one above."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _known(error: Exception) -> EngineError:
    if isinstance(error, EngineError):
        return error
    if isinstance(error, OperationalError):
        return errors.Unavailable("the database does not answer; nothing was stored")
    return EngineError()


def _headers(error: EngineError) -> dict[str, str]:
    match error:
        case errors.TooMany():
            return {"Retry-After": str(error.retry_after_seconds)}
        case errors.Unauthenticated():
            return {"WWW-Authenticate": 'Bearer realm="privacy-engine"'}
        case errors.Unavailable() | errors.RaceLost():
            return {"Retry-After": str(_RETRY_SECONDS)}
        case _:
            return {}


def _from_http(error: HTTPException, *, base: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    status = error.code or 500
    slug, title = _HTTP.get(status, ("internal", EngineError.title))
    body: dict[str, Any] = {
        "type": f"{base}/errors#{slug}",
        "title": title,
        "status": status,
        "detail": title,
    }
    allowed = cast("list[str] | None", getattr(error, "valid_methods", None))
    return status, body, {"Allow": ", ".join(sorted(allowed))} if allowed else {}
