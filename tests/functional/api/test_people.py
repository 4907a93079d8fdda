"""What a site may ask about people, and that it hears only of its own."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier, instant
from tests.functional.api.conftest import CONSENT, OTHER_ORIGIN, SUBJECT, Sender, event, pointers

ASK = {"subject": SUBJECT, "purposes": ["newsletter"]}


def erase(engine: Engine, *, actions: tuple[str, ...] = ("do_not_reimport",)) -> None:
    def work(tx: Any) -> None:
        subject = tx.find_subject([Identifier("email", SUBJECT["email"])], site="listing-site")
        order = Order(tx.person(subject), "R-TEST-0001", tx.now, actions=actions)
        tx.erase(order, ground="asked")

    engine.run(work)


def newsletter(sender: Sender, **changes: Any) -> dict[str, Any]:
    answer = sender.post("/v1/consents/check", ASK | changes)
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json["purposes"]["newsletter"]
    return found


def test_may_i(site: Sender) -> None:
    assert newsletter(site)["permitted"] is False
    event_id = site.send(event()).json["receipt"]["event_id"]
    given = newsletter(site)
    assert given["permitted"] is True
    assert (given["state"], given["event_id"]) == ("given", event_id)
    assert (given["document"], given["version"]) == ("privacy-statement", "2021-11-04")
    site.send(event("consent.withdrawn", id="2"))
    assert newsletter(site)["permitted"] is False


def test_as_of_a_past_day(site: Sender) -> None:
    site.send(event(time="2025-01-01T00:00:00Z"))
    site.send(event("consent.withdrawn", id="2", time="2026-01-01T00:00:00Z"))
    assert newsletter(site, at="2025-06-01T00:00:00Z")["permitted"] is True
    assert newsletter(site)["permitted"] is False


def test_checks_are_strict(site: Sender) -> None:
    for changes, pointer in (
        ({"purposes": ["no-such"]}, "/purposes/0"),
        ({"purposes": []}, "/purposes"),
        ({"at": "now"}, "/at"),
        ({"subject": {"email": "x"}}, "/subject/email"),
        ({"more": 1}, "/more"),
    ):
        answer = site.post("/v1/consents/check", ASK | changes)
        assert answer.status_code == 422
        assert pointers(answer.json) == {pointer}
    assert site.post("/v1/suppressions/check", {"subjects": [{}]}).status_code == 422
    many = {"subjects": [SUBJECT] * 1001}
    assert site.post("/v1/suppressions/check", many).status_code == 422


def test_a_site_hears_nothing_about_the_people_of_another(
    site: Sender, other: Sender, any_engine: Engine
) -> None:
    site.send(event())
    receipt = site.send(event("consent.refused", id="2")).json["receipt"]
    assert newsletter(site)["state"] == "refused"
    assert newsletter(other)["event_id"] is None
    assert other.get(f"/v1/receipts/{receipt['event_id']}").status_code == 404
    erase(any_engine, actions=("do_not_reimport", "do_not_contact"))
    ask = {"subjects": [SUBJECT]}
    mine = site.post("/v1/suppressions/check", ask).json["results"]
    theirs = other.post("/v1/suppressions/check", ask).json["results"]
    assert set(mine[0]["actions"]) >= {"do_not_reimport", "do_not_contact"}
    assert theirs == [{"index": 0, "actions": []}]
    since = instant(clock.now() - timedelta(days=1))
    assert other.get(f"/v1/erasures?since={since}").json["erasures"] == []


def test_both_sites_hear_of_a_person_whom_both_reported(site: Sender, other: Sender) -> None:
    site.send(event())
    other.send(event("consent.refused", id="2", source=f"{OTHER_ORIGIN}/x"))
    assert newsletter(other) == newsletter(site)


def test_erasures_are_compared_by_hash(site: Sender, any_engine: Engine) -> None:
    site.send(event())
    erase(any_engine)
    since = instant(clock.now() - timedelta(days=1))
    body = site.get(f"/v1/erasures?since={since}").json
    message = b"email\x1f" + SUBJECT["email"].encode()
    mine = hmac.new(base64.b64decode(body["key"]), message, hashlib.sha256).digest()
    assert base64.b64encode(mine).decode() in {item["hash"] for item in body["erasures"]}
    assert body["next"] is None
    later = instant(clock.now() + timedelta(days=1))
    assert site.get(f"/v1/erasures?since={later}").json["erasures"] == []
    assert site.get("/v1/erasures").status_code == 422
    for cursor in ("x", "-1", "0" * 12 + "9" * 30, "9" * 4000):
        assert site.get(f"/v1/erasures?since={since}&cursor={cursor}").status_code == 422
    assert site.get(f"/v1/erasures?since={since}&since={since}").status_code == 422


@pytest.mark.parametrize("style", ["dpv", "kantara-1.1"])
def test_consent_receipts(site: Sender, style: str) -> None:
    event_id = site.send(event(data=CONSENT)).json["receipt"]["event_id"]
    answer = site.get(f"/v1/receipts/{event_id}?format={style}")
    assert answer.status_code == 200
    assert SUBJECT["email"] not in answer.text
    assert site.get(f"/v1/receipts/{event_id}?format=xml").status_code == 422
    assert site.get("/v1/receipts/nonsense").status_code == 404


def test_a_browser_key_reads_nothing(page: Sender) -> None:
    assert page.post("/v1/consents/check", ASK).status_code == 403
    assert page.post("/v1/suppressions/check", {"subjects": []}).status_code == 403
    assert page.get("/v1/erasures?since=2026-01-01T00:00:00Z").status_code == 403


def test_a_childs_name_beside_another_permits_nothing(site: Sender) -> None:
    adult, child = {"account": "77"}, {"email": "kid@example.org"}
    for number, who in enumerate((adult, child)):
        shown = {"subject": who, "document": "privacy-statement", "version": "2021-11-04"}
        site.send(event("notice.shown", id=f"n{number}", data=shown))
    ask = {"subject": adult | child, "purposes": ["service"]}
    assert site.post("/v1/consents/check", ask).json["purposes"]["service"]["permitted"]
    age = {"subject": child, "kind": "age", "value": 10}
    site.send(event("age_signal.received", id="a", data=age))
    found = site.post("/v1/consents/check", ask).json["purposes"]["service"]
    assert (found["permitted"], found["state"]) == (False, "suspended")
    asked = {"subjects": [adult | child, adult]}
    both, alone = site.post("/v1/suppressions/check", asked).json["results"]
    assert "do_not_contact" in both["actions"]
    assert alone["actions"] == []
