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
    assert "Idempotency-Key" in other.json["detail"]
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
        ({"window": {"from": "2031-01-01", "to": "2032-01-01"}}, "/window/from"),
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


KNOW = {"right": "know:specific", "subject": {"email": "maya@example.org", "account": "77"}}
SIGNED_IN = {"method": "reauthentication", "account": "77"}


def signed_in(**given: str) -> dict[str, str]:
    return SIGNED_IN | {"authenticated_at": instant(clock.now())} | given


def test_an_account_holder_who_signs_in_again_is_verified(site: Sender, other: Sender) -> None:
    reference = site.post("/v1/requests", KNOW).json["reference"]
    to = f"/v1/requests/{reference}/verification"
    before = site.get(f"/v1/requests/{reference}").json["verification"]
    assert before == {
        "state": "awaited",
        "tier": "reasonably_high",
        "at": None,
        "lacking": ["points", "declaration"],
    }
    assert other.post(to, signed_in()).status_code == 404, "another site says nothing here"
    stranger = site.post(to, signed_in(account="78"))
    assert (stranger.status_code, stranger.json["status"]) == (409, 409)
    old = signed_in(authenticated_at=instant(clock.now() - timedelta(hours=1)))
    assert pointers(site.post(to, old).json) == {"/authenticated_at"}
    ahead = signed_in(authenticated_at=instant(clock.now() + timedelta(hours=1)))
    assert pointers(site.post(to, ahead).json) == {"/authenticated_at"}
    assert pointers(site.post(to, {"method": "trust me"}).json) >= {"/method", "/account"}
    taken = site.post(to, signed_in())
    assert (taken.status_code, taken.json["state"]) == (200, "verified")
    assert site.post(to, signed_in()).json == taken.json, "once is enough, twice does no harm"


def test_an_account_linked_later_verifies_nobody(site: Sender) -> None:
    mine = {"right": "delete", "subject": {"email": "maya@example.org"}}
    reference = site.post("/v1/requests", mine).json["reference"]
    with clock.fixed(clock.now() + timedelta(minutes=10)):
        linked = {
            "subjects": [{"email": "maya@example.org"}, {"account": "77"}],
            "evidence": "sign-in",
        }
        assert site.send(event("subject.linked", data=linked, id="link-1")).status_code == 201
        answer = site.post(f"/v1/requests/{reference}/verification", signed_in())
    assert answer.status_code == 409


def test_a_sign_in_of_an_agent_or_for_an_opt_out_is_refused(site: Sender) -> None:
    for more in ({"right": "opt_out"}, {"for": "child"}, {"for": "agent"}):
        reference = site.post("/v1/requests", KNOW | more).json["reference"]
        answer = site.post(f"/v1/requests/{reference}/verification", signed_in())
        assert answer.status_code == 409, more


def test_a_law_s_own_names_for_rights_are_understood(site: Sender) -> None:
    words = {
        "access": "know:specific",
        "portability": "know:specific",
        "information": "know:categories",
        "erasure": "delete",
        "rectification": "correct",
        "objection": "opt_out",
        "restriction": "limit",
        "withdrawal": "withdraw_consent",
    }
    for name, right in words.items():
        asked = {"right": name, "jurisdiction": "eu-gdpr", "subject": SUBJECT}
        answer = site.post("/v1/requests", asked)
        assert (answer.status_code, answer.json["right"]) == (201, right)
        if answer.json["clocks"]:
            assert answer.json["clocks"][0]["duty"] == "EU-RESP"
    refused = site.post("/v1/requests", {"right": "erasure", "subject": SUBJECT})
    assert pointers(refused.json) == {"/right"}, "California has no such word"


def test_a_consent_is_taken_back_for_what_was_named(site: Sender) -> None:
    base = {"subject": SUBJECT, "right": "withdraw_consent"}
    assert site.post("/v1/requests", base | {"purposes": ["nonsense"]}).status_code == 422
    yes = {"method": "form", "document": "privacy-statement", "version": "2021-11-04"}
    for purpose in ("newsletter", "product-updates"):
        given = yes | {"purpose": purpose, "subject": SUBJECT}
        assert site.send(event(data=given, id=purpose)).status_code == 201
    taken = site.post("/v1/requests", base | {"purposes": ["newsletter"]})
    assert taken.status_code == 201
    both = {"subject": SUBJECT, "purposes": ["newsletter", "product-updates"]}
    found = site.post("/v1/consents/check", both).json["purposes"]
    assert [found[code]["permitted"] for code in both["purposes"]] == [False, True]
