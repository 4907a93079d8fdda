"""The contract of `/v1/requests`."""

from datetime import UTC, datetime, timedelta

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.log.event import instant
from privacy_engine.rights import actions
from tests.functional.api.conftest import SUBJECT, Sender, event, pointers, stored

RECEIVED = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
DELETE = {"right": "delete", "subject": SUBJECT, "name": "Maya Tallow", "for": "self"}


def test_a_request_is_answered_at_once_with_its_clocks(site: Sender) -> None:
    with clock.fixed(RECEIVED):
        answer = site.post("/v1/requests", DELETE)
    assert answer.status_code == 201
    body = answer.json
    assert body["reference"].startswith("R-")
    assert (body["right"], body["jurisdiction"]) == ("delete", "us-ca")
    assert body["received_at"] == instant(RECEIVED)
    duties = {item["duty"]: item for item in body["clocks"]}
    assert duties["CA-ACK"]["citation"]
    for item in duties.values():
        assert item["strict_due_on"] <= item["legal_due_on"]
    assert body["reference"] in body["status_url"]
    assert body["receipt"]["type"] == "request.received"
    assert answer.headers["Location"].endswith(f"/v1/requests/{body['reference']}")


def test_the_idempotency_key_is_honoured(site: Sender, any_engine: Engine) -> None:
    first = site.post("/v1/requests", DELETE, **{"Idempotency-Key": "form-77"})
    before = stored(any_engine)
    again = site.post("/v1/requests", DELETE, **{"Idempotency-Key": "form-77"})
    assert (again.status_code, again.json) == (201, first.json)
    assert stored(any_engine) == before
    other = site.post(
        "/v1/requests", DELETE | {"right": "opt_out"}, **{"Idempotency-Key": "form-77"}
    )
    assert other.status_code == 409
    personal = site.post("/v1/requests", DELETE, **{"Idempotency-Key": "maya@example.org"})
    assert personal.status_code == 422


def test_first_and_repeated_known_and_unknown_look_the_same(site: Sender) -> None:
    first = site.post("/v1/requests", DELETE)
    again = site.post("/v1/requests", DELETE)
    assert first.json.keys() == again.json.keys()
    assert (first.json["state"], again.json["state"]) == ("open", "open") or (
        first.json["state"] == again.json["state"]
    )
    assert first.json["reference"] != again.json["reference"]


def test_how_a_request_stands(site: Sender, other: Sender, any_engine: Engine) -> None:
    reference = site.post("/v1/requests", DELETE).json["reference"]
    body = site.get(f"/v1/requests/{reference}").json
    assert body["history"][0]["type"] == "request.received"
    assert {item["step"] for item in body["steps"]}
    assert body["next_step"]["waits_for"]
    assert body["systems"] == []
    assert body["documents"] == []
    any_engine.run(lambda tx: actions.revoke(tx, reference))
    ended = site.get(f"/v1/requests/{reference}").json
    assert ended["state"] == "revoked"
    assert ended["next_step"] is None
    assert other.get(f"/v1/requests/{reference}").status_code == 404
    assert site.get("/v1/requests/R-0000-0000").status_code == 404


def test_requests_that_are_refused(site: Sender, page: Sender, any_engine: Engine) -> None:
    before = stored(any_engine)
    late = instant(clock.now() + timedelta(hours=1))
    for changes, pointer in (
        ({"right": "forget"}, "/right"),
        ({"subject": {}}, "/subject"),
        ({"jurisdiction": "../../etc"}, "/jurisdiction"),
        ({"window": {"from": "2026-02-01", "to": "2026-01-01"}}, "/window"),
        ({"window": "some"}, "/window"),
        ({"case": "R-AAAA-AAAA"}, "/case"),
        ({"channel": "pigeon"}, "/channel"),
    ):
        answer = site.post("/v1/requests", DELETE | changes)
        assert answer.status_code == 422
        assert pointers(answer.json) == {pointer}
    assert site.post("/v1/requests", DELETE | {"received_at": late}).status_code == 422
    assert page.post("/v1/requests", DELETE).status_code == 403
    assert site.post("/v1/requests", []).status_code == 422
    raw = site.client.post("/v1/requests", data=b"x", headers=site.headers)
    assert raw.status_code == 415
    assert stored(any_engine) == before


def test_a_letter_of_last_week_counts_from_last_week(site: Sender) -> None:
    sent = DELETE | {"channel": "mail", "received_at": "2026-11-02T10:00:00-08:00"}
    body = site.post("/v1/requests", sent).json
    assert body["received_at"] == "2026-11-02T18:00:00.000Z"


def test_a_reported_request_is_a_request(site: Sender) -> None:
    data = {"right": "opt_out", "subject": {"device": "d-1"}}
    assert site.send(event("request.received", data=data)).status_code == 201
