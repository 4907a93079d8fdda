"""The Data Rights Protocol 1.0, as an agent sees it: every call, and every refusal."""

import base64
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from nacl.signing import SigningKey

from privacy_engine import clock
from privacy_engine.api import create_app
from privacy_engine.config import Drp
from privacy_engine.drp import agents
from privacy_engine.engine import Engine
from privacy_engine.log.event import Trust
from privacy_engine.rights import actions
from privacy_engine.rights import register as rights
from tests.factories import broken, show_all
from tests.functional.drp.agent import PERSON, Agent, at
from tests.functional.drp.conftest import admitted

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def asked(engine: Engine) -> list[rights.Request]:
    with engine.reading() as tx:
        return rights.search(tx.session, rights.Filter())


def refusal(answer) -> dict:
    body = answer.json
    assert answer.content_type == "application/json"
    assert body["code"] == str(answer.status_code) != "200"
    assert body["message"]
    return body


# Keys -----------------------------------------------------------------------------------


def test_a_token_is_set_up_and_belongs_to_one_agent(agent: Agent, other: Agent):
    assert agent.token != other.token
    answer = agent.known_as("PERMISSION_SLIP")
    assert (answer.status_code, answer.json) == (200, {})
    assert agent.known_as("ANOTHER_AGENT").status_code == 403
    assert agent.known_as("NOBODY").status_code == 403
    agent.token = "made-up"  # noqa: S105
    assert agent.known_as("PERMISSION_SLIP").status_code == 401


def test_a_new_token_ends_the_old_one(agent: Agent):
    old = agent.token
    assert agent.set_up().status_code == 200
    assert agent.token != old
    new, agent.token = agent.token, old
    assert agent.known_as(agent.agent_id).status_code == 401
    agent.token = new
    assert agent.known_as(agent.agent_id).status_code == 200


def test_whatever_is_wrong_with_a_pairing_the_answer_is_403_and_empty(agent: Agent):
    now, minute = clock.now(), timedelta(minutes=1)
    stranger = Agent(agent.client, agent.agent_id, SigningKey.generate())
    body = agent.sign(agent.addressed())
    wrong = {
        "not base64": "%%%",
        "nothing": "",
        "unsigned": base64.b64encode(json.dumps(agent.addressed()).encode()).decode(),
        "wrong key": stranger.sign(agent.addressed()),
        "altered": body[:-8] + ("A" if body[-8] != "A" else "B") + body[-7:],
        "no JSON": base64.b64encode(bytes(agent.key.sign(b"hello"))).decode(),
        "another agent": agent.sign(agent.addressed() | {"agent-id": "ANOTHER_AGENT"}),
        "another business": agent.sign(agent.addressed() | {"business-id": "ELSEWHERE"}),
        "from the future": agent.sign(agent.addressed() | {"issued-at": at(now + 5 * minute)}),
        "expired": agent.sign(agent.addressed() | {"expires-at": at(now - minute)}),
        "another version": agent.sign(agent.addressed() | {"drp.version": "0.5"}),
        "signed to ask for somebody": agent.sign(agent.addressed(exercise="deletion", **PERSON)),
    }
    for what, sent in wrong.items():
        answer = agent.set_up(sent)
        assert (answer.status_code, answer.data) == (403, b""), what
    assert agent.set_up(path="NOBODY").status_code == 403
    assert agent.known_as(agent.agent_id).status_code == 200  # the old token still works


def test_a_pairing_that_was_overheard_makes_no_second_token(agent: Agent):
    body = agent.sign(agent.addressed())
    assert agent.set_up(body).status_code == 200
    eavesdropper = Agent(agent.client, agent.agent_id, agent.key)
    assert (eavesdropper.set_up(body).status_code, eavesdropper.token) == (403, "")
    # In another spelling of base64 it is the same message.
    assert eavesdropper.set_up(f" {body}\n").status_code == 403


def test_a_key_that_changed_ends_the_token(agent: Agent, engine: Engine):
    fresh = Agent(agent.client, agent.agent_id)
    listed = agents.listing_of(fresh.agent_id, fresh.verify_key)
    engine.run(lambda tx: agents.add(tx, listed))
    assert agent.known_as(agent.agent_id).status_code == 401
    assert agent.set_up().status_code == 403
    assert fresh.set_up().status_code == 200


