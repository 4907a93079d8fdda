"""A system that says 202 and calls back later: the case waits, then counts what it said."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from privacy_engine import clock
from privacy_engine.api import create_app
from privacy_engine.connectors import deliveries
from privacy_engine.connectors.webhook import sign
from privacy_engine.sample_site.calls import new_secret
from privacy_engine.sample_site.people import MAYA
from tests.factories import SampleWorld, sample_world, vendor_at
from tests.functional.connectors.outside import Call, Reply, outside
from tests.functional.console.world import Office

pytestmark = [pytest.mark.functional, pytest.mark.slow]
SERIES = "newsletter-subscriptions"
URL = "/v1/systems/mail-vendor/answers"


@dataclass
class Slow:
    """A vendor that takes every question and answers none in the call, but pings."""

    asked: list[dict[str, object]] = field(default_factory=list)

    def answer(self, call: Call) -> Reply:
        event = json.loads(call.body)
        if event["data"]["action"] == "ping":
            return Reply(200, b'{"done": true}')
        self.asked.append({"id": call.headers["webhook-id"], **event["data"]})
        return Reply(202)

    def id_of(self, action: str) -> str:
        return [str(item["id"]) for item in self.asked if item["action"] == action][-1]


@dataclass
class Story:
    world: SampleWorld
    vendor: Slow
    client: FlaskClient
    secret: str

    def call_back(self, body: object, *, secret: str = "", message_id: str = "msg-1") -> int:
        raw = json.dumps(body).encode()
        headers = sign(secret or self.secret, message_id, raw, at=clock.now())
        return self.client.post(URL, data=raw, headers=headers).status_code


@pytest.fixture
def story(request: pytest.FixtureRequest) -> Iterator[Story]:
    engine = request.getfixturevalue("engine")
    vendor = Slow()
    with sample_world(engine) as world, outside(vendor.answer) as url:
        vendor_at(engine, url)
        secret = engine.settings.path("var/keys/mail-vendor.secret").read_text()
        yield Story(world, vendor, create_app(engine).test_client(), secret)


def decided(story: Story) -> str:
    world = story.world
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()
    world.attest(reference)
    world.work()
    return reference


def test_a_deletion_waits_for_the_call_and_then_goes_on(story: Story):
    world, vendor = story.world, story.vendor
    reference = decided(story)
    assert world.words(reference)["delete"] == "waiting: partly"
    baseline = {"id": vendor.id_of("locate"), "found": {SERIES: 2}}
    assert story.call_back(baseline) == 202
    assert world.board(reference)["mail-vendor"].before == {SERIES: 2}

    answer = {"id": vendor.id_of("delete"), "removed": {SERIES: 2}, "done": True}
    assert story.call_back(answer) == 202
    assert story.call_back(answer) == 202  # a repeat changes nothing
    world.work()
    assert world.board(reference)["mail-vendor"].removed == {SERIES: 2}
    assert world.words(reference)["delete"] == "done: deleted"

    assert world.words(reference)["rescan"] == "waiting: partly"
    assert story.call_back({"id": vendor.id_of("locate"), "found": {SERIES: 0}}) == 202
    world.work()
    assert world.board(reference)["mail-vendor"].verdict == "erased"
    assert world.broken() == []


def test_names_by_which_a_system_counts_keep_nobody_in_the_record(story: Story):
    world, vendor, who = story.world, story.vendor, f"user:{MAYA.email}"
    reference = decided(story)
    assert story.call_back({"id": vendor.id_of("locate"), "found": {who: 2}}) == 202
    assert world.board(reference)["mail-vendor"].before == {SERIES: 2}
    deep: object = who
    for _ in range(900):
        deep = [deep]
    said = {"removed": {who: 2}, "found": {who: 0}, "done": True, "messages": [deep, who]}
    assert story.call_back({"id": vendor.id_of("delete"), **said}) == 202
    world.work()
    assert world.board(reference)["mail-vendor"].removed == {SERIES: 2}
    with world.engine.reading() as tx:
        rows = tx.session.execute(select(deliveries.SystemDeliveryRow)).scalars()
        kept = json.dumps([row.answer for row in rows])
    assert MAYA.email not in kept
    kept_on = {"series": "a", "count": 1, "ground": f"asked by {MAYA.email}"}
    wrong = {"id": vendor.id_of("delete"), "retained": [kept_on], "done": True}
    assert story.call_back(wrong) == 422


def test_a_vendor_that_never_calls_is_asked_again(story: Story):
    reference = decided(story)
    asked = len(story.vendor.asked)
    with story.world.later(hours=1):
        story.world.work()
    assert len(story.vendor.asked) == asked + 1
    assert story.vendor.asked[-1] == story.vendor.asked[asked - 1]
    assert story.world.words(reference)["delete"] == "waiting: partly"


def test_a_copy_that_comes_later_is_in_the_package(story: Story):
    world = story.world
    reference = world.ask(MAYA, "know:specific")
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()
    first = {"id": story.vendor.id_of("copy"), "records": [{"series": SERIES, "values": {"a": 1}}]}
    assert story.call_back(first | {"next": "page two"}) == 202
    world.work()
    second = story.vendor.asked[-1]
    assert second["cursor"] == "page two"
    more = {"id": second["id"], "records": [{"series": SERIES, "values": {"a": 2}}]}
    assert story.call_back(more) == 202
    world.work()
    copied = [event for event in world.timeline(reference) if event.kind == "system.copied"]
    found = [event.data["found"] for event in copied if event.data["system"] == "mail-vendor"]
    assert found[-1] == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"id": "nobody-asked-this", "done": True}, 404),
        ({"done": True}, 422),
        ([], 400),
        ({"id": "LOCATE", "found": {SERIES: -1}}, 422),
        ({"id": "LOCATE"}, 422),
        ({"id": "DELETE", "removed": {SERIES: 2}}, 422),
        ({"id": "DELETE", "retained": [{"series": SERIES}], "done": True}, 422),
    ],
)
def test_what_says_nothing_is_refused(story: Story, body: object, status: int):
    decided(story)
    if isinstance(body, dict) and body.get("id") in {"LOCATE", "DELETE"}:
        body = body | {"id": story.vendor.id_of(body["id"].lower())}
    assert story.call_back(body) == status


def test_only_the_shared_secret_opens_the_door(story: Story):
    decided(story)
    answer = {"id": story.vendor.id_of("delete"), "removed": {SERIES: 1}, "done": True}
    assert story.call_back(answer, secret=new_secret()) == 401
    raw = json.dumps(answer).encode()
    with clock.fixed(clock.now().replace(year=2025)):
        old = sign(story.secret, "msg-1", raw, at=clock.now())
    for headers in (old, {}, {**old, "webhook-timestamp": "²"}):
        assert story.client.post(URL, data=raw, headers=headers).status_code == 401
    assert story.client.post("/v1/systems/nowhere/answers", data=raw).status_code == 404
    assert story.client.post("/v1/systems/listing-database/answers", data=raw).status_code == 404


def test_every_question_is_written_down_without_a_name(story: Story):
    reference = decided(story)
    with story.world.engine.reading() as tx:
        listed = deliveries.listed(tx, system="mail-vendor")
    assert {(item.action, str(item.state)) for item in listed} >= {
        ("locate", "accepted"),
        ("delete", "accepted"),
    }
    assert {item.case for item in listed} == {reference}
    assert MAYA.email not in repr(listed)
    officer = Office(story.world.engine).somebody()
    page = officer.read("/systems/mail-vendor/deliveries")
    assert "taken; the answer comes later" in page
    assert reference in page
    assert MAYA.email not in page
    before = len(story.vendor.asked)
    officer.get("/systems/mail-vendor/deliveries")
    officer.post("/systems/mail-vendor/deliveries/again", message=story.vendor.id_of("delete"))
    story.world.work()
    assert story.vendor.asked[before:] == [story.vendor.asked[before - 1]]
