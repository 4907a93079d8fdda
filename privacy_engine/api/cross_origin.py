"""Cross-origin answers for pages of listed sites; nobody else's page may read ours."""

import re

from flask import Flask, Response, request

from privacy_engine.engine import Engine
from privacy_engine.ingest import sites

PATH = "/v1/events"
_METHODS = "POST"
_HEADER = re.compile(r"authorization|content-type|idempotency-key|ce-[a-z0-9]{1,64}")
_MAX_AGE = "600"


def install(app: Flask, engine: Engine) -> None:
    """Answer preflights of listed origins, and let their pages read the answers."""

    def preflight() -> Response | None:
        if request.method != "OPTIONS" or request.path != PATH:
            return None
        asked = request.headers.get("Access-Control-Request-Headers", "")
        names = [name.strip().lower() for name in asked.split(",")]
        response = Response(status=204, headers={"Allow": f"OPTIONS, {_METHODS}"})
        if _listed(engine):
            response.headers["Access-Control-Allow-Methods"] = _METHODS
            response.headers["Access-Control-Allow-Headers"] = ", ".join(
                name for name in names if _HEADER.fullmatch(name)
            )
            response.headers["Access-Control-Max-Age"] = _MAX_AGE
        return response

    def allow(response: Response) -> Response:
        if request.path == PATH:
            response.headers.add("Vary", "Origin")
            if _listed(engine):
                origin = request.headers["Origin"]
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        return response

    app.before_request(preflight)
    app.after_request(allow)


def _listed(engine: Engine) -> bool:
    origin = request.headers.get("Origin")
    if not origin:
        return False
    with engine.reading() as tx:
        return origin in sites.all_origins(tx)
