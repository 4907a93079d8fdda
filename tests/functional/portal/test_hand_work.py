"""What no program reaches is counted, copied and corrected by whoever keeps it, by link."""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import partial

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from privacy_engine.connectors import copies
from privacy_engine.engine import Engine
from privacy_engine.portal import create_app
from privacy_engine.reports import subject_package
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import actions, by_hand, task_files
from privacy_engine.workflow.corrections import Change
from tests.factories import OFFICER, SampleWorld, keep_mailbox, sample_world

pytestmark = pytest.mark.functional
KEEPER = "support@listing.example"
MAILBOX = "support-mailbox"
PDF = b"%PDF-1.7 what the mailbox holds"


@pytest.fixture
def world(engine: Engine) -> Iterator[SampleWorld]:
    """The sample site; its mailbox has a keeper."""
    with sample_world(engine) as made:
        keep_mailbox(engine, KEEPER)
        yield made


@pytest.fixture
def client(world: SampleWorld) -> FlaskClient:
    return create_app(world.engine).test_client()


def asked(world: SampleWorld, right: str, **more: object) -> str:
    world.introduce(MAYA)
    return world.confirmed(MAYA, right, **more)


def decided(world: SampleWorld, right: str, **more: object) -> str:
    reference = asked(world, right, **more)
    world.decide(reference)
    world.work()
    return reference


def link_to_keeper(world: SampleWorld) -> tuple[str, str]:
    letter = [item for item in world.letters() if item.address == KEEPER][-1]
    assert MAYA.email not in letter.body
    assert MAYA.name not in letter.body
    found = re.search(r"https?://[^/]+(/tasks/\S+)", letter.body)
    assert found
    return found[1], found[1].partition("key=")[2]


def fields(world: SampleWorld, number: int) -> dict[str, str]:
    series = world.engine.content.system(MAILBOX).series
    return {f"found-{code}": str(number if at == 0 else 0) for at, code in enumerate(series)}


def test_the_package_waits_for_what_a_keeper_copies_and_holds_their_file(
    world: SampleWorld, client: FlaskClient
):
    reference = decided(world, "know:specific")
    assert world.words(reference)["collect"] == "waiting: partly"
    link, key = link_to_keeper(world)
    first = client.get(link).text
    assert "Please search and copy" in first
    assert MAYA.email not in first
    assert MAYA.email in client.post(link, data={"key": key, "act": "look"}).text

    form = {"key": key, "act": "done", "note": "By address.", **fields(world, 2)}
    lacking = client.post(link, data=form)
    assert lacking.status_code == 422
    assert "Add a file" in lacking.text
    odd = client.post(link, data=form | {"file": (io.BytesIO(b"x"), "tool.exe")})
    assert odd.status_code == 422
    assert "of no usual kind" in odd.text
    sent = (io.BytesIO(PDF), "Maya Tallow, letters.PDF")
    assert "Thank you" in client.post(link, data=form | {"file": sent}).text
    assert MAYA.name not in str(list(copies.files_of(world.engine.settings, reference)))
    world.work()
    assert world.words(reference)["collect"] == "done: copied"
    assert world.board(reference)[MAILBOX].found == 2
    with (
        world.engine.reading() as tx,
        zipfile.ZipFile(io.BytesIO(subject_package.open_package(tx, reference))) as package,
    ):
        assert package.read(f"by-hand/{MAILBOX}.pdf") == PDF
        page = package.read("read-me-first.html").decode()
    assert "who found 2 records" in page
    assert "writes to you" not in page
    assert list(copies.files_of(world.engine.settings, reference)) == [], (
        "sealed in the package only"
    )
    assert "Nothing is left" in client.post(link, data=form).text
    assert world.kinds(reference).count("system.copied") == len(world.board(reference))
    assert world.broken() == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("letters.pdf", b"MZ\x90\x00" * 9)], "not what its ending .pdf says"),
        ([("a.txt", b"\x7fELF\x02\x01\x01\x00\x00\x00")], "not what its ending .txt says"),
        ([("a.pdf", b"")], "A file is empty"),
        ([("a.pdf", PDF), ("tool.exe", b"MZ")], "of no usual kind"),
        ([("a.pdf", PDF), ("b.pdf", b"")], "A file is empty"),
        ([("a.pdf", PDF), ("noending", PDF)], "of no usual kind"),
    ],
)
def test_a_file_that_could_not_be_handed_on_is_refused_whoever_sends_it(
    world: SampleWorld, client: FlaskClient, files: list[tuple[str, bytes]], said: str
):
    reference = decided(world, "know:specific")
    link, key = link_to_keeper(world)
    form = {"key": key, "act": "done", "note": "By address.", **fields(world, 2)}
    sent = [(io.BytesIO(content), name) for name, content in files]
    answer = client.post(link, data=form | {"file": sent})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert "By address." in answer.text, "what was typed is still there"
    assert world.words(reference)["collect"] == "waiting: partly"


