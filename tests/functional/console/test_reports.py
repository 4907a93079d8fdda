import hashlib
import re
from pathlib import Path

import pytest

from privacy_engine.console.report_kinds import KINDS
from privacy_engine.console.staff import StaffRole
from privacy_engine.log import standalone_verifier
from privacy_engine.log.event import Identifier
from privacy_engine.reports import orders
from privacy_engine.reports.kinds_table import BUILDERS
from tests.engines import link_exports
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional
MAYA = (Identifier("email", "maya.tallow@example.org"),)
YES = {"document": "privacy-statement", "version": "2021-11-04", "method": "form"}


@pytest.fixture
def office(engine):
    link_exports(engine.settings.root)
    return Office(engine)


@pytest.fixture
def browser(office):
    return office.somebody()


def ordered(browser, kind, **typed):
    browser.get(f"/reports?kind={kind}")
    return browser.post("/reports/make", kind=kind, **typed)


def test_every_kind_that_can_be_drawn_is_offered_with_its_form(browser):
    # A work paper is ordered where its sample is.
    assert {item.code for item in KINDS} == set(BUILDERS) - {"work-paper"}
    for kind in KINDS:
        page = browser.read(f"/reports?kind={kind.code}")
        assert kind.words in page
        assert "Draw and sign" in page


def test_what_is_missing_is_said_at_its_field(browser):
    for kind, field in (
        ("deletion-certificate", "Give the reference"),
        ("consent-proof", "Write the whole address"),
        ("metrics", "Give a day"),
        ("retention-disposition", "Choose the run"),
    ):
        answer = ordered(browser, kind)
        assert answer.status_code == 422
        assert field in words(answer)


def test_a_reference_of_the_wrong_kind_is_refused_before_anything_is_ordered(office, browser):
    reference = office.request()
    answer = ordered(browser, "under-13-case", reference=reference)
    assert answer.status_code == 422
    assert "There is no such case" in words(answer)
    assert "Being drawn" not in browser.read("/reports")


def test_a_report_is_drawn_beside_the_web_and_can_be_checked_by_its_hash(office, browser):
    office.request()
    assert ordered(browser, "promises").status_code == 303
    page = browser.read("/reports")
    assert "Promises Being drawn" in page
    assert "No report yet" in page
    office.work()
    page = browser.get("/reports").get_data(as_text=True)
    assert "Being drawn" not in page
    link = re.search(r'href="/console(/reports/\w+/file)"', page)[1]
    got = browser.get(link)
    assert got.data.startswith(b"%PDF")
    assert hashlib.sha256(got.data).hexdigest() in page
    assert "attachment" in got.headers["Content-Disposition"]


def test_what_cannot_be_drawn_says_why_and_can_be_given_up(office, browser):
    reference = office.request()
    office.work()
    assert ordered(browser, "deletion-certificate", reference=reference).status_code == 303
    office.work()
    page = browser.get("/reports").get_data(as_text=True)
    assert "Failed" in page
    drop = re.search(r"/console(/reports/orders/\w+/drop)", page)[1]
    browser.post(drop)
    assert "Not there yet" not in browser.read("/reports")


def test_a_report_about_one_person_is_sealed_masked_and_ends_with_them(office, browser):
    yes = {"purpose": "newsletter", **YES}
    office.engine.run(lambda tx: tx.append("consent.given", yes, subject=MAYA))
    assert ordered(browser, "consent-proof", email="maya.tallow@example.org").status_code == 303
    office.work()
    for path in office.engine.settings.exports_directory.rglob("*"):
        if path.is_file():
            assert b"%PDF" not in path.read_bytes()
            assert b"maya" not in path.read_bytes()
    page = browser.get("/reports").get_data(as_text=True)
    assert "maya" not in page.lower()
    link = re.search(r'href="/console(/reports/\w+/file)"', page)[1]
    assert browser.get(link).data.startswith(b"%PDF")
    assert office.somebody(StaffRole.AUDITOR).get(link).status_code == 403
    erase(office)
    assert browser.get(link).status_code == 404
    office.engine.after_erasure()
    assert not list(office.engine.settings.exports_directory.glob("personal/*"))


def erase(office):
    from privacy_engine.log.erasure import Order  # noqa: PLC0415

    def work(tx):
        subject = tx.find_subject(MAYA, site="portal")
        tx.erase(Order((subject,), "R-AAAA-BBBB", tx.now), ground="Civ. Code 1798.105(c)")

    office.engine.run(work)


def test_somebody_unknown_is_said_at_the_field_and_nothing_is_ordered(browser):
    answer = ordered(browser, "consent-proof", email="nobody@example.org")
    assert answer.status_code == 422
    assert "Nobody is known by this address" in words(answer)


def test_no_address_stands_in_the_order(office, browser):
    from sqlalchemy import select  # noqa: PLC0415

    from privacy_engine.transaction import DueWorkRow  # noqa: PLC0415

    yes = {"purpose": "newsletter", **YES}
    office.engine.run(lambda tx: tx.append("consent.given", yes, subject=MAYA))
    ordered(browser, "consent-proof", email="maya.tallow@example.org")
    with office.engine.reading() as tx:
        row = tx.session.execute(
            select(DueWorkRow).where(DueWorkRow.task == orders.TASK)
        ).scalar_one()
    assert "maya" not in repr(row)


def test_a_double_press_draws_one_report(office, browser):
    for _ in range(2):
        ordered(browser, "log-integrity")
    office.work()
    assert browser.read("/reports").count("The log itself LI") == 1


def test_an_auditor_gets_the_verifier_and_orders_nothing(office):
    auditor = office.somebody(StaffRole.AUDITOR)
    page = auditor.read("/reports")
    assert "Draw and sign" not in page
    assert "privacy-engine log export DIR" in page
    got = auditor.get("/reports/verifier")
    assert got.data == Path(standalone_verifier.__file__).read_bytes()
    assert auditor.post("/reports/make", kind="promises").status_code in {400, 403}
