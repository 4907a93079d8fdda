"""The desk at which an officer decides about rows that also concern others."""

import hashlib
import re

import pytest

from privacy_engine.children import register as children
from privacy_engine.console.staff import StaffRole
from privacy_engine.log.event import Identifier
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import row_decisions
from tests.factories import sample_world
from tests.functional.console.world import Office, words
from tests.functional.workflow.test_row_decisions import (
    begun,
    decided_and_refused,
    forgotten_table,
    shared_telephone,
    site_does,
)

pytestmark = pytest.mark.functional


@pytest.fixture
def sample(engine):
    with sample_world(engine) as made:
        yield made


def test_rows_are_shown_decided_and_told_of(sample):
    forgotten_table(sample)
    case = begun(sample)
    office = Office(sample.engine)
    browser = office.somebody()
    here = f"/cases/{case}/systems/listing-database/rows"
    page = browser.get(f"/requests/{case}").get_data(as_text=True)
    assert here in page
    assert "Decide about rows" in page
    assert "Partly deleted; rows wait for a decision" in page
    page = browser.read(here)
    assert "gift_cards: 1 row" in page
    assert "row refers to one that should go" in page.lower()
    assert "also settles what becomes of the person's own: 1 row of clients" in page
    assert MAYA.email not in page
    empty = browser.post(here)
    assert empty.status_code == 422
    assert "Say what becomes of the rows of gift_cards." in words(empty)
    choices = {field_of("gift_cards"): "keep"}
    done = browser.post(here, **choices, note="A card of the whole family.")
    assert done.status_code == 303
    office.work()
    page = browser.read(f"/requests/{case}")
    assert "Decided about rows" in page
    assert browser.get(here).status_code == 409


def field_of(table):
    return f"table-{hashlib.sha256(table.encode()).hexdigest()[:12]}"


def test_a_choice_is_never_taken_for_a_table_that_waits_instead_by_now(sample):
    forgotten_table(sample)
    case = begun(sample)
    office = Office(sample.engine)
    browser = office.somebody()
    here = f"/cases/{case}/systems/listing-database/rows"
    page = browser.get(here).get_data(as_text=True)
    (field,) = set(re.findall(r'name="(table-[^"]+)"', page))
    waits = [{"table": "reviews", "series": "", "count": 1, "reason": "the row is in doubt"}]
    refused = {"case": case, "system": "listing-database", "message": "Refused.", "waits": waits}
    sample.engine.run(lambda tx: tx.append("system.undecided", refused, case=case))
    late = browser.post(here, **{field: "keep"}, note="I looked at the page of before.")
    assert late.status_code == 422
    assert "Say what becomes of the rows of reviews." in words(late)


def test_an_auditor_does_not_decide(sample):
    forgotten_table(sample)
    case = begun(sample)
    answer = (
        Office(sample.engine)
        .somebody(StaffRole.AUDITOR)
        .get(f"/cases/{case}/systems/listing-database/rows")
    )
    assert "not open to your role" in words(answer)


