"""A stand-in for whoever checks parents and whoever sends them texts, to try it on one machine.

It speaks the wires that docs/children.md describes, as a company would: signed calls come in, a
parent says on its page how the check ends, and a signed answer goes out. What it was told is held
in memory alone.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs
from urllib.request import Request, urlopen

from privacy_engine import clock
from privacy_engine.identifiers import random_id
from privacy_engine.sample_site.calls import Listener, Signer, served

METHODS = {
    "card_payment": "a bank or credit card",
    "id_check": "an identity card",
    "knowledge_questions": "questions that only an adult could answer",
    "photo_match": "a picture of your face and an identity card",
}
_MOST_TEXTS = 50
_PATIENCE_SECONDS = 20
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:18px/1.5 sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;
overflow-wrap:anywhere}}button{{font:inherit;padding:.4rem 1rem;margin-right:.5rem}}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""


class ParentChecker:
    """Checks that were begun and texts that were sent, since this stand-in was started."""

    def __init__(self, *, secret: str) -> None:
        """`secret` (`whsec_…`) signs both ways, for checks and for texts."""
        self.signer = Signer(secret)
        self._begun: dict[str, dict[str, Any]] = {}
        self.texts: deque[tuple[str, str]] = deque(maxlen=_MOST_TEXTS)

    def take(self, asked: Mapping[str, Any]) -> str:
        """Begin a check and return its name, or keep a text to be read and return nothing."""
        if asked["type"] == "text.send":
            self.texts.appendleft((str(asked["to"]), str(asked["text"])))
            return ""
        name = random_id()
        self._begun[name] = {key: str(asked[key]) for key in _ASKED}
        return name

    def begun(self, name: str) -> dict[str, Any] | None:
        """Return what was asked about a check, None when there is no such check."""
        return self._begun.get(name)

    def end(self, name: str, *, passed: bool) -> bool:
        """Tell how a check ended; return whether the answer was taken."""
        asked = self._begun[name]
        reason = "" if passed else "declined on the page of the stand-in"
        said = {"type": "parent-check.done", "session": asked["session"], "passed": passed}
        body = json.dumps(said | {"reason": reason}).encode()
        stamp = str(int(clock.now().timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": self.signer.mark(name, stamp, body),
        }
        call = Request(asked["answer_url"], body, headers)  # noqa: S310  told by a signed call
        try:
            with urlopen(call, timeout=_PATIENCE_SECONDS):  # noqa: S310  as above
                return True
        except (URLError, OSError):
            return False


_ASKED = ("session", "method", "return_url", "answer_url")


@contextmanager
def serving_checker(checker: ParentChecker, *, port: int = 0) -> Iterator[str]:
    """Serve the stand-in on this machine in a thread, and give its URL; port 0 takes a free one.

    Calls go to `/calls`; `/` shows the texts.
    """
    with served(_Listener, port=port, checker=checker) as url:
        yield url


def _check_page(asked: Mapping[str, Any], fault: str = "") -> str:
    how = METHODS.get(asked["method"], asked["method"])
    body = (
        f"<p>Here a company would ask for {escape(how)}. Nothing is asked in this stand-in: say "
        "how the check ends.</p>"
        f"{f'<p role=alert>{escape(fault)}</p>' if fault else ''}"
        '<form method="post"><button name="passed" value="yes">It passes</button>'
        '<button name="passed" value="no">It fails</button></form>'
    )
    return _PAGE.format(title="A check, to try it out", body=body)


def _texts_page(checker: ParentChecker) -> str:
    texts = "".join(
        f"<p><strong>{escape(to)}</strong><br>{_linked(text)}</p>" for to, text in checker.texts
    )
    none = "<p>None yet. A parent of whom a number is known can choose to answer by text.</p>"
    return _PAGE.format(title="Texts that were sent", body=texts or none)


def _linked(text: str) -> str:
    words = (escape(word) for word in text.split(" "))
    return " ".join(
        f'<a href="{word}">{word}</a>' if word.startswith(("http://", "https://")) else word
        for word in words
    )


class _Listener(Listener):
    checker: ParentChecker

    def on_get(self) -> None:
        asked = self.checker.begun(self._check())
        if self.path == "/":
            self._page(200, _texts_page(self.checker))
        elif asked is None:
            self._page(404, _PAGE.format(title="There is no such check", body=""))
        else:
            self._page(200, _check_page(asked))

    def on_post(self, body: bytes) -> None:
        asked = self.checker.begun(self._check())
        if asked is None:
            self._take(body)
            return
        passed = parse_qs(body.decode()).get("passed") == ["yes"]
        if self.checker.end(self._check(), passed=passed):
            self.answer(303, location=asked["return_url"])
        else:
            fault = "The engine does not take the answer now. Press again in a moment."
            self._page(502, _check_page(asked, fault))

    def _take(self, body: bytes) -> None:
        if not self.checker.signer.is_genuine(self.small_headers(), body):
            self.answer(401)
            return
        name = self.checker.take(json.loads(body))
        url = f"http://{self.headers['host']}/check/{name}" if name else ""
        said = json.dumps({"url": url} if url else {}).encode()
        self.answer(200, said, content_type="application/json")

    def _check(self) -> str:
        return self.path.removeprefix("/check/")

    def _page(self, status: int, page: str) -> None:
        self.answer(status, page.encode(), content_type="text/html; charset=utf-8")
