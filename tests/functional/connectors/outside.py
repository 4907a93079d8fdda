"""A server outside that a test writes: it answers every call by a function, on a free port."""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Event, Thread

from privacy_engine.sample_site.calls import served


@dataclass(frozen=True)
class Call:
    """One call; header names in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What the server says; with `cut` it hangs up: `unanswered`, or at `half` of the body."""

    status: int
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: str = ""


@contextmanager
def outside(answer: Callable[[Call], Reply]) -> Iterator[str]:
    """Serve until the block ends; gives the base address."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(self.command, self.path, headers, self.rfile.read(length))
            reply = answer(call)
            if reply.cut == "unanswered":
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            if reply.cut:
                self.close_connection = True
                self.wfile.write(reply.body[: len(reply.body) // 2])
                return
            self.wfile.write(reply.body)

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815  the names are the library's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with served(Handler) as url:
        yield url


@contextmanager
def dripping(head: bytes, drop: bytes, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Answer any call with the head at once and then drop by drop, until the caller hangs up.

    Leaving the block fails where nobody hung up.
    """
    server = socket.create_server(("127.0.0.1", 0))
    left = Event()

    def serve() -> None:
        plain, _ = server.accept()
        with suppress(OSError), tls.wrap_socket(plain, server_side=True) if tls else plain as line:
            line.recv(65_536)
            line.sendall(head)
            while not left.wait(0.02):
                line.sendall(drop)
        left.set()

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)
        assert left.is_set(), "the caller held on"
    finally:
        left.set()
        server.close()
