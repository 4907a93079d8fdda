"""The contract of `POST /v1/events`, table by table."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from privacy_engine import clock
from privacy_engine.api import create_app
from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from privacy_engine.log import merkle, proof
from privacy_engine.log.checkpoint import parse_unverified
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier, instant
from tests.functional.api.conftest import (
    BATCHED,
    CONSENT,
    ORIGIN,
    OTHER_ORIGIN,
    SUBJECT,
    Keys,
    Sender,
    event,
    pointers,
    stored,
)

NOON = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def test_a_stored_event_is_answered_with_its_receipt(site: Sender) -> None:
    answer = site.send(event())
    assert answer.status_code == 201
    receipt = answer.json["receipt"]
    assert receipt["source"] == f"{ORIGIN}/signup"
    assert receipt["id"] == "signup-1"
    assert receipt["type"] == "consent.given"
    assert receipt["position"] is None
    assert len(base64.b64decode(receipt["leaf_hash"])) == 32
    assert receipt["proof_url"].endswith(f"/v1/events/{receipt['event_id']}/proof")


def test_the_same_event_again_gets_the_same_receipt(site: Sender, any_engine: Engine) -> None:
    first = site.send(event()).json["receipt"]
    before = stored(any_engine)
    again = site.send(event())
    assert again.status_code == 200
    assert again.json["receipt"] == first
    any_engine.sequence()
    later = site.send(event()).json["receipt"]
    assert later.pop("position") is not None
    assert later.items() <= first.items()
    assert stored(any_engine) - before <= 1  # the day's tally


def test_other_content_under_the_same_name_is_a_conflict(site: Sender, any_engine: Engine) -> None:
    site.send(event())
    before = stored(any_engine)
    answer = site.send(event(data=CONSENT | {"method": "paper"}))
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"].endswith("event-conflict")
    assert stored(any_engine) == before


def test_binary_mode_says_the_same_as_structured_mode(site: Sender) -> None:
    first = site.send(event()).json["receipt"]
    headers = {
        "ce-id": "signup-1",
        "ce-source": f"{ORIGIN}/signup",
        "ce-specversion": "1.0",
        "ce-type": "consent.given",
    }
    again = site.send(CONSENT, "application/json; charset=UTF-8", **headers)
    assert again.status_code == 200
    assert again.json["receipt"] == first


def test_header_values_are_percent_decoded(site: Sender) -> None:
    headers = {
        "ce-id": '"signup%201 \\"x\\""',
        "ce-source": f"{ORIGIN}/caf%C3%A9",
        "ce-specversion": "1.0",
        "ce-type": "consent.given",
    }
    receipt = site.send(CONSENT, "application/json", **headers).json["receipt"]
    assert receipt["id"] == 'signup 1 "x"'
    assert receipt["source"] == f"{ORIGIN}/café"
    bad = site.send(CONSENT, "application/json", **(headers | {"ce-id": "%C0%A0"}))
    assert bad.status_code == 400


def test_data_in_base64_is_the_same_data(site: Sender) -> None:
    first = site.send(event()).json["receipt"]
    encoded = event(data_base64=base64.b64encode(json.dumps(CONSENT).encode()).decode())
    del encoded["data"]
    again = site.send(encoded)
    assert again.status_code == 200
    assert again.json["receipt"] == first


def test_in_a_batch_each_item_stands_alone(site: Sender) -> None:
    site.send(event())
    answer = site.batch(
        event(),
        event(id="b"),
        event(id="c", type="consent.forgotten"),
        "nothing",
        event(id="e", data=CONSENT | {"purpose": "newsleter"}),
        event(id="signup-1", data=CONSENT | {"method": "phone"}),
        event(id="g", source=f"{OTHER_ORIGIN}/x"),
        event(id="b"),
    )
    assert answer.status_code == 207
    assert answer.json["accepted"] == 1
    assert answer.json["duplicates"] == 2
    assert answer.json["rejected"] == 5
    items = answer.json["items"]
    assert [item["index"] for item in items] == list(range(8))
    assert [item["status"] for item in items] == [200, 201, 422, 422, 422, 409, 403, 200]
    assert items[4]["problem"]["type"].endswith("unknown-code")


def test_a_batch_of_sound_events_is_200_and_an_empty_one_too(site: Sender) -> None:
    answer = site.batch(*(event(id=f"n-{n}") for n in range(20)))
    assert answer.status_code == 200
    assert answer.json["accepted"] == 20
    assert site.batch().json == {"accepted": 0, "duplicates": 0, "rejected": 0, "items": []}


def test_what_only_a_register_refuses_stops_nobody_else(site: Sender) -> None:
    late = instant(clock.now() + timedelta(days=1))
    request = {"subject": SUBJECT, "right": "delete"}
    answer = site.batch(
        *(event("request.received", id=f"r{n}", data=request) for n in range(3)),
        event("request.received", id="late", data=request | {"received_at": late}),
        event("request.received", id="last", data=request),
    )
    assert [item["status"] for item in answer.json["items"]] == [201, 201, 201, 422, 201]


def test_a_batch_has_written_limits(site: Sender) -> None:
    many = [event(id=f"n-{n}", data={}) for n in range(1001)]
    assert site.batch(*many).status_code == 413
    assert site.send(b"[" + b" " * 2_097_152 + b"]", BATCHED).status_code == 413
    assert site.send(b" " * 65_537).status_code == 413


def test_unknown_codes_name_the_file_that_lists_them(site: Sender) -> None:
    answer = site.send(event(data=CONSENT | {"purpose": "newsleter"}))
    assert answer.json["type"].endswith("unknown-code")
    assert "policies/purposes.toml" in answer.json["detail"]
    assert "newsletter" in answer.json["detail"]
    data = {
        "subject": SUBJECT,
        "recipient": "mail-vendor",
        "categories": ["A", "Z"],
        "purpose": "newsletter",
        "basis": "service_provider",
        "sale": False,
        "sharing": False,
    }
    answer = site.send(event("disclosure.made", data=data))
    assert pointers(answer.json) == {"/data/categories/1"}
    data["categories"] = ["A", "B"]
    assert site.send(event("disclosure.made", data=data)).status_code == 201
    assert site.send(event("disclosure.made", id="2", data=data | {"sale": 1})).status_code == 422


def test_time_is_kept_clamped_or_refused(site: Sender, any_engine: Engine) -> None:
    with clock.fixed(NOON):
        past = instant(NOON - timedelta(days=900))
        soon = instant(NOON + timedelta(minutes=4))
        late = instant(NOON + timedelta(minutes=6))
        kept = site.send(event(time=past)).json["receipt"]["event_id"]
        clamped = site.send(event(id="fast", time=soon)).json["receipt"]["event_id"]
        assert site.send(event(id="late", time=late)).status_code == 422
    with any_engine.reading() as tx:
        assert tx.event(kept).occurred_at == NOON - timedelta(days=900)
        assert tx.event(clamped).occurred_at == NOON
    with clock.fixed(NOON + timedelta(hours=1)):
        again = site.send(event(id="fast", time=soon))
        assert again.status_code == 200
        assert again.json["receipt"]["event_id"] == clamped
        assert site.send(event(id="fast", time=past)).status_code == 409


def test_an_import_needs_its_time_and_a_server(site: Sender, page: Sender) -> None:
    data = CONSENT | {"method": "import"}
    assert pointers(site.send(event(data=data)).json) == {"/time"}
    dated = event(data=data, time="2024-05-01T10:00:00Z")
    assert page.send(dated).status_code == 403
    assert site.send(dated).status_code == 201


def test_ages_that_nobody_can_have(site: Sender) -> None:
    data = {"subject": {"device": "d-1"}, "kind": "age", "value": 11}
    assert site.send(event("age_signal.received", data=data)).status_code == 201
    impossible = event("age_signal.received", id="2", data=data | {"value": 400})
    assert pointers(site.send(impossible).json) == {"/data/value"}
    fraction = event("age_signal.received", id="3", data=data | {"value": 11.5})
    assert site.send(fraction).status_code == 422
    for zone in ("America", "Mars/Olympus", "../etc/passwd"):
        answer = site.send(event("age_signal.received", id="4", data=data | {"zone": zone}))
        assert pointers(answer.json) == {"/data/zone"}


def test_a_signal_is_only_ever_true(site: Sender) -> None:
    data = {"subject": {"device": "d-1"}, "signal": "gpc", "value": True}
    assert site.send(event("signal.received", data=data)).status_code == 201
    answer = site.send(event("signal.received", id="2", data=data | {"value": False}))
    assert pointers(answer.json) == {"/data/value"}


def test_an_unsubscription_names_a_list_or_all(site: Sender) -> None:
    data = {"subject": SUBJECT}
    assert site.send(event("email.unsubscribed", data=data)).status_code == 422
    sent = event("email.unsubscribed", data=data | {"all": True})
    assert site.send(sent).status_code == 201


def test_linking_makes_one_person_of_two(site: Sender, any_engine: Engine) -> None:
    site.send(event())
    site.send(event(id="2", data=CONSENT | {"subject": {"account": "u-17"}}))
    data = {"subjects": [SUBJECT, {"account": "u-17"}], "evidence": "signed in"}
    assert site.send(event("subject.linked", id="3", data=data)).status_code == 201
    with any_engine.reading() as tx:
        one = tx.find_subject([Identifier("email", SUBJECT["email"])], site="listing-site")
        two = tx.find_subject([Identifier("account", "u-17")], site="listing-site")
        assert one is not None
        assert two in tx.person(one)
    wrong = data | {"subjects": [SUBJECT]}
    assert site.send(event("subject.linked", id="4", data=wrong)).status_code == 422


def test_a_shared_phone_joins_nobody(site: Sender, any_engine: Engine) -> None:
    phone = {"phone": "+1 530 555 0142"}
    for name in ("a@example.org", "b@example.org"):
        data = {"subjects": [{"email": name}, phone], "evidence": "same call"}
        assert site.send(event("subject.linked", id=name[0], data=data)).status_code == 201
    with any_engine.reading() as tx:
        found = [
            tx.find_subject([Identifier("email", name)], site="listing-site")
            for name in ("a@example.org", "b@example.org")
        ]
        assert found[1] not in tx.person(found[0] or "")


def test_no_key_a_wrong_key_and_a_revoked_key(
    site: Sender, keys: Keys, any_engine: Engine
) -> None:
    for headers in (
        {},
        {"Authorization": "Basic x"},
        {"Authorization": "Bearer sk_live_wrong"},
        {"Authorization": f"Bearer {'x' * 5000}"},
        {"Authorization": "Bearer sk_live_é".encode().decode("latin-1")},
    ):
        answer = site.client.post("/v1/events", json=event(), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    any_engine.run(lambda tx: sites.revoke(tx, keys.server[:12]))
    assert site.send(event()).status_code == 401


def test_a_browser_key_only_from_its_pages_and_only_what_people_do(
    client: Any, keys: Keys, page: Sender
) -> None:
    assert page.send(event()).status_code == 201
    answer = page.send(event("subject.linked", id="2", data={}))
    assert answer.status_code == 403
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    stranger = Sender(client, keys.browser, Origin="https://evil.example")
    refused = stranger.send(event(id="3"))
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert Sender(client, keys.browser).send(event(id="4")).status_code == 403


def test_the_preflight_of_listed_origins_is_answered(client: Any, keys: Keys) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, ce-id, x-other",
    }
    answer = client.options("/v1/events", headers={"Origin": ORIGIN} | asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization, ce-id"
    other = client.options("/v1/events", headers={"Origin": "https://evil.example"} | asked)
    assert "Access-Control-Allow-Origin" not in other.headers


def test_test_mode_is_a_world_of_its_own(
    client: Any, site: Sender, keys: Keys, any_engine: Engine
) -> None:
    site.send(event())
    before = stored(any_engine)
    rehearsal = Sender(client, keys.server_test)
    answer = rehearsal.send(event(data=CONSENT | {"method": "paper"}))
    assert answer.status_code == 201
    assert stored(any_engine) == before
    any_engine.test.sequence()
    assert b"/log/test" in rehearsal.get(answer.json["receipt"]["proof_url"]).data


def test_a_proof_verifies_once_the_event_has_a_position(site: Sender, any_engine: Engine) -> None:
    receipt = site.send(event()).json["receipt"]
    path = f"/v1/events/{receipt['event_id']}/proof"
    waiting = site.get(path)
    assert waiting.status_code == 202
    assert waiting.headers["Retry-After"]
    any_engine.sequence()
    answer = site.get(path)
    assert answer.content_type.startswith("text/plain")
    found = proof.parse(answer.data)
    head, _ = parse_unverified(found.checkpoint)
    leaf = base64.b64decode(receipt["leaf_hash"])
    merkle.verify_inclusion(found.index, head.size, leaf, proof=found.hashes, root=head.root)
    assert site.get("/v1/events/01ARZ3NDEKTSV4RRFFQ69G5FAV/proof").status_code == 404
    assert site.get("/v1/events/nonsense/proof").status_code == 404


def test_after_erasure_a_repeat_gets_the_old_receipt_and_stores_nothing(
    site: Sender, any_engine: Engine
) -> None:
    first = site.send(event()).json["receipt"]

    def erase(tx: Any) -> None:
        subject = tx.find_subject([Identifier("email", SUBJECT["email"])], site="listing-site")
        tx.erase(Order(tx.person(subject), "R-TEST-0001", tx.now), ground="asked")

    any_engine.run(erase)
    before = stored(any_engine)
    for data in (CONSENT, CONSENT | {"method": "paper"}):
        again = site.send(event(data=data))
        assert again.status_code == 200
        assert again.json["receipt"]["event_id"] == first["event_id"]
    assert stored(any_engine) == before


def test_too_many_events_are_told_when_to_come_back(
    client: Any, any_engine: Engine, keys: Keys
) -> None:
    settings = any_engine.settings
    any_engine.settings = replace(settings, limits=replace(settings.limits, events_per_second=3))
    with create_app(any_engine).test_client() as hurried:
        sender = Sender(hurried, keys.server)
        answers = [sender.batch(*(event(id=f"{n}-{i}") for i in range(50))) for n in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert int(answers[1].headers["Retry-After"]) >= 1
    assert answers[1].json["type"].endswith("too-many-requests")


def test_unknown_paths_and_methods_are_problems_too(site: Sender) -> None:
    assert site.get("/v1/nothing").json["status"] == 404
    answer = site.get("/v1/events")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.content_type == "application/problem+json"
