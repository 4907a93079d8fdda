"""The WSGI application of one web process: the chosen surfaces, and embedded also the loops."""

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from privacy_engine import api, console, portal
from privacy_engine.cli import proxies
from privacy_engine.cli.proxies import Wsgi
from privacy_engine.engine import Engine, open_engine
from privacy_engine.jobs.background import Background
from privacy_engine.log_output import configure_logging
from privacy_engine.process import instance_of_environment, settle_memory, surface_of_environment

_API_PREFIXES = (
    "/v1",
    "/log",
    "/.well-known",
    "/healthz",
    "/readyz",
    "/metrics",
    "/drp",
    "/opendsr",
    "/errors",
)


def build() -> Wsgi:
    """Return the application for a web worker that granian just started."""
    configure_logging()
    engine = open_engine(instance_of_environment())
    engine.prepare()
    if engine.settings.embedded:
        Background(engine).start()
    application = proxies.behind(
        assemble(engine, surface=surface_of_environment()),
        engine.settings.server.trusted_proxies,
    )
    settle_memory()
    return application


def assemble(engine: Engine, *, surface: str = "all") -> Wsgi:
    """Return one surface, or all of them behind one port.

    The three are separate applications with separate secrets; sharing a port is a convenience
    for a small site, in production each has its own.
    """
    match surface:
        case "api":
            return api.create_app(engine)
        case "portal":
            return portal.create_app(engine)
        case "console":
            return DispatcherMiddleware(_nowhere, {"/console": console.create_app(engine)})
        case _:
            machine = api.create_app(engine)
            return DispatcherMiddleware(
                _by_path(machine, portal.create_app(engine)),
                {"/console": console.create_app(engine)},
            )


def _by_path(machine: Wsgi, people: Wsgi) -> Wsgi:
    def application(
        environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        to_machine = any(path == p or path.startswith(f"{p}/") for p in _API_PREFIXES)
        return (machine if to_machine else people)(environ, start_response)

    return application


def _nowhere(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    del environ
    start_response("302 Found", [("Location", "/console/"), ("Content-Length", "0")])
    return [b""]