# Exercise -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercise", "right"),
    [
        ("sale:opt-out", "opt_out"),
        ("sale:opt_out", "opt_out"),
        ("sale:opt-in", "opt_in"),
        ("deletion", "delete"),
        ("access", "know:specific"),
        ("access:specific", "know:specific"),
        ("access:categories", "know:categories"),
    ],
)
def test_every_right_of_the_protocol(agent: Agent, engine: Engine, exercise: str, right: str):
    answer = agent.exercise(exercise, **{"agent-request-id": "ours-17"})
    assert answer.status_code == 200
    body = answer.json
    assert UUID.fullmatch(body["request_id"])
    assert body["agent_request_id"] == "ours-17"
    assert body["status"] == "in_progress"
    assert body["received_at"] <= body["expected_by"]
    (made,) = asked(engine)
    assert (made.right, made.channel, made.acting_for) == (right, "drp", "agent")
    assert made.jurisdiction == "us-ca"
    again = agent.status(body["request_id"])
    assert (again.status_code, again.json) == (200, body)


def test_what_an_agent_vouches_for_verifies_nobody(agent: Agent, engine: Engine):
    agent.exercise(
        "deletion",
        phone_number="+15305550100",
        phone_number_verified=True,
        address={"locality": "Truckee", "country": "US"},
        power_of_attorney="https://example.org/poa.pdf",
        **{"further-claim": {"ignored": True}},
    )
    (made,) = asked(engine)
    assert made.verified_at is None
    with engine.reading() as tx:
        event = tx.event(made.received_event)
        assert event.trust is Trust.BROWSER  # a claim: it joins nobody
        assert event.data["name"] == "Maya Tallow"
        assert event.data["agent"]["name"] == "Permission Slip"
        claims = event.data["agent"]["claims"]
    assert claims["email_verified"] is True
    assert claims["address"] == {"locality": "Truckee", "country": "US"}
    assert "further-claim" not in claims


def test_the_slash_and_the_older_number_are_taken(agent: Agent):
    claims = agent.addressed(exercise="deletion", email="a@example.org") | {"drp.version": "0.9.4"}
    assert agent.send(claims, slash="/").status_code == 200
    naive = clock.now().replace(tzinfo=None)
    claims |= {"issued-at": at(naive), "expires-at": at(naive + timedelta(minutes=10))}
    assert agent.send(claims | {"regime": "voluntary"}).status_code == 200


def test_the_same_message_again_is_the_same_request(agent: Agent, engine: Engine):
    body = agent.sign(agent.addressed(exercise="deletion", email="maya@example.org"))
    first, again = agent.post(body), agent.post(body)
    assert first.json == again.json
    assert len(asked(engine)) == 1


def test_one_name_for_a_request_is_one_request_but_none_goes_unheard(agent: Agent, engine: Engine):
    named = {"agent-request-id": "case-9"}
    first = agent.exercise("deletion", **named)
    resent = agent.exercise("deletion", **named)  # signed again after a lost answer
    assert resent.json["request_id"] == first.json["request_id"]
    other = agent.exercise("access", **named)
    assert other.json["request_id"] != first.json["request_id"]
    assert len(asked(engine)) == 2


def test_messages_that_are_refused(agent: Agent, engine: Engine):
    good = agent.addressed(exercise="deletion", email="maya@example.org")
    now, minute = clock.now(), timedelta(minutes=1)
    stranger = Agent(agent.client, agent.agent_id, SigningKey.generate(), agent.token)
    body = agent.sign(good)
    fatal = {
        "not base64": ("%%%", 400),
        "unsigned": (base64.b64encode(json.dumps(good).encode()).decode(), 403),
        "wrong key": (stranger.sign(good), 403),
        "altered": (body[:-8] + ("A" if body[-8] != "A" else "B") + body[-7:], 403),
        "no object": (agent.sign(["deletion"]), 400),
        "another agent": (agent.sign(good | {"agent-id": "ANOTHER_AGENT"}), 403),
        "another business": (agent.sign(good | {"business-id": "ELSEWHERE"}), 400),
        "expired": (agent.sign(good | {"expires-at": at(now - minute)}), 400),
        "no instant": (agent.sign(good | {"issued-at": "yesterday"}), 400),
        "another version": (agent.sign(good | {"drp.version": "2.0"}), 400),
        "unknown right": (agent.sign(good | {"exercise": "portability"}), 400),
        "nobody": (agent.sign({k: v for k, v in good.items() if k != "email"}), 400),
        "no address": (agent.sign(good | {"email": "maya at example"}), 400),
        "a list for a name": (agent.sign(good | {"name": ["Maya"]}), 400),
    }
    for what, (sent, status) in fatal.items():
        answer = agent.post(sent)
        assert (answer.status_code, refusal(answer).get("fatal")) == (status, True), what
        assert "maya" not in answer.text.lower(), what
    early = agent.send(good | {"issued-at": at(now + 5 * minute)})
    assert early.status_code == 400
    assert "fatal" not in refusal(early)  # time heals it
    agent.token = ""
    assert agent.post(body).status_code == 401
    assert asked(engine) == []