@pytest.mark.slow
def test_what_the_database_would_refuse_is_not_decided(sample):
    shared_telephone(sample)
    case = begun(sample)
    site_does(
        sample,
        "CREATE TRIGGER no BEFORE DELETE ON appointments BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    before = sample.snapshot()
    office = Office(sample.engine)
    browser = office.somebody()
    here = f"/cases/{case}/systems/listing-database/rows"
    assert "Leave them as they are" in browser.read(here)
    tables = row_decisions.open_tables(sample.board(case)["listing-database"])
    deleting = {field_of(table): "delete" for table in tables}
    refused = browser.post(here, **deleting, note="Both asked.")
    assert refused.status_code == 422
    said = words(refused)
    assert "That cannot be done: listing-database refused" in said
    assert "Nothing was decided." in said
    assert sample.snapshot() == before
    keeping = {field_of(table): "keep" for table in tables}
    assert browser.post(here, **keeping, note="It is Otto's.").status_code == 303
    office.work()
    board = browser.read(f"/requests/{case}")
    assert "Kept: it also concerns somebody else" in board
    assert "officer_decision" not in board


def test_a_deletion_is_rehearsed_before_it_is_approved(sample):
    sample.introduce(MAYA)
    case = sample.ask(MAYA)
    sample.work()
    sample.confirm(case)
    sample.work()
    before = sample.snapshot()
    browser = Office(sample.engine).somebody()
    form = browser.get(f"/requests/{case}?do=approve").get_data(as_text=True)
    assert f'formaction="/console/requests/{case}/rehearsal"' in form
    timeline = len(sample.timeline(case))
    answer = browser.post(f"/requests/{case}/rehearsal")
    assert answer.status_code == 200
    said = words(answer)
    assert "nothing has changed" in said
    assert "appointments" in said
    assert "Deleted" in said
    assert "invoices" in said
    assert "a law requires it (26 USC 6501; 7-year tax record) until" in said
    assert "A deletion cannot be tried there" in said, "the vendor who is asked"
    for value in (MAYA.email, MAYA.name):
        assert value not in said
    assert sample.snapshot() == before
    assert len(sample.timeline(case)) == timeline
    site_does(
        sample,
        "CREATE TRIGGER no BEFORE DELETE ON appointments BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    said = words(browser.post(f"/requests/{case}/rehearsal"))
    assert "Listing-database refused" in said
    auditor = Office(sample.engine).somebody(StaffRole.AUDITOR)
    auditor.get(f"/requests/{case}")
    assert auditor.post(f"/requests/{case}/rehearsal").status_code == 403


def test_a_childs_deletion_is_rehearsed_before_it_is_decided(sample):
    sample.introduce(MAYA)
    who = [Identifier("email", MAYA.email)]
    said = {"kind": "age", "value": 11}
    sample.engine.run(
        lambda tx: tx.append("age_signal.received", said, subject=who, site="listing-site")
    )
    sample.work()
    with sample.engine.reading() as tx:
        (case,) = [item.case for item in children.open_cases(tx.session)]
    before = sample.snapshot()
    browser = Office(sample.engine).somebody()
    page = browser.get(f"/children/{case}").get_data(as_text=True)
    assert f'formaction="/console/requests/{case}/rehearsal"' in page
    answer = browser.post(f"/requests/{case}/rehearsal")
    assert answer.status_code == 200
    read = words(answer)
    assert "nothing has changed" in read
    assert "appointments" in read
    assert "Deleted" in read
    for value in (MAYA.email, MAYA.name):
        assert value not in read
    assert f'href="/console/children/{case}#decide"' in answer.get_data(as_text=True)
    assert sample.snapshot() == before
    viewer = Office(sample.engine).somebody(StaffRole.AUDITOR)
    assert "See first what a deletion would do" not in viewer.read(f"/children/{case}")
    assert viewer.post(f"/requests/{case}/rehearsal").status_code == 403


@pytest.mark.parametrize(
    ("right", "said"), [("know:specific", "Copied"), ("know:categories", "Searched and counted")]
)
def test_what_was_given_stands_as_done_on_the_board(sample, right, said):
    sample.introduce(MAYA)
    case = sample.confirmed(MAYA, right)
    sample.work()
    sample.decide(case)
    sample.work()
    board = Office(sample.engine).somebody().read(f"/requests/{case}")
    assert "The database behind the listing site" in board
    assert said in board.partition("Systems")[2].partition("What happened")[0]
    assert "0 of 3 done" not in board


def test_a_decision_that_became_impossible_is_shown_with_its_refusal_and_taken_again(sample):
    case = decided_and_refused(sample)
    office = Office(sample.engine)
    browser = office.somebody()
    page = browser.read(f"/requests/{case}")
    assert "Decide about these rows" in page
    assert "Decide about rows" in page
    assert "refused" in page
    assert "cannot do what was decided; it waits for a decision" in page
    assert "did not answer" not in page
    here = f"/cases/{case}/systems/listing-database/rows"
    page = browser.read(here)
    assert "What was decided before could not be done: listing-database refused" in page
    assert "take it over by hand" in page
    tables = row_decisions.open_tables(sample.board(case)["listing-database"])
    fields = [field_of(table) for table in tables]
    same = browser.post(here, **dict.fromkeys(fields, "delete"), note="Once more.")
    assert "That cannot be done: listing-database refused" in words(same)
    done = browser.post(here, **dict.fromkeys(fields, "keep"), note="Then it stays.")
    assert done.status_code == 303
    office.work()
    assert "did not do it" not in browser.read(f"/requests/{case}").partition("Timeline")[0]
    assert sample.board(case)["listing-database"].verdict == "erased"


def test_what_a_system_refused_is_told_as_a_refusal(sample):
    site_does(sample, "CREATE TRIGGER never BEFORE DELETE ON clients BEGIN"
              " SELECT RAISE(ABORT, 'never'); END")  # fmt: skip
    case = begun(sample)
    browser = Office(sample.engine).somebody()
    page = browser.read(f"/requests/{case}")
    assert "The database behind the listing site did not do it (listing-database refused" in page
    assert "did not answer" not in page
    assert "1 case waiting for it: listing-database refused" in browser.read("/systems")
