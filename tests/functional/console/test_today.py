import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from privacy_engine import clock
from privacy_engine.console.staff import StaffRole
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions
from privacy_engine.transaction import DueWorkRow
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional
PIP = (Identifier("email", "pip.tallow@example.org"),)


@pytest.fixture
def office(engine):
    return Office(engine)


@pytest.fixture
def browser(office):
    return office.somebody()


def report_child(office):
    text = "hi i am 11 and i want to talk to somebody"
    data = {"channel": "contact_form", "text": text}
    office.engine.run(lambda tx: tx.append("message.received", data, subject=PIP))


def settled(office):
    """Let everything that is due once a day be done."""
    office.look()
    office.work()


def test_a_child_waiting_for_a_decision_comes_before_everything_else(office, browser):
    report_child(office)
    page = browser.read("/")
    assert "Nothing is due" not in page
    assert "1 child to decide on" in page
    assert "Decide whether this is a child" in page
    assert "pip.tallow" not in page
    markup = browser.get("/").get_data(as_text=True)
    assert 'rail-count late">1' in markup


def test_a_child_who_is_known_to_be_one_stands_above_one_who_may_be(office, browser):
    report_child(office)
    age = {"kind": "age", "value": 9}
    ned = (Identifier("email", "ned@example.org"),)
    office.engine.run(lambda tx: tx.append("age_signal.received", age, subject=ned))
    page = browser.read("/")
    assert page.index("Decide to delete") < page.index("Decide whether this is a child")


def test_a_quiet_day_says_so_only_when_everything_runs(office, browser):
    page = browser.read("/")
    assert "scheduler" not in page
    assert "The engine has just started; it looks within a minute" in page
    with clock.fixed(clock.now() + timedelta(minutes=2)):
        page = office.somebody().read("/")
    assert "No scheduler has ever run" in page
    assert "Nothing is due" not in page
    settled(office)
    page = browser.read("/")
    assert "scheduler" not in page
    with clock.fixed(clock.now() + timedelta(hours=1)):
        assert "The scheduler has stopped" in office.somebody().read("/")


def stop_work(office, **given):
    def work(tx):
        tx.order("letters.send", name="stuck", **given)
        tx.session.execute(
            update(DueWorkRow)
            .where(DueWorkRow.name == "stuck")
            .values(state="dead", attempts=8, last_error="the mail server does not take it")
        )

    office.engine.run(work)


def test_work_that_stopped_is_shown_with_its_reason_and_tried_again_from_there(office, browser):
    reference = office.request()
    stop_work(office, case=reference, event="x")
    page = browser.read("/")
    assert f"Work on {reference} has stopped The mail server does not take it." in page
    assert "1 letter could not be sent" in page
    with office.engine.reading() as tx:
        row = tx.session.execute(select(DueWorkRow).where(DueWorkRow.name == "stuck")).scalar_one()
    assert browser.post(f"/due-work/{row.work_id}/retry").status_code == 303
    assert "has stopped The mail server" not in browser.read("/")
    auditor = office.somebody(StaffRole.AUDITOR)
    auditor.get("/")
    assert auditor.post(f"/due-work/{row.work_id}/retry").status_code == 403


def test_stopped_work_on_a_child_s_case_leads_to_that_case(office, browser):
    stop_work(office, case="C-AAAA-BBBB", event="x")
    assert "/console/children/C-AAAA-BBBB" in browser.get("/").get_data(as_text=True)


def test_a_system_that_nobody_ever_tested_is_named_and_one_that_fails_says_why(office, browser):
    assert "Some systems were never tested" in browser.read("/")
    settled(office)
    page = browser.read("/")
    assert "never tested" not in page
    assert "cannot be used" in page


def test_a_request_whose_sender_was_not_told_is_named_with_its_day(office, browser):
    office.request(days_ago=30)
    page = browser.read("/")
    assert "Confirm receipt 1 person not told; the first by" in page
    assert "Late" in page


def test_a_broken_promise_stands_on_the_first_screen_after_the_daily_look(office, browser):
    sold = {"recipient": "google-analytics", "categories": ["A"], "purpose": "analytics"}
    more = {"basis": "other", "sale": True, "sharing": True}
    who = (Identifier("email", "maya.tallow@example.org"),)
    office.engine.run(lambda tx: tx.append("disclosure.made", {**sold, **more}, subject=who))
    assert "broken" not in browser.read("/")
    settled(office)
    page = browser.read("/")
    assert re.search(r"\d promises? broken SP-\d\d, ", page)
    assert "Collides with the law" in page


def test_the_first_screen_counts_the_broken_promises_that_their_page_shows(office, browser):
    def shown():
        markup = browser.get("/promises").get_data(as_text=True)
        rows = re.findall(r'<tr id="SP-\d\d">(.*?)</tr>', markup, re.DOTALL)
        return sum("Broken" in row.partition("<details>")[0] for row in rows)

    def counted():
        return int(re.search(r"(\d+) promises? broken", browser.read("/"))[1])

    settled(office)
    assert counted() == shown() >= 4
    # Something happens after the daily look: whoever opens the page lets the first screen know.
    sold = {"recipient": "google-analytics", "categories": ["A"], "purpose": "analytics"}
    more = {"basis": "other", "sale": True, "sharing": True}
    who = (Identifier("email", "maya.tallow@example.org"),)
    before = counted()
    office.engine.run(lambda tx: tx.append("disclosure.made", {**sold, **more}, subject=who))
    assert shown() > before
    office.work()
    assert counted() == shown()


def test_an_erasure_that_a_hold_puts_off_is_shown(office, browser):
    def work(tx):
        reference = actions.receive(
            tx, actions.Intake("delete", (Identifier("email", "a@example.org"),))
        ).reference
        tx.append(
            "step.waiting",
            {"case": reference, "step": "erase", "outcome": "held"},
            case=reference,
        )

    office.engine.run(work)
    assert "1 erasure put off by a hold" in browser.read("/")


def test_the_first_screen_asks_the_same_of_the_database_however_much_waits(office, browser):
    from sqlalchemy import event  # noqa: PLC0415

    def queries():
        asked = []
        listen = lambda *given: asked.append(given[2])  # noqa: E731
        event.listen(office.engine.database, "before_cursor_execute", listen)
        browser.get("/")
        event.remove(office.engine.database, "before_cursor_execute", listen)
        return len(asked)

    for number in range(8):
        office.request("correct", f"a{number}@example.org")
    few = queries()
    for number in range(8, 24):
        office.request("correct", f"a{number}@example.org")
    assert queries() <= few + 2


def test_words_of_the_retry_are_plain(office, browser):
    browser.get("/")
    browser.post("/due-work/nothing/retry")
    assert "Nothing of it waits" in words(browser.get("/"))


def test_an_event_after_a_quiet_spell_is_no_alarm_until_it_waits_itself(office, browser):
    settled(office)
    with clock.fixed(clock.now() + timedelta(minutes=5)):
        office.request()
        page = browser.read("/")
        assert "Today" in page
        assert "The log is not being signed" not in page
    with clock.fixed(clock.now() + timedelta(minutes=8)):
        page = browser.read("/")
    assert "The log is not being signed" in page
    assert "; nothing is lost" in page
