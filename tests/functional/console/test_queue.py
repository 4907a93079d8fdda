"""The queue: views that are kept, many done at once, a table to take along."""

import csv
import io
import re

import pytest

from privacy_engine import clock
from privacy_engine.console import listing
from privacy_engine.console.staff import StaffRole
from privacy_engine.letters import transport
from privacy_engine.rights import actions, afterwards, register
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional


@pytest.fixture
def office(engine):
    return Office(engine)


@pytest.fixture
def browser(office):
    return office.somebody()


def state_of(office, reference):
    with office.engine.reading() as tx:
        return register.get(tx.session, reference)


def keep(browser, name, **more):
    browser.get("/requests?view=open&right=delete")
    return browser.post("/requests/views", name=name, view="open", right="delete", **more)


def test_a_view_is_kept_under_a_name_with_its_count(office, browser):
    office.request("delete")
    office.request("correct", "ines@example.org")
    answer = keep(browser, "Deletions first")
    where = answer.headers["Location"].removeprefix("/console")
    assert "right=delete" in where
    page = browser.read(where)
    assert "Deletions first 1" in page
    assert "Let this view go" in page
    assert "Deletions first" not in office.somebody().read("/requests")


def test_a_shared_view_is_everybody_s_and_only_its_maker_lets_it_go(office, browser):
    where = keep(browser, "Ours", shared="yes").headers["Location"]
    view = re.search(r"saved=(\w+)", where)[1]
    other = office.somebody(StaffRole.AUDITOR)
    assert "Ours 0" in other.read("/requests")
    assert other.post(f"/requests/views/{view}/forget").status_code == 404
    browser.get("/requests")
    assert browser.post(f"/requests/views/{view}/forget").status_code == 303
    assert "Ours" not in other.read("/requests")


def test_the_count_beside_a_view_is_what_the_view_holds(office):
    for number, right in enumerate(("delete", "know:specific", "opt_out", "correct", "delete")):
        office.request(right, f"somebody-{number}@example.org", days_ago=number * 20)
    office.work()
    stuck = office.request("delete", "stuck@example.org")

    def fail(tx):
        for step in ("acknowledge", "locate"):  # two steps of one request count once
            tx.append(
                "step.failed", {"case": stuck, "step": step, "outcome": "no answer"}, case=stuck
            )

    office.engine.run(fail)
    today = clock.now().astimezone(office.engine.settings.zone).date()
    with office.engine.reading() as tx:
        counts = listing.tally(tx, today, owner="x")
        held = {
            code: listing.count(tx, listing.Wanted(today, "x", view=code))
            for code, _ in listing.VIEWS
        }
    assert counts == held
    assert counts["open"] > counts["person"] > 0
    assert counts["system"] == 1


def test_a_view_s_name_names_nobody(browser):
    assert keep(browser, "").status_code == 422
    assert keep(browser, "maya@example.org").status_code == 422
    assert keep(browser, "x" * 61).status_code == 422


def test_narrowing_by_law_and_by_way(office, browser):
    office.request("delete")
    office.request("delete", "post@example.org", channel="mail")
    office.request("delete", "paris@example.org", jurisdiction="eu-gdpr")
    assert "1 request of 3" in browser.read("/requests?channel=mail")
    page = browser.read("/requests?jurisdiction=eu-gdpr")
    assert "1 request of 3 · drills: 0, left out · view: all open · law: eu-gdpr" in page
    assert "3 requests" in browser.read("/requests?channel=pigeon")


def test_all_of_a_view_are_handed_over_after_seeing_how_many(office, browser):
    references = [office.request("delete", f"a{n}@example.org") for n in range(4)]
    office.engine.run(lambda tx: actions.revoke(tx, references[0]))
    kept = office.request("correct", "b@example.org")
    other = office.seat("new.colleague@listing.example")
    browser.get("/requests")
    form = {"action": "hand", "all": "yes", "query": "view=open&right=delete&page=3"}
    asked = browser.post("/requests/bulk", **form)
    assert "You chose 3; this applies to 3" in words(asked)
    chosen = {"action": "hand", "reference": references[1:]}
    assert browser.post("/requests/bulk/confirm", **chosen).status_code == 422
    done = browser.post(
        "/requests/bulk/confirm", owner=other.staff_id, query=form["query"], **chosen
    )
    assert done.headers["Location"] == "/console/requests?view=open&right=delete"
    assert {state_of(office, item).assigned_to for item in references[1:]} == {other.staff_id}
    assert state_of(office, kept).assigned_to is None


