"""Whoever keeps a place that no program reaches: a letter, a page by link, an answer."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.letters import compose
from privacy_engine.log.event import Identifier
from privacy_engine.portal import create_app
from privacy_engine.retention import holds
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.rules import HoldScope
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import hand_tasks, task_files
from privacy_engine.workflow.hand_tasks import HandTask, Keeper
from tests.factories import OFFICER, SampleWorld, keep_mailbox, sample_world
from tests.functional.console.world import Office
from tests.functional.portal.visiting import Visit

pytestmark = pytest.mark.functional
KEEPER = "support@listing.example"
VENDOR = "privacy@vendor.example"


@pytest.fixture
def world(engine: Engine) -> Iterator[SampleWorld]:
    """The sample site; its mailbox has a keeper, and one recipient is told by mail."""
    with sample_world(engine) as made:
        keep_mailbox(engine, KEEPER)
        addresses = {**engine.settings.addresses, "PRIVACY_ENGINE_RECIPIENT_WIX_MAIL": VENDOR}
        engine.settings = replace(engine.settings, addresses=addresses)
        engine.world = replace(engine.world, settings=engine.settings)
        yield made


@pytest.fixture
def client(world: SampleWorld) -> FlaskClient:
    return create_app(world.engine).test_client()


def decided(world: SampleWorld) -> str:
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()
    return reference


def link_to(world: SampleWorld, address: str) -> str:
    (letter,) = [item for item in world.letters() if item.address == address]
    assert MAYA.email not in letter.body
    assert MAYA.name not in letter.body
    found = re.search(r"https?://[^/]+(/tasks/\S+)", letter.body)
    assert found
    return found[1]


def test_a_keeper_answers_by_link_and_the_case_goes_on(world: SampleWorld, client: FlaskClient):
    reference = decided(world)
    link = link_to(world, KEEPER)
    key = link.partition("key=")[2]
    assert MAYA.email not in client.get(link).text  # a mail scanner sees nobody
    assert "identity.revealed" not in world.kinds(reference)
    page = client.post(link, data={"key": key, "act": "look"}).text
    assert MAYA.email in page
    assert str(MAYA.number) not in re.findall(r"<dd>(.*?)</dd>", page)  # not needed to search
    assert "identity.revealed" in world.kinds(reference)
    story = Office(world.engine).somebody().read(f"/requests/{reference}")
    assert "To find them in The mailbox support@, read by people by hand" in story
    assert "Whoever has the link of the task" in story

    form = {"key": key, "act": "done", "removed": "3", "note": "By address, in every folder."}
    kept = {"kept": "2", "ground": "Invoices, for tax law.", "until": "2033-12-31"}
    shot = (io.BytesIO(b"\x89PNG picture"), "shot.png")
    answer = client.post(link, data=form | kept | {"file": shot})
    assert "Thank you" in answer.text
    world.work()
    row = world.board(reference)["support-mailbox"]
    assert row.removed == {"attested": 3}
    assert row.retained[0]["until"] == "2033-12-31"
    assert world.words(reference)["delete"] == "done: deleted"
    assert "Nothing is left" in client.post(link, data=form).text
    folder = task_files.folder(world.engine.settings)
    assert list(folder.glob("*")) == [], "an erased person's files are gone"
    assert world.broken() == []


def test_an_officer_opens_what_a_keeper_added_until_it_goes_with_the_person(
    world: SampleWorld, client: FlaskClient
):
    reference = decided(world)
    link = link_to(world, KEEPER)
    shot = (io.BytesIO(b"\x89PNG picture"), "shot.png")
    form = {"key": link.partition("key=")[2], "act": "done", "removed": "3", "note": "By address."}
    assert "Thank you" in client.post(link, data=form | {"file": shot}).text
    office = Office(world.engine).somebody()
    page = office.get(f"/requests/{reference}").get_data(as_text=True)
    assert "With the answer from: The mailbox support@, read by people" in page
    where = re.search(rf"/console(/cases/{reference}/files/support-mailbox)", page)
    assert where
    assert office.get(where[1]).data == b"\x89PNG picture"
    assert len(Visit(world.engine).events("message.opened")) == 1, "looking is on record"
    world.work()
    assert where[1] not in office.get(f"/requests/{reference}").get_data(as_text=True)
    assert office.get(where[1]).status_code == 404


def test_of_two_answers_at_once_the_first_stands_with_its_file(
    world: SampleWorld, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    reference = decided(world)
    link = link_to(world, KEEPER)
    form = {"key": link.partition("key=")[2], "act": "done", "removed": "3", "note": "By address."}
    joined, said = task_files.joined, list[str]()

    def first(files: Sequence[tuple[str, bytes]]) -> tuple[str, bytes] | None:
        monkeypatch.undo()
        shot = (io.BytesIO(b"\x89PNG the first"), "shot.png")
        said.append(client.post(link, data=form | {"file": shot}).text)
        return joined(files)

    monkeypatch.setattr(task_files, "joined", first)
    shot = (io.BytesIO(b"\x89PNG the second"), "shot.png")
    second = client.post(link, data=form | {"removed": "5", "file": shot})
    assert "Thank you" in said[0]
    assert second.status_code == 200
    assert "This was answered already" in second.text
    with world.engine.reading() as tx:
        (kept,) = task_files.files(tx, reference)
        assert task_files.opened(tx, reference, code=kept.code)[1] == b"\x89PNG the first"
    assert world.board(reference)["support-mailbox"].removed == {"attested": 3}


def test_a_vendor_who_is_told_by_mail_answers_after_the_erasure(
    world: SampleWorld, client: FlaskClient
):
    reference = decided(world)
    world.attest(reference)
    world.work()
    assert world.request(reference).ended
    # The letter was sent before the erasure, and its copy in the outbox went with the person.
    with world.engine.reading() as tx:
        url = hand_tasks.url(tx, HandTask(reference, Keeper.RECIPIENT, "wix"))
    link = "/tasks/" + url.partition("/tasks/")[2]
    key = link.partition("key=")[2]
    assert MAYA.email in client.post(link, data={"key": key, "act": "look"}).text
    form = {"key": key, "act": "part"}
    assert "Thank you" in client.post(link, data=form).text
    told = [event.data for event in world.timeline(reference) if event.kind == "recipient.told"]
    assert [item["outcome"] for item in told if item["recipient"] == "wix"] == [
        "letter",
        "acknowledged-in-part",
    ]
    assert world.broken() == []


def test_a_keeper_is_reminded_until_it_is_done(world: SampleWorld):
    reference = decided(world)
    for days in (4, 8):
        with world.later(days=days):
            world.work()
    letters = [item for item in world.letters() if item.address == KEEPER]
    assert len(letters) == 3
    world.attest(reference)
    world.work()
    with world.later(days=12):
        world.work()
    assert [item for item in world.letters() if item.address == KEEPER] == []


def test_a_link_that_does_not_work_says_whom_a_keeper_can_ask(
    world: SampleWorld, client: FlaskClient
):
    decided(world)
    answer = client.get(link_to(world, KEEPER)[:-3] + "aaa")
    assert answer.status_code == 404
    assert "newest letter that we sent you" in answer.text
    assert "From our first page" not in answer.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"removed": "", "note": "x"}, "Give a whole number"),
        ({"removed": "-1", "note": "x"}, "Give a whole number"),
        ({"removed": "1", "note": " "}, "Say in a sentence"),
        ({"removed": "1", "note": "x", "kept": "many"}, "Give a whole number"),
        ({"removed": "1", "note": "x", "kept": "2"}, "Say why it has to be kept"),
        ({"removed": "1", "note": "x", "until": "soon"}, "Write the day as"),
        ({"removed": "99999999999", "note": "x"}, "Say how many items were deleted"),
    ],
)
def test_an_odd_answer_loses_nothing(
    world: SampleWorld, client: FlaskClient, form: dict[str, str], said: str
):
    decided(world)
    link = link_to(world, KEEPER)
    data = {"key": link.partition("key=")[2], "act": "done", "note": "x", **form}
    answer = client.post(link, data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{form["removed"]}"' in answer.text


@pytest.mark.parametrize("change", ["key", "code", "keeper", "case"])
def test_a_link_opens_one_task_only(world: SampleWorld, client: FlaskClient, change: str):
    decided(world)
    link = link_to(world, KEEPER)
    head, _, key = link.partition("?key=")
    _, _, case, keeper, code = head.split("/")
    another = "y" if key.endswith("x") else "x"
    changed = {
        "key": f"/tasks/{case}/{keeper}/{code}?key={key[:-1]}{another}",
        "code": f"/tasks/{case}/{keeper}/mail-vendor?key={key}",
        "keeper": f"/tasks/{case}/recipient/wix?key={key}",
        "case": f"/tasks/R-AAAA-BBBB/{keeper}/{code}?key={key}",
    }[change]
    assert client.get(changed).status_code == 404
    assert client.post(changed, data={"act": "look"}).status_code == 404


def test_a_keeper_leaves_what_a_hold_keeps_and_is_told_of_no_hold(
    world: SampleWorld, client: FlaskClient
):
    order = HoldOrder(
        HoldScope.SUBJECT, "Court order 7.", subject=(Identifier("email", MAYA.email),)
    )
    world.engine.run(lambda tx: holds.place(tx, order), actor=OFFICER)
    reference = decided(world)
    link = link_to(world, KEEPER)
    key = link.partition("key=")[2]
    page = client.post(link, data={"key": key, "act": "look"}).text
    assert "This has to stay for now: Questions, comments, reviews and our answers" in page
    assert "hold" not in page.partition("<main")[2].replace("household", "")
    answer = {"key": key, "act": "done", "removed": "0", "kept": "2", "note": "Left them."}
    assert "Thank you" in client.post(link, data=answer).text
    world.work()
    (left,) = [
        event.data["retained"]
        for event in world.timeline(reference)
        if event.kind == "system.deleted" and event.data["system"] == "support-mailbox"
    ]
    assert [(item["count"], item["ground"]) for item in left] == [(2, "legal_hold")]


def test_a_reminder_says_so_and_puts_nothing_off(world: SampleWorld, client: FlaskClient):
    first_on = clock.now().astimezone(world.engine.settings.zone).date()
    decided(world)
    path = link_to(world, KEEPER)
    due_on = first_on + timedelta(days=14)

    for days in (3, 6, 9, 12, 15):
        with world.later(days=days, minutes=days):
            world.work()
    letters = [item for item in world.letters() if item.address == KEEPER]
    subjects = [item.subject for item in letters]
    assert [item.startswith("Reminder: Please search and delete") for item in subjects] == [
        False,
        *[True] * 5,
    ]
    assert all(f"by {compose.day(due_on, 'en')}" in item.body for item in letters[:5])
    waits = f"We asked you on {compose.day(first_on, 'en')} and have no answer yet."
    assert all(waits in item.body for item in letters[1:])
    assert f"{waits} It was due on {compose.day(due_on, 'en')}." in letters[5].body
    assert f"by {compose.day(first_on + timedelta(days=18), 'en')}" in letters[5].body
    assert "It was due on" not in client.get(path).get_data(as_text=True)
    with world.later(days=16):
        page = " ".join(client.get(path).get_data(as_text=True).split())
    assert "please do it now" in page
