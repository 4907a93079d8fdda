"""A small mail vendor on this machine: it checks our signature, and deletes when asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from privacy_engine.sample_site.calls import Listener, Signer, served
from privacy_engine.sample_site.people import CLIENTS, READER

SERIES = "newsletter-subscriptions"
_SUBSCRIBERS = [*(person.email for person in CLIENTS[::2]), READER.email]


class Vendor:
    """The vendor's list of subscribers and its record of calls, in one JSON file.

    The file is what a test or a demo looks at; a vendor that is started again goes on from it.
    """

    def __init__(self, state: Path, *, secret: str) -> None:
        """Begin with the sample site's subscribers unless `state` exists already."""
        self.state = state
        self.signer = Signer(secret)
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


@contextmanager
def serving(vendor: Vendor, *, port: int = 0) -> Iterator[str]:
    """Serve the vendor on this machine in a thread, and give its URL; port 0 takes a free one."""
    with served(_Listener, port=port, vendor=vendor) as url:
        yield f"{url}/privacy"


class _Listener(Listener):
    vendor: Vendor

    def on_post(self, body: bytes) -> None:
        headers = self.small_headers()
        if not self.vendor.signer.is_genuine(headers, body):
            self._say(401, {})
            return
        self._say(200, self.vendor.answer(headers["webhook-id"], json.loads(body)))

    def _say(self, status: int, content: dict[str, Any]) -> None:
        self.answer(status, json.dumps(content).encode(), content_type="application/json")
