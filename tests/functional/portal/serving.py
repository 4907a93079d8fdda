"""A portal that a real browser can open."""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on this machine while the block lasts; yield its address."""
    quiet = logging.getLogger("werkzeug")
    before, quiet.disabled = quiet.disabled, True
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        quiet.disabled = before


def _whole(app: Flask) -> "WSGIApplication":
    """Return the application with each answer read to its end before a byte of it is sent.

    A browser goes away from a page while its pictures arrive, and werkzeug's server then leaves
    the file open that it was sending.
    """

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> list[bytes]:
        with closing(ClosingIterator(app(environ, start))) as parts:
            return [b"".join(parts)]

    return answer