@pytest.mark.parametrize(
    "name", ["a.csv", "a.json", "a.docx", "a.JPG", "a.tiff", "a.xls", "a.eml", "a.html"]
)
def test_a_file_that_is_what_it_says_is_taken(name: str):
    starts = {
        "docx": b"PK\x03\x04",
        "jpg": b"\xff\xd8\xff\xe0",
        "tiff": b"II*\x00",
        "xls": b"\xd0\xcf\x11\xe0",
    }
    content = starts.get(name.rpartition(".")[2].lower(), "name;Zo\xeb\n".encode("latin-1"))
    assert task_files.joined([(name, content)]) == (name, content)


@pytest.mark.parametrize("count", ["9" * 20, "9" * 5_000])
def test_a_number_without_end_is_said_so(world: SampleWorld, client: FlaskClient, count: str):
    decided(world, "know:specific")
    link, key = link_to_keeper(world)
    form = {"key": key, "act": "done", "note": "By address.", **fields(world, 0)}
    answer = client.post(link, data=form | {next(iter(fields(world, 0))): count})
    assert (answer.status_code, "Give a whole number" in answer.text) == (422, True)


OF_TWO = f"email,what\n{MAYA.email},a letter\nben@oak.example,of Ben\n".encode()


def test_rows_of_somebody_else_are_refused_until_the_keeper_looked(
    world: SampleWorld, client: FlaskClient
):
    reference = decided(world, "know:specific")
    link, key = link_to_keeper(world)
    form = {"key": key, "act": "done", "note": "By address.", **fields(world, 2)}
    refused = client.post(link, data=form | {"file": (io.BytesIO(OF_TWO), "found.csv")})
    assert refused.status_code == 422
    assert "In a row of this file somebody else is named" in refused.text
    assert "ben@oak" not in refused.text
    assert list(copies.files_of(world.engine.settings, reference)) == []
    several = {"file": [(io.BytesIO(PDF), "a.pdf"), (io.BytesIO(OF_TWO), "b.csv")]}
    assert client.post(link, data=form | several).status_code == 422
    looked = form | {"looked": "yes", "file": (io.BytesIO(OF_TWO), "found.csv")}
    assert "Thank you" in client.post(link, data=looked).text
    world.work()
    assert world.request(reference).ended


def test_a_keeper_who_finds_nothing_says_so_and_the_package_too(
    world: SampleWorld, client: FlaskClient
):
    reference = decided(world, "know:specific")
    link, key = link_to_keeper(world)
    form = {"key": key, "act": "done", "note": "By address.", **fields(world, 0)}
    assert "Thank you" in client.post(link, data=form).text
    world.work()
    with (
        world.engine.reading() as tx,
        zipfile.ZipFile(io.BytesIO(subject_package.open_package(tx, reference))) as package,
    ):
        assert "found nothing about you" in package.read("read-me-first.html").decode()
    assert world.request(reference).ended


def test_a_keeper_counts_where_only_kinds_are_asked_for(world: SampleWorld, client: FlaskClient):
    reference = asked(world, "know:categories")
    assert world.words(reference)["locate"] == "waiting: partly"
    link, key = link_to_keeper(world)
    assert "Please search and count" in client.get(link).text
    form = {"key": key, "act": "done", "note": "By address.", **fields(world, 3)}
    assert "Thank you" in client.post(link, data=form).text
    world.work()
    assert world.words(reference)["locate"] == "done: located"
    world.decide(reference)
    world.work()
    series = world.engine.content.series(world.engine.content.system(MAILBOX).series[0])
    with (
        world.engine.reading() as tx,
        zipfile.ZipFile(io.BytesIO(subject_package.open_package(tx, reference))) as package,
    ):
        held = package.read("tables/held.csv").decode()
    assert series.title in held


