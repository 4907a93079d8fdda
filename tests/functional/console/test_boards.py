"""The board says what is true of what can never be searched."""

from dataclasses import replace

import pytest

from privacy_engine.engine import Engine
from privacy_engine.instance.data_map import parse
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions as rights
from privacy_engine.rights.actions import Intake
from privacy_engine.sample_site.people import MAYA
from privacy_engine.transaction import SUBJECT
from tests.factories import keep_mailbox, sample_world, vendor_at
from tests.functional.connectors.test_opendsr import MAP
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ("delete", "Cannot be searched; it only takes deletions"),
        ("know:specific", "Cannot be searched by machine"),
    ],
)
def test_a_vendor_that_can_never_be_searched_is_not_said_to_wait_for_it(
    engine: Engine, right: str, said: str
) -> None:
    engine.settings.path("token").write_text("t0ken")
    vendor = parse("data-map.toml", MAP.replace("URL", "http://127.0.0.1:1"))[0].systems
    known = engine.content.systems
    data_map = replace(engine.content.data_map, systems=(*known, *vendor))
    engine.content = replace(engine.content, data_map=data_map)
    with sample_world(engine) as world:
        reference = world.confirmed(MAYA, right)
        page = words(Office(engine).somebody().get(f"/requests/{reference}"))
    assert said in page
    assert page.count("Not searched yet") == 1, "the mailbox, which a person searches"


def test_a_system_that_left_the_data_map_is_not_offered_to_be_tried_again(engine: Engine) -> None:
    with sample_world(engine) as world:
        vendor_at(engine, "http://127.0.0.1:1")
        reference = world.confirmed(MAYA, "delete")
        browser = Office(engine).somebody()
        here = f"/requests/{reference}"
        assert "Failed; will be tried again" in browser.read(here)
        again = "again now</button>"
        assert again in browser.get(here).get_data(as_text=True)
        left = tuple(item for item in engine.content.systems if item.code != "mail-vendor")
        data_map = replace(engine.content.data_map, systems=left)
        engine.content = replace(engine.content, data_map=data_map)
        assert again not in browser.get(here).get_data(as_text=True)
        page = browser.read(here)
        assert "It is no longer in the data map, so it is not asked again." in page
        assert "Failed; it is not asked again" in page
        assert "will be tried again" not in page


def test_the_story_of_a_case_names_every_place_and_what_was_asked(engine: Engine) -> None:
    with sample_world(engine) as world:
        keep_mailbox(engine, "support@listing.example")
        reference = world.confirmed(MAYA, "know:specific")
        browser = Office(engine).somebody()
        asked = browser.read(f"/requests/{reference}")
        assert "Every system that a program reaches was searched." in asked
        approve = browser.read(f"/requests/{reference}?do=approve")
        assert "By hand in: The mailbox support@, read by people." in approve
        assert "records)" in approve
        world.decide(reference)
        world.work()
        page = browser.read(f"/requests/{reference}")
    assert "The company that sends our e-mail: 1 record copied" in page
    assert "A letter asks to search and copy: The mailbox support@, read by people" in page
    assert "System copied" not in page


def test_what_was_looked_for_twice_and_never_there_had_a_count(engine: Engine) -> None:
    with sample_world(engine) as world:
        intake = Intake("delete", (Identifier("email", "nobody.here@example.org"),))
        reference = engine.run(lambda tx: rights.receive(tx, intake), actor=SUBJECT).reference
        world.work()
        world.confirm(reference)
        world.work()
        world.decide(reference)
        world.work()
        browser = Office(engine).somebody()
        assert "Nothing to delete; not searched again yet" in browser.read(
            f"/requests/{reference}"
        )
        world.attest(reference)
        world.work()
        page = browser.read(f"/requests/{reference}")
    assert "no count from before" not in page
    assert page.count("Searched: nothing found") == 2
    assert "The mailbox support@, read by people: nothing to delete" in page