def test_one_letter_to_many_and_nobody_sees_the_others(office, browser):
    first, second = office.request(), office.request("correct", "ines@example.org")
    office.work()
    before = len(list(transport.shelved(office.engine.settings.outbox_directory)))
    browser.get("/requests")
    form = {"action": "write", "reference": [first, second]}
    assert "The letter is empty" in words(browser.post("/requests/bulk/confirm", **form))
    sent = browser.post(
        "/requests/bulk/confirm", subject="We are slow", text="Sorry for the wait.", **form
    )
    assert sent.status_code == 303
    office.work()
    letters = list(transport.shelved(office.engine.settings.outbox_directory))
    assert len(letters) == before + 2
    assert "Message to the person We are slow" in browser.read(f"/requests/{first}")


def test_a_note_goes_with_each_and_to_nobody(office, browser):
    reference = office.request()
    browser.get("/requests")
    form = {"action": "note", "reference": [reference], "reason": "From the fair in May."}
    assert browser.post("/requests/bulk/confirm", **form).status_code == 303
    assert "Note, never sent Note From the fair in May." in browser.read(f"/requests/{reference}")


def test_what_nobody_asked_for_is_put_aside_and_kept(office, browser):
    reference = office.request("delete", "shop@offers.example")
    browser.get("/requests")
    form = {"action": "aside", "reference": [reference], "reason": "An advertisement."}
    assert browser.post("/requests/bulk/confirm", **form).status_code == 303
    assert state_of(office, reference).ended
    assert reference in browser.read("/requests?view=closed")


def test_what_people_wrote_is_a_view_of_its_own_also_after_the_end(office, browser):
    reference = office.request()
    office.engine.run(lambda tx: actions.revoke(tx, reference))
    office.engine.run(lambda tx: afterwards.write_to_us(tx, reference, text="And my invoice?"))
    page = browser.read("/requests?view=unread")
    assert "They wrote 1" in page
    assert reference in page


def test_what_an_act_does_not_apply_to_is_named_with_the_reason(office, browser):
    ended, open_ = office.request(), office.request("correct", "ines@example.org")
    office.engine.run(lambda tx: actions.revoke(tx, ended))
    browser.get("/requests")
    page = words(browser.post("/requests/bulk", action="extend", reference=[ended, open_]))
    assert "You chose 2; this applies to 1" in page
    assert f"{ended} : The request has ended" in page


def test_no_bulk_act_denies_or_deletes(office, browser):
    reference = office.request()
    browser.get("/requests")
    for action in ("deny", "delete", "approve", "verify"):
        assert (
            browser.post("/requests/bulk", action=action, reference=[reference]).status_code == 404
        )


def test_a_view_is_taken_along_as_a_table_with_nobody_in_it(office, browser):
    reference = office.request("delete", name="Maya Tallow")
    office.request("correct", "ines@example.org")
    answer = browser.get("/requests/export?view=open&right=delete")
    text = answer.get_data(as_text=True)
    assert answer.mimetype == "text/csv"
    assert "maya" not in text.lower()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["# 1 requests; view: all open; right: delete"]
    assert rows[2][0].startswith("# log size")
    table = [dict(zip(rows[3], row, strict=True)) for row in rows[4:]]
    assert [(item["reference"], item["right"]) for item in table] == [(reference, "delete")]
    assert table[0]["answer_due_on"]


def test_a_table_runs_nothing_in_a_spreadsheet(office, browser):
    odd = office.seat("+colleague@listing.example")
    reference = office.request("delete")
    office.engine.run(lambda tx: actions.assign(tx, reference, to=odd.staff_id))
    rows = list(csv.reader(io.StringIO(browser.get("/requests/export").get_data(as_text=True))))
    [found] = [dict(zip(rows[3], row, strict=True)) for row in rows[4:]]
    assert found["owner"].startswith("'+")