def test_a_clock_that_runs_a_little_ahead_is_forgiven(agent: Agent):
    ahead = {"issued-at": at(clock.now() + timedelta(seconds=30))}
    claims = agent.addressed(exercise="deletion", email="maya@example.org")
    assert agent.send(claims | ahead).status_code == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_read(agent: Agent):
    assert refusal(agent.post("A" * 70_000))["code"] == "413"


# Status and revoke ------------------------------------------------------------------------


def test_a_request_belongs_to_its_agent(agent: Agent, other: Agent):
    request_id = agent.exercise("deletion").json["request_id"]
    assert refusal(other.status(request_id))["code"] == "403"
    assert refusal(other.revoke(request_id))["code"] == "403"
    assert agent.status(request_id).json["status"] == "in_progress"
    assert refusal(agent.status("00000000-0000-4000-8000-000000000000"))["code"] == "404"


def test_a_request_is_taken_back_once(agent: Agent, engine: Engine):
    request_id = agent.exercise("deletion").json["request_id"]
    stranger = Agent(agent.client, agent.agent_id, SigningKey.generate(), agent.token)
    assert stranger.revoke(request_id).status_code == 403
    answer = agent.revoke(request_id)
    assert (answer.status_code, answer.json["status"]) == (200, "revoked")
    assert agent.status(request_id).json["status"] == "revoked"
    assert refusal(agent.revoke(request_id))["code"] == "409"
    assert agent.status(request_id).json["status"] == "revoked"
    assert broken(engine) == []


def test_a_request_is_taken_back_without_a_reason(agent: Agent):
    request_id = agent.exercise("access").json["request_id"]
    assert agent.revoke(request_id, {}).json["status"] == "revoked"


def test_what_became_of_a_request(agent: Agent, engine: Engine):
    denied = agent.exercise("deletion").json
    (made,) = asked(engine)
    words = {"ground": "outside_jurisdiction", "citation": "Civ. Code 1798.140(i)", "reason": "x"}
    engine.run(lambda tx: actions.decide(tx, made.reference, outcome="deny", **words))
    engine.run(
        lambda tx: actions.end(
            tx, made.reference, as_="denied", clause=words["ground"], citation=words["citation"]
        )
    )
    body = agent.status(denied["request_id"]).json
    assert (body["status"], body["reason"]) == ("denied", "outside_jurisdiction")
    assert body["processing_details"]
    assert "expected_by" not in body


def test_a_person_is_led_to_confirm_by_an_address_that_holds_no_secret(
    agent: Agent, engine: Engine
):
    waiting = agent.exercise("deletion").json
    assert "user_verification_url" not in waiting, "only by https"
    public = replace(engine.settings.instance, public_url="https://privacy.example.org")
    engine.settings = replace(engine.settings, instance=public)
    engine.world = replace(engine.world, settings=engine.settings)
    body = agent.status(waiting["request_id"]).json
    assert (body["status"], body["reason"]) == ("in_progress", "need_user_verification")
    assert body["user_verification_url"] == "https://privacy.example.org/find/status"
    (made,) = asked(engine)
    engine.run(lambda tx: show_all(tx, made.reference))
    body = agent.status(waiting["request_id"]).json
    assert body["status"] == "in_progress"
    assert "reason" not in body
    assert "user_verification_url" not in body
    opted_out = agent.exercise("sale:opt-out").json
    assert "reason" not in opted_out, "nothing is verified"


def test_more_time_moves_the_day(agent: Agent, engine: Engine):
    before = agent.exercise("deletion").json
    (made,) = asked(engine)
    engine.run(lambda tx: actions.extend(tx, made.reference, reason="many systems"))
    after = agent.status(before["request_id"]).json
    assert after["expected_by"] > before["expected_by"]
    assert "told why" in after["processing_details"]


def test_without_a_business_id_the_doors_are_closed(engine: Engine, agent: Agent):
    engine.settings = replace(engine.settings, drp=Drp())
    assert agent.status("x").status_code == 404
    assert agent.set_up().status_code == 404


@pytest.mark.slow
def test_one_message_sent_many_times_at_once_is_one_request(engine_on_postgres: Engine):
    with create_app(engine_on_postgres).test_client() as client:
        agent = admitted(engine_on_postgres, Agent(client))
    body = agent.sign(agent.addressed(exercise="deletion", email="maya@example.org"))

    def send(_: int) -> str:
        with create_app(engine_on_postgres).test_client() as client:
            answer = Agent(client, agent.agent_id, agent.key, agent.token).post(body)
            return str(answer.json["request_id"])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(8)))) == 1
    assert len(asked(engine_on_postgres)) == 1