def correct_in_mailbox(world: SampleWorld, reference: str, value: str, *, was: str) -> None:
    series = world.engine.content.system(MAILBOX).series[0]
    change = Change(MAILBOX, series, "value", value, was)
    world.engine.run(lambda tx: actions.correct(tx, reference, changes=(change,)), actor=OFFICER)
    world.work()


def test_a_keeper_corrects_what_was_decided_and_a_new_decision_asks_again(
    world: SampleWorld, client: FlaskClient
):
    reference = decided(world, "correct", corrections={"text": "My number ends in 0199."})
    decide = partial(correct_in_mailbox, world, reference, was="+1 530 555 0100")
    decide("+1 530 555 0199")
    assert world.words(reference)["correct"] == "waiting: partly"
    link, key = link_to_keeper(world)
    assert "0199" not in client.get(link).text
    decide("+1 530 555 0198")
    letters = [item for item in world.letters() if item.address == KEEPER]
    assert len(letters) == 2
    page = client.post(link, data={"key": key, "act": "look"}).text
    assert "+1 530 555 0100" in page
    assert "+1 530 555 0198" in page
    form = {"key": key, "act": "done", "changed": "1", "note": "In the address book."}
    assert "Thank you" in client.post(link, data=form).text
    world.work()
    assert world.words(reference)["correct"] == "done: corrected"
    assert world.board(reference)[MAILBOX].verdict == by_hand.BY_HAND
    assert world.broken() == []


def test_what_a_keeper_corrected_by_an_older_decision_is_not_taken_for_the_newer(
    world: SampleWorld, client: FlaskClient
):
    reference = decided(world, "correct", corrections={"text": "My number ends in 0199."})
    decide = partial(correct_in_mailbox, world, reference, was="0100")
    decide("0199")
    link, key = link_to_keeper(world)

    def answer(page: str) -> TestResponse:
        shown = re.search(r'name="decision" value="(\w+)"', page)
        assert shown
        form = {"key": key, "act": "done", "changed": "1", "note": "In the address book."}
        return client.post(link, data=form | {"decision": shown[1]})

    page = client.post(link, data={"key": key, "act": "look"}).text
    decide("0198")
    late = answer(page)
    assert late.status_code == 422
    assert "Something else is to be corrected by now" in late.text
    assert "0198" in late.text
    world.work()
    assert world.words(reference)["correct"] == "waiting: partly"
    assert "Thank you" in answer(late.text).text
    world.work()
    assert world.words(reference)["correct"] == "done: corrected"


@pytest.mark.parametrize("right", ["know:specific", "know:categories"])
def test_a_keeper_is_reminded_until_it_is_done(
    world: SampleWorld, client: FlaskClient, right: str
):
    reference = (decided if right == "know:specific" else asked)(world, right)
    for days in (4, 8):
        with world.later(days=days):
            world.work()
    assert len([item for item in world.letters() if item.address == KEEPER]) == 3
    link, key = link_to_keeper(world)
    form = {"key": key, "act": "done", "note": "By address.", **fields(world, 0)}
    client.post(link, data=form)
    with world.later(days=12):
        world.work()
    assert len([item for item in world.letters() if item.address == KEEPER]) == 3, reference


def test_a_link_to_copy_does_not_delete(world: SampleWorld, client: FlaskClient):
    reference = decided(world, "know:specific")
    link, key = link_to_keeper(world)
    other = link.replace("/copy?", "?")
    assert client.post(other, data={"key": key, "act": "look"}).status_code == 404
    for action in ("locate", "correct", "burn"):
        other = link.replace("/copy?", f"/{action}?")
        assert client.post(other, data={"key": key, "act": "look"}).status_code == 404
    assert "system.deleted" not in world.kinds(reference)
