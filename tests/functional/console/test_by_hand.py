"""Officers do by hand what no program reaches, and take over where a program failed."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from privacy_engine.reports import subject_package
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import actions, by_hand
from privacy_engine.workflow.corrections import Change
from tests.factories import (
    OFFICER,
    VENDOR_SETTINGS,
    SampleWorld,
    keep_mailbox,
    sample_world,
    vendor_at,
)
from tests.functional.connectors.outside import Call, Reply, outside
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional
PDF = b"%PDF-1.7 what was found"
VENDOR, MAILBOX = "mail-vendor", "support-mailbox"


@pytest.fixture
def world(engine) -> Iterator[SampleWorld]:
    """The sample site; its mailbox has a keeper, who is asked for everything."""
    with sample_world(engine) as made:
        keep_mailbox(engine, "support@listing.example")
        yield made


@pytest.fixture
def officer(world: SampleWorld):
    return Office(world.engine).somebody()


@pytest.fixture
def failing(world: SampleWorld) -> Iterator[tuple[set[str], list[str]]]:
    """The vendor, but for the actions in the set, which it cannot do; and what it was asked."""
    real = world.engine.settings.addresses[VENDOR_SETTINGS[0]]
    broken: set[str] = set()
    asked: list[str] = []

    def answer(call: Call) -> Reply:
        action = json.loads(call.body)["data"]["action"]
        asked.append(action)
        if action in broken:
            return Reply(501)
        if f"{action}: no" in broken:
            return Reply(200, b'{"done": false}')
        given = {name: value for name, value in call.headers.items() if name != "host"}
        found = httpx.post(real, content=call.body, headers=given)
        return Reply(found.status_code, found.content)

    with outside(answer) as url:
        vendor_at(world.engine, url)
        yield broken, asked


def asked_for(world: SampleWorld, right: str, **more: object) -> str:
    return world.confirmed(MAYA, right, **more)


def decided(world: SampleWorld, right: str, **more: object) -> str:
    reference = asked_for(world, right, **more)
    world.decide(reference)
    world.work()
    return reference


def correcting(world: SampleWorld, system: str) -> str:
    reference = decided(world, "correct", corrections={"text": "My number ends in 0199."})
    series = world.engine.content.system(system).series[0]
    change = Change(system, series, "phone", "0199", "0100")
    world.engine.run(lambda tx: actions.correct(tx, reference, changes=(change,)), actor=OFFICER)
    world.work()
    return reference


def counts(world: SampleWorld, system: str, number: int) -> dict[str, str]:
    listed = world.engine.content.system(system).series
    return {f"found-{code}": str(number if at == 0 else 0) for at, code in enumerate(listed)}


def package(world: SampleWorld, reference: str) -> zipfile.ZipFile:
    with world.engine.reading() as tx:
        return zipfile.ZipFile(io.BytesIO(subject_package.open_package(tx, reference)))


def test_rows_of_somebody_else_are_refused_until_the_officer_looked(world: SampleWorld, officer):
    reference = decided(world, "know:specific")
    page = f"/cases/{reference}/systems/{MAILBOX}"
    officer.get(page)
    form = {"note": "By address.", **counts(world, MAILBOX, 1)}
    found = b'[{"email": "ben@oak.example", "what": "of Ben"}]'
    refused = officer.post(page, **form, file=(io.BytesIO(found), "found.json"))
    assert refused.status_code == 422
    assert "somebody else is named" in words(refused)
    looked = {**form, "looked": "yes", "file": (io.BytesIO(found), "found.json")}
    assert officer.post(page, **looked).status_code == 303


def test_what_a_keeper_would_copy_an_officer_can(world: SampleWorld, officer):
    reference = decided(world, "know:specific")
    page = f"/cases/{reference}/systems/{MAILBOX}"
    assert "Copy by hand" in officer.read(f"/requests/{reference}")
    assert MAYA.email in officer.read(page)
    form = {"note": "By address.", **counts(world, MAILBOX, 1)}
    lacking = officer.post(page, **form)
    assert (lacking.status_code, "add the file" in words(lacking).lower()) == (422, True)
    for wrong in ("-1", "many", "", "9" * 30):
        bad = officer.post(page, **form | dict.fromkeys(counts(world, MAILBOX, 1), wrong))
        assert bad.status_code == 422, wrong
        assert "By address." in words(bad), "what was typed is still there"
    sent = officer.post(page, **form, file=(io.BytesIO(PDF), "found.pdf"))
    assert sent.status_code == 303
    world.work()
    assert package(world, reference).read(f"by-hand/{MAILBOX}.pdf") == PDF
    assert officer.post(page, **form).status_code == 409


def test_what_a_keeper_would_count_an_officer_can(world: SampleWorld, officer):
    reference = asked_for(world, "know:categories")
    page = f"/cases/{reference}/systems/{MAILBOX}"
    assert "count what you find" in officer.read(page)
    assert officer.post(page, note="", **counts(world, MAILBOX, 2)).status_code == 422
    assert officer.post(page, note="By name.", **counts(world, MAILBOX, 2)).status_code == 303
    world.work()
    assert world.board(reference)[MAILBOX].found == 2
    assert world.words(reference)["locate"] == "done: located"


def test_what_a_keeper_would_correct_an_officer_can(world: SampleWorld, officer):
    reference = correcting(world, MAILBOX)
    page = f"/cases/{reference}/systems/{MAILBOX}"
    shown = officer.read(page)
    assert "0199" in shown
    assert "0100" in shown
    assert officer.post(page, changed="x", note="In the book.").status_code == 422
    assert officer.post(page, changed="1", note="In the book.").status_code == 303
    world.work()
    assert world.words(reference)["correct"] == "done: corrected"


@pytest.mark.parametrize(
    ("transport", "said"),
    [("smtp", "was written to; what they answer"), ("outbox", "was not written to")],
)
def test_nobody_is_said_to_have_been_written_to_without_a_mail_server(
    world: SampleWorld, officer, transport: str, said: str
):
    reference = decided(world, "know:specific")
    mail = replace(world.engine.settings.mail, transport=transport)
    world.engine.settings = replace(world.engine.settings, mail=mail)
    assert f"support@listing.example {said}" in officer.read(f"/requests/{reference}")


def test_a_copy_that_a_program_cannot_make_is_handed_over(world: SampleWorld, officer, failing):
    broken, asked = failing
    broken.add("copy")
    reference = decided(world, "know:specific")
    page = f"/cases/{reference}/systems/{VENDOR}"
    board = officer.read(f"/requests/{reference}")
    assert "Hand over: copy by hand" in board
    assert "mail-vendor answered 501" in board
    assert "did not do it" in officer.read(page)
    form = {"note": "In their portal.", **counts(world, VENDOR, 1)}
    sent = officer.post(page, **form, file=(io.BytesIO(PDF), "found.pdf"))
    assert sent.status_code == 303
    times = asked.count("copy")
    mine = officer.read(f"/cases/{reference}/systems/{MAILBOX}")
    assert "No program reaches" in mine
    officer.post(
        f"/cases/{reference}/systems/{MAILBOX}", note="Nothing.", **counts(world, MAILBOX, 0)
    )
    world.work()
    made = package(world, reference)
    assert made.read(f"by-hand/{VENDOR}.pdf") == PDF
    assert "by a person, who found 1 record" in made.read("read-me-first.html").decode()
    assert asked.count("copy") == times, "the program is not asked again"
    assert world.request(reference).ended


def test_a_search_that_a_program_cannot_make_is_handed_over(world: SampleWorld, officer, failing):
    broken, _ = failing
    broken.add("locate")
    reference = asked_for(world, "delete")
    assert world.words(reference)["locate"] == "failed: partly"
    page = f"/cases/{reference}/systems/{VENDOR}"
    assert "Hand over: search by hand" in officer.read(f"/requests/{reference}")
    officer.get(page)
    assert (
        officer.post(page, note="In their portal.", **counts(world, VENDOR, 2)).status_code == 303
    )
    world.work()
    assert world.words(reference)["locate"] == "done: located"
    assert world.board(reference)[VENDOR].found == 2


def test_a_correction_that_a_program_cannot_make_is_handed_over(
    world: SampleWorld, officer, failing
):
    reference = correcting(world, VENDOR)
    page = f"/cases/{reference}/systems/{VENDOR}"
    assert "Hand over: correct by hand" in officer.read(f"/requests/{reference}")
    assert "0199" in officer.read(page)
    assert officer.post(page, changed="1", note="In their portal.").status_code == 303
    world.work()
    assert world.words(reference)["correct"] == "done: corrected"
    said = [item.data.get("verdict") for item in world.timeline(reference)]
    assert by_hand.BY_HAND in said


def test_a_system_that_answers_is_not_done_by_hand(world: SampleWorld, officer):
    reference = decided(world, "know:specific")
    page = f"/cases/{reference}/systems/listing-database"
    assert officer.get(page).status_code == 409


def test_a_site_that_says_it_did_not_delete_can_be_taken_over(world, failing, officer):
    """Its refusal is an answer: nobody would hear of it, and nothing else would ever come."""
    refuses, _ = failing
    refuses.add("delete: no")
    reference = decided(world, "delete")
    world.attest(reference)
    world.work()
    page = officer.read(f"/requests/{reference}")
    assert "Next: Hand over: The company that sends our e-mail" in page
    assert "Mail-vendor says that it did not delete. It is asked again by itself" in page
    assert "Hand over: delete by hand" in page
    refuses.clear()
    with world.later(days=2):
        world.work()
    assert world.board(reference)[VENDOR].removed == {"newsletter-subscriptions": 1}
