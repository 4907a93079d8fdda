"""Nothing crosses between test and live, nor between two sites."""

import json
import threading
import time

import httpx
import pytest
from sqlalchemy import event as listening

from privacy_engine.engine import Engine
from privacy_engine.ingest import people
from privacy_engine.log.checkpoint import parse_unverified
from privacy_engine.log.event import Draft, Identifier
from tests.functional.foreign.conftest import BATCHED, DATA, STRUCTURED, Served, event

SOMEBODY = Identifier("email", "somebody@example.org")


def report(
    client: httpx.Client, sent: object, kind: str = STRUCTURED
) -> dict[str, dict[str, str]]:
    headers = {"Content-Type": kind}
    answer = client.post("/v1/events", content=json.dumps(sent), headers=headers)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, dict[str, str]] = answer.json()
    return found


def permitted(client: httpx.Client, email: str) -> bool:
    ask = {"subject": {"email": email}, "purposes": ["newsletter"]}
    answer = client.post("/v1/consents/check", json=ask)
    return bool(answer.json()["purposes"]["newsletter"]["permitted"])


@pytest.mark.slow
def test_what_is_tried_out_never_counts(served: Served) -> None:
    data = DATA | {"subject": {"email": "only-a-test@example.org"}}
    with served.client() as live, served.client(served.key(mode="test")) as test:
        tried = report(test, event("tried", data=data))["receipt"]["event_id"]
        assert permitted(test, "only-a-test@example.org")
        assert not permitted(live, "only-a-test@example.org")
        assert report(live, event("tried", data=DATA))["receipt"]["event_id"] != tried
        asked = {"right": "delete", "subject": data["subject"]}
        reference = test.post("/v1/requests", json=asked).json()["reference"]
        for path in (f"/v1/receipts/{tried}", f"/v1/requests/{reference}"):
            assert live.get(path).status_code == 404
            assert test.get(path).status_code == 200
        assert live.get(f"/v1/events/{tried}/proof").status_code == 404


@pytest.mark.slow
def test_each_world_has_a_log_of_its_own(served: Served) -> None:
    with served.client() as live, served.client(served.key(mode="test")) as test:
        tried = report(test, event("for-the-log"))["receipt"]["event_id"]
        _until(lambda: test.get(f"/v1/events/{tried}/proof").status_code == 200)
        heads = [parse_unverified(one.get("/log/checkpoint").content)[0] for one in (live, test)]
        assert heads[0].origin != heads[1].origin
        who = test.get("/.well-known/privacy-engine.json").json()
        assert who["origin"] == heads[1].origin
        wanted = f"/log/tile/entries/000.p/{heads[1].size}"
        bundle = test.get(wanted)
        assert bundle.status_code == 200
        assert bundle.headers["Cache-Control"].startswith("private")
        assert live.get(wanted).status_code in {403, 404}


@pytest.mark.slow
def test_a_log_under_load_only_grows(served: Served) -> None:
    seen: list[tuple[int, bytes]] = []
    done = threading.Event()

    def watch() -> None:
        with httpx.Client(base_url=served.base, timeout=30) as anybody:
            while not done.is_set():
                head, _ = parse_unverified(anybody.get("/log/checkpoint").content)
                seen.append((head.size, head.root))
                if head.size % 256:
                    part = f"{head.size // 256:03d}.p/{head.size % 256}"
                    tile = anybody.get(f"/log/tile/0/{part}")
                    assert len(tile.content) == 32 * (head.size % 256)

    def send(worker: int) -> None:
        with served.client() as client:
            for turn in range(8):
                many = [event(f"load-{worker}-{turn}-{n}") for n in range(1 + turn * 3)]
                report(client, many, BATCHED)

    _until(lambda: httpx.get(f"{served.base}/log/checkpoint").status_code == 200)
    watching = threading.Thread(target=watch)
    senders = [threading.Thread(target=send, args=(worker,)) for worker in range(4)]
    for thread in (watching, *senders):
        thread.start()
    for thread in senders:
        thread.join()
    time.sleep(1.5)  # as long as the newest events may wait for a checkpoint
    done.set()
    watching.join()
    sizes = [size for size, _ in seen]
    assert sizes == sorted(sizes)
    assert len(set(seen)) == len(set(sizes)) > 1


@pytest.mark.parametrize("linked", [False, True])
def test_a_stranger_and_the_person_of_another_site_cost_the_same(
    any_engine: Engine, *, linked: bool
) -> None:
    """What is asked of the database does not tell a site whom another one knows."""
    named = (SOMEBODY, Identifier("account", "7")) if linked else (SOMEBODY,)
    draft = Draft("message.received", {"channel": "chat", "text": "x"}, subject=named, site="one")
    any_engine.run(lambda tx: tx.append_many([draft]))

    def asked(email: str) -> list[str]:
        statements: list[str] = []
        note = lambda *given: statements.append(given[2])  # noqa: E731
        subjects = [(Identifier("email", email),)]
        with any_engine.reading() as tx:
            listening.listen(any_engine.database, "before_cursor_execute", note)
            persons = people.persons_of(tx, subjects, site="two")
            listed = people.suppressed(tx, subjects, site="two", persons=persons)
            listening.remove(any_engine.database, "before_cursor_execute", note)
        assert (persons, listed) == ([()], [()])
        return statements

    assert asked("somebody@example.org") == asked("nobody@example.org")


def _until(holds: object) -> None:
    deadline = time.monotonic() + 20
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.1)
