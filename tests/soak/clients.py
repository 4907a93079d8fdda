"""Eight senders whose batches name the same ten people, and who never give up on a batch."""

import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.services.servers import HOST

CLIENTS = 8
PEOPLE = 10
SITE = "listing-site"
PURPOSES = ("newsletter", "product-updates", "analytics", "sale-sharing")
TEXT = {"document": "privacy-statement", "version": "2021-11-04"}
PATIENCE_SECONDS = 90.0
_BATCHED = "application/cloudevents-batch+json"


@dataclass
class Book:
    """What all clients were told, kept as each would keep it."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    repeats: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.lock:
            self.answers[what] += 1

    def fault(self, what: str) -> None:
        with self.lock:
            self.faults.append(what)

    def receipt(self, number: str, event_id: str, *, duplicate: bool) -> None:
        with self.lock:
            self.repeats += duplicate
            before = self.acknowledged.setdefault(number, event_id)
            if before != event_id:
                self.faults.append(f"{number} was stored twice")


def event(client: int, number: int) -> dict[str, Any]:
    """Return an event about one or two of the ten."""
    kinds = ["consent.given", "consent.refused", "message.received", "notice.shown"] * 6
    kind = secrets.choice([*kinds, "request.received", "subject.linked"])
    first, second = secrets.randbelow(PEOPLE), secrets.randbelow(PEOPLE)
    subject = {"email": f"person-{first}@example.org", "account": f"account-{first}"}
    consent = {"purpose": secrets.choice(PURPOSES), "method": "form", **TEXT}
    said: dict[str, dict[str, Any]] = {
        "consent.given": consent,
        "consent.refused": consent,
        "notice.shown": TEXT,
        "message.received": {"channel": "chat", "text": "Please call me back."},
        "request.received": {"right": secrets.choice(["opt_out", "limit", "know:categories"])},
    }
    if kind == "subject.linked":
        device = {"device": f"device-{second}"}
        data: dict[str, Any] = {"subjects": [subject, device], "evidence": "signed in"}
    else:
        data = {"subject": subject, **said[kind]}
    return {
        "specversion": "1.0",
        "id": f"c{client}-{number}",
        "source": f"urn:site:{SITE}",
        "type": kind,
        "data": data,
    }


def run(client: int, *, ports: tuple[int, ...], bearer: str, book: Book, until: float) -> None:
    """Send batches until the moment comes; then at most finish the last one."""
    number = 0
    with httpx.Client(timeout=20, trust_env=False) as http:
        while time.monotonic() < until:
            size = 1 + secrets.randbelow(8)
            batch = [event(client, number + index) for index in range(size)]
            number += size
            if not _deliver(http, batch, ports=ports, bearer=bearer, book=book):
                book.fault(f"client {client} gave up after {PATIENCE_SECONDS:g} s")
            time.sleep(0.1 + secrets.randbelow(200) / 1_000)


def _deliver(
    http: httpx.Client,
    batch: list[dict[str, Any]],
    *,
    ports: tuple[int, ...],
    bearer: str,
    book: Book,
) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        url = f"http://{HOST}:{secrets.choice(ports)}/v1/events"
        headers = {"Authorization": f"Bearer {bearer}", "Content-Type": _BATCHED}
        try:
            answer = http.post(url, json=batch, headers=headers)
        except httpx.HTTPError as error:
            book.count(type(error).__name__)
            time.sleep(0.3)
            continue
        book.count(str(answer.status_code))
        if answer.status_code in {200, 207} and _read(answer.json()["items"], batch, book):
            return True
        if answer.status_code not in {200, 207, 503}:
            book.fault(f"{answer.status_code}: {answer.text[:300]}")
        time.sleep(0.3)
    return False


def _read(items: list[dict[str, Any]], batch: list[dict[str, Any]], book: Book) -> bool:
    """Note each receipt; return whether every event has one."""
    whole = True
    for item in items:
        if item["status"] in {200, 201}:
            receipt = item["receipt"]
            book.receipt(receipt["id"], receipt["event_id"], duplicate=item["status"] == 200)
        else:
            whole = False
            if item["status"] != 503:
                book.fault(f"{batch[item['index']]['type']}: {item['problem']}")
    return whole
