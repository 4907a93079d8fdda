"""The package of a request to know: offered to the mailbox, fetched by the person."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import orjson
import pytest
import pyzipper

from privacy_engine import clock
from privacy_engine.disclosures import suspensions
from privacy_engine.disclosures.suspensions import Form, Statement
from privacy_engine.engine import Engine
from privacy_engine.jobs import schedule
from privacy_engine.log.event import Identifier
from privacy_engine.rights import drafts
from privacy_engine.rights.rules import MAX_ATTEMPTS
from privacy_engine.sample_site.people import MAYA, OTTO
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.case import PACKAGE_FOR
from tests.factories import OFFICER, SampleWorld, sample_world
from tests.functional.portal.visiting import Visit, reference_in, words

pytestmark = pytest.mark.functional

SCAN = b"%PDF-1.4 a permit"
SHORT, LONG = "short", "correct horse battery"


@pytest.fixture
def known(engine: Engine) -> Iterator[tuple[Visit, str]]:
    """A visitor whose request to know was answered, and its reference."""
    with sample_world(engine) as world:
        visit = Visit(engine)
        reference = reference_in(visit.ask("know:specific", email=MAYA.email))
        world.work()
        world.confirm(reference)
        world.work()
        world.decide(reference)
        world.work()
        yield visit, reference


@pytest.fixture
def small_world(engine: Engine) -> Iterator[SampleWorld]:
    """The sample site beside an engine."""
    with sample_world(engine) as made:
        yield made


def test_the_mailbox_gets_its_files_after_one_more_confirmation(
    known: tuple[Visit, str],
) -> None:
    visit, reference = known
    status = visit.link(f"/requests/{reference}?key=")
    assert "Your files" in visit.read(status)
    page = visit.link(f"/{reference}/package")
    assert "m•••@e•••.org" in visit.read(page)
    assert MAYA.email not in visit.get(page).get_data(as_text=True)
    wrong = visit.send(page, to=f"/requests/{reference}/package", email="else@example.org")
    assert wrong.status_code == 422
    assert "This is not the address" in words(wrong)
    answer = visit.send(
        page, to=f"/requests/{reference}/package", email=f"  {MAYA.email.upper()} "
    )
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    names = zipfile.ZipFile(io.BytesIO(answer.get_data())).namelist()
    assert "read-me-first.html" in names


def test_guessing_the_address_ends_after_a_few_attempts(known: tuple[Visit, str]) -> None:
    visit, reference = known
    page = visit.link(f"/{reference}/package")
    for attempt in range(MAX_ATTEMPTS):
        visit.send(page, to=f"/requests/{reference}/package", email=f"m{attempt}@example.org")
    answer = visit.send(page, to=f"/requests/{reference}/package", email=MAYA.email)
    assert answer.mimetype != "application/zip"
    assert "Too many attempts failed" in words(answer)


def test_the_file_comes_under_a_password_when_asked(known: tuple[Visit, str]) -> None:
    visit, reference = known
    page = visit.link(f"/{reference}/package")
    to = f"/requests/{reference}/package"
    short = visit.send(page, to=to, email=MAYA.email, password=SHORT)
    assert short.status_code == 422
    assert "at least 8 characters" in words(short)
    answer = visit.send(page, to=to, email=MAYA.email, password=LONG)
    content = answer.get_data()
    with pytest.raises(RuntimeError, match="encrypted"):
        zipfile.ZipFile(io.BytesIO(content)).read("everything.json")
    with pyzipper.AESZipFile(io.BytesIO(content)) as sealed:
        sealed.setpassword(LONG.encode())
        held = orjson.loads(sealed.read("everything.json"))
    assert {table["table"] for table in held["tables"]} >= {"clients"}


def test_each_table_says_why_from_where_and_who_got_it(known: tuple[Visit, str]) -> None:
    visit, reference = known
    held = _fetched(visit, reference)
    clients = next(table for table in held["tables"] if table["table"] == "clients")
    assert clients["purposes"]
    assert clients["source"]
    assert clients["kept"]
    assert clients["held_but_not_shown"] == ["Password"], "said to be held, never shown (7024(d))"
    assert not any("password_hash" in row for row in clients["rows"])


def test_an_old_link_leads_to_a_new_one(known: tuple[Visit, str]) -> None:
    visit, reference = known
    page = visit.link(f"/{reference}/package")
    with clock.fixed(datetime.now(UTC) + PACKAGE_FOR + timedelta(days=2)):  # noqa: TID251  a test's now
        assert "This link has run out" in visit.read(page)
        sent = visit.send(page, to=page.replace("/package?", "/package/again?"))
        assert "Look in your mail" in words(sent)
        visit.work()
        fresh = visit.link(f"/{reference}/package")
        assert fresh != page
        assert "Your email address" in visit.read(fresh)
    with clock.fixed(datetime.now(UTC) + timedelta(days=50)):  # noqa: TID251  a test's now
        schedule.run(visit.engine)
        visit.work()
        assert "These files are deleted" in visit.read(page)


def test_without_more_asked_it_reaches_back_a_year_and_says_so(
    small_world: SampleWorld,
) -> None:
    world, visit = small_world, Visit(small_world.engine)
    usual, whole = (_fetched(visit, _answered(world, visit, window)) for window in (None, "all"))
    counts = [
        sum(len(table["rows"]) for table in one["tables"] if table["system"] != "engine")
        for one in (usual, whole)
    ]
    assert counts[1] == counts[0] + usual["records_outside_this_time"]
    assert usual["records_outside_this_time"] > 0
    assert whole["records_outside_this_time"] == 0
    assert whole["from"] is None


def test_kinds_are_told_without_a_single_value(small_world: SampleWorld) -> None:
    world, visit = small_world, Visit(small_world.engine)
    world.introduce(MAYA)
    base = {"categories": ["A"], "purpose": "service", "basis": "service_provider"}
    who = [Identifier("email", MAYA.email)]
    made = base | {"recipient": "mail-vendor", "sale": False, "sharing": False}
    world.report("disclosure.made", made, who)
    shared = base | {"recipient": "google-analytics", "categories": ["F"], "basis": "other"}
    world.report("disclosure.made", shared | {"sale": False, "sharing": True}, who)
    reference = _answered(world, visit, None, right="know:categories")
    content = _zip(visit, reference)
    files = zipfile.ZipFile(io.BytesIO(content))
    text = b"".join(files.read(name) for name in files.namelist()).decode()
    for value in (MAYA.email, MAYA.name, MAYA.phone):
        assert value not in text
    found = orjson.loads(files.read("everything.json"))
    assert [row["category"] for row in found["sold_or_shared"]] == ["Internet or network activity"]
    assert found["disclosed_for_a_business_purpose"][0]["who got it"]
    assert any("Identifiers" in row["categories"] for row in found["held"])


def _scan(world: SampleWorld) -> str:
    """Let a message with a page and a program come from Maya; return its reference."""
    made = EmailMessage()
    made["From"], made["Subject"] = f"Maya Tallow <{MAYA.email}>", "My data"
    made.set_content("Please send me what you have. The page is attached.")
    for name, content in (("../../permit.pdf", SCAN), ("run.exe", b"MZ\0\0")):
        made.add_attachment(content, maintype="application", subtype="pdf", filename=name)

    def take(tx: Transaction) -> str:
        draft = drafts.take(tx, made.as_bytes(), received_at=tx.now)
        return drafts.file_as_request(tx, draft.case, right="know:specific").reference

    return world.engine.run(take, actor=OFFICER)


def test_what_the_engine_itself_holds_is_in_the_copy_with_what_was_attached(
    small_world: SampleWorld,
) -> None:
    world, visit = small_world, Visit(small_world.engine)
    world.introduce(MAYA)
    told = {"categories": ["A"], "purpose": "service", "basis": "legal_process"}
    told |= {"sale": False, "sharing": False}
    for recipient in ("mail-vendor", "law-enforcement"):
        who = [Identifier("email", MAYA.email)]
        world.report("disclosure.made", told | {"recipient": recipient}, who)
    _keep_back(world, "law-enforcement")
    reference = _scan(world)
    _answer(world, reference)
    status = visit.read(visit.link(f"/requests/{reference}?key="))
    assert "permit.pdf we keep it with your message" in status
    assert "run.exe it stayed in our mailbox" in status
    files = zipfile.ZipFile(io.BytesIO(_zip(visit, reference)))
    tables = orjson.loads(files.read("everything.json"))["tables"]
    held = {one["table"]: one["rows"] for one in tables}
    assert {row["value"] for row in held["identifiers"]} >= {MAYA.email}
    assert "a word of mine" in [row.get("text") for row in held["messages"]]
    assert [row["purpose"] for row in held["choices"]] == ["Newsletter"]
    assert [row["document"] for row in held["texts-shown"]] == ["privacy-statement"]
    assert [row["what"] for row in held["requests"]] == ["You asked", "You declared"]
    given = {row["recipient"] for row in held["given-to-others"]}
    assert given == {"The company that sends our e-mail"}, "an authority asked to be left out"
    (named,) = (row["attached"] for row in held["messages"] if "attached" in row)
    assert files.read(named[0]) == SCAN
    assert named[0].startswith("files/"), "the sender's name for it leads nowhere"
    assert "not kept here" in named[1]


def test_the_copy_holds_nobody_else_no_link_and_no_formula(small_world: SampleWorld) -> None:
    world, visit = small_world, Visit(small_world.engine)
    world.introduce(MAYA, text="=a word of mine")
    world.introduce(OTTO, text="a word of another")
    files = zipfile.ZipFile(io.BytesIO(_zip(visit, _answered(world, visit, None))))
    whole = b"".join(files.read(name) for name in files.namelist()).decode(errors="replace")
    assert "a word of another" not in whole
    assert "key=" not in whole, "links in our letters still open things"
    assert "'=a word of mine" in files.read("tables/engine-messages.csv").decode("utf-8-sig")


def test_kinds_name_what_the_engine_itself_holds(small_world: SampleWorld) -> None:
    world, visit = small_world, Visit(small_world.engine)
    world.introduce(MAYA)
    held = _fetched(visit, _answered(world, visit, None, right="know:categories"))["held"]
    ours = [row["what"] for row in held if row["where"] == "Our own sealed records"]
    assert "Proof of what was agreed to or refused" in ours
    assert "Records of privacy requests and how they were answered" in ours


def _keep_back(world: SampleWorld, recipient: str) -> None:
    def work(tx: Transaction) -> None:
        subject_id = tx.find_subject([Identifier("email", MAYA.email)], site="listing-site")
        assert subject_id
        said = Statement(
            recipient,
            Form.ORAL,
            "an agency",
            "by telephone",
            tx.now.astimezone(tx.settings.zone).date(),
        )
        suspensions.suspend(tx, subject_id, said)

    world.engine.run(work, actor=OFFICER)


def _answered(
    world: SampleWorld, visit: Visit, window: object, right: str = "know:specific"
) -> str:
    reference = world.ask(MAYA, right, window=window)
    _answer(world, reference)
    return reference


def _answer(world: SampleWorld, reference: str) -> None:
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()


def _zip(visit: Visit, reference: str) -> bytes:
    page = visit.link(f"/{reference}/package")
    to = f"/requests/{reference}/package"
    return visit.send(page, to=to, email=MAYA.email).get_data()


def _fetched(visit: Visit, reference: str) -> Any:
    files = zipfile.ZipFile(io.BytesIO(_zip(visit, reference)))
    return orjson.loads(files.read("everything.json"))
