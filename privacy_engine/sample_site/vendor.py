"""A small mail vendor on this machine: it checks our signature, and deletes when asked."""

import base64
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from privacy_engine import clock
from privacy_engine.identifiers import token
from privacy_engine.sample_site.people import CLIENTS, READER

SERIES = "newsletter-subscriptions"
TOLERANCE_SECONDS = 300
_LONGEST_BODY = 1024 * 1024
_SUBSCRIBERS = [*(person.email for person in CLIENTS[::2]), READER.email]


class Vendor:
    """The vendor's list of subscribers and its record of calls, in one JSON file.

    The file is what a test or a demo looks at; a vendor that is started again goes on from it.
    """

    def __init__(self, state: Path, *, secret: str) -> None:
        """Begin with the sample site's subscribers unless `state` exists already."""
        self.state = state
        self._key = base64.b64decode(secret.removeprefix("whsec_"))
        self._lock = Lock()
        if not state.exists():
            state.parent.mkdir(parents=True, exist_ok=True)
            self._write({"subscribers": sorted(_SUBSCRIBERS), "calls": []})

    def read(self) -> dict[str, Any]:
        """Return subscribers and calls as they are now."""
        found: dict[str, Any] = json.loads(self.state.read_text(encoding="utf-8"))
        return found

    def _write(self, content: dict[str, Any]) -> None:
        # Written beside and moved: a crash here leaves the old file whole.
        beside = self.state.with_suffix(".new")
        beside.write_text(json.dumps(content, indent=2), encoding="utf-8")
        beside.replace(self.state)

    def is_genuine(self, headers: dict[str, str], body: bytes) -> bool:
        """Return whether a call bears our signature and is not old."""
        message, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not stamp.isdigit() or abs(int(stamp) - clock.now().timestamp()) > TOLERANCE_SECONDS:
            return False
        signed = f"{message}.{stamp}.".encode() + body
        mark = base64.b64encode(hmac.digest(self._key, signed, "sha256")).decode()
        given = headers.get("webhook-signature", "").split()
        return any(hmac.compare_digest(f"v1,{mark}", item) for item in given)

    def answer(self, message: str, event: dict[str, Any]) -> dict[str, Any]:
        """Do what an event asks, once; a repeat of the same message gets the same answer."""
        with self._lock:
            content = self.read()
            for call in content["calls"]:
                if call["id"] == message:
                    repeated: dict[str, Any] = call["answer"]
                    return repeated
            answer = self._do(content, event["data"])
            content["calls"].append({"id": message, "type": event["type"], "answer": answer})
            self._write(content)
            return answer

    def _do(self, content: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        wanted = {email.lower() for email in asked["identifiers"].get("emails", [])}
        found = [email for email in content["subscribers"] if email.lower() in wanted]
        match asked["action"]:
            case "locate":
                return {"found": {SERIES: len(found)}, "done": True}
            case "copy":
                records = [{"series": SERIES, "values": {"email": email}} for email in found]
                return {"records": records, "done": True}
            case "delete":
                left = [email for email in content["subscribers"] if email not in found]
                content["subscribers"] = left
                content["still"] = sorted(set(content.get("still", [])) - wanted)
                content["still_under"] = {
                    told: [one for one in names if one not in wanted]
                    for told, names in content.get("still_under", {}).items()
                }
                return {
                    "found": {SERIES: len(found)},
                    "removed": {SERIES: len(found)},
                    "done": True,
                }
            case "quarantine" | "release" as word:
                still = set(content.get("still", []))
                under = content.setdefault("still_under", {})
                told = asked.get("reference", "")
                if word == "quarantine":
                    under[told] = sorted({*under.get(told, []), *wanted})
                    content["still"] = sorted(still | wanted)
                else:
                    content["still"] = sorted(still - wanted - set(under.pop(told, [])))
                return {"done": True}
            case "ping":
                return {"done": True}
            case _:
                return {"done": False, "messages": ["this vendor cannot do that"]}


def new_secret() -> str:
    """Return a webhook secret of 32 random bytes."""
    return "whsec_" + base64.b64encode(token().encode()[:32]).decode()


@contextmanager
def serving(vendor: Vendor, *, port: int = 0) -> Iterator[str]:
    """Serve the vendor on this machine in a thread, and give its URL; port 0 takes a free one."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(vendor))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/privacy"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            if length > _LONGEST_BODY:
                self._send(413, {})
                return
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not vendor.is_genuine(headers, body):
                self._send(401, {})
                return
            self._send(200, vendor.answer(headers["webhook-id"], json.loads(body)))

        def _send(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a request line could name somebody."""

    return Handler
