"""Bytes that no library sends, over a socket of our own."""

import json
import re
import socket

import pytest

from tests.functional.foreign.conftest import DATA, Served, event

pytestmark = pytest.mark.slow


def talk(served: Served, head: str, body: bytes = b"", *, end: bool = False) -> tuple[int, str]:
    """Send bytes as they are; return the status and the whole answer."""
    lines = head.format(key=served.key()).replace("\n", "\r\n").encode("latin-1")
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as wire:
        wire.sendall(lines + b"\r\n\r\n" + body)
        if end:
            wire.shutdown(socket.SHUT_WR)
        found = wire.recv(65_536)
        while not _is_whole(found):
            more = wire.recv(65_536)
            assert more, "the answer ends too soon"
            found += more
    return int(found.split()[1]), found.decode()


def _is_whole(answer: bytes) -> bool:
    head, empty, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return bool(empty) and (length is None or len(body) >= int(length[1]))


POST = """POST /v1/events HTTP/1.1
Host: engine
Authorization: Bearer {key}
"""
EVENT = POST + "Content-Type: application/cloudevents+json\n"


def test_too_much_is_refused_before_it_is_read(served: Served) -> None:
    status, said = talk(served, EVENT + "Content-Length: 10000000000")
    assert status == 413
    assert '"status":413' in said
    chunk = b"%x\r\n" % 200_000 + b"x" * 200_000 + b"\r\n"
    assert talk(served, EVENT + "Transfer-Encoding: chunked", chunk)[0] == 413


def test_chunks_are_put_together(served: Served) -> None:
    body = json.dumps(event("in-chunks")).encode()
    cut = len(body) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:cut], body[cut:]))
    status, said = talk(served, EVENT + "Transfer-Encoding: chunked", chunks + b"0\r\n\r\n")
    assert status == 201, said


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        ("Content-Length: 500", b"{", 400),
        ("Content-Length: 0", b"", 400),
        ("Content-Encoding: gzip\nContent-Length: 2", b"{}", 415),
        ("Content-Length: 5\nContent-Length: 6", b"abcde", 400),
        ("Content-Length: -5", b"abcde", 400),
    ],
)
def test_lengths_and_encodings_that_lie(
    served: Served, head: str, body: bytes, status: int
) -> None:
    assert talk(served, EVENT + head, body, end="500" in head)[0] == status


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € \N{GRINNING FACE}"),
        ("%25E2", "%E2"),
        ('"quoted \\"once\\""', 'quoted "once"'),
        ("tr%zz", "tr%zz"),
    ],
)
def test_headers_are_decoded_once(served: Served, header: str, meant: str) -> None:
    body = json.dumps(DATA).encode()
    head = (
        f"{POST}Content-Type: application/json\nce-specversion: 1.0\nce-source: /signup\n"
        f"ce-type: consent.given\nce-id: {header}\nContent-Length: {len(body)}"
    )
    status, said = talk(served, head, body)
    assert status == 201, said
    assert json.loads(said.partition("\r\n\r\n")[2])["receipt"]["id"] == meant


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_a_day_at_the_end_of_the_calendar_breaks_nothing(served: Served, text: str) -> None:
    with served.client() as client:
        for kind, data in (
            ("age_signal.received", {"subject": DATA["subject"], "kind": "age", "value": 30}),
            ("consent.given", DATA | {"expires_at": text}),
        ):
            sent = event(f"{kind}-{text}", type=kind, data=data, time=text)
            headers = {"Content-Type": "application/cloudevents+json"}
            answer = client.post("/v1/events", content=json.dumps(sent), headers=headers)
            assert answer.status_code == 422
            assert answer.json()["errors"]


def test_a_request_before_its_law_is_a_fault_of_the_request(served: Served) -> None:
    asked = {"right": "delete", "subject": DATA["subject"], "received_at": "2019-01-01T00:00:00Z"}
    with served.client() as client:
        answer = client.post("/v1/requests", json=asked)
    assert answer.status_code == 422
    assert "not in force" in answer.json()["detail"]


def test_every_refusal_is_a_problem_document(served: Served) -> None:
    with served.client() as client:
        for method, path in (
            ("GET", "/v1/events"),
            ("TRACE", "/v1/events"),
            ("GET", "/v1/no-such-thing"),
            ("GET", "/log/tile/0/999"),
            ("POST", "/healthz"),
            ("GET", "/v1/erasures"),
        ):
            answer = client.request(method, path)
            told = answer.json()
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert told["status"] == answer.status_code
            assert {"type", "title", "detail", "instance"} <= told.keys()
