"""A key service on this machine that answers as the transit secrets engine documents."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from privacy_engine import keys
from privacy_engine.errors import VerificationError


@dataclass
class KeyService:
    """Its keys by name, the one token that it takes, and what it was asked."""

    url: str = ""
    token: str = "s.first"  # noqa: S105  of a stand-in
    keys: dict[str, bytes] = field(
        default_factory=lambda: {"privacy-engine": keys.random_bytes(keys.KEY_BYTES)}
    )
    answers_with: int | None = None
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, token: str | None, body: dict[str, str]) -> tuple[int, object]:
        *_, verb, name = path.split("/")
        self.asked.append(verb)
        if self.answers_with:
            return self.answers_with, {"errors": []}
        if token != self.token:
            return 403, {"errors": ["permission denied"]}
        if name not in self.keys:
            return 400, {"errors": ["encryption key not found"]}
        bound_to = b64decode(body["associated_data"])
        if verb == "encrypt":
            sealed = keys.seal(self.keys[name], b64decode(body["plaintext"]), bound_to=bound_to)
            return 200, {"data": {"ciphertext": f"vault:v1:{b64encode(sealed).decode()}"}}
        try:
            sealed = b64decode(body["ciphertext"].removeprefix("vault:v1:"), validate=True)
            opened = keys.unseal(self.keys[name], sealed, bound_to=bound_to)
        except (VerificationError, ValueError):
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": b64encode(opened).decode()}}


@contextmanager
def open_key_service() -> Iterator[KeyService]:
    """Serve on a port of this machine until the block ends."""
    service = KeyService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            code, document = service.answer(self.path, self.headers.get("X-Vault-Token"), body)
            content = json.dumps(document).encode()
            self.send_response(code)
            if 300 <= code < 400:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
