"""A system that asks for it hears at once that a child's data stands still, and when that ends."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.connectors import deliveries
from privacy_engine.connectors.webhook import require_signed
from privacy_engine.instance import data_map
from privacy_engine.log.event import Identifier
from tests.factories import OFFICER, SampleWorld, sample_world, vendor_at
from tests.functional.connectors.outside import Call, Reply, outside
from tests.functional.connectors.test_site_code import copied_blueprint, served
from tests.functional.console.world import Office

pytestmark = pytest.mark.functional
CHILD = Identifier("email", "pip@example.org")
DONE = b'{"done": true, "found": {}, "removed": {}}'


@dataclass
class Listener:
    """A vendor that hears every word; `status` and `body` are what it says to it."""

    status: int = 200
    body: bytes = DONE
    heard: list[Call] = field(default_factory=list)

    def answer(self, call: Call) -> Reply:
        self.heard.append(call)
        return Reply(self.status, self.body)

    @property
    def words(self) -> list[str]:
        return [json.loads(call.body)["data"]["action"] for call in self.heard]


@dataclass
class Story:
    world: SampleWorld
    vendor: Listener
    secret: str

    def tell_age(self, child: Identifier = CHILD) -> str:
        """Let the site say that somebody is nine; return the case."""
        self.world.report("age_signal.received", {"kind": "age", "value": 9}, [child])
        with self.world.engine.reading() as tx:
            return cases.open_cases(tx.session)[0].case

    def clear(self, case: str) -> None:
        self.world.engine.run(
            lambda tx: children.clear(tx, case, reason="An adult."), actor=OFFICER
        )

    def told(self, case: str) -> list[tuple[str, str]]:
        """Return each word on record and how it went."""
        return [
            (str(event.data["action"]), str(event.data["outcome"]))
            for event in self.world.timeline(case)
            if event.kind == "quarantine.told"
        ]


@pytest.fixture
def story(request: pytest.FixtureRequest) -> Iterator[Story]:
    engine = request.getfixturevalue("engine")
    vendor = Listener()
    with sample_world(engine) as world, outside(vendor.answer) as url:
        vendor_at(engine, url)
        secret = engine.settings.path("var/keys/mail-vendor.secret").read_text()
        yield Story(world, vendor, secret)


def test_a_system_is_told_at_once_signed_and_with_identifiers_only(story: Story) -> None:
    case = story.tell_age()
    story.world.work()
    assert story.vendor.words == ["quarantine"]
    (call,) = story.vendor.heard
    require_signed(story.secret, call.headers, call.body, at=clock.now())
    event = json.loads(call.body)
    assert event["type"] == "privacy-engine.system.quarantine"
    assert event["data"]["identifiers"] == {"emails": [CHILD.value]}
    assert set(event["data"]) == {"action", "system", "series", "identifiers", "reference"}
    assert event["data"]["reference"] == case
    assert b'"value"' not in call.body
    assert story.told(case) == [("quarantine", "acknowledged")]


def test_clearing_lifts_it_and_the_page_lists_both(story: Story) -> None:
    case = story.tell_age()
    story.world.work()
    story.clear(case)
    story.world.work()
    assert story.vendor.words == ["quarantine", "release"]
    with story.world.engine.reading() as tx:
        listed = deliveries.listed(tx, case=case)
    assert {item.action for item in listed} == {"quarantine", "release"}
    browser = Office(story.world.engine).somebody()
    page = browser.read("/systems/mail-vendor/deliveries")
    assert "Stop using a child" in page
    assert "May be used again" in page
    page = browser.read(f"/children/{case}")
    who = "The company that sends our e-mail was told"
    assert f"{who} to use nothing of the child: done" in page
    assert f"{who} that it may go on: done" in page


def test_a_word_that_is_no_longer_true_is_not_told(story: Story) -> None:
    story.vendor.status = 503
    case = story.tell_age()
    story.world.work()
    assert story.told(case) == []
    story.clear(case)
    story.vendor.status = 200
    with story.world.later(days=1):
        story.world.work()
    assert story.vendor.words == ["quarantine", "release"]
    assert story.told(case) == [("release", "acknowledged")]


def test_a_system_that_was_down_is_told_again_under_the_same_id(story: Story) -> None:
    story.vendor.status = 503
    case = story.tell_age()
    story.world.work()
    story.vendor.status = 200
    with story.world.later(hours=1):
        story.world.work()
    ids = {call.headers["webhook-id"] for call in story.vendor.heard}
    assert len(story.vendor.heard) == 2
    assert len(ids) == 1
    assert story.told(case) == [("quarantine", "acknowledged")]


def test_a_refusal_is_on_record_and_an_officer_sends_it_again(story: Story) -> None:
    story.vendor.body = b'{"done": false}'
    case = story.tell_age()
    story.world.work()
    assert story.told(case) == [("quarantine", "refused")]
    story.vendor.body = DONE
    (call,) = story.vendor.heard
    browser = Office(story.world.engine).somebody()
    assert "refused" in browser.read("/systems/mail-vendor/deliveries")
    browser.post("/systems/mail-vendor/deliveries/again", message=call.headers["webhook-id"])
    story.world.work()
    assert story.told(case)[-1] == ("quarantine", "acknowledged")


def test_a_deletion_asks_for_the_deletion_and_lifts_nothing(story: Story) -> None:
    case = story.tell_age()
    story.world.work()
    story.world.engine.run(lambda tx: children.confirm(tx, case, reason="A child."), actor=OFFICER)
    story.world.work()
    assert "delete" in story.vendor.words
    assert "release" not in story.vendor.words


def test_a_site_that_froze_an_account_by_its_number_hears_of_a_parents_yes(
    story: Story,
) -> None:
    """By then nothing is known of the child, so the site goes by the reference that it kept."""
    world, stopped = story.world, {}

    def quarantine(data: dict[str, Any]) -> dict[str, object]:
        stopped.setdefault(data["reference"], set()).update(data["identifiers"]["accounts"])
        return {}

    def release(data: dict[str, Any]) -> dict[str, object]:
        assert data["identifiers"] == {}
        stopped.pop(data["reference"], None)
        return {}

    def nothing(_: dict[str, Any]) -> dict[str, object]:
        return {"found": {}, "removed": {}}

    site = copied_blueprint().privacy_pages(
        story.secret, {}, quarantine=quarantine, release=release, locate=nothing, delete=nothing
    )
    with served(site) as url:
        engine = world.engine
        vendor_at(engine, url)
        case = story.tell_age(Identifier("account", "4711"))
        world.work()
        assert stopped == {case: {"4711"}}
        contact = Contact(parent_email="parent@example.org", child_name="Robin")
        choice = Choice(("service",), "phone_call", "Pat Doe")
        engine.run(
            lambda tx: children.confirm(tx, case, reason="Own word.", contact=contact),
            actor=OFFICER,
        )
        world.work()
        engine.run(
            lambda tx: consenting.verify(tx, case, attested="Called back.", choice=choice),
            actor=OFFICER,
        )
        world.work()
        assert stopped == {case: {"4711"}}, "a place kept by hand has not answered yet"
        world.attest(case)
        world.work()
    assert stopped == {}
    assert story.told(case)[-1] == ("release", "acknowledged")


def test_the_map_says_where_another_kind_of_system_hears_it() -> None:
    site = '[[systems]]\ncode = "site"\nconnector = "manual"\n[systems.quarantine]\n'
    _, faults = data_map.parse("map", site)
    assert [fault.message for fault in faults] == [
        "quarantine needs exactly one of url, url_setting",
        "quarantine needs secret_file: what is told is signed",
    ]
    good = site + 'url = "https://site.example/freeze"\nsecret_file = "var/keys/site.secret"\n'
    found, faults = data_map.parse("map", good)
    assert faults == []
    assert found.systems[0].quarantine is not None


def test_a_parents_yes_lets_go_only_once_the_old_data_is_gone(story: Story) -> None:
    """A consent permits new collection only (16 CFR 312.5(a)(1)), so what was held goes first."""
    case = story.tell_age()
    contact = Contact(parent_email="parent@example.org", child_name="Robin")
    choice = Choice(("service",), "phone_call", "Pat Doe")
    world = story.world
    world.engine.run(
        lambda tx: children.confirm(tx, case, reason="Own word.", contact=contact), actor=OFFICER
    )
    world.work()
    world.engine.run(
        lambda tx: consenting.verify(tx, case, attested="Called back.", choice=choice),
        actor=OFFICER,
    )
    world.work()
    assert "release" not in story.vendor.words, "a place kept by hand has not answered yet"
    world.attest(case)
    world.work()
    assert story.vendor.words.count("release") == 1
    assert story.told(case)[-1] == ("release", "acknowledged")
