"""What the small servers of the sample site share: signed calls, and a server in a thread."""

import base64
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from privacy_engine import clock
from privacy_engine.identifiers import token

TOLERANCE_SECONDS = 300
LONGEST_BODY = 1024 * 1024


def new_secret() -> str:
    """Return a webhook secret of 32 random bytes."""
    return "whsec_" + base64.b64encode(token().encode()[:32]).decode()


class Signer:
    """Marks and checks calls as Standard Webhooks says, with one secret (`whsec_…`)."""

    def __init__(self, secret: str) -> None:
        """Hold the secret's bytes."""
        self._key = base64.b64decode(secret.removeprefix("whsec_"))

    def mark(self, message: str, stamp: str, body: bytes) -> str:
        """Return the signature of a call, as its header carries it."""
        signed = f"{message}.{stamp}.".encode() + body
        return "v1," + base64.b64encode(hmac.digest(self._key, signed, "sha256")).decode()

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether a call (names of headers in lower case) bears our mark and is not old."""
        stamp = headers.get("webhook-timestamp", "")
        if not stamp.isdecimal() or abs(int(stamp) - clock.now().timestamp()) > TOLERANCE_SECONDS:
            return False
        mark = self.mark(headers.get("webhook-id", ""), stamp, body).encode()
        given = headers.get("webhook-signature", "").split()
        return any(hmac.compare_digest(mark, item.encode()) for item in given)


class Listener(BaseHTTPRequestHandler):
    """Reads a call whole and gives it to `on_get` or `on_post`, which answer once."""

    def on_get(self) -> None:
        """Answer a reader; a server that shows nothing leaves this alone."""
        self.answer(404)

    def on_post(self, body: bytes) -> None:
        """Answer a call."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Hand a reader on."""
        self.on_get()

    def do_POST(self) -> None:
        """Read a call whole, and hand it on."""
        length = int(self.headers.get("content-length") or 0)
        if length > LONGEST_BODY:
            self.answer(413)
            return
        self.on_post(self.rfile.read(length))

    def small_headers(self) -> dict[str, str]:
        """Return the call's headers, their names in lower case."""
        return {name.lower(): value for name, value in self.headers.items()}

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send an answer; `content_type=` stands for the header `content-type`."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: a request line, or a number of a parent, could name somebody."""


@contextmanager
def served(
    listener: type[BaseHTTPRequestHandler], *, port: int = 0, **about: Any
) -> Iterator[str]:
    """Serve on this machine in a thread, and give the URL without a path; port 0 takes a free one.

    `about` becomes attributes of the listener.
    """
    server = ThreadingHTTPServer(("127.0.0.1", port), type(listener.__name__, (listener,), about))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
